"""Letters: what a page of our own mail merge costs, with its codes."""

import tempfile
from pathlib import Path
from typing import Any

from notices.benchmarks.rosters import FAMILY, GIVEN, key_of
from notices.benchmarks.stage import Meter, say
from notices.merging import Letter, Person, make

LETTER = Letter(
    title="군소음 피해보상금 결정 통지",
    body="#{성명} 님의 보상금이 아래와 같이 결정되었음을 알려 드립니다.\n\n금액을 확인하시고 기한 안에 신청해 주세요.",
    issuer="새빛구청장",
    table="보상금액 | #{금액}원\n대상기간 | 2026년 1월부터 12월까지",
    closing="결정에 이의가 있으시면 60일 안에 이의를 신청하실 수 있습니다.",
    issued_on="2026. 11. 22.",
    footer="문의 02-120-0000",
)


def measure(count: int) -> dict[str, Any]:
    """As many letters as one child sets at a time, and once few, whose start is taken off."""
    say(f"통지서 {count}장 만들기")
    started, all_of_them = Meter(), Meter()
    with tempfile.TemporaryDirectory(prefix="sotong-bench-") as folder:
        for meter, size in ((started, 1), (all_of_them, count)):
            with meter.over(size):
                made = _make(size, Path(folder) / f"{size}.pdf")
    pages = sum(one.pages for one in made)
    spent = max(1e-9, all_of_them.seconds - started.seconds)
    return {
        "merge_pages": pages,
        "merge_ms": round(spent * 1000 / max(1, pages - 1), 2),
        "merge_pages_per_core_second": round(max(1, pages - 1) / spent, 1),
        "merge_start_ms": round(started.ms, 1),
    }


def _make(count: int, target: Path) -> list[Any]:
    people = [
        Person(
            key=key_of(number),
            name=FAMILY[number % len(FAMILY)] + GIVEN[number % len(GIVEN)],
            birth="1970-01-31",
            address=f"새빛구 중앙로 {number}",
            values={"성명": FAMILY[number % len(FAMILY)] + GIVEN[number % len(GIVEN)], "금액": str(300_000 + number)},
        )
        for number in range(1, count + 1)
    ]
    return make(LETTER, people, secret=b"sample-key", site="https://notice.example.kr", target=target)
