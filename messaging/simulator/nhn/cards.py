"""AlimTalk v2.3: messages made of approved wordings, the texts sent in their place, and look-ups."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from messaging.simulator.dialects import Office
from messaging.simulator.faults import Rule
from messaging.simulator.nhn.calls import Call
from messaging.simulator.nhn.codes import kakao_name, kakao_result
from messaging.simulator.nhn.envelope import INVALID, NO_SUCH_CALL, TALK, Refusal, page_of
from messaging.simulator.nhn.fields import Row, read_flag, read_list, read_object, read_text
from messaging.simulator.nhn.ledger import (
    MOBILE,
    SENDER_NO,
    Addressee,
    Ledger,
    Sending,
    Standing,
    leg_name,
    new_request_id,
)
from messaging.simulator.nhn.searching import GROUPS, PAGING, PERIODS, Rules, check_known, found, updated
from messaging.simulator.nhn.templates import CODE_CHARACTERS, CONTENT_CHARACTERS, SENDER_KEY, Templates, filled
from messaging.simulator.orders import Card, Leg
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, json_answer

DATES: Final = Rules("%Y-%m-%d %H:%M", timedelta(days=30), bad_date=INVALID, nothing_asked=INVALID, too_long=INVALID)
KIND: Final = "alimtalk"
ALL_FAILED: Final = -2999
TEXT_BYTES, TITLE_BYTES = {"sms": 90, "lms": 2000}, 40
CONSOLE_SENDER: Final = "15446859"
_FIELDS = {"senderKey", "templateCode", "senderGroupingKey", "createUser", "recipientList", "statsId"}
_RECIPIENT_FIELDS = {"recipientNo", "templateParameter", "resendParameter", "buttons", "recipientGroupingKey"}
_RESEND_FIELDS = {"isResend", "resendType", "resendTitle", "resendContent", "resendSendNo"}
_BUTTON_FIELDS = {"ordering", "chatExtra", "chatEvent", "relayId", "oneClickId", "productId", "target", "telNumber"}
_LIST_QUERY = (
    {"requestId", "recipientNo", "senderKey", "templateCode", "messageStatus", "resultCode", "createUser"}
    | PAGING
    | GROUPS
    | {f"{end}{name}" for end in ("start", "end") for name in PERIODS}
)
_RESENT = {"RSC01": "대체 발송 미대상", "RSC02": "대체 발송 대상", "RSC04": "대체 발송 성공", "RSC03": "대체 발송 중"}


class Cards:
    """Answers what follows /nhn/alimtalk/v2.3/appkeys/{appkey}/."""

    product = TALK

    def __init__(self, office: Office, ledger: Ledger) -> None:
        self._exchange = office.exchange
        self._wait_posted = office.wait_posted
        self._ledger = ledger
        self._templates = Templates(office.exchange, ledger)

    async def answer(self, call: Call, rules: Sequence[Rule]) -> Answer:
        """
        One call.

        :raises Refusal: of the whole call
        """
        match call.method, call.place:
            case "POST", "messages":
                return await self._send(call, rules)
            case "GET", "messages":
                return self._list(call)
            case "GET", "message-results":
                return self._results(call)
            case "GET", place if place.startswith("messages/"):
                return self._one(*place.removeprefix("messages/").rpartition("/")[::2])
            case _, place if place.startswith("senders/"):
                return self._templates.answer(call)
        raise Refusal(NO_SUCH_CALL)

    async def _send(self, call: Call, rules: Sequence[Rule]) -> Answer:
        row = read_object(call.document, _FIELDS, unknown=INVALID)
        group = read_text(row, "senderGroupingKey", longest=100, too_long=-2000)
        read_text(row, "createUser", longest=100, too_long=-2000)
        read_text(row, "statsId", longest=8, too_long=-2000)
        sender_key = read_text(row, "senderKey", longest=40, too_long=-2000, missing=-2001)
        code = read_text(row, "templateCode", longest=CODE_CHARACTERS, too_long=-2000, missing=-2001)
        if not SENDER_KEY.fullmatch(sender_key):
            raise Refusal(-2017)
        people = read_list(row, "recipientList", most=1000)
        if not people:
            raise Refusal(-2001)
        template = self._templates.approved(sender_key, code)
        if call.idempotency_key:
            self._ledger.check_key(call.idempotency_key)
        sending = Sending(new_request_id(), KIND, group, call.idempotency_key, wall_clock(), (), sender_key, code)
        written, legs, codes = self._read_people(people, sending, template)
        sending = replace(sending, addressees=written)
        if early := self._ledger.take(sending, legs, rules, codes=codes):
            await self._wait_posted(early)
        return self._told(sending)

    def _read_people(
        self, people: Sequence[Any], sending: Sending, template: Event
    ) -> tuple[tuple[Addressee, ...], list[Leg], dict[str, int]]:
        """Each recipient with the message made for it, and the codes of those refused."""
        written: dict[str, Addressee] = {}
        legs: list[Leg] = []
        codes: dict[str, int] = {}
        for seq, document in enumerate(people, start=1):
            row = read_object(document, _RECIPIENT_FIELDS, unknown=INVALID)
            resend = self._read_resend(row)
            addressee = _addressee(row, seq, sending.ref(seq), written, is_replaced=resend is not None)
            written[addressee.leg] = addressee
            leg, code = _message(row, addressee, sending, template)
            legs.append(leg if resend is None else replace(leg, otherwise=self._instead(leg, resend)))
            if code:
                codes[addressee.leg] = code
        return tuple(written.values()), legs, codes

    def _read_resend(self, row: Row) -> Row | None:
        """What is to be sent if KakaoTalk fails; None if nothing is. The console's own setting is to send a text."""
        resend = read_object(row.get("resendParameter") or {}, _RESEND_FIELDS, unknown=INVALID)
        if not read_flag(resend, "isResend", default=True):
            return None
        for name, longest in (("resendType", 3), ("resendTitle", 120), ("resendContent", 4000)):
            read_text(resend, name, longest=longest, too_long=-2000)
        sender, registered = read_text(resend, "resendSendNo", longest=13, too_long=-2000), self._exchange.senders
        if sender and (not SENDER_NO.fullmatch(sender) or (registered and sender not in registered)):
            raise Refusal(-1003)
        return resend

    def _instead(self, leg: Leg, resend: Row) -> Leg:
        """The text sent by itself where KakaoTalk fails, cut without a word about it."""
        links = "".join(f"\n{label} - {url}" for label, url in leg.buttons)
        content = resend.get("resendContent") or leg.text + links
        fits = len(content.encode("cp949", "replace")) <= TEXT_BYTES["sms"]
        channel = str(resend.get("resendType") or ("SMS" if fits else "LMS")).lower()
        own = next(iter(sorted(self._exchange.senders)), CONSOLE_SENDER)
        return Leg(
            id=f"{leg.id}/resend",
            channel=channel,
            to=leg.to,
            sender=resend.get("resendSendNo") or own,
            text=_cut(content, TEXT_BYTES[channel]),
            title="" if channel == "sms" else _cut(resend.get("resendTitle") or "알림톡", TITLE_BYTES),
            template="",
            buttons=(),
            pictures=(),
            ref=f"{leg.ref}/resend",
        )

    def _told(self, sending: Sending) -> Answer:
        results = self._ledger.results(sending, TALK, otherwise=-9999)
        message = {"requestId": sending.id, "senderGroupingKey": sending.group, "sendResults": results}
        is_lost = all(one["resultCode"] for one in results)
        return json_answer({"header": TALK.header(ALL_FAILED if is_lost else 0), "message": message})

    # --- looking up -------------------------------------------------------------------------------------------------

    def _list(self, call: Call) -> Answer:
        check_known(call.query, _LIST_QUERY, code=INVALID)
        rows = [self._row(one) for one in found(self._ledger, KIND, call.query, DATES)]
        wanted = call.query.get("messageStatus")
        return _paged([row for row in rows if wanted in (None, row["messageStatus"])], call.query)

    def _results(self, call: Call) -> Answer:
        check_known(call.query, PAGING | {"startUpdateDate", "endUpdateDate", "alimtalkMessageType"}, code=INVALID)
        rows = [self._row(one) for one in updated(self._ledger, KIND, call.query, DATES)]
        return TALK.answered(messages=page_of(rows, call.query)[0])

    def _one(self, request_id: str, seq: str) -> Answer:
        sending = self._ledger.sendings.get(request_id)
        for addressee in sending.addressees if sending is not None and sending.kind == KIND else ():
            if str(addressee.seq) == seq and sending and (standing := self._ledger.standing(sending, addressee)):
                return TALK.answered(message=self._row(standing))
        return TALK.answered(message=None)

    def _row(self, standing: Standing) -> dict[str, Any]:
        code, status = kakao_result(standing)
        sending = standing.sending
        made = f"{sending.at:%Y-%m-%d %H:%M:%S}"
        resent = self._resend_status(standing, has_failed=status == "FAILED")
        return {
            "requestId": sending.id,
            "recipientSeq": standing.addressee.seq,
            "plusFriendId": "@district",
            "senderKey": sending.sender_key,
            "templateCode": sending.template,
            "recipientNo": standing.addressee.number,
            "content": standing.answer.get("text", ""),
            "requestDate": made,
            "createDate": made,
            "receiveDate": standing.result["at"][:19].replace("T", " ") if standing.result else None,
            "resendStatus": resent,
            "resendStatusName": _RESENT[resent],
            "messageStatus": status,
            "resultCode": code,
            "resultCodeName": kakao_name(code),
            "senderGroupingKey": sending.group,
            "recipientGroupingKey": standing.addressee.group,
        }

    def _resend_status(self, standing: Standing, *, has_failed: bool) -> str:
        if not standing.addressee.is_replaced:
            return "RSC01"
        if not has_failed:
            return "RSC02"
        return "RSC04" if f"{standing.ref}/resend" in self._exchange.world.results else "RSC03"


def _addressee(row: Row, seq: int, ref: str, taken: Collection[str], *, is_replaced: bool) -> Addressee:
    number = read_text(row, "recipientNo", longest=15, too_long=-2000, missing=-2001)
    group = read_text(row, "recipientGroupingKey", longest=100, too_long=-2000)
    return Addressee(seq, leg_name(group, ref, taken), number, group, is_replaced)


def _message(row: Row, addressee: Addressee, sending: Sending, template: Event) -> tuple[Leg, int]:
    """The message for one recipient, and the code it is refused with (0 = it is in order)."""
    wording = template["template"]
    blank = Leg(
        id=addressee.leg,
        channel=KIND,
        to=addressee.number,
        sender=sending.sender_key,
        text=wording["templateContent"],
        title="",
        template=template["code"],
        buttons=(),
        pictures=(),
        ref=sending.ref(addressee.seq),
    )
    try:
        _check_buttons(row, wording["buttons"])
        leg = _filled(blank, wording, _values(row))
    except Refusal as refusal:
        return blank, refusal.code
    if not MOBILE.fullmatch(addressee.number):
        return leg, INVALID
    return leg, -2019 if len(leg.text) > CONTENT_CHARACTERS else 0


def _filled(leg: Leg, wording: Mapping[str, Any], values: Mapping[str, str]) -> Leg:
    links = [one for one in wording["buttons"] if one.get("linkMo")]
    rows = (wording.get("templateItem") or {}).get("list", [])
    card = Card(
        header=filled(wording["templateHeader"], values),
        highlight=filled(wording["templateTitle"], values),
        note=wording["templateSubtitle"],
        items=tuple((one["title"], filled(one["description"], values)) for one in rows),
        keywords=tuple(one["name"] for one in wording["buttons"] if one["type"] == "BK"),
    )
    text = filled(wording["templateContent"], values)
    buttons = tuple((one["name"], filled(one["linkMo"], values)) for one in links)
    if not all(url.startswith(("http://", "https://")) for _, url in buttons):
        raise Refusal(-3006)
    return replace(leg, text=text, buttons=buttons, card=card)


def _values(row: Row) -> Mapping[str, str]:
    values = row.get("templateParameter") or {}
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Refusal(-3004)
    return values


def _check_buttons(row: Row, registered: Sequence[Row]) -> None:
    """A message adds to its template's buttons; it cannot bring others."""
    known = {one["ordering"] for one in registered}
    for document in read_list(row, "buttons", most=5, code=-2018):
        if read_object(document, _BUTTON_FIELDS, unknown=-2018).get("ordering") not in known:
            raise Refusal(-2018)


def _cut(text: str, longest: int) -> str:
    return text.encode("cp949", "replace")[:longest].decode("cp949", "ignore")


def _paged(rows: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
    shown, _, _ = page_of(rows, query)
    return TALK.answered(messageSearchResultResponse={"messages": shown, "totalCount": len(rows)})
