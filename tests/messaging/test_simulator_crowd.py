"""The crowd: believable answers, each once, from the people a file names or from strangers by mix."""

import json
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from messaging.carriers.base import Leg
from messaging.simulator.crowd import BadMix, Mix, People, Person, read_mix, words
from tests.messaging.simulator_process import BROWSER, eventually, running_simulator

OFFICE = "0212000000"
QUESTION = "[새빛구] 고지서를 문자로 받으시겠습니까? 1 동의 / 2 미동의 (생년월일 6자리도 보내 주세요)"
REVERSED = "[새빛구] 1. 미동의 2. 동의 가운데 골라 답장해 주세요."
FAST = "[delay]\nfastest = 0.0\nslowest = 0.1\n"


def answers(person: Person, question: str = QUESTION) -> set[str]:
    return {words(person, question, Random(seed)) for seed in range(200)}


def test_a_consenting_person_gives_the_right_birth_date() -> None:
    said = answers(Person("consent", birth="900101", name="김하늘"))

    assert len(said) > 4
    assert all(one.endswith("900101") for one in said)
    assert any("김하늘" in one for one in said)
    assert not any("미동의" in one or one.startswith("2") for one in said)


def test_a_refusing_person_keeps_the_birth_date() -> None:
    said = answers(Person("refuse", birth="900101"))

    assert not any("900101" in one for one in said)
    assert said <= {"2", "2번", "미동의", "미동의합니다", "2 미동의"}


def test_options_the_other_way_round_are_understood() -> None:
    assert all("미동의" not in one and not one.startswith("1") for one in answers(Person("consent"), REVERSED))
    assert all("미동의" in one or one.startswith("1") for one in answers(Person("refuse"), REVERSED))


def test_any_options_on_offer_are_chosen_from() -> None:
    question = "[새빛구] 축제는 어떠셨습니까? 1 좋았다 / 2 그저 그랬다 / 3 아쉬웠다 가운데 번호를 답장해 주세요. 예) 1"

    said = answers(Person("consent", birth="900101"), question)

    assert said == {"1", "1번", "좋았다", "2", "2번", "그저 그랬다", "3", "3번", "아쉬웠다"}
    assert answers(Person("silent"), question) == {""}


def test_fingers_slip_by_one_digit() -> None:
    assert all(one.endswith("900102") for one in answers(Person("wrong_birth", birth="900101")))


def test_the_silent_say_nothing() -> None:
    assert answers(Person("silent")) == {""}


def test_reminded_people_answer_the_second_time_they_are_asked() -> None:
    person = Person("reminded", birth="900101")

    assert [words(person, QUESTION, Random(1), before=before) != "" for before in range(4)] == [
        False,
        True,
        False,
        False,
    ]
    assert words(person, QUESTION, Random(1), before=1).endswith("900101")
    assert [words(Person("consent"), QUESTION, Random(1), before=before) != "" for before in (0, 1)] == [True, False]


def test_somebody_elses_number_gives_a_wrong_birth_date_each_time_it_is_asked_for() -> None:
    again = "[새빛구] 확인되지 않습니다. 생년월일 6자리를 다시 보내 주세요. 예) 900101"
    person = Person("other_person", birth="900101")

    assert all(one.endswith("900102") for one in answers(person))
    assert [words(person, again, Random(1), before=before) for before in range(3)] == ["1 900102"] * 3
    assert words(Person("wrong_birth", birth="900101"), again, Random(1)) == ""


def test_who_is_asked_to_confirm_says_so_or_nothing() -> None:
    said = answers(Person("consent", birth="900101"), "[새빛구] 확인하셨으면 '확인'이라고 답장해 주세요.")

    assert "" in said
    assert all("확인" in one for one in said - {""})


def test_people_are_read_again_when_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    people = People(path)
    assert not people
    path.write_text(json.dumps({"number": "+821011112222", "birth": "900101", "answer": "consent", "name": "김하늘"}))

    assert people.find("01011112222") == Person("consent", birth="900101", name="김하늘")
    path.write_text('{"number": "01011112222", "answer": "refuse"}\n{"number": ')

    assert people.name_of("01011112222") == "김하늘"
    path.write_text('{"number": "01011112222", "answer": "refuse"}\n')

    assert people.find("01011112222") == Person("refuse")


@pytest.mark.parametrize("toml", ["[shares]\nmaybe = 1.0", "[shares]\nconsent = -1", "[delay]\nslow = 3", "= ="])
def test_a_broken_mix_is_refused(tmp_path: Path, toml: str) -> None:
    path = tmp_path / "mix.toml"
    path.write_text(toml)

    with pytest.raises(ValueError, match=r".") as raised:
        read_mix(path)

    assert isinstance(raised.value, (BadMix, ValueError))


def test_without_a_file_there_is_a_mix() -> None:
    assert isinstance(read_mix(None), Mix)
    assert sum(read_mix(None).shares.values()) == pytest.approx(1.0)


def test_a_crowd_answers_questions_once_and_nothing_else(tmp_path: Path) -> None:
    mix, people = tmp_path / "mix.toml", tmp_path / "people.jsonl"
    mix.write_text(FAST)
    numbers = [f"0105000{n:04d}" for n in range(6)]
    kinds = ["consent", "consent", "refuse", "silent", "wrong_birth", "unclear"]
    rows = [{"number": n, "birth": "900101", "answer": kind} for n, kind in zip(numbers, kinds, strict=True)]
    people.write_text("\n".join(json.dumps(one) for one in rows))
    options = ["--crowd", "52", "--mix", str(mix), "--people", str(people)]
    with running_simulator(tmp_path / "truth.jsonl", *options) as simulator:
        asked = [Leg(uuid4(), "lms", number, OFFICE, QUESTION) for number in [*numbers, "01099990000"]]
        told = [Leg(uuid4(), "sms", numbers[0], OFFICE, "동의로 접수되었습니다. 바꾸시려면 2를 보내 주세요.")]
        simulator.adapter().submit(asked, key=uuid4())
        assert eventually(lambda: len(simulator.truth("reply")) >= 5)

        simulator.adapter().submit([*told, Leg(uuid4(), "lms", numbers[0], OFFICE, QUESTION)], key=uuid4())

        assert not eventually(lambda: len(simulator.truth("reply")) > 5, seconds=0.5)
        replies = {reply["number"]: reply["text"] for reply in simulator.truth("reply")}
    assert set(replies) == {*numbers} - {numbers[3]}
    assert "900101" in replies[numbers[0]]
    assert "900102" in replies[numbers[4]]


def test_strangers_take_part_up_to_the_size_of_the_crowd(tmp_path: Path) -> None:
    mix = tmp_path / "mix.toml"
    mix.write_text(f"{FAST}[shares]\nconsent = 1.0\n")
    with running_simulator(tmp_path / "truth.jsonl", "--crowd", "3", "--mix", str(mix)) as simulator:
        legs = [Leg(uuid4(), "lms", f"0106000{n:04d}", OFFICE, QUESTION) for n in range(5)]

        simulator.adapter().submit(legs, key=uuid4())

        assert eventually(lambda: len(simulator.truth("reply")) == 3)
        assert not eventually(lambda: len(simulator.truth("reply")) > 3, seconds=0.4)


def test_a_crowd_started_later_answers_what_is_there_and_stops_when_told(tmp_path: Path) -> None:
    people = tmp_path / "people.jsonl"
    people.write_text(json.dumps({"number": "01099990000", "answer": "consent"}))
    with running_simulator(tmp_path / "truth.jsonl", "--crowd", "5", "--people", str(people)) as simulator:
        first, second = ([Leg(uuid4(), "lms", f"0107{n}00{m:04d}", OFFICE, QUESTION) for m in range(4)] for n in (1, 2))
        simulator.adapter().submit(first, key=uuid4())
        start = {"size": "10", "consent": "100", "fastest": "0", "slowest": "0.1"}

        BROWSER.post(f"{simulator.url}/desk/crowd/start/", data=start)
        assert eventually(lambda: len(simulator.truth("reply")) == 4)
        BROWSER.post(f"{simulator.url}/desk/crowd/stop/")
        simulator.adapter().submit(second, key=uuid4())

        assert not eventually(lambda: len(simulator.truth("reply")) > 4, seconds=0.5)
