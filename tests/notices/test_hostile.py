"""Files made to hurt: each ends in a sentence or in one held page, through both engines, and everything else goes on."""

import resource
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from notices.ingest import examine
from notices.reading import read_pages
from notices.zones import load_templates
from tests.notices import hostile

BOMBS = [hostile.nested_forms, hostile.huge_image, hostile.many_segments]
TEMPLATE = load_templates()[0]


@pytest.mark.parametrize("make", [hostile.zip_behind, hostile.script_behind, hostile.second_pdf_behind])
def test_what_hangs_behind_a_pdf_does_not_change_what_it_is(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    assert examine(make(tmp_path / "file.pdf")).page_count == 59


@pytest.mark.parametrize("make", BOMBS)
def test_bomb_is_examined_without_being_drawn(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    assert examine(make(tmp_path / "bomb.pdf")).page_count == 2


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["default", "poppler"])
@pytest.mark.parametrize("make", BOMBS)
def test_bomb_costs_its_own_page_and_no_memory_of_ours(
    tmp_path: Path, make: Callable[[Path], Path], engine: str
) -> None:
    pdf = make(tmp_path / "bomb.pdf")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    bad, good = read_pages(pdf, TEMPLATE, pages=range(1, 3), engine=engine)

    assert bad.failure or not bad.values.get("key")
    assert good.failure == ""
    assert good.values["key"] == "2026-00000023"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # kilobytes


def test_hidden_actions_deep_in_a_form_field_are_found(tmp_path: Path) -> None:
    """A button's script lies in the field, not in the page."""

    def change(pdf: pikepdf.Pdf) -> None:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('hidden')")
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Btn,
                T="b",
                Rect=pikepdf.Array([0, 0, 9, 9]),
                A=script,
                AA=pikepdf.Dictionary(D=script),
            )
        )
        chained = pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=script)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), CO=pikepdf.Array([field]))
        pdf.Root.Outlines = pikepdf.Dictionary(First=pdf.make_indirect(pikepdf.Dictionary(Title="x", A=chained)))
        pdf.pages[0].obj.Annots = pikepdf.Array([field])

    pdf, clean = hostile.demo_pages(tmp_path / "file.pdf", [1], change=change), tmp_path / "clean.pdf"

    examination = examine(pdf, clean_copy=clean)

    assert "script" in [finding.code for finding in examination.findings]
    with pikepdf.open(clean) as opened:
        texts = [obj.unparse() for obj in opened.objects if not isinstance(obj, pikepdf.Stream)]
    assert not any(b"hidden" in text for text in texts)
