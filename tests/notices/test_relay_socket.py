"""The contract of the relay socket, over HTTP against the simulator's own process."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import HookRefused, HookRequest, HookUnreadable, NotFound, NotSent
from messaging.simulator.signing import signature
from notices.relay.base import Refused, RelayFacts, RelayIdentity, RelayRef
from notices.relay.simulator import Simulator
from tests.messaging.simulator_process import Receiver, eventually, receiving
from tests.notices.other_ends import BROWSER, HANGING, HOOK_SECRET, KEY, LOST_AND_REFUSED, OtherEnd, relay_plug, running

PDF = b"%PDF-1.4 somebody's own pages"
CI = "ab" * 32


@pytest.fixture(scope="module")
def customer() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory, customer: Receiver) -> Iterator[OtherEnd]:
    with running("relays", tmp_path_factory.mktemp("relay") / "relay.jsonl", hooks=customer.url) as end:
        yield end


@pytest.fixture(autouse=True)
def no_faults_left(relay: OtherEnd) -> None:
    relay.faults()


def submit(
    plug: Simulator, key: UUID, *, document: bytes = PDF, sha256: str = "", ci: str = CI, lives: float = 3600
) -> RelayRef | Refused:
    return plug.submit(
        document,
        sha256=sha256 or hashlib.sha256(document).hexdigest(),
        recipient=RelayIdentity(ci),
        key=key,
        opens_until=datetime.now(UTC) + timedelta(seconds=lives),
    )


def taken(plug: Simulator, key: UUID | None = None) -> RelayRef:
    found = submit(plug, key or uuid4())
    assert isinstance(found, RelayRef)
    return found


def facts(plug: Simulator, key: UUID) -> RelayFacts:
    found = plug.look_up(key)
    assert isinstance(found, RelayFacts)
    return found


def test_the_same_key_delivers_once(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()

    refs = {taken(plug, key).value for _ in range(3)}

    assert len(refs) == 1
    assert [one["key"] for one in relay.truth("taken")].count(str(key)) == 1


def test_what_arrived_can_be_asked_about(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()
    ref = taken(plug, key)

    found = facts(plug, key)

    assert found.ref == ref.value
    assert found.arrived_at is not None
    assert (found.opened_at, found.expired_at) == (None, None)


def test_what_was_never_handed_over_is_not_known(relay: OtherEnd) -> None:
    assert relay_plug(relay).look_up(uuid4()) == NotFound()


def test_a_tester_opens_a_document_in_the_wallet(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()
    ref = taken(plug, key)
    place = f"/wallets/{CI[:16]}/{ref.value}"
    assert BROWSER.get(f"{relay.url}{place}/file").status_code == 404, "not before it is opened"

    relay.press(place, "open")

    assert facts(plug, key).opened_at is not None
    assert BROWSER.get(f"{relay.url}{place}/file").content == PDF
    assert ref.value in BROWSER.get(f"{relay.url}/wallets/{CI[:16]}").text


def test_another_wallet_does_not_show_it(relay: OtherEnd) -> None:
    ref = taken(relay_plug(relay))

    assert BROWSER.get(f"{relay.url}/wallets/{'cd' * 8}/{ref.value}").status_code == 404


def test_a_document_that_changed_on_its_way_is_refused(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()

    refused = submit(plug, key, sha256="0" * 64)

    assert isinstance(refused, Refused)
    assert refused.code == "bad_document"
    assert plug.look_up(key) == refused, "a refusal can be asked about, too"


def test_a_person_without_a_wallet_is_refused(tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"{CI}\n")
    with running("relays", tmp_path / "log.jsonl", "--people", str(people)) as end:
        plug = relay_plug(end)

        assert isinstance(submit(plug, uuid4()), RelayRef)
        refused = submit(plug, uuid4(), ci="cd" * 32)

    assert isinstance(refused, Refused)
    assert refused.code == "unknown_ci"
    assert "지갑" in refused.reason


def test_a_document_nobody_opens_expires(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()
    submit(plug, key, lives=0.5)

    assert eventually(lambda: facts(plug, key).expired_at is not None)

    relay.press(f"/wallets/{CI[:16]}/{facts(plug, key).ref}", "open")
    assert facts(plug, key).opened_at is None, "too late"


def test_the_certificate_names_the_document_and_its_times(relay: OtherEnd) -> None:
    plug, key = relay_plug(relay), uuid4()
    ref = taken(plug, key)
    relay.press(f"/wallets/{CI[:16]}/{ref.value}", "open")

    content = plug.certificate(ref)

    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(PDF).hexdigest().encode() in content
    assert b"Arrived" in content
    assert b"Opened" in content


def test_nobody_gets_the_certificate_of_a_delivery_that_is_not_there(relay: OtherEnd) -> None:
    with pytest.raises(NotSent):
        relay_plug(relay).certificate(RelayRef("R99999999"))


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        ("open", ["arrived", "opened"]),
        ("open_twice", ["arrived", "opened", "opened"]),
        ("expire", ["arrived", "expired"]),
    ],
)
def test_its_news_is_signed_and_readable(relay: OtherEnd, customer: Receiver, act: str, kinds: list[str]) -> None:
    plug, key = relay_plug(relay), uuid4()
    ref = taken(plug, key)
    relay.press(f"/wallets/{CI[:16]}/{ref.value}", act)

    def heard() -> list[str]:
        mine = [one for one in customer.hooks if str(key).encode() in one.body]
        return sorted(event.kind for one in mine for event in plug.read_events(one.request()))

    assert eventually(lambda: heard() == kinds)
    assert all(one.path == f"/hooks/relays/wallet/{plug.hook_path_secrets[0]}/" for one in customer.hooks)


def test_a_reading_can_be_told_before_the_arrival(relay: OtherEnd, customer: Receiver) -> None:
    relay.faults({"fault": "receipt_late", "number": "arrived", "seconds": 1.5})
    plug, key = relay_plug(relay), uuid4()
    ref = taken(plug, key)
    relay.press(f"/wallets/{CI[:16]}/{ref.value}", "open")

    def heard() -> list[str]:
        mine = [one for one in customer.hooks if str(key).encode() in one.body]
        return [event.kind for one in mine for event in plug.read_events(one.request())]

    assert eventually(lambda: len(heard()) == 2)
    assert heard() == ["opened", "arrived"]


def test_news_can_get_lost(relay: OtherEnd, customer: Receiver) -> None:
    relay.faults({"fault": "receipt_unknown"})
    plug, key = relay_plug(relay), uuid4()
    taken(plug, key)
    time.sleep(0.4)

    assert not [one for one in customer.hooks if str(key).encode() in one.body]
    assert facts(plug, key).arrived_at is not None


@pytest.mark.parametrize("document", [[], {"events": [{}]}, {"events": [{"kind": "stolen"}]}, {"events": "x"}, 7])
def test_authentic_nonsense_is_unreadable(relay: OtherEnd, document: object) -> None:
    body = json.dumps(document).encode()
    headers = {"x-signature": signature(body, secret=HOOK_SECRET, at=int(time.time()))}

    with pytest.raises(HookUnreadable):
        relay_plug(relay).read_events(HookRequest(headers, body, datetime.now(UTC)))


@pytest.mark.parametrize("headers", [{}, {"x-signature": "t=1,v1=00"}, {"x-signature": "nonsense"}])
def test_forged_and_unsigned_news_is_refused(relay: OtherEnd, headers: dict[str, str]) -> None:
    with pytest.raises(HookRefused):
        relay_plug(relay).read_events(HookRequest(headers, b'{"events": []}', datetime.now(UTC)))


@pytest.mark.parametrize(("fault", "error"), LOST_AND_REFUSED)
def test_what_an_answer_does_not_prove_is_unknown_and_a_second_try_is_harmless(
    relay: OtherEnd, fault: str, error: type[Exception]
) -> None:
    key = uuid4()
    relay.faults({"fault": fault, "path": "/deliveries", "times": 1})

    with pytest.raises(error):
        submit(relay_plug(relay, timeout=0.5 if fault in HANGING else 10.0), key)
    taken(relay_plug(relay), key)

    assert [one["key"] for one in relay.truth("taken")].count(str(key)) == 1


def test_it_knows_its_deliveries_after_a_kill(tmp_path: Path) -> None:
    with running("relays", tmp_path / "log.jsonl") as end:
        plug, key = relay_plug(end), uuid4()
        ref = taken(plug, key)
        assert end.process is not None
        end.process.kill()
        end.process.wait()
        end.start()

        assert facts(relay_plug(end), key).ref == ref.value


def test_the_simulator_answers_on_this_machine_only() -> None:
    with pytest.raises(ImproperlyConfigured):
        Simulator(base_url="https://relay.example.kr", key=KEY, hook_secret=HOOK_SECRET)


def test_a_stranger_is_told_nothing(relay: OtherEnd) -> None:
    assert BROWSER.get(f"{relay.url}/deliveries", params={"key": "x"}).status_code == 401
