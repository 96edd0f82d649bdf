"""The make-believe people of a rehearsal: their notices, their roster, and what each of them will answer."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.conf import settings

from notices.rosters import read_roster
from portal.core.errors import Refused
from portal.core.phones import national

GENERATOR = Path("scripts") / "gen_notices.py"
# What a hundred people do: most agree, and every way of not agreeing happens in a small rehearsal, too.
SHARES = {
    "consent": 78,
    "reminded": 3,
    "refuse": 5,
    "silent": 4,
    "unclear": 5,
    "wrong_birth": 3,
    "other_person": 2,
}
AGREE = frozenset({"consent", "reminded"})
TWO_PAGE_SHARE = "0.1"


class NoGenerator(Refused):
    """The generator of make-believe notices is not here, or does not work."""

    sentence = (
        "견본 통지서를 만들 수 없습니다. 리허설은 개발용 패키지(requirements-dev.lock)와 나눔 글꼴(fonts-nanum)이 있는 "
        "작업 폴더에서 합니다."
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder made by the generator."""

    folder: Path

    @property
    def pdf(self) -> Path:
        """The pages."""
        return self.folder / "notices.pdf"

    @property
    def roster(self) -> Path:
        """The people."""
        return self.folder / "roster.xlsx"

    @property
    def truth(self) -> Path:
        """Written last: whose page is whose."""
        return self.folder / "truth.json"

    def owners(self) -> dict[int, str | None]:
        """The key of each page's owner."""
        return {page["page"]: page["owner"] for page in json.loads(self.truth.read_text("utf-8"))["pages"]}


def make_sample(folder: Path, *, citizens: int, seed: int) -> Sample:
    """
    Make notices and roster with every kind of planted error, unless the folder holds a finished sample.

    :raises NoGenerator: if the generator or what it needs is not installed
    """
    sample = Sample(folder)
    if sample.truth.exists():
        return sample
    command = [sys.executable, str(settings.BASE_DIR / GENERATOR), "--out", str(folder), "--citizens", str(citizens)]
    command += ["--seed", str(seed), "--two-page", TWO_PAGE_SHARE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    if done.returncode or not sample.truth.exists():
        raise NoGenerator
    return sample


def read_crowd(path: Path) -> dict[str, str]:
    """What the owner of each number means to answer."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return {row["number"]: row["answer"] for row in rows}


def write_crowd(sample: Sample, path: Path, *, seed: int) -> int:
    """Tell the simulator's crowd who they are and what they will answer; returns how many numbers."""
    chance = Random(seed)  # noqa: S311 - a make-believe crowd
    rows: dict[str, dict[str, str]] = {}
    for row in read_roster(sample.roster).rows:
        if row.phone and row.birth:
            number = national(row.phone)
            answer = chance.choices(list(SHARES), list(SHARES.values()))[0]
            person = {"number": number, "birth": f"{row.birth:%y%m%d}", "name": row.name, "answer": answer}
            rows.setdefault(number, person)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()), encoding="utf-8")
    return len(rows)
