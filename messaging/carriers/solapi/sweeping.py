"""What Solapi's webhook may have lost: it calls five times at most. And its list of those who rang the 080 line."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from messaging.carriers.base import News
from messaging.carriers.solapi import reading

MESSAGES: Final = "/messages/v4/list"
REFUSALS: Final = "/iam/v1/black"
PAGE: Final = 100  # messages with their texts: 500 of them would not fit an answer
FIRST_LOOK: Final = timedelta(days=1)
EVERY: Final = timedelta(minutes=10)
LAG: Final = timedelta(minutes=10)  # the webhook goes first
Ask = Callable[[str, Mapping[str, Any]], Any]


def poll(ask: Ask, cursor: str, *, now: datetime) -> News:
    """
    One page: of the 080 list while a round of it is under way, else of the messages changed since the last look.

    :raises CarrierError:
    """
    place = _read(cursor, now)
    if "refusals" in place:
        return _refusals(ask, place)
    if "until" not in place:
        until = now - LAG
        if until - datetime.fromisoformat(place["since"]) < EVERY:
            return News((), cursor, _nothing)
        place = {**place, "until": until.isoformat(), "key": ""}
    return _messages(ask, place)


def _messages(ask: Ask, place: Mapping[str, str]) -> News:
    span = {"dateType": "UPDATED", "startDate": place["since"], "endDate": place["until"]}
    rows, following = reading.page(ask(MESSAGES, {**span, **_at(place["key"])}), "messageList")
    after = {**place, "key": following} if following else {"since": place["until"], "refusals": ""}
    return News(reading.readable(rows, reading.receipt), _written(after), _nothing)


def _refusals(ask: Ask, place: Mapping[str, str]) -> News:
    rows, following = reading.page(ask(REFUSALS, {"type": "DENIAL", **_at(place["refusals"])}), "blackList")
    after = {**place, "refusals": following} if following else {"since": place["since"]}
    return News(reading.readable(rows, reading.unsubscribed), _written(after), _nothing)


def _at(key: str) -> dict[str, Any]:
    return {"limit": PAGE, "startKey": key} if key else {"limit": PAGE}


def _read(cursor: str, now: datetime) -> dict[str, str]:
    """Where we are; a new installation begins with the 080 list and the last day."""
    if not cursor:
        return {"since": (now - FIRST_LOOK).isoformat(), "refusals": ""}
    place: dict[str, str] = json.loads(cursor)
    return place


def _written(place: Mapping[str, str]) -> str:
    return json.dumps(place)


def _nothing() -> None:
    """They forget nothing for having told it."""
