"""The look-ups of this vendor: one message, one call, a history with a cursor, replies, and reports to fetch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from messaging.simulator.bizgo.envelope import Refusal, moment, page, success
from messaging.simulator.bizgo.shelf import DIALECT, Shelf
from messaging.simulator.bizgo.telling import KINDS, Teller, message_key, reply
from messaging.simulator.exchange import Exchange
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, Request

MOST_ROWS, USUAL_ROWS, BATCH = 1000, 100, 100


class Looker:
    """The desks under `message` and `report`."""

    def __init__(self, exchange: Exchange, shelf: Shelf, teller: Teller, *, is_polled: bool) -> None:
        self._exchange = exchange
        self._shelf = shelf
        self._teller = teller
        self._is_polled = is_polled

    def answer(self, request: Request, path: str) -> Answer | None:
        """The answer to a look-up; None for an address that is not ours."""
        match request.method, path.strip("/").split("/"):
            case "GET", ["message", "inquiry", "msgKey", key]:
                return self._states(key[:-3], only=key)
            case "GET", ["message", "inquiry", "requestId", request_id]:
                return self._states(request_id)
            case "GET", ["message", "inquiry", "mo", "msgKey", key]:
                return success({"messages": [reply(one) for one in self._replies() if one["id"] == key]})
            case "GET", ["message", "history"]:
                return self._history(request)
            case "GET", ["message", "history", "mo"]:
                return self._reply_history(request)
            case "GET", ["report", "polling"] if self._is_polled:
                return self._unread()
            case "DELETE", ["report", "polling", report_id] if self._is_polled:
                return self._confirm(report_id)
            case "GET", ["report", "inquiry", key]:
                due = [self._due(event) for event in self._of_request(key[:-3]) if message_key(event["ref"]) == key]
                return success({"report": [self._teller.report(one) for one in due if one is not None]})
        return None

    # --- messages ---

    def _of_request(self, request_id: str) -> Sequence[Event]:
        sent = self._shelf.sent.get(request_id)
        if sent is None or self._exchange.is_lagging(sent.key):
            return ()
        return [one for one in self._shelf.legs.get(sent.key, ()) if message_key(one["ref"])[:-3] == request_id]

    def _states(self, request_id: str, *, only: str = "") -> Answer:
        events = [one for one in self._of_request(request_id) if only in ("", message_key(one["ref"]))]
        return success({"messages": [self._state(one) for one in events]})

    def _state(self, event: Event) -> dict[str, Any]:
        more = any(one["ref"] == f"{message_key(event['ref'])}/2" for one in self._shelf.legs.get(event["key"], ()))
        return self._teller.state(event, self._due(event), has_more=more)

    def _due(self, event: Event) -> Event | None:
        """The report about a message, once its time has come."""
        found = self._exchange.world.results.get(event["ref"])
        return found if found is not None and _is_due(found) else None

    def _history(self, request: Request) -> Answer:
        """From a time on, oldest first; the cursor is a row's own number."""
        since, after, limit = moment(_asked(request, "requestTime")), _cursor(request, 0), _limit(request)
        services = {one for one in _asked(request, "serviceType").split(",") if one}
        group = _asked(request, "groupKey")
        wanted = [
            one
            for sent in self._shelf.sent.values()
            if sent.at >= since and group in ("", sent.group)
            for one in self._of_request(sent.id)
            if one["seq"] > after and (not services or KINDS[one["channel"]][0] in services)
        ]
        wanted.sort(key=lambda one: int(one["seq"]))
        return success(page([self._state(one) for one in wanted[: limit + 1]], _seqs(wanted), limit))

    # --- replies ---

    def _replies(self) -> list[Event]:
        return [one for one in self._exchange.world.of_dialect(DIALECT) if one["event"] == "reply"]

    def _reply_history(self, request: Request) -> Answer:
        """From a time on, newest first."""
        since, before, limit = moment(_asked(request, "occurredTime")), _cursor(request, 1 << 60), _limit(request)
        from_number, to_number = _asked(request, "from"), _asked(request, "to")
        wanted = [
            one
            for one in reversed(self._replies())
            if one["seq"] < before
            and datetime.fromisoformat(one["at"]) >= since
            and from_number in ("", one["number"])
            and to_number in ("", one["to"])
        ]
        return success(page([reply(one) for one in wanted[: limit + 1]], _seqs(wanted), limit))

    # --- reports to fetch ---

    def _unread(self) -> Answer:
        """The oldest reports not yet confirmed; the same again until they are."""
        unposted = self._exchange.world.unposted.values()
        mine = [one for one in unposted if one["event"] == "receipt" and one.get("dialect") == DIALECT]
        due = [one for one in mine if _is_due(one) and not one["mark"]][:BATCH]
        if not due:
            return success({"reportId": "", "report": None})
        return success({"reportId": f"R{due[-1]['seq']}", "report": [self._teller.report(one) for one in due]})

    def _confirm(self, report_id: str) -> Answer:
        if not report_id.startswith("R") or not report_id[1:].isdecimal():
            raise Refusal("A802")
        last = int(report_id[1:])
        unposted = self._exchange.world.unposted.values()
        mine = [one for one in unposted if one["event"] == "receipt" and one.get("dialect") == DIALECT]
        told = [one["id"] for one in mine if one["seq"] <= last and _is_due(one)]
        if not told:
            raise Refusal("A802")
        self._exchange.posted(told)
        return success()


def _is_due(event: Event) -> bool:
    return datetime.fromisoformat(event["due"]) <= wall_clock()


def _seqs(events: Sequence[Event]) -> list[int]:
    return [int(one["seq"]) for one in events]


def _asked(request: Request, name: str) -> str:
    return (request.query.get(name) or [""])[0]


def _cursor(request: Request, usual: int) -> int:
    given = _asked(request, "lastSeq")
    if given and not given.isdecimal():
        raise Refusal("A011")
    return int(given) if given else usual


def _limit(request: Request) -> int:
    given = _asked(request, "limit") or str(USUAL_ROWS)
    if not given.isdecimal() or not 1 <= int(given) <= MOST_ROWS:
        raise Refusal("A011")
    return int(given)
