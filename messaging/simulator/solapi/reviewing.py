"""The desk for templates: register, ask for the review, read how it went."""

from collections.abc import Sequence
from typing import Any, Final

from messaging.simulator.exchange import Exchange
from messaging.simulator.solapi.reading import read_document, read_query
from messaging.simulator.solapi.registering import Malformed, Record
from messaging.simulator.solapi.shapes import MANNERS, listed, problem
from messaging.simulator.solapi.shelf import Shelf, new_id, page, stamp
from messaging.simulator.solapi.templates import REJECTING
from messaging.simulator.striking import after, before, strike
from messaging.simulator.truth import wall_clock
from messaging.simulator.wire import Answer, Request, json_answer

_FIELDS: Final = {
    *("channelId", "name", "content", "categoryCode", "messageType", "emphasizeType", "emphasizeTitle"),
    *("emphasizeSubtitle", "buttons", "securityFlag", "extra"),
}


class TemplateDesk:
    """Wordings of one account."""

    def __init__(self, exchange: Exchange, shelf: Shelf) -> None:
        self._exchange = exchange
        self._shelf = shelf

    async def add(self, request: Request, names: Sequence[str]) -> Answer:
        """A new wording, not yet under review."""
        document = read_document(request, _FIELDS)
        rules = strike(self._exchange, request)
        if early := await before(rules, MANNERS):
            return early
        for name in ("channelId", "name", "content", "categoryCode"):
            if not isinstance(document.get(name), str) or not document[name]:
                raise Malformed(f"{name} is required")
        record = {**document, "templateId": new_id("KA01TP"), "status": "PENDING", "comments": []}
        record |= {"dateCreated": stamp(), "isHidden": False}
        self._shelf.keep_template(record)
        return after(rules, json_answer(record))

    async def ask_review(self, request: Request, names: Sequence[str]) -> Answer:
        """Its review begins; it ends by itself."""
        record = self._template(names[0])
        read_document(request, {"comment"})
        rules = strike(self._exchange, request, key=names[0])
        if early := await before(rules, MANNERS):
            return early
        if record["status"] not in ("PENDING", "REJECTED"):
            return problem("ValidationError", "대기 또는 반려 상태의 템플릿만 검수를 요청할 수 있습니다.")
        doomed = REJECTING in record["content"] or self._exchange.is_review_rejected(names[0])
        asked = {**record, "status": "INSPECTING", "askedAt": wall_clock().isoformat(), "isDoomed": doomed}
        self._shelf.keep_template(asked)
        return after(rules, json_answer(_public(asked)))

    async def show(self, request: Request, names: Sequence[str]) -> Answer:
        """One wording and how its review went."""
        rules = strike(self._exchange, request, key=names[0])
        return await before(rules, MANNERS) or after(rules, json_answer(_public(self._template(names[0]))))

    async def show_all(self, request: Request, names: Sequence[str]) -> Answer:
        """A page of wordings."""
        query, limit = read_query(request, {"startKey", "limit", "status", "channelId", "name"})
        rules = strike(self._exchange, request)
        found, following = page(self._shelf.template_records(), query, ("status", "channelId", "name"), limit=limit)
        shown = [_public(record) for record in found.values()]
        true = listed("templateList", shown, start=query.get("startKey", ""), following=following, limit=limit)
        return await before(rules, MANNERS) or after(rules, true)

    def _template(self, name: str) -> Record:
        record = self._shelf.template_record(name)
        if record is None:
            raise KeyError(name)
        return record


def _public(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("askedAt", "isDoomed")}
