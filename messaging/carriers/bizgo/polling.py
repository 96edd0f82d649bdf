"""News that is fetched: reports where the account is set to polling, and citizens' texts that a webhook missed."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote

import structlog

from messaging.carriers.base import HookUnreadable, News, ReceiptEvent, ReplyEvent
from messaging.carriers.bizgo import answers, hooks
from messaging.carriers.bizgo.answers import Said

_log = structlog.get_logger(__name__)
KST: Final = timezone(timedelta(hours=9))
LOOK_BACK: Final = timedelta(hours=25)  # "gaps are filled daily" by their history
ROUND_EVERY: Final = timedelta(minutes=15)
OVERLAP: Final = timedelta(hours=1)  # telephones' clocks, and texts that took their time
PAGE: Final = 200

Ask = Callable[..., Said]


class Newsstand:
    """
    Asks for news. The cursor is ours: which round of the replies' history we are in, and where.

    Reports are handed out again and again until their batch is confirmed, so they need no place in it.
    """

    def __init__(self, ask: Ask, *, polls_reports: bool, hears_replies: bool) -> None:
        self._ask_for = ask
        self._polls_reports = polls_reports
        self._hears_replies = hears_replies

    def poll(self, cursor: str) -> News:
        """Reports first; then, every quarter of an hour, texts of the last day that no webhook brought."""
        place = _read(cursor)
        if self._polls_reports:
            told = self._reports(place)
            if told is not None:
                return told
        return self._replies(place, cursor) if self._hears_replies else News((), cursor, _nothing)

    def _reports(self, place: dict[str, Any]) -> News | None:
        data = answers.data(self._ask_for("GET", "/report/polling"))
        name, rows = data.get("reportId"), data.get("report")
        if not isinstance(name, str) or not name or not isinstance(rows, list):
            return None
        path = f"/report/polling/{quote(name, safe='')}"
        return News(_readable(rows, hooks.receipt), _written({**place, "report": name}), lambda: self._confirm(path))

    def _confirm(self, path: str) -> None:
        self._ask_for("DELETE", path)

    def _replies(self, place: dict[str, Any], cursor: str) -> News:
        now = datetime.now(UTC)
        began = _moment(place.get("began"))
        if "seq" not in place:  # the last round is over
            if began is not None and now - began < ROUND_EVERY:
                return News((), cursor, _nothing)
            since = began - OVERLAP if began is not None else now - LOOK_BACK
            place = {"began": now.isoformat(), "since": since.isoformat(), "seq": None}
        since = _moment(place.get("since")) or now - LOOK_BACK
        asked: dict[str, Any] = {"occurredTime": since.astimezone(KST).isoformat(timespec="seconds"), "limit": PAGE}
        if place["seq"] is not None:
            asked["lastSeq"] = place["seq"]
        rows, following = answers.page(self._ask_for("GET", "/message/history/mo", params=asked))
        after = {**place, "seq": following} if following is not None else {"began": place["began"]}
        return News(_readable(rows, hooks.reply), _written(after), _nothing)


def _readable(
    rows: Sequence[Any], read: Callable[[Mapping[str, Any]], ReceiptEvent | ReplyEvent | None]
) -> list[ReceiptEvent | ReplyEvent]:
    """What can be read; a row that cannot raises an alarm and must not keep the others from being confirmed."""
    found: list[ReceiptEvent | ReplyEvent] = []
    for row in rows:
        try:
            event = read(row if isinstance(row, dict) else {})
        except HookUnreadable as error:
            _log.error("news_unreadable", carrier="bizgo", reason=str(error))
            continue
        if event is not None:
            found.append(event)
    return found


def _nothing() -> None:
    """The history needs no confirmation."""


def _read(cursor: str) -> dict[str, Any]:
    try:
        place = json.loads(cursor) if cursor else {}
    except ValueError:
        place = {}
    return place if isinstance(place, dict) else {}


def _written(place: Mapping[str, Any]) -> str:
    return json.dumps(place, sort_keys=True)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
