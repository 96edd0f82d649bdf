"""Wordings that officials write: each one a new version, checked whole before it is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from messaging.drafting import Fault, Link, Writing, allowed_purposes, faults_of
from messaging.models import ReviewState, Route, Template, TemplateVersion
from messaging.office_queries import OPEN_TO_OFFICES
from portal.accounts.models import User
from portal.core.errors import Refused

_CODE = re.compile(r"offices\.[a-z][a-z0-9_]{1,39}")


class NotInOrder(Refused):
    """The wording breaks a rule; `faults` names every field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        self.field = faults[0].field
        super().__init__(faults[0].sentence)


class NothingChanged(Refused):
    """The same words again."""

    sentence = "바뀐 곳이 없습니다."


class CodeRefused(Refused):
    """The name is taken, or is no name for a wording of the offices."""

    field = "code"


@transaction.atomic
def write_template(*, code: str, writing: Writing, by: User, now: datetime) -> TemplateVersion:
    """
    Begin a template of the offices with its first draft.

    :raises CodeRefused:
    :raises NotInOrder:
    """
    if not _CODE.fullmatch(code):
        raise CodeRefused(f"부호는 {OPEN_TO_OFFICES} 뒤에 영어 소문자, 숫자, 밑줄로 적어 주세요.")
    template, is_new = Template.objects.get_or_create(code=code)
    if not is_new:
        raise CodeRefused("이미 있는 부호입니다. 그 서식을 열어 새 판을 써 주세요.")
    return write_version(template=template, writing=writing, by=by, now=now)


@transaction.atomic
def write_version(*, template: Template, writing: Writing, by: User, now: datetime) -> TemplateVersion:
    """
    Keep a new draft. No version is ever edited: what is approved stays in use until this one is.

    :raises NothingChanged: if the newest version says the same
    :raises NotInOrder: with everything that is wrong
    """
    locked = Template.objects.select_for_update(no_key=True).get(pk=template.pk)
    faults = faults_in(locked, writing)
    if faults:
        raise NotInOrder(faults)
    latest = locked.versions.order_by("-number").first()
    columns = _columns(writing)
    if latest is not None and all(getattr(latest, name) == value for name, value in columns.items()):
        raise NothingChanged
    return TemplateVersion.objects.create(
        template=locked,
        number=latest.number + 1 if latest else 1,
        review_state=ReviewState.DRAFT,
        written_by=by,
        created_at=now,
        **columns,
    )


def faults_in(template: Template, writing: Writing) -> list[Fault]:
    """What is wrong with a wording as the next version of a template; a template of the product keeps its nature."""
    ours = template.versions.filter(written_by=None).order_by("number").first() if template.pk else None
    if ours is None:
        faults = faults_of(writing)
        if writing.purpose not in dict(allowed_purposes()):
            faults.append(Fault("purpose", "이 목적의 서식은 화면에서 쓸 수 없습니다."))
        if writing.route not in (Route.TEXT, Route.ALIMTALK_THEN_TEXT):
            faults.append(Fault("route", "그림문자 서식은 화면에서 새로 만들 수 없습니다."))
        return faults
    known = {name for one in template.versions.filter(written_by=None) for name in writing_of(one).variables}
    faults = faults_of(writing, known=known | {"기관"})
    if writing.purpose != ours.purpose:
        faults.append(Fault("purpose", "제품에 딸린 서식의 목적은 바꿀 수 없습니다."))
    if (writing.route == Route.MMS) != (ours.route == Route.MMS):
        faults.append(Fault("route", "그림문자는 그림문자로만 보낼 수 있습니다."))
    return faults


def writing_of(version: TemplateVersion) -> Writing:
    """A version as it was written."""
    return Writing(
        title=version.title,
        purpose=version.purpose,
        route=version.route,
        body=version.body,
        fallback_body=version.fallback_body,
        buttons=tuple(Link(row["label"], row["url"]) for row in version.buttons),
        category=version.category,
        is_secure=version.is_secure,
    )


def _columns(writing: Writing) -> Mapping[str, Any]:
    columns = asdict(writing)
    return {**columns, "buttons": [{"label": link.label, "url": link.url} for link in writing.buttons]}
