"""
The plug itself.

Three steps: make a group, put the messages into it, send it. Before the third nothing can leave, so whatever goes wrong
there is `NotSent`; after it the group itself can be asked.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
    FileRef,
    Found,
    HookRefused,
    HookRequest,
    HookResponse,
    Leg,
    Misconfigured,
    News,
    NotFound,
    NotSent,
    Outcome,
    OutcomeUnknown,
    ReceiptEvent,
    Remember,
    ReplyEvent,
    StillUnknown,
    TemplateState,
    TemplateText,
    check_source,
    nothing_to_remember,
)
from messaging.carriers.http import Answered, Line
from messaging.carriers.marks import path_secrets
from messaging.carriers.solapi import reading, sweeping, wire
from messaging.carriers.solapi.codes import CAPABILITIES, TOO_MANY_PICTURES

GROUPS: Final = "/messages/v4/groups"
FILES: Final = "/storage/v1/files"
TEMPLATES: Final = "/kakao/v2/templates"
THEIR_TEMPLATE: Final = "KA01TP"
NO_MONEY: Final = 402
LATEST_SEND: Final = 25.0  # seconds after which the lease could end during the step that sends
PAGE: Final = 100
SENT: Final = frozenset({"SENDING", "COMPLETE"})
NEVER_SENT: Final = frozenset({"DELETED"})


class Solapi:
    """Solapi v4. It signs no reports: its webhook has a secret address and, if you list them, known sources."""

    def __init__(
        self,
        *,
        api_key: str,
        api_secret: str,
        hook_secret: str,
        hook_secret_before: str = "",
        hook_ips: Sequence[str] = (),
        channel_id: str = "",
        base_url: str = "https://api.solapi.com",
        timeout: float = 5.0,
        tps: float = CAPABILITIES.tps,
    ) -> None:
        if not api_key or not api_secret or not hook_secret:
            raise ImproperlyConfigured("솔라피에는 api_key, api_secret, hook_secret이 필요합니다.")
        channels = {name: size for name, size in CAPABILITIES.batch_sizes.items() if channel_id or name != "alimtalk"}
        self.capabilities = replace(CAPABILITIES, tps=tps, batch_sizes=channels)
        self.hook_path_secrets = path_secrets(hook_secret, hook_secret_before)
        self._hook_ips = tuple(hook_ips)
        self._key, self._secret, self._channel_id = api_key, api_secret, channel_id
        self._template_ids: dict[str, str] = {}
        self._line = Line(base_url=base_url, timeout=timeout)

    # --- sending ----------------------------------------------------------------------------------------------------

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """Hand over a batch as one group, whose name is remembered before anything can leave."""
        started = time.monotonic()
        refused: dict[UUID, Outcome] = {leg.id: TOO_MANY_PICTURES for leg in legs if len(leg.images) > 1}
        fit = [leg for leg in legs if leg.id not in refused]
        if not fit:
            return refused
        try:
            group = reading.word(self._call("POST", GROUPS, wire.group(key)).document, "groupId")
            remember(group)
            messages = [wire.message(self._as_they_name_it(leg), channel_id=self._channel_id) for leg in fit]
            put = self._call("PUT", f"{GROUPS}/{group}/messages", {"messages": messages})
            outcomes = reading.registered(put.document, fit)
        except OutcomeUnknown as error:
            raise NotSent(f"not sent yet: {error}") from error
        if any(isinstance(one, Accepted) for one in outcomes.values()):
            self._send(group, started)
        return {**refused, **outcomes}

    def _as_they_name_it(self, leg: Leg) -> Leg:
        """The leg with their id of its wording; one they do not know is theirs to refuse."""
        code = leg.template_code
        if not code or code.startswith(THEIR_TEMPLATE):
            return leg
        if code not in self._template_ids and (known := self._template_named(code)) is not None:
            self._template_ids[code] = known.code
        return replace(leg, template_code=self._template_ids.get(code, code))

    def _send(self, group: str, started: float) -> None:
        if time.monotonic() - started > LATEST_SEND:
            raise NotSent("too late to send")
        answer = self._call("POST", f"{GROUPS}/{group}/send", {}, also_ok=(400, 404))
        # A group that cannot be sent may have been sent: whatever is not plain success is asked about.
        if answer.status != 200 or reading.word(answer.document, "groupId") != group:
            raise OutcomeUnknown(f"HTTP {answer.status}")

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        """Ask the group. One that still waits is deleted first, so that nobody can send it after our answer."""
        if not call.remembered:
            return dict.fromkeys(call.legs, NotFound())
        answer = self._call("GET", f"{GROUPS}/{call.remembered}", also_ok=(404,))
        status = "DELETED" if answer.status == 404 else reading.word(answer.document, "status")
        if status == "PENDING":
            return self._drop(call)
        if status in NEVER_SENT:
            return dict.fromkeys(call.legs, NotFound())
        rows = self._rows(f"{GROUPS}/{call.remembered}/messages", "messageList")
        found = {reading.attempt_of(row): row for row in rows}
        return {leg: self._found(found.get(leg), is_sent=status in SENT) for leg in call.legs}

    def _drop(self, call: Call) -> Mapping[UUID, Found]:
        deleted = self._call("DELETE", f"{GROUPS}/{call.remembered}", also_ok=(400, 404))
        proof: Found = StillUnknown() if deleted.status == 400 else NotFound()
        return dict.fromkeys(call.legs, proof)

    def _found(self, row: reading.Row | None, *, is_sent: bool) -> Found:
        """A message that was refused is known as such; without it a group that left says nothing about the leg."""
        if row is None:
            return StillUnknown()
        known = reading.outcome(row)
        return StillUnknown() if isinstance(known, Accepted) and not is_sent else known

    def _rows(self, path: str, listed_as: str, **asked: str) -> Iterator[reading.Row]:
        """Every row of a list, page after page."""
        key = ""
        while True:
            params = {**asked, "limit": PAGE, **({"startKey": key} if key else {})}
            rows, key = reading.page(self._call("GET", path, params=params).document, listed_as)
            yield from rows
            if not key:
                return

    def upload(self, image: bytes, *, sha256: str) -> FileRef:
        """Hand over one JPEG; the same one again is another file, which harms nobody."""
        document = self._call("POST", FILES, wire.picture(image, sha256=sha256)).document
        return FileRef(reading.word(document, "fileId"))

    # --- reports ----------------------------------------------------------------------------------------------------

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """Delivered or not; they sign nothing, so only the address and the source speak for it."""
        check_source(request, self._hook_ips)
        return reading.receipts(request)

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """There are none: citizens cannot answer through this carrier."""
        raise HookRefused("this carrier brings no replies")

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Only a 200 ends their repetition."""
        return HookResponse(200, b"{}")

    def poll(self, cursor: str) -> News:
        """Reports that no webhook brought, and who rang the 080 line."""
        return sweeping.poll(lambda path, params: self._call("GET", path, params=params).document, cursor, now=_now())

    # --- the review of wordings -------------------------------------------------------------------------------------

    def submit_template(self, template: TemplateText) -> TemplateState:
        """Register the wording unless a lost answer has registered it already, and ask for its review."""
        known = self._template_named(template.code)
        if known is None:
            document = wire.template(template, channel_id=self._channel_id)
            known = reading.review(self._call("POST", TEMPLATES, document).document)
        if known.state not in ("draft", "rejected"):
            return known
        return reading.review(self._call("PUT", f"{TEMPLATES}/{known.code}/inspection", {}).document)

    def read_template(self, code: str) -> TemplateState | None:
        """Where the review of a wording stands, by their name for it or by ours."""
        if not code.startswith(THEIR_TEMPLATE):
            return self._template_named(code)
        answer = self._call("GET", f"{TEMPLATES}/{code}", also_ok=(404,))
        return None if answer.status == 404 else reading.review(answer.document)

    def _template_named(self, name: str) -> TemplateState | None:
        """Their wording of this name, whether or not their list can be asked for names."""
        for row in self._rows(TEMPLATES, "templateList", channelId=self._channel_id, name=name):
            if row.get("name") == name:
                return reading.review(row)
        return None

    def _call(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        also_ok: Collection[int] = (),
    ) -> Answered:
        """One signed call."""
        headers = {"authorization": wire.authorization(key=self._key, secret=self._secret, now=_now())}
        answer = self._line.call(
            method, path, document=document, params=params, headers=headers, also_ok=(*also_ok, NO_MONEY)
        )
        if answer.status == NO_MONEY:
            raise Misconfigured("the balance is gone")
        return answer


def _now() -> datetime:
    return datetime.now(UTC)
