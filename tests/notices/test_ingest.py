"""A document is taken, cleaned or refused with a sentence; nothing that is uploaded can hurt us."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from notices import ingest
from notices.ingest import DocumentRefused, examine
from portal.core.cage import Limits
from tests.notices import hostile


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (hostile.empty, "빈 파일"),
        (hostile.jpeg_named_pdf, "JPEG"),
        (hostile.hwp, "HWP는 한글에서 PDF로 저장해 주세요"),
        (hostile.half_file, "깨졌거나"),
        (hostile.html_before, "앞에 다른 내용"),
        (hostile.no_pages, "쪽이 하나도 없는"),
        (hostile.encrypted, "암호가 걸린"),
        (hostile.huge_page, "1쪽의 크기가 40640×40640mm"),
        (hostile.tiny_page, "1쪽의 크기가 1×1mm"),
        (hostile.user_unit, "1쪽의 길이 단위"),
        (hostile.xfa, "XFA"),
        (hostile.rich_media, "1쪽에 동영상"),
    ],
)
def test_what_cannot_be_a_document_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    pdf = make(tmp_path / "file.pdf")

    with pytest.raises(DocumentRefused) as caught:
        examine(pdf)

    assert words in caught.value.sentence


def test_demo_document_is_taken_without_a_word() -> None:
    examination = examine(hostile.DEMO / "notices.pdf")

    assert examination.page_count == 59
    assert examination.findings == ()
    assert not examination.is_cleaned


@pytest.mark.parametrize(
    ("make", "code"),
    [(hostile.javascript, "script"), (hostile.links, "link"), (hostile.attachment, "attachment")],
)
def test_what_acts_is_taken_out_of_the_working_copy(tmp_path: Path, make: Callable[[Path], Path], code: str) -> None:
    pdf, clean = make(tmp_path / "file.pdf"), tmp_path / "clean.pdf"

    examination = examine(pdf, clean_copy=clean)

    assert code in [finding.code for finding in examination.findings]
    assert examination.is_cleaned
    assert not examination.blocks
    assert examine(clean).findings == ()
    content = clean.read_bytes()
    assert not any(word in content for word in (b"JavaScript", b"Launch", b"evil.example", b"virus.exe"))


def test_owner_restrictions_are_fine_and_gone_from_the_working_copy(tmp_path: Path) -> None:
    pdf, clean = hostile.owner_only(tmp_path / "file.pdf"), tmp_path / "clean.pdf"

    examination = examine(pdf, clean_copy=clean)

    assert examination.page_count == 59
    with pikepdf.open(clean) as opened:
        assert not opened.is_encrypted


def test_font_that_is_not_embedded_blocks_and_names_the_page(tmp_path: Path) -> None:
    (finding,) = examine(hostile.unembedded_font(tmp_path / "file.pdf")).blocks

    assert finding.code == "font_not_embedded"
    assert finding.pages == (1,)
    assert "HYGothic-Medium" in finding.sentence
    assert "글꼴 포함" in finding.sentence


def test_latin_standard_fonts_need_no_embedding(tmp_path: Path) -> None:
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Helvetica-Bold")
    )
    fonts = pikepdf.Dictionary(F=font)

    pdf = hostile.drawn(tmp_path / "file.pdf", b"BT /F 12 Tf 100 700 Td (x) Tj ET", fonts=fonts)

    assert examine(pdf).findings == ()


def test_nested_forms_do_not_slow_the_examination(tmp_path: Path) -> None:
    assert examine(hostile.nested_forms(tmp_path / "file.pdf")).page_count == 2


def test_file_above_the_limit_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "LARGEST_FILE", 1000)

    with pytest.raises(DocumentRefused) as caught:
        examine(hostile.DEMO / "notices.pdf")

    assert "너무 큽니다" in caught.value.sentence


def test_document_that_exhausts_its_cage_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "LIMITS", Limits(1 << 30, 5, 0, wall_seconds=0.001))

    with pytest.raises(DocumentRefused) as caught:
        examine(hostile.DEMO / "notices.pdf")

    assert "깨졌거나 지나치게 복잡해" in caught.value.sentence
