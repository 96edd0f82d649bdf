"""Answers /solapi: groups, the one-call send, look-ups, uploads, the 080 list and the review of templates."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from messaging.simulator.dialects import Office, Webhook
from messaging.simulator.exchange import KeyReused
from messaging.simulator.faults import Rule
from messaging.simulator.orders import Order
from messaging.simulator.solapi.reading import read_document, read_picture, read_query
from messaging.simulator.solapi.registering import Entry, Malformed, Record, Registry, read_rows, register
from messaging.simulator.solapi.reviewing import TemplateDesk
from messaging.simulator.solapi.shapes import ACCOUNT, MANNERS, group_info, listed, problem, registered
from messaging.simulator.solapi.shelf import DIALECT, Group, Shelf, data_of, new_id, page, stamp
from messaging.simulator.solapi.signing import Doorman
from messaging.simulator.solapi.statuses import RECEIVED, TEMPORARY, WORDS
from messaging.simulator.striking import after, before, strike
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, Request, json_answer

MOST_AT_ONCE, MOST_BYTES = 10_000, 15 * 1024 * 1024
_GROUPS = "/messages/v4/groups"
_GROUP_FIELDS = {"appId", "strict", "sdkVersion", "osPlatform", "customFields", "hint", "allowDuplicates"}
_SEND_FIELDS = {"messages", "allowDuplicates", "showMessageList", "appId", "agent", "strict"}
_LIST_FIELDS = ("messageId", "groupId", "statusCode", "to", "from", "type")
_LIST_QUERY = {*_LIST_FIELDS, "startKey", "limit", "dateType", "startDate", "endDate", "criteria", "cond", "value"}
Desk = Callable[[Request, Sequence[str]], Awaitable[Answer] | Answer]


class SolapiDialect:
    """One customer's account."""

    def __init__(self, office: Office) -> None:
        self._exchange = office.exchange
        self._wait_posted = office.wait_posted
        self._doorman = Doorman(key=office.key, secret=office.key)
        self._shelf = Shelf(office.exchange)
        self._templates = TemplateDesk(office.exchange, self._shelf)
        # They sign nothing: only the address is secret, so a forger is told by it.
        self.webhooks = (
            Webhook(
                "receipt",
                "receipts",
                self._encoded,
                lambda body, secret, at: {},
                is_taken=lambda taken, events: taken.status == 200,
                batch=100,
                body_bytes=1_000_000,
                tries=5,
                is_forged_by_path=True,
            ),
        )

    async def answer(self, request: Request) -> Answer:
        """One call of the customer."""
        if refused := self._doorman.problem(request.headers.get("authorization", ""), now=wall_clock()):
            return problem(refused)
        if len(request.body) > MOST_BYTES:
            return problem("RequestTooLarge")
        path = request.path.removeprefix(f"/{DIALECT}").rstrip("/")
        for method, pattern, desk in self._desks():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return await self._at(desk, request, found.groups())
        return problem("ResourceNotFound")

    def _desks(self) -> list[tuple[str, str, Desk]]:
        one = rf"{_GROUPS}/([A-Z0-9]+)"
        return [
            ("POST", _GROUPS, self._open_group),
            ("GET", _GROUPS, self._list_groups),
            ("GET", one, self._show_group),
            ("DELETE", one, self._delete_group),
            ("PUT", f"{one}/messages", self._add_messages),
            ("GET", f"{one}/messages", self._list_group),
            ("POST", f"{one}/send", self._send_group),
            ("POST", "/messages/v4/send-many/detail", self._send_many),
            ("GET", "/messages/v4/list(?:-old)?", self._list_messages),
            ("POST", "/storage/v1/files", self._upload),
            ("GET", "/cash/v1/balance", self._balance),
            ("GET", "/iam/v1/black", self._unsubscribed),
            ("POST", "/kakao/v2/templates", self._templates.add),
            ("GET", "/kakao/v2/templates", self._templates.show_all),
            ("GET", "/kakao/v2/templates/([A-Z0-9]+)", self._templates.show),
            ("PUT", "/kakao/v2/templates/([A-Z0-9]+)/inspection", self._templates.ask_review),
        ]

    async def _at(self, desk: Desk, request: Request, names: Sequence[str]) -> Answer:
        try:
            answer = desk(request, names)
            return answer if isinstance(answer, Answer) else await answer
        except Malformed as error:
            return problem("ValidationError", str(error))
        except KeyError:
            return problem("ResourceNotFound")
        except KeyReused:
            return problem("GroupNotPending")

    def _struck(self, request: Request, *, key: str = "", numbers: Sequence[str] = ()) -> list[Rule]:
        return strike(self._exchange, request, numbers, key=key)

    # --- groups -----------------------------------------------------------------------------------------------------

    async def _open_group(self, request: Request, names: Sequence[str]) -> Answer:
        document = read_document(request, _GROUP_FIELDS)
        rules = self._struck(request)
        if early := await before(rules, MANNERS):
            return early
        fields = document.get("customFields", {})
        if not isinstance(fields, dict) or not all(isinstance(one, str) for one in fields.values()):
            raise Malformed("customFields must be an object of strings")
        group = self._shelf.open_group(allows_duplicates=document.get("allowDuplicates") is True, fields=fields)
        return after(rules, json_answer(group_info(group, self._shelf)))

    async def _add_messages(self, request: Request, names: Sequence[str]) -> Answer:
        group = self._shelf.groups[names[0]]
        rows = read_rows(read_document(request, {"messages"}), most=MOST_AT_ONCE)
        rules = self._struck(request, key=group.id, numbers=[row.get("to", "") for row in rows])
        if early := await before(rules, MANNERS):
            return early
        if group.is_deleted or self._shelf.is_sent(group):
            return problem("GroupNotPending")
        entries = self._register(group, rows, rules)
        results = registered([entry.record for entry in entries])
        errors = sum(entry.is_refused for entry in entries)
        return after(rules, json_answer({"errorCount": errors, "resultList": results}))

    def _register(self, group: Group, rows: Sequence[Record], rules: Sequence[Rule]) -> list[Entry]:
        """Check and keep; who is refused belongs to the truth at once, who is not leaves with the group."""
        partial = next((rule for rule in rules if rule.fault == "partial_refusal"), None)
        world, entries = self._exchange.world, list[Entry]()
        registry = Registry(
            senders=self._exchange.senders,
            unsubscribed=world.unsubscribed,
            template=self._shelf.template,
            picture=self._shelf.picture,
            new_id=lambda: new_id("M4V"),
        )
        taken = set() if group.allows_duplicates else group.numbers
        for row in rows:
            entry = register(row, new_id("M4V"), registry=registry, taken=taken)
            if partial is not None and not entry.is_refused and self._exchange.faults.chance.random() < partial.share:
                entry = _spoiled(entry, partial.code)
            entries.append(entry)
            if not group.allows_duplicates:
                taken.add(row.get("to", ""))
        refused = [entry for entry in entries if entry.is_refused]
        codes = {entry.leg.id: entry.record["statusCode"] for entry in refused}
        legs = tuple(entry.leg for entry in refused)
        self._exchange.take(
            Order(f"{group.id}/refused/{len(group.batches)}", legs, DIALECT), check=lambda leg: codes[leg.id]
        )
        self._shelf.add(group, entries)
        return entries

    async def _send_group(self, request: Request, names: Sequence[str]) -> Answer:
        group = self._shelf.groups[names[0]]
        read_document(request, set())
        rules = self._struck(request, key=group.id, numbers=sorted(group.numbers))
        if early := await before(rules, MANNERS):
            return early
        if group.is_deleted or self._shelf.is_sent(group) or not group.keys:
            return problem("GroupNotPending")
        await self._leave(group, rules)
        return after(rules, json_answer(group_info(group, self._shelf)))

    async def _leave(self, group: Group, rules: Sequence[Rule]) -> None:
        """The group's messages are taken."""
        others = [rule for rule in rules if rule.fault != "partial_refusal"]
        early = [
            name
            for order in self._shelf.orders(group)
            for name in self._exchange.take(order, others, check=lambda leg: "").early
        ]
        if early:
            await self._wait_posted(early)

    async def _send_many(self, request: Request, names: Sequence[str]) -> Answer:
        """Everything in one call, as their own libraries do; its outcome cannot be asked for by anything of ours."""
        document = read_document(request, _SEND_FIELDS)
        rows = read_rows(document, most=MOST_AT_ONCE)
        rules = self._struck(request, numbers=[row.get("to", "") for row in rows])
        if early := await before(rules, MANNERS):
            return early
        group = self._shelf.open_group(allows_duplicates=document.get("allowDuplicates") is True, fields={})
        entries = self._register(group, rows, rules)
        await self._leave(group, rules)
        results = registered([entry.record for entry in entries])
        found: dict[str, Any] = {
            "failedMessageList": [one for one in results if one["statusCode"] != RECEIVED],
            "groupInfo": group_info(group, self._shelf),
        }
        if document.get("showMessageList") is True:
            wanted = ("messageId", "statusCode", "statusMessage", "customFields")
            found["messageList"] = [{name: one[name] for name in wanted} for one in results]
        return after(rules, json_answer(found))

    def _delete_group(self, request: Request, names: Sequence[str]) -> Answer:
        group = self._shelf.groups[names[0]]
        if self._shelf.was_sent(group):
            return problem("GroupNotPending")
        self._shelf.delete_group(group)
        return json_answer(group_info(group, self._shelf))

    # --- look-ups ---------------------------------------------------------------------------------------------------

    async def _show_group(self, request: Request, names: Sequence[str]) -> Answer:
        group = self._shelf.groups[names[0]]
        rules = self._struck(request, key=group.id)
        return await before(rules, MANNERS) or after(rules, json_answer(group_info(group, self._shelf)))

    async def _list_groups(self, request: Request, names: Sequence[str]) -> Answer:
        query, limit = read_query(request, _LIST_QUERY)
        rules = self._struck(request)
        if query.get("criteria") == "groupId" and query.get("cond") == "eq":
            query["groupId"] = query.get("value", "")
        groups = {name: {"groupId": name} for name in self._shelf.groups}
        found, following = page(groups, query, ("groupId",), limit=limit)
        shown = {name: group_info(self._shelf.groups[name], self._shelf) for name in found}
        true = listed("groupList", shown, start=query.get("startKey", ""), following=following, limit=limit)
        return await before(rules, MANNERS) or after(rules, true)

    async def _list_group(self, request: Request, names: Sequence[str]) -> Answer:
        group = self._shelf.groups[names[0]]
        query, limit = read_query(request, {"startKey", "limit"})
        return await self._page_of(request, group.records, query, limit, key=group.id)

    async def _list_messages(self, request: Request, names: Sequence[str]) -> Answer:
        query, limit = read_query(request, _LIST_QUERY)
        return await self._page_of(request, self._shelf.within(query), query, limit)

    async def _page_of(
        self, request: Request, records: dict[str, Record], query: dict[str, str], limit: int, *, key: str = ""
    ) -> Answer:
        rules = self._struck(request, key=key)
        if early := await before(rules, MANNERS):
            return early
        found, following = page(records, query, _LIST_FIELDS, limit=limit)
        shown = {name: self._shelf.shown(record) for name, record in found.items()}
        true = listed("messageList", shown, start=query.get("startKey", ""), following=following, limit=limit)
        return after(rules, true)

    # --- files, the 080 list, the balance ---------------------------------------------------------------------------

    async def _upload(self, request: Request, names: Sequence[str]) -> Answer:
        document = read_document(request, {"file", "type", "name", "link"})
        rules = self._struck(request)
        if early := await before(rules, MANNERS):
            return early
        content = read_picture(document)
        name = document.get("name") or "image.jpg"
        file_id = self._shelf.keep_file(content, name=name)
        at = stamp()
        found: dict[str, Any] = {
            "kakao": {"daou": None, "biztalk": None},
            "type": "MMS",
            "originalName": name,
            "link": None,
            "fileId": file_id,
            "name": name,
            "url": f"https://storage.invalid/{file_id}",
            "accountId": ACCOUNT,
            "references": [],
            "dateCreated": at,
            "dateUpdated": at,
        }
        return after(rules, json_answer(found))

    def _balance(self, request: Request, names: Sequence[str]) -> Answer:
        return json_answer({"balance": 1_000_000, "point": 0, "accountId": ACCOUNT})

    async def _unsubscribed(self, request: Request, names: Sequence[str]) -> Answer:
        query, limit = read_query(request, {"startKey", "limit", "type", "senderNumber", "startDate", "endDate"})
        rules = self._struck(request)
        if early := await before(rules, MANNERS):
            return early
        office = next(iter(self._exchange.world.offices), "")
        rows: dict[str, Record] = {
            number: {"handleKey": number, "type": "DENIAL", "senderNumber": office, "recipientNumber": number}
            | {"dateCreated": stamp(since), "dateUpdated": stamp(since)}
            for number, since in self._exchange.world.unsubscribed.items()
        }
        found, following = page(rows, query, ("senderNumber",), limit=limit)
        true = listed(
            "blackList", list(found.values()), start=query.get("startKey", ""), following=following, limit=limit
        )
        return after(rules, true)

    # --- reports ----------------------------------------------------------------------------------------------------

    def _encoded(self, events: Sequence[Event]) -> bytes:
        reports = [
            {
                "eventDataId": event["id"],
                "data": data_of(event, self._shelf.messages.get(event["ref"])),
                "retryCount": 0,
            }
            for event in events
        ]
        return json.dumps(reports, ensure_ascii=False).encode()


def _spoiled(entry: Entry, code: str) -> Entry:
    """The entry refused by a fault, in a code of this dialect."""
    code = code if code in WORDS else TEMPORARY
    record = {**entry.record, "statusCode": code, "statusMessage": WORDS[code]}
    return replace(entry, record=record)
