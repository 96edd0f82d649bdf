"""Pages of a notice become pictures, in a cage, notice by notice: what fails is named and the next one goes on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notices.cells import Cells
from notices.engines import backend_of
from notices.fitting import PROBLEMS, Part, Rendered, unpack
from notices.layout import PORTABLE, PictureProfile
from notices.zones import Field, Template
from portal.core import cage

__all__ = ["PROBLEMS", "NoticePages", "Part", "Rendered", "preview_page", "render_batch", "render_notice"]

MODULE = "notices.cages.rendering"
PAGES_AT_ONCE = 125  # of one request: well within the processor time of a child
SECONDS_PER_NOTICE = 15.0


@dataclass(frozen=True, slots=True)
class NoticePages:
    """
    What to draw: pages (from 1) in order, and what their QR codes were read as, to compare the pictures with.

    `stamps`: what a QR code of ours says on each page, drawn into the template's free zone and read back as well.
    """

    reference: str
    pages: tuple[int, ...]
    qr: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()


def render_batch(
    pdf: Path,
    notices: Sequence[NoticePages],
    profile: PictureProfile = PORTABLE,
    *,
    template: Template | None = None,
    engine: str = "default",
    cells: Cells | None = None,
) -> Iterator[tuple[NoticePages, Rendered]]:
    """
    Draw notices in order, yielding each as soon as it is done; one that kills its cage comes back `render_failed`.

    What kills a child is known without searching: the notice after the last one that came out. It is tried once more
    alone, for a long run may have used up what it needed; then the others go on.

    :param template: its QR zones are kept whole, and its repeated keys do not count as the smallest type
    :param cells: children that stay for the next batch
    :raises portal.core.cage.CageError: if the document cannot be opened
    """
    left = list(notices)
    while left:
        batch = _first_batch(left)
        done = 0
        try:
            for line in _lines(pdf, batch, profile, template, engine, cells):
                yield batch[done], unpack(line)
                done += 1
        except cage.CageError as error:
            if error.reason == "refused":
                raise
            if done == 0:
                yield batch[0], _alone(pdf, batch[0], profile, template, engine)
                done = 1
        left = left[max(1, done) :]


def render_notice(
    pdf: Path,
    pages: Sequence[int],
    profile: PictureProfile = PORTABLE,
    engine: str = "default",
    *,
    template: Template | None = None,
    qr: Sequence[str] = (),
) -> Rendered:
    """Draw one notice: for previews and test messages; campaigns use `render_batch`."""
    notice = NoticePages("", tuple(pages), tuple(qr))
    return _alone(pdf, notice, profile, template, engine)


def preview_page(pdf: Path, page: int, *, width: int = 900, engine: str = "default") -> bytes:
    """
    A whole page as JPEG, for an official's eyes beside the roster row.

    :raises portal.core.cage.CageError: if the page cannot be drawn
    """
    wanted = json.dumps({"page": page, "width": width, "engine": backend_of(engine)}).encode()
    return cage.run_caged(MODULE, wanted, limits=cage.PDF, files=[pdf])


def _first_batch(notices: Sequence[NoticePages]) -> list[NoticePages]:
    """As many notices as one request is for: at least one."""
    batch: list[NoticePages] = []
    pages = 0
    for notice in notices:
        pages += len(notice.pages)
        if batch and pages > PAGES_AT_ONCE:
            break
        batch.append(notice)
    return batch


def _alone(pdf: Path, notice: NoticePages, profile: PictureProfile, template: Template | None, engine: str) -> Rendered:
    try:
        return unpack(next(_lines(pdf, [notice], profile, template, engine)))
    except cage.CageError as error:
        if error.reason == "refused":
            raise
        return Rendered(problems=("render_failed",))


def _lines(
    pdf: Path,
    notices: Sequence[NoticePages],
    profile: PictureProfile,
    template: Template | None,
    engine: str,
    cells: Cells | None = None,
) -> Iterator[bytes]:
    keys = template.of(Field.KEY)[1:] if template else ()
    wanted: dict[str, Any] = {
        "notices": [{"pages": one.pages, "qr": [*one.qr, *one.stamps], "stamps": one.stamps} for one in notices],
        "profile": [profile.max_bytes, profile.max_width, profile.max_height, profile.max_images],
        "qr_zones": [zone.as_json() for zone in template.of(Field.QR)] if template else [],
        "free_zones": [zone.as_json() for zone in template.of(Field.FREE)[:1]] if template else [],
        "small_zones": [zone.as_json() for zone in keys],
        "engine": backend_of(engine),
    }
    payload = json.dumps(wanted).encode()
    if cells is not None:
        return cells.lines(MODULE, payload, wall_per_item=SECONDS_PER_NOTICE)
    return cage.caged_lines(MODULE, payload, limits=cage.PDF, wall_per_item=SECONDS_PER_NOTICE, files=[pdf])
