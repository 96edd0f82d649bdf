"""The control desk in a browser that runs no script: mishaps, delays, figures and what has just happened."""

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from messaging.carriers.base import Leg, OutcomeUnknown, RateLimited
from messaging.simulator import audit
from messaging.simulator.board import describe
from messaging.simulator.desk import PRESETS, Preset
from messaging.simulator.faults import ALL, Rule, read_rule
from tests.messaging.simulator_process import BROWSER, RunningSimulator, eventually, running_simulator

OFFICE, PHONE = "0212000000", "01048271935"


@pytest.fixture
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path_factory.mktemp("desk") / "truth.jsonl") as running:
        yield running


def text(to: str = PHONE) -> Leg:
    return Leg(uuid4(), "sms", to, OFFICE, "[새빛구] 안내 말씀입니다.")


def desk(simulator: RunningSimulator, **headers: str) -> httpx.Response:
    return BROWSER.get(f"{simulator.url}/desk/", headers=headers)


def press(simulator: RunningSimulator, deed: str, **fields: str) -> httpx.Response:
    return BROWSER.post(f"{simulator.url}/desk/{deed}", data=fields)


def figure(simulator: RunningSimulator, label: str) -> str:
    found = re.search(rf"<span>{label}</span><b>([\d,]+)</b>", desk(simulator).text)
    assert found is not None
    return found[1]


def test_a_quiet_desk_says_that_all_is_well(simulator: RunningSimulator) -> None:
    html = desk(simulator).text

    assert "지금은 모두 정상입니다" in html
    assert "아직 조용합니다" in html
    assert "style=" not in html
    assert html.count("<script") == 1


def test_ordered_cuts_happen_as_often_as_ordered(simulator: RunningSimulator) -> None:
    answer = press(simulator, "faults/", name="cut", count="2")
    adapter = simulator.adapter()

    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            adapter.submit([text()], key=uuid4())
    adapter.submit([text()], key=uuid4())

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    assert "다 일어남" in desk(simulator).text


def test_ordered_pressure_is_a_429(simulator: RunningSimulator) -> None:
    press(simulator, "faults/", name="busy", count="1")

    with pytest.raises(RateLimited) as raised:
        simulator.adapter().submit([text()], key=uuid4())

    assert raised.value.retry_after == 2


def test_late_reports_are_an_hour_late(simulator: RunningSimulator) -> None:
    press(simulator, "faults/", name="late", count="60")

    simulator.adapter().submit([text()], key=uuid4())

    (receipt,) = simulator.truth("receipt")
    assert receipt["due"][:13] != receipt["at"][:13]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_mishap_on_the_desk_is_one_the_carrier_knows(preset: Preset) -> None:
    rule = read_rule(dict(preset.rule(preset.usual)))

    assert re.search("[가-힣]", describe(rule))


def test_every_mishap_of_a_script_has_korean_words() -> None:
    assert [fault for fault in ALL if not re.search("[가-힣]", describe(Rule(fault)))] == []


@pytest.mark.parametrize("count", ["", "-5", "many", "nan", "1e99"])
def test_a_number_that_is_none_does_no_harm(simulator: RunningSimulator, count: str) -> None:
    assert press(simulator, "faults/", name="errors", count=count).status_code == 303
    assert press(simulator, "delay/", seconds=count).status_code == 303
    assert press(simulator, "crowd/start/", size=count, consent=count).status_code == 303
    assert desk(simulator).status_code == 200


def test_one_mishap_is_mended_and_all_are_put_right(simulator: RunningSimulator) -> None:
    for name in ("cut", "errors", "late"):
        press(simulator, "faults/", name=name, count="9")

    press(simulator, "faults/mend/", place="1", fault="error_before")
    press(simulator, "faults/mend/", place="1", fault="error_before")
    left = re.findall(r'<input type="hidden" name="fault" value="(\w+)">', desk(simulator).text)
    press(simulator, "reset/")

    assert left == ["reset_after", "receipt_late"]
    assert "지금은 모두 정상입니다" in desk(simulator).text


def test_reports_come_as_late_as_the_slider_says(simulator: RunningSimulator) -> None:
    press(simulator, "delay/", seconds="7.5")
    simulator.adapter().submit([text()], key=uuid4())

    (receipt,) = simulator.truth("receipt")
    assert 'value="7.5"' in desk(simulator).text
    assert receipt["at"] == receipt["due"]
    assert receipt["due"] > receipt["time"]


def test_the_figures_are_those_of_the_audit(simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "forget_key"}])
    leg, key = text(), uuid4()
    for _ in range(2):
        simulator.adapter().submit([leg], key=key)
    simulator.control(rules=[], switches=[{"number": "01011110000", "name": "no_such_number", "on": True}])
    simulator.adapter().submit([text(), text("01011110000")], key=uuid4())
    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])

    answer = BROWSER.get(f"{simulator.url}/desk/audit.json")

    found = answer.json()
    assert audit.verdict(simulator.log, None).items() <= found.items()
    assert "attachment" in answer.headers["content-disposition"]
    assert (found["accepted"], found["delivered"], found["undelivered"], found["replied"]) == (4, 3, 1, 1)
    assert found["doubled"] == [str(leg.id)]
    assert (figure(simulator, "접수"), figure(simulator, "두 번 받은 문자")) == ("4", "1")


def test_figures_survive_a_restart(simulator: RunningSimulator) -> None:
    simulator.adapter().submit([text(), text()], key=uuid4())
    before = figure(simulator, "전달")

    simulator.kill()
    simulator.start()

    assert (before, figure(simulator, "전달")) == ("2", "2")


def test_the_latest_events_name_no_citizen(simulator: RunningSimulator) -> None:
    simulator.adapter().submit([text()], key=uuid4())
    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "비밀"}])
    simulator.control(switches=[{"number": PHONE, "name": "refuses_080", "on": True}])

    html = desk(simulator).text

    assert "010-****-1935" in html
    assert PHONE not in html
    assert "비밀" not in html
    assert "수신거부 등록" in html


def test_an_unchanged_desk_costs_nothing_and_a_changed_one_is_drawn(simulator: RunningSimulator) -> None:
    tag = desk(simulator).headers["etag"]

    same = desk(simulator, **{"if-none-match": tag})
    press(simulator, "delay/", seconds="3")
    changed = desk(simulator, **{"if-none-match": tag})

    assert (same.status_code, changed.status_code) == (304, 200)


def test_the_minute_counts_what_came_in_it(simulator: RunningSimulator) -> None:
    simulator.adapter().submit([text() for _ in range(3)], key=uuid4())

    assert eventually(lambda: "1분 동안 접수 3건" in desk(simulator).text)


def test_other_sites_and_unknown_buttons_do_nothing(simulator: RunningSimulator) -> None:
    foreign = BROWSER.post(
        f"{simulator.url}/desk/faults/", data={"name": "cut"}, headers={"origin": "http://evil.example"}
    )
    unknown = press(simulator, "explode/")

    assert (foreign.status_code, unknown.status_code) == (403, 404)
    assert "지금은 모두 정상입니다" in desk(simulator).text
    assert json.loads(BROWSER.get(f"{simulator.url}/desk/audit.json").content)["accepted"] == 0
