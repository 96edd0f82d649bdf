"""What every part needs: pages to work on, a clock of processor time, and long files made of short ones."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

import notices
from portal.core.errors import Refused

DEMO = Path(notices.__file__).resolve().parent / "reference" / "demo"


class NoSample(Refused):
    """The folder holds no sample to measure with."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder with notices.pdf and roster.xlsx, how many of its pages are measured, and how many it has."""

    folder: Path
    pages_count: int
    all_count: int

    @property
    def pdf(self) -> Path:
        """The document."""
        return self.folder / "notices.pdf"

    @property
    def roster(self) -> Path:
        """The roster that belongs to it."""
        return self.folder / "roster.xlsx"


def sample_in(folder: Path | None, wanted: int) -> Sample:
    """
    The first `wanted` pages of the sample in a folder, of the one that comes with the portal by default.

    :raises NoSample: if there is no such sample
    """
    folder = folder or DEMO
    if not (folder / "notices.pdf").is_file() or not (folder / "roster.xlsx").is_file():
        raise NoSample(f"{folder}에 notices.pdf와 roster.xlsx가 있어야 합니다.")
    document = pypdfium2.PdfDocument(folder / "notices.pdf")
    try:
        return Sample(folder, min(wanted, len(document)), len(document))
    finally:
        document.close()


def cpu_seconds() -> float:
    """Processor time of this process and of all children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass(slots=True)
class Meter:
    """Processor seconds spent, and on how many pages."""

    seconds: float = 0.0
    pages: int = 0

    @property
    def ms(self) -> float:
        """Milliseconds a page."""
        return self.seconds * 1000 / max(1, self.pages)

    @contextmanager
    def over(self, pages: int) -> Iterator[None]:
        """Measure a block that works on so many pages."""
        began = cpu_seconds()
        yield
        self.seconds += cpu_seconds() - began
        self.pages += pages


def repeated(pdf: Path, target: Path, *, pages: int) -> Path:
    """A document of so many pages: those of a short one again and again, each with its own page object."""
    with pypdfium2.PdfDocument(pdf) as short, pypdfium2.PdfDocument.new() as long:
        while len(long) < pages:
            long.import_pages(short, list(range(min(len(short), pages - len(long)))))
        long.save(target)
    return target


def say(words: str) -> None:
    """Progress, on the other channel: standard output ends with the JSON."""
    print(words, file=sys.stderr, flush=True)
