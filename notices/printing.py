"""One document to print for a list of letters: cut out of the sources in a cage, never on disk in the open."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.cage import CageError, Limits, run_caged
from portal.core.errors import Refused

_MIB = 1024 * 1024
LIMITS = Limits(memory_bytes=3072 * _MIB, cpu_seconds=240, file_bytes=2048 * _MIB, wall_seconds=300)
PRINT = "print.pdf"


class PrintRefused(Refused):
    """The pages could not be put together."""

    sentence = "인쇄용 PDF를 만들지 못했습니다. 목록은 그대로 쓸 수 있습니다."


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one letter, from 1, in one of the source files, from 0."""

    file: int
    pages: tuple[int, ...]


def printed(letters: Sequence[Pages], *, sources: Sequence[Path], target: Path) -> int:
    """
    Write the letters in their order to `target`; each begins on a front side. Returns how many pages there are.

    :raises PrintRefused: if the cage could not do it
    """
    payload = json.dumps({"letters": [(one.file, one.pages) for one in letters]}).encode()
    try:
        answer = run_caged("notices.cages.printing", payload, limits=LIMITS, files=sources, keep={PRINT: target})
    except CageError as error:
        raise PrintRefused from error
    page_count: int = json.loads(answer)["pages"]
    return page_count
