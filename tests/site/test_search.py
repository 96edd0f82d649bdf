"""Search finds what was meant: half words, slips, initials, no spaces, the wrong keyboard."""

import json
from time import process_time

import pytest
from django.conf import settings

from portal.site.search import Catalogue, Entry, Kind, marked

REFERENCE = settings.BASE_DIR / "chatbot" / "reference" / "faq.json"

FOUND = [
    ("여권", "passport-apply"),
    ("여궈", "passport-apply"),
    ("여", "passport-apply"),
    ("ㅇㄱ", "passport-apply"),
    ("durnjs", "passport-apply"),
    ("durnj", "passport-apply"),
    ("dr", "passport-apply"),
    ("여꿘", "passport-apply"),
    ("주정자", "park-fine"),
    ("불법 주정차", "park-report"),
    ("wnwjdck", "park-report"),
    ("쓰래기 무단투기", "waste-dump"),
    ("쓰레기무단투기", "waste-dump"),
    ("대형폐기물버리는법", "waste-bulky"),
    ("대형 폐기물", "waste-bulky"),
    ("대형페기물", "waste-bulky"),
    ("eogudvPrlanf", "waste-bulky"),
    ("ㄷㅎㅍㄱㅁ", "waste-bulky"),
    ("소파 버리기", "waste-bulky"),
    ("채납", "tax-arrears"),
    ("어리니집", "child-care"),
    ("어린이집신청", "child-care"),
    ("전입신고는", "resident-move"),
    ("전입 신고 방법", "resident-move"),
    ("등본떼기", "resident-copy"),
    ("주민등록등뽄", "resident-copy"),
    ("보안등꺼짐", "road-light"),
    ("가로등 고장", "road-light"),
    ("종량재봉투", "waste-bag-price"),
    ("길고양이", "pet-cat"),
    ("유기견", "pet-lost"),
    ("독감주사", "health-flu"),
    ("과테료", "park-fine"),
    ("강아지 등록", "pet-register"),
    ("엄마 치매 검사", "health-dementia"),
    ("모기 방역 신청", "env-bugs"),
    ("cctv", "safety-cctv"),
    ("ＣＣＴＶ", "safety-cctv"),
    ("재활용분리수거", "waste-recycle"),
    ("기초 연금", "senior-pension"),
]
NOTHING = ["asdf", "qwer", "visit", "wifi", "뷁뷁", "아자차카", "맛있는 파스타 만들기", "asdf qwer", "?!", "😀"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The answers that ship with the project."""
    rows = json.loads(REFERENCE.read_text("utf-8"))
    return Catalogue(Entry(Kind.GUIDE, row["question"], row["id"], row["category"], tuple(row["tags"])) for row in rows)


@pytest.mark.parametrize(("query", "wanted"), FOUND)
def test_what_was_meant_is_among_the_first_three(catalogue: Catalogue, query: str, wanted: str) -> None:
    assert wanted in [hit.entry.url for hit in catalogue.find(query, most=3)]


@pytest.mark.parametrize("query", NOTHING)
def test_nonsense_finds_nothing(catalogue: Catalogue, query: str) -> None:
    assert catalogue.find(query) == []


@pytest.mark.parametrize("query", ["", "  ", "\u200b", "ㅏ" * 500, "가" * 10_000, "%_\\'\"<b>", "\U0010ffff"])
def test_ugly_queries_do_no_harm(catalogue: Catalogue, query: str) -> None:
    catalogue.find(query)


def test_suggestion_takes_far_less_than_a_blink(catalogue: Catalogue) -> None:
    queries = [query for query, _ in FOUND] + NOTHING
    started = process_time()

    for query in queries:
        catalogue.find(query, most=8)

    assert (process_time() - started) / len(queries) < 0.15


def test_longest_query_costs_little_more_than_a_short_one(catalogue: Catalogue) -> None:
    syllables = [chr(0xAC00 + (place * 7919) % 11_172) for place in range(100)]
    spaced = " ".join("".join(syllables[at : at + 3]) for at in range(0, 75, 3))

    def cost(query: str) -> float:
        def once() -> float:
            started = process_time()
            catalogue.find(query, most=8)
            return process_time() - started

        return min(once() for _ in range(5))

    assert cost("".join(syllables)) + cost(spaced) < 12 * cost("대형폐기물")


def test_search_grows_slower_than_the_catalogue() -> None:
    rows = json.loads(REFERENCE.read_text("utf-8"))

    def sized(times: int) -> Catalogue:
        return Catalogue(
            Entry(Kind.GUIDE, f"{row['question']} {turn}", row["id"], "", tuple(row["tags"]))
            for turn in range(times)
            for row in rows
        )

    def cost(catalogue: Catalogue) -> float:
        return min(_timed(catalogue) for _ in range(3))

    assert cost(sized(10)) < 30 * cost(sized(1))


def _timed(catalogue: Catalogue) -> float:
    started = process_time()
    for query in ("여권", "주정자", "durnjs", "ㅇㄱ", "대형폐기물버리는법"):
        catalogue.find(query)
    return process_time() - started


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("여권", "여권"),
        ("여궈", "여권"),
        ("ㅇㄱ", "여권"),
        ("durnjs", "여권"),
        ("발급 여권을", "여권을|발급"),
        ("없음", ""),
    ],
)
def test_found_words_are_marked_however_they_were_typed(query: str, wanted: str) -> None:
    parts = marked("여권을 새로 발급받으려면", query)

    assert "".join(part.text for part in parts) == "여권을 새로 발급받으려면"
    assert "|".join(part.text for part in parts if part.is_hit) == wanted
