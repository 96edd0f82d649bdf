"""An answer is written, published, checked again and retired; each published state is kept for good."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from chatbot.engine.text import key_of, mask
from chatbot.models import Faq, FaqFacet, FaqLink, FaqProposal, FaqRevision, Phrasing
from chatbot.permissions import NotYours, check_keeps, may_keep
from chatbot.services.building import nudge_index
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

_COLUMNS = (
    *("kind", "question", "answer", "category", "tags", "agency_name", "agency_phone", "agency_url"),
    *("petition_code", "map_kind", "map_layer", "place_name", "place_address", "lat", "lon", "has_sample_facts"),
)


class SampleFacts(Refused):
    """Made-up figures are for the demo district only."""

    sentence = "예시 수치가 들어 있는 답변은 게시할 수 없습니다. 실제 내용으로 고치고 ‘예시 수치 포함’을 끄세요."


class Unassigned(Refused):
    """Nobody would answer for it."""

    sentence = "담당 부서나 맡는 기관을 정해야 게시할 수 있습니다."


class PhrasingTaken(Refused):
    """The same words lead to another answer already; the sentence names it."""


class NothingSaid(Refused):
    """A phrasing of nothing but marks and spaces."""

    sentence = "표현이 비어 있습니다."


class SlugTaken(Refused):
    """Another answer has this name."""

    sentence = "이미 쓰는 식별자입니다. 다른 이름을 적어 주세요."


class NeedsSecond(Refused):
    """One person alone neither sends citizens to another agency nor takes such a number from them."""

    sentence = "다른 기관 안내는 두 사람이 확인합니다. 다른 담당자가 확인해야 게시하거나 내릴 수 있습니다."


class OutOfDate(Refused):
    """Somebody saved in the meantime."""

    sentence = "그사이 다른 사람이 이 답변을 고쳤습니다. 바뀐 내용을 확인하고 다시 저장해 주세요."


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an official writes of one answer; what a revision keeps."""

    question: str
    answer: str
    category: str
    kind: str = Faq.Kind.ANSWER
    department: int | None = None
    tags: tuple[str, ...] = ()
    agency_name: str = ""
    agency_phone: str = ""
    agency_url: str = ""
    petition_code: str = ""
    map_kind: str = Faq.MapKind.NONE
    map_layer: str = ""
    place_name: str = ""
    place_address: str = ""
    lat: float | None = None
    lon: float | None = None
    has_sample_facts: bool = False
    valid_from: str = ""
    valid_to: str = ""
    links: tuple[tuple[str, str], ...] = ()
    facets: tuple[tuple[str, str], ...] = ()


def content_of(faq: Faq) -> Content:
    """An answer as it stands now."""
    links = sorted(faq.links.all(), key=lambda link: link.position)
    return Content(
        **{name: getattr(faq, name) for name in _COLUMNS if name != "tags"},
        tags=tuple(faq.tags),
        department=faq.department_id,
        valid_from=faq.valid_from.isoformat() if faq.valid_from else "",
        valid_to=faq.valid_to.isoformat() if faq.valid_to else "",
        links=tuple((link.label, link.url) for link in links),
        facets=tuple((facet.kind, facet.text) for facet in sorted(faq.facets.all(), key=lambda one: one.kind)),
    )


def needs_second(faq: Faq, content: Content) -> bool:
    """Whether it sends people to another agency, or did so until now, or shows a number or address of one anew."""
    if Faq.Kind.REFERRAL in (faq.kind, content.kind):
        return True
    given = (content.agency_phone, content.agency_url)
    is_known = faq.status == Faq.Status.PUBLISHED and given == (faq.agency_phone, faq.agency_url)
    return any(given) and not is_known


def sends_elsewhere(faq: Faq) -> bool:
    """Whether citizens read another agency's number or address in it."""
    return faq.kind == Faq.Kind.REFERRAL or bool(faq.agency_phone or faq.agency_url)


def content_from(snapshot: dict[str, Any]) -> Content:
    """What a revision kept; fields it did not know yet are empty."""
    known = {name: value for name, value in snapshot.items() if name in Content.__dataclass_fields__}
    pairs = {name: tuple((str(a), str(b)) for a, b in known.get(name, ())) for name in ("links", "facets")}
    return replace(Content("", "", ""), **{**known, **pairs, "tags": tuple(known.get("tags", ()))})


@transaction.atomic
def draft_faq(*, slug: str, content: Content, phrasings: Iterable[str], by: User, now: datetime) -> Faq:
    """
    Begin a new answer that nobody is given yet.

    :raises NotYours: for another department
    :raises SlugTaken: if another answer has the slug
    """
    if not may_keep(by, content.department):
        raise NotYours
    if Faq.objects.filter(slug=slug).exists():
        raise SlugTaken
    faq = Faq(slug=slug, status=Faq.Status.DRAFT, version=0, changed_at=now)
    _write(faq, content, now=now)
    set_phrasings(faq=faq, texts=phrasings, by=by, now=now)
    return faq


@transaction.atomic
def save_faq(*, faq: Faq, content: Content, phrasings: Iterable[str], seen: int, by: User, now: datetime) -> Faq:
    """
    Keep what was written of an answer that is not published; it takes the place of a proposal.

    :raises NotYours: if another department answers for it
    :raises OutOfDate: if it was published or changed since version `seen`
    """
    locked = _locked(faq, seen, by=by)
    if locked.status == Faq.Status.PUBLISHED:
        raise OutOfDate
    if locked.status == Faq.Status.RETIRED:
        locked.status = Faq.Status.DRAFT
    FaqProposal.objects.filter(faq=locked).delete()
    _write(locked, content, now=now)
    set_phrasings(faq=locked, texts=phrasings, by=by, now=now)
    return locked


@transaction.atomic
def publish_faq(
    *,
    faq: Faq,
    content: Content,
    phrasings: Iterable[str],
    seen: int,
    reason: str,
    by: User,
    now: datetime,
    proposed_by: User | None = None,
) -> FaqRevision:
    """
    Put an answer in front of citizens: checked today, by this official; the state is kept as a revision.

    :param proposed_by: who wrote it, where two people must stand for it
    :raises NeedsSecond: if it sends people to another agency, and nobody else wrote it
    :raises NotYours: if another department answers for it
    :raises OutOfDate: if somebody published since version `seen`
    :raises SampleFacts: with made-up figures, outside the demo district
    :raises Unassigned: if neither a department nor an agency answers for it
    """
    locked = _locked(faq, seen, by=by)
    if needs_second(locked, content) and proposed_by in (None, by):
        raise NeedsSecond
    if content.has_sample_facts and not settings.DISTRICT_IS_DEMO:
        raise SampleFacts
    if content.department is None and not content.agency_name and content.kind != Faq.Kind.SMALLTALK:
        raise Unassigned
    if not may_keep(by, content.department) and content.department != locked.department_id:
        raise NotYours
    if locked.version and not locked.revisions.filter(version=locked.version).exists():
        _keep_revision(locked, reason="처음 불러온 내용", by=None, now=locked.changed_at)
    locked.status = Faq.Status.PUBLISHED
    locked.version += 1
    locked.checked_on, locked.checked_by = day_in_korea(now), by
    _write(locked, content, now=now)
    set_phrasings(faq=locked, texts=phrasings, by=by, now=now)
    return _keep_revision(locked, reason=reason, by=by, now=now)


@transaction.atomic
def retire_faq(
    *, faq: Faq, reason: str, by: User | None, now: datetime, seen: int | None = None, proposed_by: User | None = None
) -> None:
    """
    Give an answer no more. `by` is None when its last day has passed: that day was published as all the rest.

    :param seen: the version that was looked at
    :param proposed_by: who wanted it, where two people must stand for it
    :raises NeedsSecond: if it sends people to another agency, and nobody else wanted it
    :raises NotYours: if another department answers for it
    :raises OutOfDate: if somebody published since version `seen`
    """
    locked = Faq.objects.select_for_update(of=("self",)).get(pk=faq.pk)
    if by is not None:
        check_keeps(by, locked)
    if locked.status != Faq.Status.PUBLISHED:
        return
    if seen is not None and locked.version != seen:
        raise OutOfDate
    if by is not None and sends_elsewhere(locked) and proposed_by in (None, by):
        raise NeedsSecond
    FaqProposal.objects.filter(faq=locked).delete()
    locked.status, locked.changed_at, locked.version = Faq.Status.RETIRED, now, locked.version + 1
    locked.save(update_fields=["status", "changed_at", "version"])
    nudge_index()
    _keep_revision(locked, reason=reason or "내림", by=by, now=now)


def retire_expired(*, now: datetime) -> int:
    """Answers whose last day has passed; returns how many."""
    over = Faq.objects.filter(status=Faq.Status.PUBLISHED, valid_to__lt=day_in_korea(now)).order_by("pk")
    for faq in over:
        retire_faq(faq=faq, reason="마지막 날이 지남", by=None, now=now)
    return len(over)


@transaction.atomic
def confirm_faq(*, faq: Faq, by: User, now: datetime) -> None:
    """
    It was read again and is still right.

    :raises NotYours: if another department answers for it
    """
    check_keeps(by, faq)
    Faq.objects.filter(pk=faq.pk).update(checked_on=day_in_korea(now), checked_by=by)


@transaction.atomic
def add_phrasing(*, faq: Faq, text: str, source: str, by: User, now: datetime) -> Phrasing:
    """
    Teach an answer one more way of asking, at once approved.

    :raises NotYours: if another department answers for it
    :raises NothingSaid: if nothing is left of the text
    :raises PhrasingTaken: if another answer has the same words
    """
    check_keeps(by, faq)
    key = key_of(text)
    if not key:
        raise NothingSaid
    found, _ = Phrasing.objects.get_or_create(
        faq=faq, text_key=key[:200], defaults={"text": mask(text)[:200], "source": source, "changed_at": now}
    )
    return approve_phrasing(phrasing=found, by=by, now=now)


@transaction.atomic
def approve_phrasing(*, phrasing: Phrasing, by: User, now: datetime) -> Phrasing:
    """
    Let the index learn a proposed way of asking.

    :raises NotYours: if another department answers for it
    :raises PhrasingTaken: if another answer has the same words
    """
    return _decide(phrasing, Phrasing.State.APPROVED, by=by, now=now)


@transaction.atomic
def reject_phrasing(*, phrasing: Phrasing, by: User, now: datetime) -> Phrasing:
    """
    Keep a way of asking out of the index; the same words are not proposed again.

    :raises NotYours: if another department answers for it
    """
    return _decide(phrasing, Phrasing.State.REJECTED, by=by, now=now)


@transaction.atomic
def set_phrasings(*, faq: Faq, texts: Iterable[str], by: User, now: datetime) -> None:
    """
    The approved ways of asking are exactly these; those left out are rejected.

    :raises PhrasingTaken: if another answer has the same words
    """
    check_keeps(by, faq)
    wanted = {key_of(text)[:200]: text for text in texts if key_of(text)}
    approved = {one.text_key: one for one in faq.phrasings.filter(state=Phrasing.State.APPROVED)}
    for key, text in wanted.items():
        if key not in approved:
            add_phrasing(faq=faq, text=text, source=Phrasing.Source.OFFICIAL, by=by, now=now)
    for key, phrasing in approved.items():
        if key not in wanted:
            reject_phrasing(phrasing=phrasing, by=by, now=now)


def _decide(phrasing: Phrasing, state: Phrasing.State, *, by: User, now: datetime) -> Phrasing:
    check_keeps(by, phrasing.faq)
    phrasing.state, phrasing.decided_by, phrasing.changed_at = state, by, now
    try:
        with transaction.atomic():
            phrasing.save(update_fields=["state", "decided_by", "changed_at"])
    except IntegrityError as error:
        other = Phrasing.objects.filter(text_key=phrasing.text_key, state=Phrasing.State.APPROVED)
        taken = other.exclude(pk=phrasing.pk).select_related("faq").first()
        if taken is None:
            raise
        raise PhrasingTaken(f"‘{phrasing.text}’은(는) 이미 ‘{taken.faq.question}’의 표현입니다.") from error
    nudge_index()
    return phrasing


def _locked(faq: Faq, seen: int, *, by: User) -> Faq:
    locked = Faq.objects.select_for_update(of=("self",)).get(pk=faq.pk)
    check_keeps(by, locked)
    if locked.version != seen:
        raise OutOfDate
    return locked


def fill(faq: Faq, content: Content) -> Faq:
    """The row with what was written in its columns; it is not saved, nor are its links and facets."""
    for name in _COLUMNS:
        setattr(faq, name, getattr(content, name))
    faq.tags = list(content.tags)
    faq.department_id = content.department
    faq.valid_from = date.fromisoformat(content.valid_from) if content.valid_from else None
    faq.valid_to = date.fromisoformat(content.valid_to) if content.valid_to else None
    return faq


def _write(faq: Faq, content: Content, *, now: datetime) -> None:
    fill(faq, content).changed_at = now
    faq.save()
    faq.links.all().delete()
    FaqLink.objects.bulk_create(
        FaqLink(faq=faq, label=label, url=url, position=position)
        for position, (label, url) in enumerate(content.links, 1)
    )
    faq.facets.all().delete()
    FaqFacet.objects.bulk_create(FaqFacet(faq=faq, kind=kind, text=text) for kind, text in content.facets)
    nudge_index()


def _keep_revision(faq: Faq, *, reason: str, by: User | None, now: datetime) -> FaqRevision:
    kept = Faq.objects.prefetch_related("links", "facets").get(pk=faq.pk)
    return FaqRevision.objects.create(
        faq=faq, version=faq.version, snapshot=asdict(content_of(kept)), reason=reason, by=by, at=now
    )
