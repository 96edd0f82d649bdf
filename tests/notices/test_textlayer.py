"""The words of a page in reading order."""

from pathlib import Path

import pytest
from django.conf import settings

from notices.showing import own_document, own_pages
from notices.textlayer import Block, Run, blocks_of

DEMO = Path(settings.BASE_DIR) / "notices" / "reference" / "demo" / "notices.pdf"
A4 = 297.0


def line(text: str, top: float, *, left: float = 20.0, size: float = 4.0, width: float | None = None) -> Run:
    right = left + (width or len(text) * size * 0.9)
    return Run(text, left, top, right, top + size * 0.9, size)


def said(runs: list[Run]) -> list[Block]:
    return blocks_of(runs, page_height=A4)


@pytest.fixture(scope="module")
def sample() -> list[Block]:
    return list(own_pages(DEMO, [1])[0].blocks)


def test_the_sample_notice_is_heading_facts_sentence_table_and_notes(sample: list[Block]) -> None:
    kinds = [block.kind for block in sample]

    assert kinds == ["text", "heading", "text", "facts", "text", "table", *["text"] * 4, "strong", "strong"]
    assert sample[1].lines == ("군소음 피해보상금 결정 통지서",)
    assert sample[3].rows[0] == ("성명", "최호숙")
    assert sample[-1].lines == ("새빛구청장",)


def test_the_table_of_the_sample_keeps_each_value_below_its_head(sample: list[Block]) -> None:
    table = next(block for block in sample if block.kind == "table")

    assert table.head == ("구분", "소음영향도", "보상기간(월)", "월 보상금(원)", "감액률", "금액(원)")
    assert table.rows[1] == ("제1종", "95웨클 이상", "10", "60,000", "50%", "300,000")
    assert table.rows[-1] == ("합계", "", "", "", "", "300,000")
    assert table.body[0][3] == ("월 보상금(원)", "60,000")


def test_a_sentence_goes_on_over_its_lines_and_ends_with_a_short_one() -> None:
    full = "가" * 45
    blocks = said([line(full, 50, width=170), line("나" * 20, 57), line(full, 70, width=170)])

    assert [block.lines[0] for block in blocks] == [f"{full} {'나' * 20}", full]


def test_a_note_begins_its_own_paragraph() -> None:
    blocks = said([line("※ 하나" + "가" * 40, 50, width=170), line("※ 둘", 56)])

    assert len(blocks) == 2


def test_words_set_apart_for_the_eye_are_words_again_but_sentences_keep_their_spaces() -> None:
    blocks = said([line("새 빛 구 청 장", 50), line("할 수 있는 일", 80)])

    assert [block.lines for block in blocks] == [("새빛구청장",), ("할 수 있는 일",)]


def test_order_is_that_of_the_page_whatever_the_order_in_the_file() -> None:
    blocks = said([line("셋째", 90), line("첫째", 30), line("둘째", 60)])

    assert [block.lines[0] for block in blocks] == ["첫째", "둘째", "셋째"]


def test_columns_of_prose_come_as_they_stand_in_the_file() -> None:
    left = [line("왼쪽 단의 긴 문장이 이어집니다 그리고 더 이어집니다", 30 + 6 * n, width=80) for n in range(8)]
    right = [
        line("오른쪽 단의 긴 문장이 이어집니다 그리고 더 이어집니다", 30 + 6 * n, left=110, width=80) for n in range(8)
    ]

    blocks = said([*left, *right])

    assert [block.kind for block in blocks] == ["plain"]
    assert list(blocks[0].lines) == [run.text for run in (*left, *right)]


def test_a_number_repeated_below_a_bar_code_is_said_once() -> None:
    blocks = said([line("관리번호 2026-00000015", 15), line("2026-00000015", 280)])

    assert [block.lines for block in blocks] == [("관리번호 2026-00000015",)]


def test_a_row_that_fits_no_column_ends_the_table() -> None:
    head = [line(text, 50, left=left, width=15) for text, left in (("구분", 20), ("기간", 80), ("금액", 140))]
    row = [line(text, 58, left=left, width=15) for text, left in (("가", 20), ("10", 80), ("300", 140))]
    odd = [line("하나", 66, left=18, width=8), line("둘", 66, left=31, width=8)]

    blocks = said([*head, *row, *odd])

    assert [block.kind for block in blocks] == ["table", "text"]


def test_an_empty_page_has_nothing_to_say() -> None:
    assert said([]) == []
    assert said([line("   ", 50)]) == []


def test_blocks_survive_being_stored(sample: list[Block]) -> None:
    assert [Block.from_json(block.as_json()) for block in sample] == sample


def test_own_document_has_her_pages_and_no_others(tmp_path: Path) -> None:
    target = tmp_path / "own.pdf"
    target.write_bytes(own_document(DEMO, [2, 3]))

    pages = own_pages(target, [1, 2])

    words = [str(page.blocks) for page in pages]
    assert all("2026-00000023" in page for page in words)
    assert not any("2026-00000015" in page or "2026-00000031" in page for page in words)
