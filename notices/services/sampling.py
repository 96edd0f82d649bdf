"""The acceptance sample: people look at some groups beside the roster before anything may be sent."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from secrets import SystemRandom

from django.db import transaction
from django.db.models import QuerySet

from notices.assigning import Claim, Reason, Verdict
from notices.models import Campaign, Notice, PageClaim, Sample, SampleVerdict, SourceDocument
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User
from portal.core.errors import Refused

RANDOM_GROUPS = 60
DOUBTFUL = (PageClaim.Verdict.HELD, PageClaim.Verdict.ORPHAN)


class SampleNeeded(Refused):
    """Nobody has looked at the sample, or not at all of it."""

    sentence = "표본 확인을 먼저 마쳐 주세요. 뽑힌 통지서를 한 건씩 명부와 견주어 봅니다."


@transaction.atomic
def draw_sample(campaign: Campaign, *, by: User, now: datetime) -> Sample:
    """
    The sample of the present assignment: 60 random groups and every group beside something doubtful.

    Drawn once: asking again, or two officials asking at once, gives the same.

    :raises NotAllowed: if the campaign is not being checked, has nothing proved, or `by` may not check it
    """
    refuse_unless_checking(campaign, by)
    document = _document(campaign)
    known = document.samples.filter(groups_sha256=document.groups_sha256).first()
    if known is not None:
        return known
    groups = list(_proved(document).order_by("first_page").values_list("first_page", flat=True))
    if not groups:
        raise NotAllowed("확인된 통지서가 한 건도 없습니다. 명부와 PDF를 확인해 주세요.")
    random = SystemRandom().sample(groups, min(RANDOM_GROUPS, len(groups)))
    doubtful = document.claims.filter(verdict__in=DOUBTFUL).order_by("page").values_list("page", flat=True)
    sample, _ = Sample.objects.get_or_create(
        document=document,
        groups_sha256=document.groups_sha256,
        defaults={
            "campaign": campaign,
            "first_pages": sorted({*random, *neighbours(groups, doubtful)}),
            "random_count": len(random),
            "made_by": by,
            "made_at": now,
        },
    )
    return sample


def neighbours(groups: Sequence[int], doubtful: Iterable[int]) -> set[int]:
    """The group before and the group behind each doubtful page; all by their first pages, in order."""
    found: set[int] = set()
    for page in doubtful:
        place = bisect_left(groups, page)
        found.update(groups[max(0, place - 1) : place + 1])
    return found


@transaction.atomic
def judge_group(
    sample: Sample, *, first_page: int, is_right: bool, note: str = "", by: User, now: datetime
) -> SampleVerdict:
    """
    Say whether one group belongs to the person of the roster. One wrong group holds the whole document.

    :raises NotAllowed: if the sample is of an earlier assignment, has no such group, or the group was judged already
    """
    campaign, document = sample.campaign, sample.document
    refuse_unless_checking(campaign, by)
    if not is_current(sample) or first_page not in sample.first_pages:
        raise NotAllowed("자료가 바뀌어 표본을 다시 뽑아야 합니다.")
    if not is_right and not note.strip():
        raise NotAllowed("무엇이 다른지 적어 주세요.")
    Sample.objects.select_for_update(no_key=True).get(pk=sample.pk)  # two who judge one group at once
    standing = sample.verdicts.filter(first_page=first_page, withdrawal=None).first()
    if standing is not None:
        if standing.is_right != is_right:
            raise NotAllowed("이미 판정한 통지서입니다.")
        return standing
    verdict = SampleVerdict.objects.create(
        sample=sample, first_page=first_page, is_right=is_right, note=note.strip()[:200], by=by, at=now
    )
    if not is_right:
        hold_document(document)
        log(campaign, "sample_wrong", by=by, now=now, note=f"{first_page}쪽: {note.strip()}"[:300])
    return verdict


def hold_document(document: SourceDocument) -> None:
    """One wrong group says that the proofs of this document cannot be trusted: none of them counts."""
    reasons = [str(Reason.SAMPLE_WRONG)]
    document.claims.filter(verdict=PageClaim.Verdict.CLAIMED).update(verdict=PageClaim.Verdict.HELD, reasons=reasons)
    Notice.objects.sendable().filter(document=document).update(
        state=Notice.State.HELD, reasons=reasons, released_by=None, second_released_by=None, released_at=None
    )


def refuse_without_sample(campaign: Campaign) -> None:
    """:raises SampleNeeded: unless every group of the present assignment's sample was looked at and found right."""
    document = _document(campaign)
    sample = document.samples.filter(groups_sha256=document.groups_sha256).first()
    if sample is None or unseen(sample):
        raise SampleNeeded


def unseen(sample: Sample) -> list[int]:
    """The groups nobody has judged yet, by their first pages. What is held by now needs no judgement."""
    judged = set(sample.verdicts.filter(withdrawal=None).values_list("first_page", flat=True))
    left = [page for page in sample.first_pages if page not in judged]
    proved = set(_proved(sample.document).filter(first_page__in=left).values_list("first_page", flat=True))
    return [page for page in left if page in proved]


def is_current(sample: Sample) -> bool:
    """Whether the pages are still assigned as they were when it was drawn."""
    document = SourceDocument.objects.get(pk=sample.document_id)
    return document.is_current and document.groups_sha256 == sample.groups_sha256


def was_found_wrong(document: SourceDocument) -> bool:
    """Whether somebody found a wrong group in this very file, read by this very layout."""
    wrong = SampleVerdict.objects.filter(sample__document=document, is_right=False, withdrawal=None)
    return wrong.filter(sample__groups_sha256__startswith=layout_mark(document)).exists()


def groups_hash(document: SourceDocument, claims: Iterable[Claim]) -> str:
    """Names one assignment: the layout, and whose which pages are."""
    digest = hashlib.sha256()
    for claim in claims:
        if claim.verdict != Verdict.BLANK:
            digest.update(f"{claim.verdict}\x1f{claim.key}\x1f{claim.pages}\n".encode())
    return layout_mark(document) + digest.hexdigest()[:48]


def layout_mark(document: SourceDocument) -> str:
    """The first sixteen digits of every assignment made by one version of a layout."""
    return hashlib.sha256(f"{document.zone_template}\x1f{document.zone_version}".encode()).hexdigest()[:16]


def _proved(document: SourceDocument) -> QuerySet[Notice]:
    return Notice.objects.filter(document=document, state=Notice.State.PROVED)


def _document(campaign: Campaign) -> SourceDocument:
    document = campaign.documents.filter(is_current=True).first()
    if document is None:
        raise NotAllowed("확인할 문서가 없습니다.")
    return document


def refuse_unless_checking(campaign: Campaign, by: User) -> None:
    """:raises NotAllowed: if the campaign is not being checked, or `by` may not check it"""
    official_for(by, campaign, CAMPAIGN_STEPS["settle_checking"])
    if Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.CHECKING).count() != 1:
        raise NotAllowed
