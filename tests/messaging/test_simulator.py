"""The simulator as a witness: its truth log, its memory across restarts, its audit, its manners."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from messaging.carriers import registry
from messaging.carriers.base import Accepted, Leg
from messaging.carriers.simulator import Simulator
from messaging.simulator import audit, truth
from messaging.simulator.exchange import Exchange, KeyReused
from messaging.simulator.faults import BadScript, Faults, read_rule
from messaging.simulator.orders import Leg as Received
from messaging.simulator.orders import Malformed, Order, read_order
from tests.messaging.legs import asked
from tests.messaging.simulator_process import BEARER, BROWSER, running_simulator

PHONE, OFFICE = "01048271935", "0212000000"


def received(text: str = "안내", to: str = PHONE) -> Received:
    return Received(str(uuid4()), "sms", to, OFFICE, text, "", "", (), ())


def exchange_over(log: Path, *rules: dict[str, Any]) -> Exchange:
    return Exchange(log, Faults(rules, seed=7), receipt_delay=0)


def row(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "channel": "sms", "to": PHONE, "from": OFFICE, "text": "안내", **changes}


# --- the truth log -----------------------------------------------------------------------------------------------------


def test_the_log_is_written_before_the_answer_and_survives_a_kill(tmp_path: Path) -> None:
    leg, key = Leg(uuid4(), "lms", PHONE, OFFICE, "동의하시면 1을 보내 주세요.", title="안내"), uuid4()
    with running_simulator(tmp_path / "truth.jsonl", "--receipt-delay", "60") as simulator:
        first = simulator.adapter().submit([leg], key=key)
        simulator.control(
            switches=[{"number": PHONE, "name": "no_kakao", "on": True}],
            replies=[{"from": PHONE, "to": OFFICE, "text": "1"}],
        )
        before = simulator.phone(PHONE)

        simulator.kill()
        simulator.start()

        assert simulator.adapter().submit([leg], key=key) == first
        assert simulator.adapter().look_up(asked([leg], key=key)) == first
        assert simulator.phone(PHONE) == before
        assert len(simulator.truth()) == 1
        assert simulator.stop() == 0


def test_a_line_torn_by_a_kill_never_happened(tmp_path: Path) -> None:
    log = tmp_path / "truth.jsonl"
    exchange = exchange_over(log)
    first, second = received(), received()
    exchange.take(Order("k", (first,)))
    exchange.close()
    with log.open("ab") as lines:
        lines.write(b'{"event":"accept","key":"k","leg":"' + second.id.encode())

    again = exchange_over(log)
    taken = again.take(Order("k", (first, second)))

    assert [event["event"] for event in taken.answers] == ["accept", "accept"]
    assert audit.verdict(log, None) == {"accepted": 2, "doubled": [], "missing": [], "extra": []}
    sequence = [event["seq"] for event in truth.read(log)]
    assert sequence == sorted(set(sequence))


def test_a_full_disk_takes_nothing_and_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "truth.jsonl"
    exchange = exchange_over(log)
    exchange.take(Order("k1", (received(),)))
    real_write = os.write
    has_written = False

    def write(descriptor: int, data: bytes) -> int:
        nonlocal has_written
        if has_written:
            raise OSError(28, "No space left on device")
        has_written = True
        return real_write(descriptor, data[:20])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        exchange.take(Order("k2", (received(),)))
    monkeypatch.undo()
    exchange.take(Order("k3", (received(),)))

    assert [event["key"] for event in truth.read(log) if event["event"] == "accept"] == ["k1", "k3"]
    assert "k2" not in exchange.world.answers


def test_each_line_tells_what_left_and_to_whom(tmp_path: Path) -> None:
    exchange = exchange_over(tmp_path / "truth.jsonl")

    exchange.take(Order("key", (received("가나"), received(to="021234567"))))

    accept, receipt, refuse = truth.read(tmp_path / "truth.jsonl")
    assert (accept["event"], accept["number"], accept["bytes"], accept["channel"]) == ("accept", PHONE, 4, "sms")
    assert (receipt["event"], receipt["outcome"], receipt["ref"]) == ("receipt", "delivered", accept["ref"])
    assert (refuse["event"], refuse["code"]) == ("refuse", "2001")


def test_a_key_for_another_text_is_refused(tmp_path: Path) -> None:
    exchange = exchange_over(tmp_path / "truth.jsonl")
    leg = received("하나")
    exchange.take(Order("key", (leg,)))
    other = Received(leg.id, "sms", PHONE, OFFICE, "둘", "", "", (), ())

    with pytest.raises(KeyReused):
        exchange.take(Order("key", (other,)))


# --- the audit ---------------------------------------------------------------------------------------------------------


def run_audit(log: Path, expected: Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "messaging.simulator", "audit", str(log), "--expect", str(expected)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_the_audit_finds_doubled_missing_and_extra(tmp_path: Path) -> None:
    log, expected = tmp_path / "truth.jsonl", tmp_path / "keys.txt"
    exchange = exchange_over(log)
    once, twice, extra, missing = received(), received(), received(), str(uuid4())
    exchange.take(Order("k1", (once, twice, extra)))
    exchange.take(Order("k2", (twice,)))
    expected.write_text(f"{once.id}\n{twice.id}\n{missing}\n")

    code, found = run_audit(log, expected)

    assert code == 1
    assert found == {"accepted": 4, "doubled": [twice.id], "missing": [missing], "extra": [extra.id]}


def test_the_audit_is_content_when_each_leg_was_taken_once(tmp_path: Path) -> None:
    log, expected = tmp_path / "truth.jsonl", tmp_path / "keys.txt"
    exchange = exchange_over(log)
    leg = received()
    exchange.take(Order("k1", (leg,)))
    exchange.take(Order("k1", (leg,)))
    expected.write_text(leg.id + "\n")

    assert run_audit(log, expected) == (0, {"accepted": 1, "doubled": [], "missing": [], "extra": []})


# --- the dialect -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"key": "k"},
        {"key": "", "legs": [row()]},
        {"key": "k", "legs": []},
        {"key": "k", "legs": [row()], "dry_run": True},
        {"key": "k", "legs": [row(priority=1)]},
        {"key": "k", "legs": [row(id="1")]},
        {"key": "k", "legs": [row(channel="fax")]},
        {"key": "k", "legs": [row(text=None)]},
        {"key": "k", "legs": [row(buttons="x")]},
        {"key": "k", "legs": [row(images=[{"name": "a", "sha256": "b", "base64": "!"}])]},
        {"key": "k", "legs": [row(id="7" * 32), row(id="7" * 32)]},
        {"key": "k", "legs": [row() for _ in range(201)]},
    ],
)
def test_a_wrong_field_is_refused_and_never_ignored(document: Any) -> None:
    with pytest.raises(Malformed):
        read_order(document)


def test_the_door_is_locked_and_speaks_in_statuses(tmp_path: Path) -> None:
    with running_simulator(tmp_path / "truth.jsonl") as simulator:
        address = f"{simulator.url}/own/messages"

        assert BROWSER.post(address, json={}).status_code == 401
        assert BROWSER.post(address, content=b"{", headers=BEARER).status_code == 400
        assert BROWSER.get(address, headers=BEARER).status_code == 400
        assert BROWSER.delete(address, headers=BEARER).status_code == 404
        assert BROWSER.post(f"{simulator.url}/own/control", json={"rules": [{"fault": "x"}]}, headers=BEARER).is_error
        assert BROWSER.get(f"{simulator.url}/healthz").json() == {"status": "ok", "accepted": 0}


def test_a_leg_can_be_found_by_reference_alone(tmp_path: Path) -> None:
    leg = Leg(uuid4(), "sms", PHONE, OFFICE, "안내")
    with running_simulator(tmp_path / "truth.jsonl") as simulator:
        outcome = simulator.adapter().submit([leg], key=uuid4())[leg.id]

        found = BROWSER.get(f"{simulator.url}/own/messages", params={"id": str(leg.id)}, headers=BEARER).json()

    assert isinstance(outcome, Accepted)
    assert found["legs"] == [{"id": str(leg.id), "status": "accepted", "ref": outcome.vendor_ref}]


def test_it_listens_on_the_loopback_interface_only(tmp_path: Path) -> None:
    with running_simulator(tmp_path / "truth.jsonl") as simulator:
        port = simulator.url.rsplit(":", 1)[1]

        with pytest.raises(httpx.ConnectError):
            BROWSER.get(f"http://127.0.0.2:{port}/healthz")


def test_without_its_secrets_it_does_not_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "messaging.simulator", "--log", str(tmp_path / "truth.jsonl")]

    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "SIMULATOR_KEY" in done.stderr


# --- the fault script --------------------------------------------------------------------------------------------------


def struck(rule: dict[str, Any], calls: int, number: str = PHONE) -> list[int]:
    faults = Faults([rule], seed=3)
    return [turn for turn in range(1, calls + 1) if faults.of_call("POST", "/own/messages", [number])]


def test_rules_choose_their_calls() -> None:
    assert struck({"fault": "garbage", "nth": 2}, 4) == [2]
    assert struck({"fault": "garbage", "nth": [1, 4]}, 4) == [1, 4]
    assert struck({"fault": "garbage", "every": 3}, 7) == [3, 6]
    assert struck({"fault": "garbage", "times": 2}, 5) == [1, 2]
    assert struck({"fault": "garbage", "number": "01011112222"}, 3) == []
    assert struck({"fault": "garbage", "path": "/nhn"}, 3) == []
    assert struck({"fault": "garbage", "method": "GET"}, 3) == []


def test_the_same_seed_makes_the_same_run() -> None:
    rule = {"fault": "garbage", "probability": 0.3}

    first = struck(rule, 200)

    assert first == struck(rule, 200)
    assert 30 < len(first) < 90


@pytest.mark.parametrize(
    "rule", [None, {}, {"fault": "gremlin"}, {"fault": "huge", "when": "noon"}, {"fault": "huge", "seen": 1}]
)
def test_an_unknown_rule_is_refused(rule: Any) -> None:
    with pytest.raises(BadScript):
        read_rule(rule)


# --- the registry ------------------------------------------------------------------------------------------------------

OPTIONS = {"base_url": "http://127.0.0.1:8100", "key": "k", "hook_secret": "s"}


def entry(**options: Any) -> dict[str, Any]:
    return {"main": {"BACKEND": "messaging.carriers.simulator.Simulator", "OPTIONS": {**OPTIONS, **options}}}


def test_the_registry_builds_each_carrier_once(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = {**entry(), "spare": entry(key="other")["main"]}
    settings.MESSAGING_ALLOW_SIMULATOR = True

    assert registry.aliases() == ("main", "spare")
    assert registry.carrier("main") is registry.carrier("main")
    assert registry.carrier("main") is not registry.carrier("spare")
    with pytest.raises(KeyError):
        registry.carrier("nobody")


def test_the_simulator_is_refused_unless_allowed(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = entry()
    settings.MESSAGING_ALLOW_SIMULATOR = False

    with pytest.raises(ImproperlyConfigured, match="MESSAGING_ALLOW_SIMULATOR"):
        registry.carrier("main")


def test_secrets_come_from_the_environment_by_name(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"base_url": OPTIONS["base_url"], "key_env": "SOME_KEY", "hook_secret": "s"}
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "messaging.carriers.simulator.Simulator", "OPTIONS": options}}
    settings.MESSAGING_ALLOW_SIMULATOR = True
    monkeypatch.delenv("SOME_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match="SOME_KEY"):
        registry.carrier("main")
    monkeypatch.setenv("SOME_KEY", "secret")

    assert isinstance(registry.carrier("main"), Simulator)


@pytest.mark.parametrize(
    "broken",
    [
        {"main": {"BACKEND": "messaging.carriers.nobody.Nobody"}},
        entry(colour="red"),
        entry(base_url="https://carrier.example.com"),
        entry(key=""),
    ],
)
def test_a_broken_entry_stops_with_a_sentence(settings: Settings, broken: dict[str, Any]) -> None:
    settings.MESSAGING_CARRIERS = broken
    settings.MESSAGING_ALLOW_SIMULATOR = True

    with pytest.raises(ImproperlyConfigured, match="통신사"):
        registry.carrier("main")
