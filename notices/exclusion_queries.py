"""Reads about whom a campaign will not reach by text, and about finding one citizen of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from messaging.queries import opted_out_phones
from notices.models import Campaign, Recipient
from notices.phrasing import topic_of
from notices.queries import checking_summary, counts_of, roster_of

BLOCK = 2_000
MOST_FOUND = 20
R = Recipient.State
_COUNTED = {
    "defective": ("자료 오류", "명부나 문서가 맞지 않아 문자로 보내지 않습니다."),
    "no_mobile": ("휴대전화 없음", "휴대전화 번호가 없거나 유선전화입니다."),
    "minor": ("14세 미만", "보호자께 종이로 알립니다(개인정보 보호법 제22조의2)."),
    "excluded": ("담당자가 제외", "사망, 중복처럼 통지할 이유가 없는 분입니다. 우편도 가지 않습니다."),
}
_LISTED = {
    "opted_out": ("수신거부", "문자를 받지 않겠다고 하신 번호입니다. 보내는 순간에 다시 확인해 보내지 않습니다."),
    "shared": ("같은 번호를 함께 쓰는 분", "한 분씩 차례로 여쭙고, 생년월일이 맞는 분의 답으로만 셉니다."),
}
HELD = "held"  # listed on the page of the checking, with the reasons
LABELS = {name: label for name, (label, _) in (_COUNTED | _LISTED).items()}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One reason why people get no text, or not at once, and how many they are."""

    name: str
    label: str
    words: str
    count: int


def exclusions_of(campaign: Campaign) -> list[Exclusion]:
    """Every reason with its number, also where nobody is concerned."""
    counts = counts_of(campaign)
    counted = [Exclusion(name, *words, counts.get(f"state:{name}", 0)) for name, words in _COUNTED.items()]
    listed = [Exclusion(name, *words, people_left_out(campaign, name).count()) for name, words in _LISTED.items()]
    return [*counted, *_held(campaign), *listed]


def _held(campaign: Campaign) -> list[Exclusion]:
    if campaign.state != Campaign.State.CHECKING or not campaign.has_documents:
        return []
    summary = checking_summary(campaign)
    words = "쪽의 주인을 확인하지 못했습니다. 그대로 검수를 마치면 종이 우편으로 보냅니다."
    return [Exclusion(HELD, "통지서 보류·없음", words, summary.held_count + summary.no_page_count)]


def duplicates_of(campaign: Campaign) -> int:
    """How many rows of the roster said the same as another and were taken as one."""
    roster = roster_of(campaign)
    return roster.duplicate_count if roster else 0


def reachable_count(campaign: Campaign) -> int:
    """How many of the roster are written to; while pages are checked, only those whose notice is proved."""
    if campaign.state == Campaign.State.CHECKING and campaign.has_documents:
        return checking_summary(campaign).proved_count
    counts = counts_of(campaign)
    return counts.get("all", 0) - sum(counts.get(f"state:{name}", 0) for name in _COUNTED)


def people_left_out(campaign: Campaign, name: str) -> QuerySet[Recipient]:
    """Exactly the people one reason counts."""
    people = Recipient.objects.filter(campaign=campaign)
    if name == "opted_out":
        refusing = opted_out_phones(topic=topic_of(campaign), stream=campaign.stream)
        return people.filter(phone_index__in=refusing).order_by("row", "pk")
    if name == "shared":
        phones = people.exclude(phone_index=None).values("phone_index").annotate(total=Count("pk"))
        shared = phones.filter(total__gt=1).values("phone_index")
        return people.filter(phone_index__in=shared).order_by("phone_index", "row", "pk")
    return people.filter(state=name).order_by("row", "pk")


def people_called(campaign: Campaign, words: str) -> list[Recipient]:
    """Whoever has this number or exactly this name; names are sealed, so each is opened and compared."""
    wanted = "".join(words.split())
    if not wanted:
        return []
    people = Recipient.objects.filter(campaign=campaign)
    by_key = list(people.filter(key=wanted).select_related("campaign"))
    return by_key or list(_named(people, wanted))


def _named(people: QuerySet[Recipient], wanted: str) -> Iterator[Recipient]:
    found = 0
    for one in people.select_related("campaign").order_by("row", "pk").iterator(chunk_size=BLOCK):
        if "".join(one.name.split()) == wanted:
            found += 1
            yield one
        if found == MOST_FOUND:
            return
