"""Reads for whoever checks: a held notice or a sampled group beside its row of the roster, and what is left to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from notices.assigning import LABELS, RELEASABLE, Reason, Remedy
from notices.models import Campaign, Notice, PageClaim, Recipient, Sample, SourceDocument
from notices.proof import Witness, witnesses
from notices.reading import PageReading
from notices.services.matching import roster_rows
from notices.services.sampling import unseen
from notices.services.zoning import template_of
from notices.workflow import reason_label

_REMEDIES = {
    Remedy.TWO_OFFICIALS: "쪽과 명부를 견주어 두 사람이 풀 수 있습니다.",
    Remedy.CORRECTION: "풀 수 없습니다. 명부나 파일을 고쳐 주세요.",
    Remedy.NEVER: "누구도 풀 수 없습니다. 문자로는 절대 나가지 않습니다.",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason of a hold, and what may end it."""

    label: str
    remedy: str
    is_releasable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where one notice stands among those to look at."""

    number: int
    count: int
    before: int | None
    after: int | None


def held_first_pages(campaign: Campaign) -> list[tuple[int, int]]:
    """First page and number of every held notice, in page order."""
    held = Notice.objects.filter(recipient__campaign=campaign, state=Notice.State.HELD)
    return list(held.order_by("first_page", "pk").values_list("first_page", "pk"))


def place_of(notice: Notice, campaign: Campaign) -> Place:
    """How many are held, and which come before and after this one, also once it is held no more."""
    held = held_first_pages(campaign)
    mine = (notice.first_page, notice.pk)
    before = [pk for first_page, pk in held if (first_page, pk) < mine]
    after = [pk for first_page, pk in held if (first_page, pk) > mine]
    number = len(before) + (mine in held)
    return Place(number, len(held), before[-1] if before else None, after[0] if after else None)


def doubts_of(notice: Notice) -> list[Doubt]:
    """Why it is held, in words, with what can be done about each reason."""
    remedies = {str(reason): remedy for reason, (_, remedy) in LABELS.items()}
    return [
        Doubt(
            reason_label(code),
            _REMEDIES[remedies[code]] if code in remedies else "이 통지서는 종이로 보냅니다.",
            code in RELEASABLE,
        )
        for code in notice.reasons
    ]


def witnesses_of(notice: Notice) -> list[Witness]:
    """What its pages say beside the roster."""
    claims = PageClaim.objects.filter(document=notice.document_id, page__in=notice.pages).order_by("page")
    readings = [PageReading.from_json(json.loads(claim.reading)) for claim in claims if claim.reading]
    row = next(roster_rows([notice.recipient]))
    return list(witnesses(template_of(notice.document), readings, row))


def group_of(sample: Sample, first_page: int) -> Notice | None:
    """The proved notice of a sample that begins on this page."""
    found = Notice.objects.filter(document=sample.document_id, first_page=first_page, state=Notice.State.PROVED)
    return found.select_related("recipient__campaign", "document").first()


def sample_of(document: SourceDocument) -> Sample | None:
    """The sample of the present assignment of a document, if it has been drawn."""
    return document.samples.filter(groups_sha256=document.groups_sha256).first()


def is_sample_seen(campaign: Campaign) -> bool:
    """Whether people have looked at the whole sample of the present assignment."""
    document = campaign.documents.filter(is_current=True).first()
    sample = sample_of(document) if document else None
    return document is None or (sample is not None and not unseen(sample))


def stray_page(campaign: Campaign, number: int) -> PageClaim | None:
    """A held page nobody owns."""
    pages = PageClaim.objects.select_related("document__campaign").filter(page=number, notice__isnull=True)
    return pages.filter(document__campaign=campaign, document__is_current=True, verdict=PageClaim.Verdict.HELD).first()


def people_without_notice(campaign: Campaign) -> QuerySet[Recipient]:
    """Whom a page without an owner may belong to."""
    people = Recipient.objects.filter(campaign=campaign, state=Recipient.State.IMPORTED)
    return people.exclude(notices__state__in=["held", "proved", "released"]).order_by("row")


def is_key_doubtful(reasons: Mapping[str, int], held_count: int) -> bool:
    """Whether most notices are held for the signature of their codes: then the key is wrong rather than they."""
    forged = reasons.get(Reason.OTHER_CAMPAIGN, 0) + reasons.get(Reason.QR_FORGED, 0)
    return forged > max(2, held_count // 2)
