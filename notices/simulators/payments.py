"""`manage.py payment_simulator`: a provider whose page can confirm, refuse, time out, repeat and forge its news."""

import argparse
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from messaging.simulator.striking import after, before
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, Request, json_answer
from notices.simulators import drawing
from notices.simulators.office import MANNERS, Handler, Office, add_options, problem, serve, setup_of

BRAND = "새빛페이"
ORDERS = "/orders"
PAGE = "/hooks/payments/"
LATE_SECONDS = 5.0
_ORDER = ("key", "amount_won", "title", "return_url", "expires_at")


@dataclass(slots=True)
class Order:
    """One payment as this provider knows it."""

    reference: str
    place: str
    asked: dict[str, Any]
    status: str = "waiting"
    at: str = ""
    amount_won: int = field(default=0)

    @property
    def is_over(self) -> bool:
        """Whether nobody can pay it any more."""
        return self.status != "waiting" or datetime.fromisoformat(self.asked["expires_at"]) < wall_clock()


class Desk:
    """Takes orders, shows the pay page, and says what became of each."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._by_key: dict[str, Order] = {}
        self._by_place: dict[str, Order] = {}
        self._by_reference: dict[str, Order] = {}
        for event in office.past:
            self._remember(event)

    async def answer(self, request: Request) -> Answer:
        """A citizen's browser, or the customer with its key."""
        if request.path.startswith("/pay/"):
            return self._page(request)
        if not self._office.is_ours(request):
            return MANNERS.wrong_key
        rules = self._office.strike(request)
        if early := await before(rules, MANNERS):
            return early
        return after(rules, self._call(request))

    def _call(self, request: Request) -> Answer:
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["orders"]:
                return self._open(request)
            case "GET", ["orders"]:
                found = self._by_key.get(request.query.get("key", [""])[0])
                return json_answer(self._facts(found)) if found else problem(404, "no_order", "no such key")
            case "POST", ["orders", reference, "refund"]:
                return self._refund(reference, json.loads(request.body))
        return problem(404, "no_page", "no such address")

    def _open(self, request: Request) -> Answer:
        asked = json.loads(request.body)
        if not isinstance(asked, dict) or set(asked) != set(_ORDER) or not isinstance(asked["amount_won"], int):
            return problem(400, "bad_request", "not an order")
        known = self._by_key.get(asked["key"])
        if known is not None and (known.asked["amount_won"], known.asked["title"]) != (
            asked["amount_won"],
            asked["title"],
        ):
            return problem(409, "key_reused", "this key was used for another order")
        if known is None:
            number, place = f"P{len(self._by_key) + 1:08d}", secrets.token_urlsafe(16)
            known = self._remember(self._office.note(event="order", reference=number, place=place, asked=asked))
        host = request.headers.get("host", "127.0.0.1")
        return json_answer({"reference": known.reference, "pay_url": f"http://{host}/pay/{known.place}"})

    def _refund(self, reference: str, asked: Mapping[str, Any]) -> Answer:
        order = self._by_reference.get(reference)
        if order is None or order.asked["key"] != asked.get("key"):
            return problem(404, "no_order", "no such payment")
        if order.status == "paid":
            self._move(order, "refunded")
        return json_answer(self._facts(order))

    # --- the pay page -------------------------------------------------------------------------------------------------

    def _page(self, request: Request) -> Answer:
        order = self._by_place.get(request.path.removeprefix("/pay/").strip("/"))
        if order is None:
            return drawing.page("없는 결제입니다", "<p>주소를 다시 확인해 주세요.</p>", brand=BRAND, status=404)
        if request.method == "POST":
            return self._act(order, request.form().get("act", ""))
        return drawing.page("결제하기", self._form(order), brand=BRAND)

    def _form(self, order: Order) -> str:
        sum_ = f'<p class="sum">{drawing.won(order.asked["amount_won"])}</p>'
        shown = drawing.facts([("내용", order.asked["title"]), ("결제 번호", order.reference)])
        back = f'<a class="go" href="{escape(order.asked["return_url"])}">돌아가기</a>'
        if order.is_over:
            words = {"paid": "결제를 마쳤습니다.", "refunded": "환불했습니다."}.get(order.status, "끝난 결제입니다.")
            return f"{sum_}{shown}<p>{words}</p>{back}"
        buttons = drawing.button("결제하기", "confirm", style="main") + drawing.button("그만두기", "leave")
        tests = "".join(
            drawing.button(label, act)
            for act, label in (
                ("refuse", "카드사가 거절"),
                ("time_out", "돈은 나가고 알림이 오지 않음"),
                ("late", f"알림이 {LATE_SECONDS:.0f}초 늦음"),
                ("repeat", "같은 알림 세 번"),
                ("forge", "돈 없이 위조한 알림"),
                ("short", "금액이 다른 알림"),
            )
        )
        return (
            f'{sum_}{shown}<form method="post">{buttons}</form>'
            f"<details><summary>장애 시험</summary><form method='post'>{tests}</form></details>"
        )

    def _act(self, order: Order, act: str) -> Answer:
        if order.is_over and act != "forge":
            return drawing.see_other(order.asked["return_url"])
        match act:
            case "confirm":
                self._tell(self._move(order, "paid"))
            case "repeat":
                self._tell(self._move(order, "paid"), copies=3)
            case "late":
                self._tell(self._move(order, "paid"), after=LATE_SECONDS)
            case "time_out":
                self._move(order, "paid")
            case "short":
                self._tell(self._move(order, "paid", amount_won=max(1, order.asked["amount_won"] - 1)))
            case "refuse":
                self._tell(self._move(order, "refused"))
            case "forge":
                self._tell({**self._news(order, "paid"), "event": secrets.token_hex(8)}, is_forged=True)
            case _:
                self._tell(self._move(order, "left"))
        return drawing.see_other(order.asked["return_url"])

    # --- the books ----------------------------------------------------------------------------------------------------

    def _move(self, order: Order, status: str, *, amount_won: int = 0) -> Event:
        amount = amount_won or order.amount_won
        event = self._news(order, status)
        event["amount_won"] = amount
        self._remember(self._office.note(**{**event, "event": "moved", "id": event["event"]}))
        return event

    def _news(self, order: Order, status: str) -> Event:
        return {
            "event": f"{order.reference}-{status}",
            "key": order.asked["key"],
            "reference": order.reference,
            "status": status,
            "amount_won": order.amount_won,
            "at": wall_clock().isoformat(timespec="milliseconds"),
        }

    def _tell(self, event: Event, *, after: float = 0.0, copies: int = 1, is_forged: bool = False) -> None:
        self._office.tell([event], after=after, copies=copies, is_forged=is_forged)

    def _remember(self, event: Event) -> Order:
        if event["event"] == "order":
            order = Order(event["reference"], event["place"], event["asked"], amount_won=event["asked"]["amount_won"])
            self._by_key[order.asked["key"]] = self._by_place[order.place] = order
            self._by_reference[order.reference] = order
            return order
        order = self._by_reference.get(event.get("reference", ""), _NOBODY)
        if event["event"] == "moved":
            order.status, order.at, order.amount_won = event["status"], event["at"], event["amount_won"]
        return order

    def _facts(self, order: Order) -> Event:
        status = "expired" if order.status == "waiting" and order.is_over else order.status
        return {"reference": order.reference, "status": status, "amount_won": order.amount_won, "at": order.at}


_NOBODY = Order("", "", {"expires_at": "2000-01-01T00:00:00+09:00"})


WHAT = "결제 모의기 (127.0.0.1 전용)"


def describe(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    add_options(parser, port=8120, log="var/payments.jsonl", alias="card")


async def run(options: argparse.Namespace) -> int:
    """Until a signal comes; the exit code."""
    return await serve(setup_of(options, page=PAGE), _build)


def _build(office: Office) -> Handler:
    return Desk(office).answer
