"""Lets the fault script strike a call of any dialect: before anything is taken, and in the answer that goes out."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import AFTER, BEFORE, Rule
from messaging.simulator.wire import Answer, Request

PADDING = "0" * 1_100_000


@dataclass(frozen=True, slots=True)
class Manners:
    """
    How a dialect words what any carrier may have to say to a whole call.

    `too_many_unsaid`: what a dialect says that sometimes hides it behind another status, without a Retry-After.
    """

    wrong_key: Answer
    too_many: Answer
    no_balance: Answer
    too_many_unsaid: Answer | None = None


def strike(exchange: Exchange, request: Request, numbers: Sequence[str] = (), *, key: str = "") -> list[Rule]:
    """The faults that befall this call, noted in the truth."""
    rules = exchange.faults.of_call(request.method, request.path, numbers)
    exchange.note_faults(rules, path=request.path, key=key)
    return rules


async def before(rules: Sequence[Rule], manners: Manners) -> Answer | None:
    """The answer of a fault that strikes before anything is taken."""
    for rule in rules:
        if rule.fault == "delay":
            await asyncio.sleep(rule.seconds)
    struck = next((one for one in rules if one.fault in BEFORE and one.fault != "delay"), None)
    if struck is None:
        return None
    match struck.fault:
        case "error_before":
            return Answer(500, b"Internal Server Error", "text/plain")
        case "rate_limit":
            return _too_many(struck, manners)
        case "unauthorized":
            return manners.wrong_key
        case "balance_gone":
            return manners.no_balance
        case "hang_before":
            return Answer(manner="hang", seconds=struck.seconds)
    return Answer(manner="reset")


def _too_many(rule: Rule, manners: Manners) -> Answer:
    if rule.retry_after is None:
        return manners.too_many_unsaid or manners.too_many
    return replace(manners.too_many, headers=(("retry-after", f"{rule.retry_after:g}"),))


def after(rules: Sequence[Rule], true: Answer) -> Answer:
    """The true answer, or what the faults make of it."""
    answer = true
    for rule in rules:
        if rule.fault == "clock_skewed":
            wrong = format_datetime(datetime.now(UTC) + timedelta(seconds=rule.seconds), usegmt=True)
            answer = replace(answer, headers=(*answer.headers, ("date", wrong)))
    struck = next((one for one in rules if one.fault in AFTER and one.fault != "clock_skewed"), None)
    return answer if struck is None else _spoiled(struck, answer)


def _spoiled(rule: Rule, answer: Answer) -> Answer:
    match rule.fault:
        case "hang_after":
            return Answer(manner="hang", seconds=rule.seconds)
        case "reset_after":
            return Answer(manner="reset")
        case "error_after":
            return Answer(500, b"Internal Server Error", "text/plain")
        case "garbage":
            return Answer(200, "<html>점검 중입니다</html>".encode(), "text/html")
        case "wrong_types":
            return replace(answer, body=json.dumps(_mistyped(json.loads(answer.body))).encode())
        case "huge":
            return replace(answer, body=json.dumps(_padded(json.loads(answer.body))).encode())
    return replace(answer, manner="slow", seconds=min(rule.seconds, 1.0))  # the script's default would never end


def _mistyped(value: Any) -> Any:
    """The same document with every value of another type."""
    match value:
        case dict():
            return {name: _mistyped(one) for name, one in value.items()}
        case list():
            return [_mistyped(one) for one in value]
        case bool():
            return "yes"
        case str():
            return 7
        case _:
            return {}


def _padded(document: Any) -> Any:
    return {**document, "padding": PADDING} if isinstance(document, dict) else [*document, PADDING]
