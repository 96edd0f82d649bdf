"""The plug itself: which call is made when, and what its failures mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Call,
    FileRef,
    Found,
    HookRequest,
    HookResponse,
    Leg,
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
from messaging.carriers.bizgo import answers, codes, composing, hooks
from messaging.carriers.bizgo.answers import Said
from messaging.carriers.bizgo.polling import KST, Newsstand
from messaging.carriers.http import LOOPBACK, Line
from messaging.carriers.marks import path_secrets

ROOT: Final = "/api/comm/v1"
PAGE, MOST_PAGES = 1000, 20
BEFORE: Final = timedelta(minutes=1)  # their clock may be behind ours


class Bizgo(Newsstand):
    """
    The plug. A repeated key is answered per recipient with A301, so any lost answer is settled by the same call again.

    `receipts`: how this API key tells reports, chosen in their console: "push" (webhook) or "poll". `replies`: whether
    a number of ours is contracted for citizens' texts. `hook_ips`: the addresses webhooks come from; their signature
    does not cover the body, so outside this machine they are required.
    `history_lag`: seconds after a call for which its absence in their history proves nothing.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        hook_secret: str,
        hook_secret_before: str = "",
        hook_ips: Sequence[str] = (),
        sender_key: str = "",
        payment_code: str = "",
        receipts: Literal["push", "poll"] = "push",
        replies: bool = True,
        history_lag: float = 600.0,
        timeout: float = 15.0,
        tps: float = codes.CAPABILITIES.tps,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not api_key or not hook_secret:
            raise ImproperlyConfigured("비즈고에는 api_key와 hook_secret이 필요합니다.")
        if receipts not in ("push", "poll"):
            raise ImproperlyConfigured("비즈고의 receipts는 push 또는 poll입니다.")
        if not hook_ips and urlsplit(base_url).hostname not in LOOPBACK:
            raise ImproperlyConfigured("비즈고 웹훅의 서명은 본문을 지키지 않으므로 hook_ips가 필요합니다.")
        channels = dict(codes.CAPABILITIES.batch_sizes)
        if not sender_key:
            del channels["alimtalk"]
        self.capabilities = replace(
            codes.CAPABILITIES, batch_sizes=channels, tps=tps, receipts=receipts, replies=replies
        )
        self._secrets = tuple(secret for secret in (hook_secret, hook_secret_before) if secret)
        self.hook_path_secrets = path_secrets(*self._secrets)
        self._hook_ips = tuple(hook_ips)
        self._account = composing.Account(sender_key, payment_code)
        self._history_lag = timedelta(seconds=history_lag)
        self._line = Line(base_url=base_url, headers={"authorization": api_key}, timeout=timeout, transport=transport)
        super().__init__(self._ask, polls_reports=receipts == "poll", hears_replies=replies)

    def _ask(self, method: str, path: str, **sent: Any) -> Said:
        """
        One call. Their refusals of a whole call come as 400 with a code that says whose fault it was.

        :raises CarrierError:
        """
        return answers.read(self._line.call(method, f"{ROOT}{path}", also_ok={400}, **sent))

    # --- sending ----------------------------------------------------------------------------------------------------

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """Hand over a batch under one key; the same again gets A301 for whoever was taken, which is as good."""
        if any(not picture.file_ref for leg in legs for picture in leg.images):
            raise NotSent("a picture was not uploaded")
        found: dict[UUID, Outcome] = {}
        for request in composing.requests(legs, key=key, account=self._account):
            try:
                said = self._ask("POST", "/send/omni", document=request.document)
                found |= answers.outcomes(said, request.legs)
            except NotSent as error:
                if found:  # an earlier part of this batch may ring telephones: only repeating the whole is safe
                    raise OutcomeUnknown(str(error)) from error
                raise
        return found

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        """
        Search their history from the call on for our references.

        Who is not in it although it was read to its end has not been taken, once `history_lag` has passed.
        """
        wanted = {str(leg): leg for leg in call.legs}
        found: dict[UUID, Found] = {}
        is_whole = self._read_history(call, wanted, found)
        is_late = datetime.now(UTC) - call.submitted_at >= self._history_lag
        missing: Found = NotFound() if is_whole and is_late else StillUnknown()
        return {leg: found.get(leg, missing) for leg in call.legs}

    def _read_history(self, call: Call, wanted: Mapping[str, UUID], found: dict[UUID, Found]) -> bool:
        """Fill `found`; False if the history is longer than we read."""
        since = (call.submitted_at - BEFORE).astimezone(KST).strftime("%Y-%m-%dT%H:%M:%S")
        asked: dict[str, Any] = {"requestTime": since, "serviceType": codes.CHANNELS[call.channel], "limit": PAGE}
        for _ in range(MOST_PAGES):
            said = self._ask("GET", "/message/history", params=asked)
            rows, following = answers.page(said)
            for row in rows:
                leg = wanted.get(str(row.get("ref")))
                outcome = answers.found(row) if leg is not None else None
                if leg is not None and outcome is not None:
                    found[leg] = outcome
            if following is None:
                return True
            if len(found) == len(wanted):
                return False
            asked["lastSeq"] = following
        return False

    # --- pictures ---------------------------------------------------------------------------------------------------

    def upload(self, image: bytes, *, sha256: str) -> FileRef:
        """Hand over one JPEG. Named by content: a name used again might stand for another citizen's page."""
        said = self._ask("POST", "/file/mms", files={"file": (f"{sha256[:32]}.jpg", image, "image/jpeg")})
        match said.data:
            case {"fileKey": str(key)} if key and said.code == codes.ACCEPTED:
                return FileRef(key)
        if said.code != codes.ACCEPTED:
            raise NotSent(f"service {said.code}")
        raise OutcomeUnknown(answers.SHAPE)

    # --- what they tell ---------------------------------------------------------------------------------------------

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """Delivered or not; a report that nobody knows is not one."""
        event = hooks.receipt(self._verified(request))
        return [event] if event is not None else []

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """What a citizen texted to one of our numbers."""
        return [hooks.reply(self._verified(request))]

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Their message's key said back; anything else makes them tell it again, three times in all."""
        return HookResponse(200, hooks.acknowledgement(list(event_keys)))

    def _verified(self, request: HookRequest) -> Mapping[str, Any]:
        check_source(request, self._hook_ips)
        hooks.check_signature(request, self._secrets)
        return hooks.document(request.body)

    # --- templates --------------------------------------------------------------------------------------------------

    def submit_template(self, template: TemplateText) -> TemplateState:
        """Register the wording unless it is, and ask for its review unless that was done."""
        code = composing.template_code(template.code)
        state = self.read_template(code)
        if state is None:
            wording = replace(template, code=code)
            self._must("POST", "/center/alimtalk/template", composing.template(wording, self._account))
        if state is None or state.state == "draft":
            self._must("POST", "/center/alimtalk/template/request", composing.review(code, self._account))
            return TemplateState(code, "submitted")
        return state

    def read_template(self, code: str) -> TemplateState | None:
        """Where the review of a wording stands."""
        asked = {"senderKey": self._account.sender_key, "senderKeyType": "S", "templateCode": code}
        said = self._ask("GET", "/center/alimtalk/template", params=asked)
        if said.code == codes.NOTHING_FOUND:
            return None
        match said.data:
            case {"alimtalk": {"inspectionStatus": str(status)} as row} if status in answers.STATES:
                return answers.template_state(code, status, row)
        raise OutcomeUnknown(answers.SHAPE)

    def _must(self, method: str, path: str, document: Mapping[str, Any]) -> None:
        said = self._ask(method, path, document=document)
        if said.code != codes.ACCEPTED:
            raise NotSent(f"service {said.code}")
