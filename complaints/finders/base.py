"""What a place finder can be asked, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from complaints.geography import Point


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place by name. `area` is the 행정동 or the address line under it."""

    name: str
    area: str
    point: Point


class FinderError(Exception):
    """The finder could not answer. Not permanent: the next one is asked, and this one again another time."""

    def __init__(self, message: str = "", *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


@runtime_checkable
class PlaceFinder(Protocol):
    """A finder answers within two seconds or raises `FinderError`; what it is asked it neither keeps nor logs."""

    def find(self, text: str, *, most: int = 5) -> Sequence[FoundPlace]:
        """The places that the words may mean, the likeliest first."""

    def describe(self, point: Point) -> str:
        """Where a point is, in a few words; '' if nothing is known near it."""
