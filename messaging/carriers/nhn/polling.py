"""Asking NHN Cloud for its news: results of both services since the last time, and the 080 list."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from messaging.carriers.base import News, OutcomeUnknown, ReceiptEvent, UnsubscribeEvent
from messaging.carriers.nhn import telling
from messaging.carriers.nhn.service import MOST_PAGES, PAGE, Service, rows_at

OVERLAP: Final = timedelta(minutes=5)  # a result may be written a little after its time
SHORTEST: Final = timedelta(seconds=30)  # the webhooks tell at once; this is for what they miss
FIRST_LOOK: Final = timedelta(hours=22)
WINDOW: Final = timedelta(hours=23)  # a day at once is allowed; whoever is behind catches up window by window
FURTHEST: Final = timedelta(days=29)  # nothing older than thirty days is told


class Poller:
    """The cursor is the time up to which everything was asked for."""

    def __init__(self, sms: Service, talk: Service | None, *, line: str, secret: str) -> None:
        self._sms = sms
        self._talk = talk
        self._line = line
        self._secret = secret

    def news(self, cursor: str, *, now: datetime) -> News:
        """What came since the cursor; repetitions have the same keys, so an overlap is harmless."""
        if cursor and now - _since(cursor, now) < SHORTEST:
            return News((), cursor, confirm=_nothing_to_confirm)
        since = max(_since(cursor, now) - OVERLAP, now - FURTHEST)
        until = min(now, since + WINDOW)
        events: list[ReceiptEvent | UnsubscribeEvent] = []
        try:
            for row in self._results(since, until):
                event = telling.receipt(row)
                if event is not None:
                    events.append(event)
            if self._line:
                # Without a cursor the whole list is wanted: a refusal of years ago still stands.
                rows = self._refusals(since if cursor else None, until)
                events += [telling.unsubscribe(row, secret=self._secret) for row in rows]
        except ValueError as error:
            raise OutcomeUnknown("answer is not in the documented shape") from error
        return News(events, json.dumps({"until": until.isoformat(timespec="seconds")}), confirm=_nothing_to_confirm)

    def _results(self, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
        asked = {"startUpdateDate": _seconds(since), "endUpdateDate": _seconds(until)}
        yield from _pages(self._sms, "message-results", asked, ("body", "data"))
        if self._talk is not None:
            end = until + timedelta(minutes=1)  # asked by whole minutes
            asked = {"startUpdateDate": _minutes(since), "endUpdateDate": _minutes(end)}
            for row in _pages(self._talk, "message-results", asked, ("messages",)):
                yield {**row, "resendStatus": row.get("resendStatus", "")}

    def _refusals(self, since: datetime | None, until: datetime) -> Iterator[Mapping[str, Any]]:
        asked = {"unsubscribeNo": self._line}
        if since is not None:
            asked |= {"startRequestDate": _seconds(since), "endRequestDate": _seconds(until)}
        yield from _pages(self._sms, "blockservice/recipients", asked, ("body", "data"))


def _pages(
    service: Service, place: str, asked: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Mapping[str, Any]]:
    for number in range(1, MOST_PAGES + 1):
        document = service.ask(place, params={**asked, "pageNum": number, "pageSize": PAGE})
        rows = rows_at(document, *path)
        yield from rows
        if len(rows) < PAGE:
            return
    raise OutcomeUnknown("more news than pages to hold it")


def _since(cursor: str, now: datetime) -> datetime:
    if not cursor:
        return now - FIRST_LOOK
    try:
        return datetime.fromisoformat(json.loads(cursor)["until"])
    except (ValueError, KeyError, TypeError) as error:
        raise OutcomeUnknown("the cursor cannot be read") from error


def _seconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _minutes(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _nothing_to_confirm() -> None:
    """NHN forgets nothing it has told."""
