"""What stands on each page: read in a cage, page by page, so that one bad page costs only itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notices.cells import Cells
from notices.engines import backend_of
from notices.zones import Field, Template
from portal.core import cage

MODULE = "notices.cages.reading"
BATCH = 500  # pages a child reads: enough to forget its start, few enough for its ten seconds
SECONDS_PER_PAGE = 15.0


@dataclass(frozen=True, slots=True)
class PageReading:
    """
    What one page says. `values`: zone name → its text, '' where it is empty or not as its pattern wants.

    `white`: the zones for a stamp of ours in which nothing at all is printed. `member`: the name of the file it came
    in, if the document was a ZIP of single ones.
    """

    page: int
    values: Mapping[str, str] = field(default_factory=dict)
    qr: tuple[str, ...] = ()
    white: tuple[str, ...] = ()
    size_mm: tuple[float, float] = (0.0, 0.0)
    is_blank: bool = False
    has_text: bool = False
    content_sha256: str = ""
    failure: str = ""
    member: str = ""
    milliseconds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PageReading":
        """Read what the cage wrote."""
        return cls(
            **{
                **data,
                "qr": tuple(data["qr"]),
                "white": tuple(data.get("white", ())),
                "size_mm": tuple(data.get("size_mm", (0, 0))),
            }
        )


def read_pages(
    pdf: Path,
    template: Template,
    *,
    pages: range,
    engine: str = "default",
    reads_qr: bool = True,
    cells: Cells | None = None,
) -> Iterator[PageReading]:
    """
    Read pages (from 1) in order; a page that kills its cage comes back with `failure` and the next ones are read.

    :param cells: children that stay for the next batch
    :raises portal.core.cage.CageError: if the document itself cannot be opened
    """
    first = pages.start
    while first < pages.stop:
        last = min(first + BATCH, pages.stop) - 1
        reached = first
        try:
            for line in _lines(pdf, template, range(first, last + 1), engine, reads_qr, cells):
                yield PageReading.from_json(json.loads(line))
                reached += 1
        except cage.CageError as error:
            if error.reason == "refused":
                raise
            # A long run may have used up what the page at hand would have needed: only alone is it to blame.
            if reached > first:
                first = reached
                continue
            yield _alone(pdf, template, first, engine, reads_qr)
            reached += 1
        first = reached


def read_some(pdf: Path, template: Template, *, pages: Sequence[int], engine: str = "default") -> list[PageReading]:
    """
    Read a few pages in one cage, for an official who is drawing zones.

    :raises portal.core.cage.CageError: if the document cannot be opened, or one of the pages or patterns is too much
    """
    lines = _lines(pdf, template, pages, engine, reads_qr=bool(template.of(Field.QR)))
    return [PageReading.from_json(json.loads(line)) for line in lines]


def _alone(pdf: Path, template: Template, page: int, engine: str, reads_qr: bool) -> PageReading:
    try:
        return PageReading.from_json(json.loads(next(_lines(pdf, template, [page], engine, reads_qr))))
    except cage.CageError as error:
        return PageReading(page, failure=error.reason)


def _lines(
    pdf: Path,
    template: Template,
    pages: Sequence[int],
    engine: str,
    reads_qr: bool,
    cells: Cells | None = None,
) -> Iterator[bytes]:
    wanted = {
        "pages": list(pages),
        "zones": [zone.as_json() for zone in template.zones],
        "engine": backend_of(engine),
        "reads_qr": reads_qr,
    }
    payload = json.dumps(wanted).encode()
    if cells is not None:
        return cells.lines(MODULE, payload, wall_per_item=SECONDS_PER_PAGE)
    return cage.caged_lines(MODULE, payload, limits=cage.PDF, wall_per_item=SECONDS_PER_PAGE, files=[pdf])
