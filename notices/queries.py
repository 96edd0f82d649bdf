"""Reads that pages need: campaigns of a department, counted facts, people behind a number, replies to decide."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Exists, Max, OuterRef, QuerySet, Sum

from notices.balancing import Facts
from notices.models import (
    Answer,
    Campaign,
    Count,
    Notice,
    PageClaim,
    PaperBatch,
    PaperItem,
    Recipient,
    RenderBatch,
    RosterImport,
    SourceDocument,
)
from notices.tabulation import LINES
from notices.workflow import reason_label
from portal.accounts.models import User
from portal.accounts.queries import official_of

R = Recipient.State


def campaigns_of(user: User) -> QuerySet[Campaign]:
    """The campaigns of the official's own department, newest first; nothing for anybody else."""
    official = official_of(user)
    found = Campaign.objects.select_related("department", "officer")
    if official is None:
        return found.none()
    return found.filter(department=official.department).order_by("-pk")


def counts_of(campaign: Campaign) -> dict[str, int]:
    """The campaign's numbers, from appended deltas: no rows are counted."""
    deltas = Count.objects.filter(campaign=campaign).values("metric").annotate(total=Sum("delta"))
    return dict(deltas.values_list("metric", "total"))


def live_tag(campaign_id: int) -> str:
    """Changes whenever a number or the state of the campaign changes."""
    latest = Count.objects.filter(campaign_id=campaign_id).aggregate(latest=Max("pk"))["latest"]
    campaign = Campaign.objects.only("state", "paused_at").get(pk=campaign_id)
    return f"{campaign_id}-{latest or 0}-{campaign.state}-{campaign.paused_at or ''}"


def current_document(campaign: Campaign) -> SourceDocument | None:
    """The document whose pages count."""
    return SourceDocument.objects.filter(campaign=campaign, is_current=True).first()


def latest_document(campaign: Campaign) -> SourceDocument | None:
    """The document uploaded last, whatever became of it."""
    return SourceDocument.objects.filter(campaign=campaign).order_by("-pk").first()


def roster_of(campaign: Campaign) -> RosterImport | None:
    """The roster as it was read."""
    return RosterImport.objects.filter(campaign=campaign).first()


def pages_by_verdict(campaign: Campaign) -> dict[str, int]:
    """How many pages of the current document are what; '' are those not judged yet."""
    pages = PageClaim.objects.filter(document__campaign=campaign, document__is_current=True)
    counted = pages.values("verdict").annotate(total=CountOf("pk")).values_list("verdict", "total")
    return {verdict or "": total for verdict, total in counted}


def facts_of(campaign: Campaign) -> Facts:
    """Everything the identities of a campaign compare."""
    roster, document = roster_of(campaign), current_document(campaign)
    return Facts(
        counts=counts_of(campaign),
        roster_rows=roster.row_count if roster else 0,
        roster_duplicates=roster.duplicate_count if roster else 0,
        document_pages=(document.page_count or 0) if document else 0,
        pages=pages_by_verdict(campaign),
        letters=PaperItem.objects.filter(recipient__campaign=campaign, batch__isnull=False).count(),
        listed_rows=PaperBatch.objects.filter(campaign=campaign, returned_by=None).aggregate(sum=Sum("row_count"))[
            "sum"
        ]
        or 0,
        are_letters_final=campaign.state in (Campaign.State.CLOSED, Campaign.State.PURGED),
    )


def recounted(campaign: Campaign) -> dict[str, int]:
    """The same states and buckets counted from the rows themselves, to be compared with the deltas."""
    people = Recipient.objects.filter(campaign=campaign)
    states = people.values("state").annotate(total=CountOf("pk")).values_list("state", "total")
    buckets = people.exclude(bucket=None).values("bucket").annotate(total=CountOf("pk")).values_list("bucket", "total")
    return {
        "all": people.count(),
        **{f"state:{state}": total for state, total in states},
        **{f"bucket:{bucket}": total for bucket, total in buckets},
    }


_FACTS: dict[str, dict[str, object]] = {
    "all": {},
    "asked": {"asked_at__isnull": False},
    "ask_delivered": {"ask_delivered_at__isnull": False},
    "replied": {"replied_at__isnull": False},
    "verified": {"verified_at__isnull": False},
    "triage": {"needs_triage": True},
    "sent": {"sent_at__isnull": False},
    "delivered": {"delivered_at__isnull": False},
    "opened": {"opened_at__isnull": False},
}


def people_behind(campaign: Campaign, line: str) -> QuerySet[Recipient]:
    """Exactly the people that a line of the tally counts."""
    metric = {name: metric for name, _, metric in LINES}[line]
    people = Recipient.objects.filter(campaign=campaign).order_by("row", "pk")
    kind, _, value = metric.partition(":")
    return people.filter(**{kind: value}) if value else people.filter(**_FACTS[metric])


def held_notices(campaign: Campaign) -> QuerySet[Notice]:
    """What is held, each beside the person of the roster it seems to belong to."""
    held = Notice.objects.filter(recipient__campaign=campaign, state=Notice.State.HELD)
    return held.select_related("recipient", "document").order_by("first_page")


def stray_pages(campaign: Campaign) -> QuerySet[PageClaim]:
    """Pages that belong to nobody on the roster, or to nobody we can tell."""
    pages = PageClaim.objects.filter(document__campaign=campaign, document__is_current=True, notice__isnull=True)
    return pages.filter(verdict__in=["orphan", "held"]).order_by("page")


def answers_to_decide(campaign: Campaign) -> QuerySet[Answer]:
    """Unclear replies of a campaign, newest first."""
    waiting = Answer.objects.filter(recipient__campaign=campaign, needs_decision=True, replaced_at__isnull=True)
    return waiting.select_related("recipient", "reply", "recipient__campaign").order_by("-at", "-pk")


def held_reasons(campaign: Campaign) -> Mapping[str, int]:
    """How many notices are held for which reason."""
    found: dict[str, int] = {}
    for reasons in held_notices(campaign).values_list("reasons", flat=True):
        for reason in reasons:
            found[reason] = found.get(reason, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def progress_tag(campaign: Campaign) -> str:
    """Changes whenever a batch of the analysis ends."""
    done = RenderBatch.objects.filter(document__campaign=campaign, state=RenderBatch.State.DONE)
    documents = SourceDocument.objects.filter(campaign=campaign).order_by("-pk").values_list("state", flat=True)
    return f"{campaign.state}-{documents.first()}-{done.count()}"


@dataclass(frozen=True)
class CheckingSummary:
    """What the analysis found, in people and in pages."""

    people_count: int
    proved_count: int
    held_count: int
    no_page_count: int
    defective_count: int
    no_mobile_count: int
    minor_count: int
    excluded_count: int
    pages: Mapping[str, int]


def checking_summary(campaign: Campaign) -> CheckingSummary:
    """The numbers of the checking page; the people add up to the roster."""
    counts = counts_of(campaign)
    return CheckingSummary(
        people_count=counts.get("all", 0),
        proved_count=_to_check(campaign).filter(Exists(_proved())).count() + counts.get("state:addressable", 0),
        held_count=_to_check(campaign).filter(~Exists(_proved()), Exists(_held())).count(),
        no_page_count=people_without_page(campaign).count(),
        defective_count=counts.get("state:defective", 0),
        no_mobile_count=counts.get("state:no_mobile", 0),
        minor_count=counts.get("state:minor", 0),
        excluded_count=counts.get("state:excluded", 0),
        pages=pages_by_verdict(campaign),
    )


def _to_check(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, state=R.IMPORTED)


def _proved() -> QuerySet[Notice]:
    return Notice.objects.sendable().filter(recipient=OuterRef("pk"), assets__isnull=False)


def _held() -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=OuterRef("pk"), state=Notice.State.HELD)


def people_without_page(campaign: Campaign) -> QuerySet[Recipient]:
    """People who could be asked, but have no page in the document."""
    return _to_check(campaign).filter(~Exists(_proved()), ~Exists(_held())).order_by("row")


def person_page(recipient: Recipient) -> dict[str, Any]:
    """Everything known about one citizen of a campaign: her row, her pages and what they say, what happened."""
    claims = PageClaim.objects.filter(notice__recipient=recipient).select_related("document").order_by("page")
    pages = [
        {
            "number": claim.page,
            "said": _said_on(claim),
            "qr_key": claim.qr_key,
            "reasons": [reason_label(reason) for reason in claim.reasons],
        }
        for claim in claims
    ]
    return {
        "pages": pages,
        "notices": list(recipient.notices.order_by("first_page")),
        "problems": [reason_label(code) for code in recipient.problems],
        "answers": _answers_shown(recipient),
        "changes": list(recipient.changes.select_related("by").order_by("pk")),
        "pictures": recipient.assets.order_by("part"),
    }


def _answers_shown(recipient: Recipient) -> list[Answer]:
    """What she said; of a vote nobody is shown who chose what, then or later."""
    answers = recipient.answers.select_related("decided_by").order_by("at", "pk")
    is_vote = recipient.campaign.kind == Campaign.Kind.VOTE
    return [] if is_vote else list(answers)


_ZONES = {"key": "관리번호", "page": "쪽", "name": "성명", "birth": "생년월일", "address": "주소", "amount": "금액"}


def _said_on(claim: PageClaim) -> list[tuple[str, str]]:
    values: dict[str, str] = json.loads(claim.reading)["values"] if claim.reading else {}
    return [(label, values[name]) for name, label in _ZONES.items() if name in values]


def earlier_answers(answer: Answer) -> list[Answer]:
    """What the same citizen said before."""
    same = Answer.objects.filter(recipient_id=answer.recipient_id).exclude(pk=answer.pk)
    return list(same.order_by("-at", "-pk")[:10])


def paper_reasons(campaign: Campaign) -> list[tuple[str, int]]:
    """Why people get letters, the most frequent reason first."""
    people = Recipient.objects.filter(campaign=campaign, bucket=Recipient.Bucket.PAPER)
    rows = people.values("reason").annotate(total=CountOf("pk")).order_by("-total", "reason")
    return [(reason_label(row["reason"]), row["total"]) for row in rows]
