"""Layouts in the database: written, made again as new versions, chosen for a document. A used one never changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from notices import merging, zones
from notices.models import SourceDocument, Zone, ZoneTemplate
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import Department, Official, User
from portal.accounts.queries import official_of
from portal.core.errors import Refused


class ZonesRefused(Refused):
    """The layout cannot prove whose a page is."""

    sentence = "이 서식으로는 쪽의 주인을 확인할 수 없습니다."

    def __init__(self, sentences: Sequence[str] = ()) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(sentences))


@transaction.atomic
def load_reference(*, now: datetime) -> int:
    """Take the layouts that come with the product; a version that is there already stays as it is."""
    added = 0
    for template in zones.load_templates():
        if not ZoneTemplate.objects.filter(title=template.title, version=template.version).exists():
            _create(template, department=None, by=None, now=now)
            added += 1
    return added


@transaction.atomic
def write_template(template: zones.Template, *, by: User, now: datetime) -> ZoneTemplate:
    """
    Keep a layout under a new title, as its first version, for the official's department.

    :raises NotAllowed: if `by` may not prepare campaigns
    :raises ZonesRefused: if it proves nothing, or the title is taken
    """
    official = _drafter(by)
    _refuse_doubts(template)
    if ZoneTemplate.objects.filter(title=template.title.strip()).exists():
        raise ZonesRefused(["같은 이름의 서식이 있습니다. 그 서식을 열어 고치거나 다른 이름을 지어 주세요."])
    first = replace(template, title=template.title.strip(), version=1)
    return _create(first, department=official.department, by=by, now=now)


@transaction.atomic
def new_version(earlier: ZoneTemplate, template: zones.Template, *, by: User, now: datetime) -> ZoneTemplate:
    """
    Keep a changed layout: in place while no document has used it, else as the next version of the same title.

    :raises NotAllowed: if it is another department's, or came with the product
    :raises ZonesRefused: if it proves nothing
    """
    official = _drafter(by)
    if earlier.department_id != official.department_id:
        raise NotAllowed("다른 부서나 제품에 든 서식은 고칠 수 없습니다. 새 이름으로 저장해 주세요.")
    newest = ZoneTemplate.objects.select_for_update(no_key=True).filter(title=earlier.title).order_by("-version")[0]
    changed = replace(template, title=earlier.title, version=newest.version)
    _refuse_doubts(changed)
    if changed == newest.as_template():
        return newest
    if is_used(newest):
        return _create(replace(changed, version=newest.version + 1), department=newest.department, by=by, now=now)
    newest.delete()
    return _create(changed, department=official.department, by=by, now=now)


def is_used(template: ZoneTemplate) -> bool:
    """Whether a document names this version: from then on it is evidence."""
    return SourceDocument.objects.filter(zone_template=template.title, zone_version=template.version).exists()


def templates_for(department: Department) -> QuerySet[ZoneTemplate]:
    """The newest version of each layout a department may use."""
    mine = ZoneTemplate.objects.filter(Q(department=department) | Q(department__isnull=True))
    return mine.order_by("title", "-version").distinct("title")


def newest(title: str, department: Department) -> ZoneTemplate | None:
    """The newest version of a layout, if the department may use it."""
    return templates_for(department).filter(title=title).first()


def template_of(document: SourceDocument) -> zones.Template:
    """How the document's pages are laid out."""
    if document.kind == SourceDocument.Kind.MADE:
        return merging.TEMPLATE
    found = ZoneTemplate.objects.get(title=document.zone_template, version=document.zone_version)
    return found.as_template()


def _drafter(by: User) -> Official:
    official = official_of(by)
    if official is None or not any(official.has_role(role) for role in CAMPAIGN_STEPS["settle_checking"].roles):
        raise NotAllowed("쪽 서식을 만들 권한이 없습니다.")
    return official


def _refuse_doubts(template: zones.Template) -> None:
    doubts = list(zones.doubts_about(template))
    if doubts:
        raise ZonesRefused(doubts)


def _create(template: zones.Template, *, department: Department | None, by: User | None, now: datetime) -> ZoneTemplate:
    facts: dict[str, Any] = {
        name: getattr(template, name)
        for name in ("title", "version", "qr_scheme", "has_check_digit", "page_width_mm", "page_height_mm")
    }
    try:
        with transaction.atomic():
            made = ZoneTemplate.objects.create(**facts, department=department, created_by=by, created_at=now)
    except IntegrityError:
        raise ZonesRefused(["다른 담당자가 같은 서식을 방금 저장했습니다. 다시 열어 확인해 주세요."]) from None
    names = ("name", "field", "on", "left", "top", "width", "height", "pattern", "is_masked")
    Zone.objects.bulk_create(
        Zone(template=made, position=place, **{name: getattr(zone, name) for name in names})
        for place, zone in enumerate(template.zones, start=1)
    )
    return made
