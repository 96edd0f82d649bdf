"""The plug itself: keeps the two services, and gives each question to the right one."""

import base64
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Call,
    CarrierError,
    FileRef,
    Found,
    HookRefused,
    HookRequest,
    HookResponse,
    HookUnreadable,
    Leg,
    News,
    NotSent,
    Outcome,
    OutcomeUnknown,
    ReceiptEvent,
    Remember,
    ReplyEvent,
    TemplateState,
    TemplateText,
    UnsubscribeEvent,
    check_source,
    is_same_secret,
    nothing_to_remember,
)
from messaging.carriers.marks import path_secrets
from messaging.carriers.nhn import sending, telling
from messaging.carriers.nhn.codes import CAPABILITIES, SMS_CALLS, TALK_CALLS
from messaging.carriers.nhn.polling import Poller
from messaging.carriers.nhn.reviewing import Reviews, code_of
from messaging.carriers.nhn.service import KST, PAGE, Service, rows_at

Event = TypeVar("Event")
SMS_URL: Final = "https://sms.api.nhncloudservice.com"
TALK_URL: Final = "https://kakaotalk-bizmessage.api.nhncloudservice.com"
BEFORE, AFTER = timedelta(hours=1), timedelta(days=1)  # around a call, for clocks that differ and queues that wait
LATEST_CALL: Final = 5.0  # seconds after the first of several
KEY_HEADER: Final = "x-nc-api-idempotency-key"


class Nhn:
    """
    Texts and pictures by SMS v3.0; AlimTalk by KakaoTalk Bizmessage v2.3 if its keys are given.

    The webhooks' signature is the fixed string typed at set-up (`hook_secret`), not a signature of the body: restrict
    `hook_ips` as well.
    """

    def __init__(
        self,
        *,
        sms_app_key: str,
        sms_secret_key: str,
        hook_secret: str,
        hook_secret_before: str = "",
        hook_ips: Sequence[str] = (),
        talk_app_key: str = "",
        talk_secret_key: str = "",
        sender_key: str = "",
        unsubscribe_number: str = "",
        sms_base_url: str = SMS_URL,
        talk_base_url: str = TALK_URL,
        timeout: float = 15.0,
        tps: float = CAPABILITIES.tps,
    ) -> None:
        if not sms_app_key or not sms_secret_key or not hook_secret:
            raise ImproperlyConfigured("NHN Cloud에는 sms_app_key, sms_secret_key, hook_secret이 필요합니다.")
        if len({bool(talk_app_key), bool(talk_secret_key), bool(sender_key)}) != 1:
            raise ImproperlyConfigured("알림톡에는 talk_app_key, talk_secret_key, sender_key가 모두 필요합니다.")
        sizes = {
            channel: size for channel, size in CAPABILITIES.batch_sizes.items() if channel != "alimtalk" or sender_key
        }
        self.capabilities = replace(CAPABILITIES, batch_sizes=sizes, tps=tps)
        self._hook_secrets = [one for one in (hook_secret, hook_secret_before) if one]
        self.hook_path_secrets = path_secrets(*self._hook_secrets)
        self._hook_ips = tuple(hook_ips)
        self._sender_key = sender_key
        self._sms = Service(
            base_url=sms_base_url,
            root="/sms/v3.0/appKeys",
            app_key=sms_app_key,
            secret_key=sms_secret_key,
            timeout=timeout,
        )
        self._talk = (
            Service(
                base_url=talk_base_url,
                root="/alimtalk/v2.3/appkeys",
                app_key=talk_app_key,
                secret_key=talk_secret_key,
                timeout=timeout,
            )
            if sender_key
            else None
        )
        self._reviews = Reviews(self._talk, sender_key)
        self._poller = Poller(self._sms, self._talk, line=unsubscribe_number, secret=hook_secret)

    # --- sending ---

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """Hand over a batch. A key that was used before fails at NHN: that is proof of the first call, so we ask."""
        if legs[0].channel == "alimtalk":
            return self._submit_talk(legs, key=key)
        (leg,) = legs
        place = "sender/sms" if leg.channel == "sms" else "sender/mms"
        told = self._sms.call("POST", place, document=sending.text_call(leg, key=key), headers={KEY_HEADER: str(key)})
        return sending.outcomes(told, legs, place=("body", "data"), rows="sendResultList", meanings=SMS_CALLS)

    def _submit_talk(self, legs: Sequence[Leg], *, key: UUID) -> Mapping[UUID, Outcome]:
        """
        One call per wording, all of them begun early enough to end within one lease.

        If a later one fails or would come too late, its legs are left out: their outcome is asked for.
        """
        talk, started = self._needed_talk(), time.monotonic()
        by_template: dict[str, list[Leg]] = {}
        for leg in legs:
            by_template.setdefault(leg.template_code, []).append(leg)
        answers: dict[UUID, Outcome] = {}
        for number, (template, same) in enumerate(by_template.items()):
            if number and time.monotonic() > started + LATEST_CALL:
                return answers
            body = sending.talk_call(same, template=code_of(template), sender_key=self._sender_key, key=key)
            header = {KEY_HEADER: f"{key}-{number}" if number else str(key)}
            try:
                told = talk.call("POST", "messages", document=body, headers=header)
                answers |= sending.outcomes(told, same, place=("message",), rows="sendResults", meanings=TALK_CALLS)
            except CarrierError:
                if not answers:
                    raise
                return answers
        return answers

    def _needed_talk(self) -> Service:
        if self._talk is None:
            raise NotSent("no keys for AlimTalk")
        return self._talk

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        """Ask by the key of the call, which every message carries as its sender's grouping key."""
        start, end = (call.submitted_at - BEFORE).astimezone(KST), (call.submitted_at + AFTER).astimezone(KST)
        is_talk = call.channel == "alimtalk"
        form = "%Y-%m-%d %H:%M" if is_talk else "%Y-%m-%d %H:%M:%S"
        asked = {
            "startCreateDate": start.strftime(form),
            "endCreateDate": end.strftime(form),
            "senderGroupingKey": str(call.key),
            "pageSize": PAGE,
        }
        if is_talk:
            document = self._needed_talk().ask("messages", params=asked)
            rows = rows_at(document, "messageSearchResultResponse", "messages")
            total = document["messageSearchResultResponse"].get("totalCount")
            return sending.found(rows, total, call.legs, TALK_CALLS)
        document = self._sms.ask("sender/sms" if call.channel == "sms" else "sender/mms", params=asked)
        rows = rows_at(document, "body", "data")
        return sending.found(rows, document["body"].get("totalCount"), call.legs, SMS_CALLS)

    def upload(self, image: bytes, *, sha256: str) -> FileRef:
        """Hand over one JPEG, named by its content: a name used twice must never mean two pictures."""
        body = {
            "fileName": f"{sha256[:32]}.jpg",
            "fileBody": base64.b64encode(image).decode(),
            "createUser": "sotong",
        }
        told = self._sms.call("POST", "attachfile/binaryUpload", document=body)
        if told.code:
            raise NotSent(f"NHN {told.code}")
        match told.document:
            case {"body": {"data": {"fileId": int(file_id)}}}:
                return FileRef(str(file_id))
        raise OutcomeUnknown("answer is not in the documented shape")

    # --- hearing ---

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """What became of texts and AlimTalks."""
        return _read(lambda: telling.receipts(telling.hooks(self._verified(request), telling.RESULTS)))

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """NHN Cloud brings no replies."""
        self._verified(request)
        raise HookUnreadable("this carrier brings no replies")

    def read_unsubscribes(self, request: HookRequest) -> Sequence[UnsubscribeEvent]:
        """Calls to the free 080 line."""
        secret = self._hook_secrets[0]
        rows = telling.hooks(self._verified(request), telling.UNSUBSCRIBED)
        return _read(lambda: [telling.unsubscribe(row, secret=secret) for row in rows])

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Any 200 will do."""
        return HookResponse(200, json.dumps({"received": len(list(event_keys))}).encode())

    def poll(self, cursor: str) -> News:
        """Results and 080 refusals since the cursor, for whatever the webhooks missed."""
        return self._poller.news(cursor, now=datetime.now(KST))

    def _verified(self, request: HookRequest) -> bytes:
        check_source(request, self._hook_ips)
        given = request.headers.get("x-toast-webhook-signature", "")
        if not any(is_same_secret(given, known) for known in self._hook_secrets):
            raise HookRefused("the string typed at set-up is missing")
        return request.body

    # --- reviews ---

    def submit_template(self, template: TemplateText) -> TemplateState:
        """Register a wording, which asks for its review."""
        return self._reviews.submit(template)

    def read_template(self, code: str) -> TemplateState | None:
        """Where the review of a wording stands."""
        return self._reviews.read(code)


def _read(read: Callable[[], list[Event]]) -> list[Event]:
    try:
        return read()
    except (ValueError, OutcomeUnknown) as error:
        raise HookUnreadable("not in the documented shape") from error
