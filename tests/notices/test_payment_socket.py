"""The contract of the payment socket, over HTTP against the simulator's own process."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import HookRefused, HookRequest, HookUnreadable, Misconfigured, NotFound, OutcomeUnknown
from messaging.simulator.signing import signature
from notices.payments.accounts import Accounts
from notices.payments.base import Opened, Order, PaymentFacts
from notices.payments.simulator import Simulator
from tests.messaging.simulator_process import Hook, Receiver, eventually, receiving
from tests.notices.other_ends import (
    BROWSER,
    HANGING,
    HOOK_SECRET,
    KEY,
    LOST_AND_REFUSED,
    OtherEnd,
    payment_plug,
    running,
)


@pytest.fixture(scope="module")
def customer() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, customer: Receiver) -> Iterator[OtherEnd]:
    log = tmp_path_factory.mktemp("payments") / "payments.jsonl"
    with running("payments", log, hooks=customer.url) as end:
        yield end


@pytest.fixture(autouse=True)
def no_faults_left(provider: OtherEnd) -> None:
    provider.faults()


def order(key: UUID | None = None, *, amount: int = 32_000, lives: float = 1800) -> Order:
    expires_at = datetime.now(UTC) + timedelta(seconds=lives)
    return Order(key or uuid4(), amount, "주정차 위반 과태료", "http://localhost:8000/pay/x/return/", expires_at)


def facts(plug: Simulator, key: UUID) -> PaymentFacts:
    found = plug.look_up(key)
    assert isinstance(found, PaymentFacts)
    return found


def hook(body: bytes, *, secret: str = HOOK_SECRET, at: int | None = None) -> HookRequest:
    stamp = int(time.time()) if at is None else at
    headers = {"x-signature": signature(body, secret=secret, at=stamp)}
    return HookRequest(headers=headers, body=body, received_at=datetime.now(UTC))


def test_the_same_key_opens_one_payment(provider: OtherEnd) -> None:
    plug, wanted = payment_plug(provider), order()

    first, second = plug.start(wanted), plug.start(wanted)

    assert first == second
    assert [one["reference"] for one in provider.truth("order")].count(first.reference) == 1


def test_a_payment_nobody_started_is_not_known(provider: OtherEnd) -> None:
    assert payment_plug(provider).look_up(uuid4()) == NotFound()


@pytest.mark.parametrize(
    ("act", "status"), [("confirm", "paid"), ("time_out", "paid"), ("refuse", "failed"), ("leave", "failed")]
)
def test_what_the_citizen_did_is_what_a_look_up_says(provider: OtherEnd, act: str, status: str) -> None:
    plug, wanted = payment_plug(provider), order()
    opened = plug.start(wanted)
    assert facts(plug, wanted.key).status == "waiting"

    answer = provider.press(opened.pay_url, act)

    assert answer.status_code == 303
    assert answer.headers["location"] == wanted.return_url
    found = facts(plug, wanted.key)
    assert (found.status, found.amount_won, found.reference) == (status, 32_000, opened.reference)


def test_nobody_pays_after_the_end(provider: OtherEnd) -> None:
    plug, wanted = payment_plug(provider), order(lives=-1)
    opened = plug.start(wanted)

    provider.press(opened.pay_url, "confirm")

    assert facts(plug, wanted.key).status == "failed"


def test_money_is_given_back_once(provider: OtherEnd) -> None:
    plug, wanted = payment_plug(provider), order()
    opened = plug.start(wanted)
    provider.press(opened.pay_url, "confirm")

    answers = [plug.refund(opened.reference, key=wanted.key, amount_won=32_000) for _ in range(2)]

    assert {one.status for one in answers} == {"refunded"}
    moved = [one["status"] for one in provider.truth("moved") if one["reference"] == opened.reference]
    assert moved == ["paid", "refunded"]


def test_its_news_is_signed_and_readable(provider: OtherEnd, customer: Receiver) -> None:
    plug, wanted = payment_plug(provider), order()
    opened = plug.start(wanted)
    provider.press(opened.pay_url, "confirm")

    def mine() -> list[Hook]:
        return [one for one in customer.hooks if str(wanted.key).encode() in one.body]

    assert eventually(lambda: len(mine()) == 1)
    (event,) = plug.read_events(mine()[0].request())

    assert mine()[0].path == f"/hooks/payments/card/{plug.hook_path_secrets[0]}/"
    assert (event.key, event.facts.status, event.facts.amount_won) == (wanted.key, "paid", 32_000)


def test_forged_news_is_refused(provider: OtherEnd, customer: Receiver) -> None:
    plug, wanted = payment_plug(provider), order()
    opened = plug.start(wanted)
    provider.press(opened.pay_url, "forge")

    assert eventually(lambda: any(str(wanted.key).encode() in one.body for one in customer.hooks))
    forged = next(one for one in customer.hooks if str(wanted.key).encode() in one.body)

    with pytest.raises(HookRefused):
        plug.read_events(forged.request())
    assert facts(plug, wanted.key).status == "waiting"


@pytest.mark.parametrize(
    "document", [[], {"events": [{}]}, {"events": [{"event": 1, "status": "paid"}]}, {"events": "paid"}, 7]
)
def test_authentic_nonsense_is_unreadable(provider: OtherEnd, document: object) -> None:
    with pytest.raises(HookUnreadable):
        payment_plug(provider).read_events(hook(json.dumps(document).encode()))


def test_old_news_is_refused(provider: OtherEnd) -> None:
    with pytest.raises(HookRefused):
        payment_plug(provider).read_events(hook(b'{"events": []}', at=int(time.time()) - 3600))


@pytest.mark.parametrize(("fault", "error"), LOST_AND_REFUSED)
def test_what_an_answer_does_not_prove_is_unknown_and_a_second_try_is_harmless(
    provider: OtherEnd, fault: str, error: type[Exception]
) -> None:
    wanted = order()
    provider.faults({"fault": fault, "path": "/orders", "times": 1})

    with pytest.raises(error):
        payment_plug(provider, timeout=0.5 if fault in HANGING else 10.0).start(wanted)
    opened = payment_plug(provider).start(wanted)

    assert isinstance(opened, Opened)
    assert len([one for one in provider.truth("order") if one["asked"]["key"] == str(wanted.key)]) == 1


def test_it_knows_its_orders_after_a_restart(tmp_path: Path) -> None:
    with running("payments", tmp_path / "log.jsonl") as end:
        wanted = order()
        opened = payment_plug(end).start(wanted)
        end.press(opened.pay_url, "time_out")
        assert end.process is not None
        end.process.kill()
        end.process.wait()
        end.start()

        assert facts(payment_plug(end), wanted.key).status == "paid"


def test_a_stranger_is_told_nothing(provider: OtherEnd) -> None:
    assert BROWSER.get(f"{provider.url}/orders", params={"key": "x"}).status_code == 401
    assert BROWSER.get(f"{provider.url}/pay/guess").status_code == 404


@pytest.mark.parametrize("page", ["waiting", "over"])
def test_the_pay_page_says_what_and_how_much(provider: OtherEnd, page: str) -> None:
    wanted = order()
    opened = payment_plug(provider).start(wanted)
    if page == "over":
        provider.press(opened.pay_url, "confirm")

    shown = BROWSER.get(opened.pay_url)

    assert "32,000원" in shown.text
    assert "주정차 위반 과태료" in shown.text
    assert ('value="confirm"' in shown.text) == (page == "waiting")


def test_the_simulator_answers_on_this_machine_only() -> None:
    with pytest.raises(ImproperlyConfigured):
        Simulator(base_url="https://pay.example.kr", key=KEY, hook_secret=HOOK_SECRET)


def test_nobody_is_sent_to_a_site_the_page_does_not_name(provider: OtherEnd) -> None:
    plug = payment_plug(provider)
    plug.origins = ("http://127.0.0.1:1",)

    with pytest.raises(OutcomeUnknown):
        plug.start(order())


def test_paying_at_a_bank_opens_nothing() -> None:
    counter = Accounts()

    assert counter.is_counter
    assert not counter.origins
    assert counter.look_up(uuid4()) == NotFound()
    with pytest.raises(Misconfigured):
        counter.start(order())
    with pytest.raises(HookRefused):
        counter.read_events(hook(b"{}"))
