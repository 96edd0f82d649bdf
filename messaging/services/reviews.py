"""The review of wordings: asked for, withdrawn, decided by a second official or by the carriers' reviewers."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Max, Prefetch, Q

from messaging import tasks
from messaging.carriers import registry
from messaging.carriers.base import (
    Button,
    CarrierError,
    Misconfigured,
    RateLimited,
    Reviewed,
    TemplateState,
    TemplateText,
)
from messaging.models import ReviewState, Route, Template, TemplateReview, TemplateVersion
from messaging.permissions import require_decider
from messaging.reviewing import decider_for, reviewing_carriers
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)
_ASKED_ABOUT = (ReviewState.SUBMITTED, ReviewState.APPROVED, ReviewState.DORMANT, ReviewState.BLOCKED)
_UNKNOWN_THERE = "통신사가 이 서식을 모릅니다. 한 시간 안에 다시 등록합니다."
_NOT_TAKEN = "통신사에 등록하지 못했습니다. 한 시간 안에 다시 시도합니다."


class NotInThatState(Refused):
    """Somebody was faster, or the page is old."""

    sentence = "그 사이에 서식의 검수 상태가 바뀌었습니다. 화면을 새로 고쳐 주세요."


class SecondReviewerNeeded(Refused):
    """Nobody approves her own words."""

    sentence = "서식을 쓰거나 검수를 청한 사람은 승인할 수 없습니다. 다른 담당자가 검토해 주세요."


class CommentMissing(Refused):
    """A refusal says what to change."""

    field = "comments"
    sentence = "반려하려면 무엇을 고쳐야 하는지 적어 주세요."


@transaction.atomic
def submit_version(*, version: TemplateVersion, by: User, now: datetime) -> None:
    """
    Ask for the review of a draft: by the carrier's reviewers, or by a second official where no carrier has any.

    :raises NotInThatState: if it is no draft
    """
    row = _locked(version, ReviewState.DRAFT)
    reviewer = decider_for(row)
    TemplateReview.objects.update_or_create(
        version=row,
        carrier=reviewer,
        defaults={
            "state": ReviewState.DRAFT if reviewer else ReviewState.SUBMITTED,
            "asked_by": by,
            "decided_by": None,
            "comments": "",
            "checked_at": now,
        },
    )
    _set(row, ReviewState.SUBMITTED, now)
    ring(tasks.sync_templates)


@transaction.atomic
def withdraw_version(*, version: TemplateVersion, now: datetime) -> None:
    """
    Take the wish for a review back. A carrier that has the wording already may decide, but nobody asks it any more.

    :raises NotInThatState: if it is not under review
    """
    row = _locked(version, ReviewState.SUBMITTED)
    row.reviews.filter(carrier="").update(state=ReviewState.DRAFT, checked_at=now)
    _set(row, ReviewState.DRAFT, now)


@transaction.atomic
def decide_version(*, version: TemplateVersion, approves: bool, comments: str, by: User, now: datetime) -> None:
    """
    A second official approves a wording, or sends it back with what is to be changed.

    :raises messaging.permissions.NotAllowed: without the role for it
    :raises SecondReviewerNeeded: for whoever wrote it or asked
    :raises NotInThatState: if it does not wait for an official
    :raises CommentMissing: for a refusal without a word
    """
    require_decider(by)
    row = _locked(version, ReviewState.SUBMITTED)
    review = row.reviews.filter(carrier="", state=ReviewState.SUBMITTED).first()
    if review is None:
        raise NotInThatState
    if by.pk in (row.written_by_id, review.asked_by_id):
        raise SecondReviewerNeeded
    if not approves and not comments.strip():
        raise CommentMissing
    review.state = ReviewState.APPROVED if approves else ReviewState.REJECTED
    review.comments, review.decided_by, review.checked_at = comments.strip(), by, now
    review.save(update_fields=["state", "comments", "decided_by", "checked_at"])
    _set(row, review.state, now)


def sync_templates(*, now: datetime) -> dict[str, int]:
    """
    Hand in what the carriers do not have yet, and read where each review stands; no transaction is open meanwhile.

    Carrier → how many reviews have changed.
    """
    return {alias: _sync(alias, now) for alias in reviewing_carriers()}


@transaction.atomic
def record_review(*, version: TemplateVersion, carrier: str, found: TemplateState, now: datetime) -> bool:
    """Write down what a carrier's review says; where its word decides, the wording follows. Whether it is news."""
    row = TemplateVersion.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.pk)
    before = row.reviews.filter(carrier=carrier).values_list("state", "comments").first()
    TemplateReview.objects.update_or_create(
        version=row,
        carrier=carrier,
        defaults={"code": found.code, "state": found.state, "comments": found.comments, "checked_at": now},
    )
    if carrier == decider_for(row):
        _follow(row, found.state, now)
    if found.state == "blocked" and before != (found.state, found.comments):
        _log.error("template_blocked", carrier=carrier, template=str(row))
    return before != (found.state, found.comments)


def _follow(row: TemplateVersion, state: str, now: datetime) -> None:
    """A draft was withdrawn; what the office approved (a rehearsal) stays so until the reviewers say otherwise."""
    is_under_way = state in (ReviewState.DRAFT, ReviewState.SUBMITTED)
    if row.review_state != ReviewState.DRAFT and not is_under_way:
        _set(row, state, now)


def _sync(alias: str, now: datetime) -> int:
    carrier = registry.carrier(alias)
    count = 0
    if not isinstance(carrier, Reviewed):
        return count
    for version in _to_ask(alias):
        try:
            found = _ask(carrier, version)
        except CarrierError as error:
            _log.warning("review_not_read", carrier=alias, template=str(version), error=type(error).__name__)
            if isinstance(error, RateLimited | Misconfigured):
                break
            if not _code(version):
                _note_failure(version, alias, now)
            continue
        count += record_review(version=version, carrier=alias, found=found, now=now)
    return count


def _to_ask(alias: str) -> Iterable[TemplateVersion]:
    """What is under review or in use. A wording the carrier never had is handed in only if it is the newest."""
    wanted = Q(route=Route.ALIMTALK_THEN_TEXT, review_state__in=_ASKED_ABOUT)
    newest = Template.objects.annotate(
        newest=Max("versions__number", filter=Q(versions__review_state__in=_ASKED_ABOUT))
    )
    numbers = dict(newest.values_list("pk", "newest"))
    reviews = Prefetch("reviews", TemplateReview.objects.filter(carrier=alias), to_attr="reviews_there")
    rows = TemplateVersion.objects.filter(wanted).select_related("template").prefetch_related(reviews).order_by("pk")
    return [row for row in rows if _code(row) or row.number == numbers[row.template_id]]


def _code(version: TemplateVersion) -> str:
    """What the carrier of `_to_ask` calls it, unless it is still to be handed in."""
    found: list[TemplateReview] = getattr(version, "reviews_there", [])
    return found[0].code if found and found[0].state != ReviewState.DRAFT else ""


def _ask(carrier: Reviewed, version: TemplateVersion) -> TemplateState:
    """
    :raises CarrierError:
    """
    code = _code(version)
    if not code:
        return carrier.submit_template(as_reviewed(version))
    return carrier.read_template(code) or TemplateState("", "draft", _UNKNOWN_THERE)


def as_reviewed(version: TemplateVersion) -> TemplateText:
    """The wording as a carrier's reviewers see it."""
    return TemplateText(
        code=version.carrier_code,
        name=version.title,
        body=version.body,
        buttons=tuple(Button(row["label"], row["url"]) for row in version.buttons),
        category=version.category,
        is_secure=version.is_secure,
    )


def _note_failure(version: TemplateVersion, alias: str, now: datetime) -> None:
    record_review(version=version, carrier=alias, found=TemplateState("", "draft", _NOT_TAKEN), now=now)


def _locked(version: TemplateVersion, state: ReviewState) -> TemplateVersion:
    row = TemplateVersion.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.pk)
    if row.review_state != state:
        raise NotInThatState
    return row


def _set(row: TemplateVersion, state: str, now: datetime) -> None:
    row.review_state = state
    if state == ReviewState.APPROVED:
        row.approved_at = row.approved_at or now
    row.save(update_fields=["review_state", "approved_at"])
