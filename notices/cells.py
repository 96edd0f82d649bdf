"""The children that read and draw one document: one of each kind, asked batch after batch, replaced now and then."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from portal.core import cage

PAGES_PER_CHILD = 2000


class Cells:
    """Children that have a document at hand. Use as a context; without one every batch starts a child of its own."""

    def __init__(self, pdf: Path) -> None:
        self.pdf = pdf
        self._cells: dict[str, cage.Cell] = {}

    def lines(self, module: str, payload: bytes, *, wall_per_item: float) -> Iterator[bytes]:
        """
        As `portal.core.cage.caged_lines`, in the child of this kind.

        :raises portal.core.cage.CageError: if it dies; the next batch gets another
        """
        if module not in self._cells:
            limits = cage.PDF
            self._cells[module] = cage.Cell(module, limits=limits, files=[self.pdf], most_items=PAGES_PER_CHILD)
        return self._cells[module].lines(payload, wall_per_item=wall_per_item)

    def close(self) -> None:
        """End them all."""
        for cell in self._cells.values():
            cell.close()
        self._cells.clear()

    def __enter__(self) -> "Cells":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
