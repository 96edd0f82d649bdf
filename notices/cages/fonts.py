"""Which fonts of a page are not in the file. Without them one machine prints Korean and the next prints nothing."""

from dataclasses import dataclass, field
from typing import Any

import pikepdf

DEEPEST_FORM = 30
_STANDARD_14 = {
    *(f"Courier{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"Helvetica{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"Times-{style}" for style in ("Roman", "Bold", "Italic", "BoldItalic")),
    "Symbol",
    "ZapfDingbats",
}
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


@dataclass
class Fonts:
    """Judges resources once each: pages share fonts, and forms may be nested into each other without end."""

    missing: set[str] = field(default_factory=set)
    judged: dict[tuple[int, int], bool] = field(default_factory=dict)

    def missing_on(self, page: Any) -> bool:
        """Whether the page, a form on it or a stamp of an annotation uses a font that is not embedded."""
        is_missing = self._in_resources(_inherited(page, "/Resources"), DEEPEST_FORM)
        for annotation in page.get("/Annots", []):
            appearance = annotation.get("/AP")
            normal = appearance.get("/N") if appearance is not None else None
            if isinstance(normal, pikepdf.Stream):
                is_missing = self._in_form(normal, DEEPEST_FORM) or is_missing
        return is_missing

    def _in_resources(self, resources: Any, depth: int) -> bool:
        if resources is None or depth == 0:
            return False
        is_missing = False
        for font in dict(resources.get("/Font", {})).values():
            is_missing = self._is_missing(font) or is_missing
        for thing in dict(resources.get("/XObject", {})).values():
            if thing.get("/Subtype") == "/Form":
                is_missing = self._in_form(thing, depth) or is_missing
        return is_missing

    def _in_form(self, form: Any, depth: int) -> bool:
        if form.objgen not in self.judged:
            self.judged[form.objgen] = False  # a form inside itself adds nothing
            self.judged[form.objgen] = self._in_resources(form.get("/Resources"), depth - 1)
        return self.judged[form.objgen]

    def _is_missing(self, font: Any) -> bool:
        known = self.judged.get(font.objgen) if font.is_indirect else None
        if known is not None:
            return known
        is_missing = not _is_embedded(font)
        if font.is_indirect:
            self.judged[font.objgen] = is_missing
        if is_missing:
            self.missing.add(_name(font))
        return is_missing


def _inherited(page: Any, key: str) -> Any:
    """A page's own value or that of the nearest page tree node above it."""
    node = page
    for _ in range(DEEPEST_FORM):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return node.get(key) if node is not None else None


def _name(font: Any) -> str:
    return str(font.get("/BaseFont", "?")).lstrip("/")


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True  # its letters are drawings in the file
    if _name(font) in _STANDARD_14:
        return True
    if font.get("/Subtype") == "/Type0":
        font = font.DescendantFonts[0]
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor for key in _FONT_FILES)
