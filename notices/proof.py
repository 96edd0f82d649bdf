"""What an official sees of a proof: each witness beside the roster, and what a sample says, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notices.assigning import agrees
from notices.reading import PageReading
from notices.rosters import RosterRow
from notices.zones import Field, Template, Zone

LABELS: Mapping[Field, str] = {
    Field.KEY: "관리번호",
    Field.NAME: "성명",
    Field.BIRTH: "생년월일",
    Field.ADDRESS: "주소",
    Field.AMOUNT: "금액",
    Field.PAGE: "쪽 번호",
}


@dataclass(frozen=True, slots=True)
class Witness:
    """One zone of one page, beside what the roster says."""

    page: int
    label: str
    on_page: str
    on_roster: str
    agrees: bool


def witnesses(template: Template, readings: Sequence[PageReading], row: RosterRow) -> Iterator[Witness]:
    """What every zone of a notice's pages says, in order, and whether that is what the roster says."""
    for place, reading in enumerate(readings, start=1):
        for zone in template.zones:
            if zone.field in LABELS and zone.stands_on(place):
                said = reading.values.get(zone.name, "")
                yield Witness(
                    page=reading.page,
                    label=LABELS[zone.field],
                    on_page=said,
                    on_roster=_roster_says(zone, row, place, len(readings)),
                    agrees=_agrees(zone, said, row, place, len(readings)),
                )


def _roster_says(zone: Zone, row: RosterRow, place: int, pages: int) -> str:
    says = {
        Field.KEY: row.key,
        Field.NAME: row.name,
        Field.BIRTH: row.birth.isoformat() if row.birth else "",
        Field.ADDRESS: row.address,
        Field.AMOUNT: row.amount,
        Field.PAGE: f"{place}/{row.pages or pages}",
    }
    return says[zone.field]


def _agrees(zone: Zone, said: str, row: RosterRow, place: int, pages: int) -> bool:
    if zone.field in (Field.KEY, Field.PAGE):
        return said.replace(" ", "") == _roster_says(zone, row, place, pages)
    return agrees(zone, said, row)


def rule_of_three(random_count: int) -> str:
    """What it means that a random sample had nothing wrong in it: at most 3/n are, with 95 % confidence."""
    share = 300 / random_count if random_count else 100.0
    percent = f"{share:.0f}" if share >= 2 else f"{share:.1f}".removesuffix(".0")
    return (
        f"무작위로 뽑은 {random_count:,}건이 모두 맞으면, 전체에서 틀린 것은 {min(100, float(percent)):g}%보다 적다고 "
        "95% 믿을 수 있습니다. 더 믿으려면 더 많이 보아야 합니다(300건이면 1%, 3,000건이면 0.1%)."
    )
