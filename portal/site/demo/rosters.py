"""Make-believe citizens for small campaigns of the demo, and the rosters that name them."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from portal.site.demo.people import GIVEN, SURNAMES

_DONGS = ("가온동", "나래동", "다온동", "라온동")


@dataclass(frozen=True, slots=True)
class Citizen:
    """One make-believe citizen; the numbers exist on the simulator alone."""

    key: str
    name: str
    birth: date
    phone: str
    address: str


def citizens(count: int, *, series: str, seed: int) -> Iterator[Citizen]:
    """As many as wanted; `series` are the four digits in the middle of their numbers."""
    chance = Random(seed)  # noqa: S311 - make-believe people
    for number in range(1, count + 1):
        yield Citizen(
            key=f"2026-{series}-{number:04d}",
            name=chance.choice(SURNAMES) + chance.choice(GIVEN),
            birth=date(chance.randint(1945, 2004), chance.randint(1, 12), chance.randint(1, 28)),
            phone=f"010-{series}-{number:04d}",
            address=f"한빛시 새빛구 {_DONGS[number % len(_DONGS)]} {chance.randint(1, 300)}",
        )


def roster(people: Sequence[Citizen], **more: Sequence[str]) -> bytes:
    """Their roster as a CSV file, with further columns by title."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["관리번호", "성명", "생년월일", "휴대전화", "주소", *more])
    for one, *further in zip(people, *more.values(), strict=True):
        rows.writerow([one.key, one.name, one.birth.isoformat(), one.phone, one.address, *further])
    return out.getvalue().encode("utf-8-sig")
