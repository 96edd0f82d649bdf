"""The letters of our pages: all of them in our own file, which stays small and keeps its licence."""

from fontTools.ttLib import TTFont

from scripts.build_font import FAMILY, FONT, MOST_BYTES, WEIGHTS, needed
from tests.house.tracked import ROOT


def test_every_syllable_of_templates_and_catalogues_is_in_the_font() -> None:
    """If one is missing: scripts/build_font.py says how the file is made again."""
    drawn = {chr(code) for code in TTFont(FONT).getBestCmap()}

    assert "".join(sorted(needed() - drawn)) == ""


def test_the_font_is_small_enough_to_come_first() -> None:
    assert FONT.stat().st_size <= MOST_BYTES


def test_the_font_keeps_its_licence_but_not_the_reserved_name() -> None:
    font = TTFont(FONT)
    names = [str(record) for record in font["name"].names]

    assert FAMILY in names
    assert not [name for name in names if "Pretendard" in name]
    assert any("SIL Open Font License" in name for name in names)
    assert "Reserved Font Name Pretendard" in (FONT.parent / "OFL.txt").read_text("utf-8")


def test_the_font_is_variable_over_what_the_styles_use() -> None:
    (axis,) = TTFont(FONT)["fvar"].axes

    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", *WEIGHTS)


def test_officials_pages_use_the_same_letters_and_load_no_inter() -> None:
    styles = (ROOT / "static" / "unfold" / "fonts" / "inter" / "styles.css").read_text("utf-8")

    assert "sotong-ui.woff2" in styles
    assert "Inter-" not in styles
