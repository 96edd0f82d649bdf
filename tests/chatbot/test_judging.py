"""The shipped answers are judged without a database, and what citizens say is good content."""

import io
import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chatbot import judging, shipped
from chatbot.engine.text import key_of
from chatbot.judging import Judge, Row
from complaints import petitions

ENTRIES = shipped.entries()
LEAST_PHRASINGS = 20


@lru_cache
def judge() -> Judge:
    return Judge(ENTRIES)


def _file(tmp_path: Path, *rows: str, header: str = "query\tfaq_id\tkind") -> Path:
    path = tmp_path / "questions.tsv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8-sig")
    return path


def test_every_answer_of_ours_is_asked_in_twenty_ways() -> None:
    few = {entry.slug: len(entry.phrasings) for entry in ENTRIES if entry.kind == "answer"}

    assert {slug: count for slug, count in few.items() if count < LEAST_PHRASINGS} == {}
    assert len(ENTRIES) >= 230


def test_no_way_of_asking_names_two_answers() -> None:
    owners = Counter(key_of(text) for entry in ENTRIES for text in entry.phrasings)

    assert [text for text, count in owners.items() if count > 1] == []


def test_every_phrasing_belongs_to_an_answer() -> None:
    assert set(shipped.phrasings()) <= {entry.slug for entry in ENTRIES}


def test_every_form_of_an_answer_is_a_petition() -> None:
    for entry in ENTRIES:
        if entry.form:
            petitions.shipped().get(entry.form)


def test_a_referral_says_whom_to_call() -> None:
    silent = [one.slug for one in ENTRIES if one.kind == "referral" and not (one.agency and one.agency_phone)]

    assert silent == []


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("쇼파버리는거 인터넷으로도대나요", "waste-bulky"),
        ("오전에 약속이 있는데 여권 찾는 데가 몇 시에 문을 여나요", "passport-hours"),
        ("자동차 검사 까먹었는데 벌금 얼마", "traffic-inspect"),
    ],
)
def test_plain_words_find_their_answer_among_three(said: str, slug: str) -> None:
    assert judge().judge(Row(said, frozenset({slug}), "")).is_among(3)


def test_figures_of_a_small_file(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "대형폐기물은 어떻게 배출하나요?\twaste-bulky\tplain",
        "쌀값 언제 내려요 뷁뷁\tNONE\tnone",
        "불이야 살려주세요\tNONE\temergency",
    )
    told = io.StringIO()

    call_command("evaluate_chatbot", str(path), stdout=told)

    figures = json.loads(told.getvalue().splitlines()[-1])
    assert (figures["n"], figures["n_in"], figures["n_none"]) == (3, 1, 2)
    assert figures["top1"] == 1.0
    assert figures["direct_precision"] == 1.0
    assert figures["emergency_recall"] == 1.0
    assert figures["no_dead_end"] == 1.0
    assert figures["none_direct"] == 0.0
    assert figures["by_kind"]["plain"]["n"] == 1


def test_the_same_file_has_the_same_figures_twice() -> None:
    rows = [Row(entry.phrasings[0], frozenset({entry.slug}), "") for entry in ENTRIES[:40]]
    timeless = {"p50_ms", "p99_ms"}
    first, second = (judging.evaluate(rows, judge())[1] for _ in range(2))

    assert {k: v for k, v in first.items() if k not in timeless} == {
        k: v for k, v in second.items() if k not in timeless
    }


@pytest.mark.parametrize(
    ("header", "row", "named"),
    [
        ("query\tkind", "여권\tplain", "faq_id"),
        ("query\tfaq_id\tkind", "여권\tno-such-answer\tplain", "2행"),
        ("query\tfaq_id\tkind", "\tNONE\tplain", "2행"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused_naming_why(tmp_path: Path, header: str, row: str, named: str) -> None:
    with pytest.raises(CommandError, match=named) as refused:
        call_command("evaluate_chatbot", str(_file(tmp_path, row, header=header)))

    assert refused.value.returncode == 2


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("evaluate_chatbot", str(_file(tmp_path, header="")))


def test_misses_are_listed_where_asked_for(tmp_path: Path) -> None:
    errors = tmp_path / "errors.tsv"

    call_command(
        "evaluate_chatbot", str(_file(tmp_path, "여권 발급\tpet-cat\tplain")), errors=errors, stdout=io.StringIO()
    )

    assert "pet-cat" in errors.read_text("utf-8")
