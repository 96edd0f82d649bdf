"""One citizen's own pages, drawn and read in a cage: what the page on her phone is made of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from notices.engines import backend_of
from notices.textlayer import Block
from portal.core import cage

MODULE = "notices.cages.opening"
PICTURE_WIDTH = 1500
SECONDS_PER_PAGE = 15.0


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page: its picture, and its words in reading order."""

    jpeg: bytes
    width: int
    height: int
    blocks: tuple[Block, ...]


def own_pages(pdf: Path, pages: Sequence[int], *, engine: str = "default") -> list[ShownPage]:
    """
    Draw and read the pages (from 1) of one notice.

    :raises portal.core.cage.CageError: if one of them cannot be drawn
    """
    wanted = {"pages": list(pages), "width": PICTURE_WIDTH, "engine": backend_of(engine)}
    answers = cage.caged_lines(
        MODULE, json.dumps(wanted).encode(), limits=cage.PDF, wall_per_item=SECONDS_PER_PAGE, files=[pdf]
    )
    shown = []
    for said, jpeg in zip(answers, answers, strict=True):
        page = json.loads(said)
        blocks = tuple(Block.from_json(block) for block in page["blocks"])
        shown.append(ShownPage(jpeg, page["width"], page["height"], blocks))
    return shown


def own_document(pdf: Path, pages: Sequence[int]) -> bytes:
    """
    The pages of one notice as a PDF of their own.

    :raises portal.core.cage.CageError: if they cannot be taken out
    """
    return cage.run_caged(MODULE, json.dumps({"pages": list(pages)}).encode(), limits=cage.PDF, files=[pdf])
