"""Which engine draws: NOTICES_RASTERIZERS by alias, or one of ours by its name."""

from django.conf import settings

OURS = {"pdfium": "notices.rasterizers.pdfium.Pdfium", "poppler": "notices.rasterizers.poppler.Poppler"}


def backend_of(alias: str) -> str:
    """
    The dotted path of an engine, to be imported in the cage.

    :raises KeyError: if neither the settings nor we know the alias
    """
    chosen: dict[str, dict[str, str]] = settings.NOTICES_RASTERIZERS
    return chosen[alias]["BACKEND"] if alias in chosen else OURS[alias]
