"""The engines we ship, by name. Lives in the cage; settings name the same classes for the outside."""

from notices.rasterizers.base import Rasterizer
from notices.rasterizers.pdfium import Pdfium
from notices.rasterizers.poppler import Poppler


def engine(name: str) -> Rasterizer:
    """
    The engine of this name.

    :raises KeyError: if we ship none of this name
    """
    engines: dict[str, type[Rasterizer]] = {"pdfium": Pdfium, "poppler": Poppler}
    return engines[name]()
