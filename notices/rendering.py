"""Pages of a notice become pictures, in a cage, notice by notice: what fails is named and the next one goes on."""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notices.fitting import Part
from notices.layout import PORTABLE, PictureProfile
from notices.zones import Field, Template
from portal.core import cage

MODULE = "notices.cages.rendering"
PAGES_PER_CHILD = 125
SECONDS_PER_NOTICE = 15.0
_LENGTH = struct.Struct(">I")

# Why a notice has no pictures, or none that may be sent.
PROBLEMS = {
    "blank": "쪽이 모두 비어 있습니다.",
    "text_too_small": "글자가 휴대전화에서 읽기에 너무 작습니다.",
    "over_limit": "통신사가 받는 크기로 줄일 수 없습니다.",
    "render_failed": "쪽을 그릴 수 없습니다.",
    "read_back_failed": "완성된 그림에서 QR코드가 되읽히지 않습니다.",
}


@dataclass(frozen=True, slots=True)
class NoticePages:
    """What to draw: pages (from 1) in order, and what their QR codes were read as, to compare the pictures with."""

    reference: str
    pages: tuple[int, ...]
    qr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    The pictures of one notice. They may be sent only if `problems` is empty.

    `qr` is what the codes in the finished bytes say, `read_back_key` the key they agree on ('' without codes).
    """

    parts: tuple[Part, ...] = ()
    qr: tuple[str, ...] = ()
    read_back_key: str = ""
    problems: tuple[str, ...] = ()
    px_per_mm: float = 0.0
    smallest_type_pt: float | None = None
    renderer: str = ""


def render_batch(
    pdf: Path,
    notices: Sequence[NoticePages],
    profile: PictureProfile = PORTABLE,
    *,
    template: Template | None = None,
    engine: str = "pdfium",
) -> Iterator[tuple[NoticePages, Rendered]]:
    """
    Draw notices in order, yielding each as soon as it is done; one that kills its cage comes back `render_failed`.

    :param template: its QR zones are kept whole, and its repeated keys do not count as the smallest type
    :raises portal.core.cage.CageError: if the document cannot be opened
    """
    left = list(notices)
    while left:
        batch = _first_batch(left)
        done = 0
        try:
            for line in _lines(pdf, batch, profile, template, engine):
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
    engine: str = "pdfium",
    *,
    template: Template | None = None,
    qr: Sequence[str] = (),
) -> Rendered:
    """Draw one notice: for previews and test messages; campaigns use `render_batch`."""
    notice = NoticePages("", tuple(pages), tuple(qr))
    return _alone(pdf, notice, profile, template, engine)


def preview_page(pdf: Path, page: int, *, width: int = 900, engine: str = "pdfium") -> bytes:
    """
    A whole page as JPEG, for an official's eyes beside the roster row.

    :raises portal.core.cage.CageError: if the page cannot be drawn
    """
    wanted = json.dumps({"page": page, "width": width, "engine": engine}).encode()
    return cage.run_caged(MODULE, wanted, limits=cage.PDF, files=[pdf])


def _first_batch(notices: Sequence[NoticePages]) -> list[NoticePages]:
    """As many notices as one child draws before it is replaced: at least one."""
    batch: list[NoticePages] = []
    pages = 0
    for notice in notices:
        pages += len(notice.pages)
        if batch and pages > PAGES_PER_CHILD:
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
    pdf: Path, notices: Sequence[NoticePages], profile: PictureProfile, template: Template | None, engine: str
) -> Iterator[bytes]:
    keys = template.of(Field.KEY)[1:] if template else ()
    wanted: dict[str, Any] = {
        "notices": [{"pages": notice.pages, "qr": notice.qr} for notice in notices],
        "profile": [profile.max_bytes, profile.max_width, profile.max_height, profile.max_images],
        "qr_zones": [zone.as_json() for zone in template.of(Field.QR)] if template else [],
        "small_zones": [zone.as_json() for zone in keys],
        "engine": engine,
    }
    return cage.caged_lines(
        MODULE, json.dumps(wanted).encode(), limits=cage.PDF, wall_per_item=SECONDS_PER_NOTICE, files=[pdf]
    )


# --- how a result comes out of the cage: the length of a JSON text, the text, the pictures one after another ---------


def pack(rendered: Rendered) -> bytes:
    """In the cage."""
    facts = {
        "parts": [[len(p.jpeg), p.width, p.height, p.is_colour, p.quality] for p in rendered.parts],
        "qr": rendered.qr,
        "read_back_key": rendered.read_back_key,
        "problems": rendered.problems,
        "px_per_mm": rendered.px_per_mm,
        "smallest_type_pt": rendered.smallest_type_pt,
        "renderer": rendered.renderer,
    }
    text = json.dumps(facts).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *(part.jpeg for part in rendered.parts)])


def unpack(packed: bytes) -> Rendered:
    """Outside."""
    (length,) = _LENGTH.unpack_from(packed)
    facts = json.loads(packed[_LENGTH.size : _LENGTH.size + length])
    at = _LENGTH.size + length
    parts: list[Part] = []
    for size, *rest in facts.pop("parts"):
        parts.append(Part(packed[at : at + size], *rest))
        at += size
    return Rendered(
        parts=tuple(parts), qr=tuple(facts.pop("qr")), problems=tuple(facts.pop("problems")), **facts
    )  # fmt: skip
