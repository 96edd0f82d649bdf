"""SMS v3.0: short and long texts, pictures, look-ups, sender numbers and the 080 list."""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from messaging.simulator.dialects import Office
from messaging.simulator.faults import Rule
from messaging.simulator.nhn.calls import Call
from messaging.simulator.nhn.codes import sms_name, sms_result
from messaging.simulator.nhn.envelope import BAD_FIELD, INVALID, NO_SUCH_CALL, SMS, Refusal, page_of
from messaging.simulator.nhn.fields import Row, read_list, read_object, read_text
from messaging.simulator.nhn.ledger import (
    DIALECT,
    MOBILE,
    SENDER_NO,
    Addressee,
    Ledger,
    Sending,
    Standing,
    leg_name,
    new_request_id,
)
from messaging.simulator.nhn.searching import (
    GROUPS,
    PAGING,
    PERIODS,
    Rules,
    check_known,
    found,
    updated,
    whole_number,
)
from messaging.simulator.orders import Leg, Picture, jpeg_size
from messaging.simulator.truth import wall_clock
from messaging.simulator.wire import Answer

BAD_SEARCH: Final = -1005
DATES: Final = Rules("%Y-%m-%d %H:%M:%S", timedelta(days=31), bad_date=-2000, nothing_asked=-2011, too_long=-4000)
RESULT_DATES: Final = Rules("%Y-%m-%d %H:%M:%S", timedelta(days=1), bad_date=-2000, nothing_asked=-2011, too_long=-4000)
SENDER: Final = "sender/"
STORED: Final = {"sms": 255, "auth/sms": 255, "mms": 4000}
STORED_TITLE: Final = 120
WIRE: Final = {"sms": 90, "auth/sms": 90, "mms": 2000}
WIRE_TITLE: Final = 40
AUTH_WORDS: Final = ("auth", "password", "verif", "인증", "비밀번호", "にんしょう", "認証")
MOST_RECIPIENTS: Final = 1000
MOST_FILES, FILE_BYTES, FILES_BYTES, FILE_SIDE = 3, 300 * 1024, 800 * 1024, 1000
_SMS_FIELDS = {"body", "sendNo", "senderGroupingKey", "recipientList", "userId", "statsId"}
_MMS_FIELDS = _SMS_FIELDS | {"title", "attachFileIdList"}
_RECIPIENT_FIELDS = {"recipientNo", "countryCode", "recipientGroupingKey"}
_LIST_QUERY = (
    {"requestId", "recipientNo", "sendNo", "msgStatus", "resultCode"}
    | PAGING
    | GROUPS
    | {f"{end}{name}" for end in ("start", "end") for name in (*PERIODS, "ResultDate")}
)
_080 = re.compile(r"080\d{7,8}")
_STATUS_NAMES = {"0": "실패", "2": "처리 중", "3": "성공"}


@dataclass(frozen=True, slots=True)
class _Letter:
    """What every recipient of one request is to read: cut to what a handset shows, without a word about it."""

    kind: str
    sender: str
    text: str
    title: str
    pictures: tuple[Picture, ...]

    @property
    def channel(self) -> str:
        if self.kind != "mms":
            return "sms"
        return "mms" if self.pictures else "lms"


class Texts:
    """Answers what follows /nhn/sms/v3.0/appKeys/{appKey}/."""

    product = SMS

    def __init__(self, office: Office, ledger: Ledger) -> None:
        self._exchange = office.exchange
        self._wait_posted = office.wait_posted
        self._ledger = ledger

    async def answer(self, call: Call, rules: Sequence[Rule]) -> Answer:
        """
        One call.

        :raises Refusal: of the whole call
        """
        kind = call.place.removeprefix(SENDER)
        if call.place.startswith(SENDER) and kind in STORED:
            return await self._send(call, kind, rules) if call.method == "POST" else self._list(call, kind)
        match call.method, call.place:
            case "POST", "attachfile/binaryUpload":
                return self._upload(call.document)
            case "GET", "message-results":
                return self._results(call)
            case "GET", "blockservice/recipients":
                return self._unsubscribed(call)
            case "GET", "sendNos":
                return self._senders(call)
            case "GET", place if place.startswith(SENDER):
                return self._one(call, *kind.rpartition("/")[::2])
        raise Refusal(NO_SUCH_CALL)

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _send(self, call: Call, kind: str, rules: Sequence[Rule]) -> Answer:
        row = read_object(call.document, _MMS_FIELDS if kind == "mms" else _SMS_FIELDS)
        group = read_text(row, "senderGroupingKey", longest=100)
        read_text(row, "userId", longest=100)
        read_text(row, "statsId", longest=8)
        letter = self._letter(row, kind)
        people = read_list(row, "recipientList", most=MOST_RECIPIENTS, code=-2016)
        if not people:
            raise Refusal(-2001)
        if call.idempotency_key:
            self._ledger.check_key(call.idempotency_key)
        request_id = new_request_id()
        codes: dict[str, int] = {}
        addressees: list[Addressee] = []
        for seq, one in enumerate(people, start=1):
            addressee, code = _addressee(one, seq, request_id, {earlier.leg for earlier in addressees})
            addressees.append(addressee)
            if code:
                codes[addressee.leg] = code
        sending = Sending(request_id, kind, group, call.idempotency_key, wall_clock(), tuple(addressees))
        legs = [_leg(letter, sending, one) for one in addressees]
        if early := self._ledger.take(sending, legs, rules, codes=codes):
            await self._wait_posted(early)
        return SMS.answered(body={"data": self._told(sending)})

    def _letter(self, row: Row, kind: str) -> _Letter:
        text = read_text(row, "body", longest=STORED[kind], too_long=-2015, missing=-2014)
        title = read_text(row, "title", longest=STORED_TITLE, too_long=-2015, missing=-2014 if kind == "mms" else 0)
        sender = read_text(row, "sendNo", longest=13)
        registered = self._exchange.senders
        if not SENDER_NO.fullmatch(sender) or (registered and sender not in registered):
            raise Refusal(-2312)
        if kind == "auth/sms" and not any(word in text.lower() for word in AUTH_WORDS):
            raise Refusal(-8000)
        return _Letter(kind, sender, cut(text, WIRE[kind]), cut(title, WIRE_TITLE), self._pictures(row))

    def _pictures(self, row: Row) -> tuple[Picture, ...]:
        wanted = [self._ledger.file(one) for one in read_list(row, "attachFileIdList", most=MOST_FILES)]
        files = [one for one in wanted if one is not None]
        if len(files) < len(wanted):
            raise Refusal(-2004)
        pictures = [
            Picture(one["name"], one["sha256"], self._exchange.picture_path(one["sha256"]).read_bytes())
            for one in files
        ]
        if sum(len(one.content) for one in pictures) > FILES_BYTES:
            raise Refusal(-2005)
        return tuple(pictures)

    def _told(self, sending: Sending) -> dict[str, Any]:
        results = self._ledger.results(sending, SMS, otherwise=-2021)
        return {
            "requestId": sending.id,
            "statusCode": "2" if any(one["resultCode"] == 0 for one in results) else "3",
            "senderGroupingKey": sending.group,
            "sendResultList": results,
        }

    def _upload(self, document: Any) -> Answer:
        row = read_object(document, {"fileName", "createUser", "fileBody"})
        name = read_text(row, "fileName", longest=45, too_long=-2002, missing=-2002)
        read_text(row, "createUser", longest=100, missing=INVALID)
        if not name.endswith((".jpg", ".jpeg")):
            raise Refusal(-2003)
        try:
            content = base64.b64decode(read_text(row, "fileBody", longest=10**9, missing=-2005), validate=True)
        except binascii.Error as error:
            raise Refusal(BAD_FIELD) from error
        if not 0 < len(content) < FILE_BYTES:
            raise Refusal(-2005)
        size = jpeg_size(content)
        if size is None or max(size) > FILE_SIDE:
            raise Refusal(-2003 if size is None else -2009)
        sha256, file_id = hashlib.sha256(content).hexdigest(), len(self._ledger.files) + 1
        self._exchange.keep_picture(sha256, content)
        self._exchange.note(DIALECT, "file", file=file_id, sha256=sha256, name=name)
        data = {"fileId": file_id, "fileName": name, "filePath": f"{wall_clock():%Y-%m-%d}/{file_id}/"}
        return SMS.answered(body={"data": data})

    # --- looking up -------------------------------------------------------------------------------------------------

    def _list(self, call: Call, kind: str) -> Answer:
        check_known(call.query, _LIST_QUERY, code=BAD_SEARCH)
        rows = [self._row(one) for one in found(self._ledger, kind, call.query, DATES)]
        for name in ("sendNo", "msgStatus", "resultCode"):
            rows = [row for row in rows if row[name] == call.query.get(name, row[name])]
        return _paged(rows, call.query)

    def _one(self, call: Call, kind: str, request_id: str) -> Answer:
        sending = self._ledger.sendings.get(request_id)
        seq = whole_number(call.query, "recipientSeq")
        for addressee in sending.addressees if sending is not None and sending.kind == kind else ():
            if addressee.seq == seq and sending and (standing := self._ledger.standing(sending, addressee)):
                return SMS.answered(body={"data": self._row(standing)})
        raise Refusal(-2008)

    def _results(self, call: Call) -> Answer:
        known = PAGING | {"startUpdateDate", "endUpdateDate", "messageType"}
        check_known(call.query, known, code=BAD_SEARCH)
        rows = [self._row(one) for kind in STORED for one in updated(self._ledger, kind, call.query, RESULT_DATES)]
        wanted = call.query.get("messageType")
        return _paged([row for row in rows if wanted in (None, row["messageType"])], call.query)

    def _row(self, standing: Standing) -> dict[str, Any]:
        code, status = sms_result(standing)
        sending, text = standing.sending, standing.answer
        reported = standing.result["at"] if standing.result else ""
        return {
            "requestId": sending.id,
            "requestDate": f"{sending.at:%Y-%m-%d %H:%M:%S}.0",
            "resultDate": f"{reported[:10]} {reported[11:19]}.0" if reported else None,
            "title": text.get("title", ""),
            "body": text.get("text", ""),
            "sendNo": text.get("sender", ""),
            "countryCode": "82",
            "recipientNo": standing.addressee.number,
            "msgStatus": status,
            "msgStatusName": _STATUS_NAMES[status],
            "resultCode": code,
            "resultCodeName": sms_name(code),
            "recipientSeq": standing.addressee.seq,
            "sendType": {"sms": "0", "mms": "1"}.get(sending.kind, "2"),
            "messageType": "AUTH" if sending.kind == "auth/sms" else text["channel"].upper(),
            "adYn": "N",
            "senderGroupingKey": sending.group,
            "recipientGroupingKey": standing.addressee.group,
        }

    def _unsubscribed(self, call: Call) -> Answer:
        check_known(call.query, PAGING | {"unsubscribeNo", "startRequestDate", "endRequestDate"}, code=BAD_SEARCH)
        number = call.query.get("unsubscribeNo", "")
        if not _080.fullmatch(number):
            raise Refusal(-6004)
        rows = [
            {"unsubscribeNo": number, "recipientNo": one, "requestDate": f"{at[:10]} {at[11:19]}.0"}
            for one, at in self._exchange.world.unsubscribed.items()
        ]
        return _paged(rows, call.query)

    def _senders(self, call: Call) -> Answer:
        check_known(call.query, PAGING | {"sendNo", "useYn", "blockYn"}, code=BAD_SEARCH)
        wanted = call.query.get("sendNo")
        rows = [
            {"sendNo": one, "useYn": "Y", "blockYn": "N", "blockReason": None}
            for one in sorted(self._exchange.senders)
            if wanted in (None, one)
        ]
        return _paged(rows, call.query)


def cut(text: str, longest: int) -> str:
    """
    As much of the text as a handset shows.

    :raises Refusal: for a character no handset can show
    """
    try:
        return text.encode("cp949")[:longest].decode("cp949", "ignore")
    except UnicodeEncodeError as error:
        raise Refusal(-2023) from error


def _addressee(document: Any, seq: int, request_id: str, taken: Collection[str]) -> tuple[Addressee, int]:
    """One recipient, and the code it is refused with (0 = it is in order)."""
    row = read_object(document, _RECIPIENT_FIELDS)
    number, country = read_text(row, "recipientNo", longest=20), read_text(row, "countryCode", longest=8) or "82"
    group = read_text(row, "recipientGroupingKey", longest=100)
    one = Addressee(seq, leg_name(group, f"{request_id}:{seq}", taken), number, group)
    if not number:
        return one, -2018
    if country != "82":
        return one, -2044
    return one, 0 if MOBILE.fullmatch(number) else -2019


def _leg(letter: _Letter, sending: Sending, one: Addressee) -> Leg:
    return Leg(
        id=one.leg,
        channel=letter.channel,
        to=one.number,
        sender=letter.sender,
        text=letter.text,
        title=letter.title,
        template="",
        buttons=(),
        pictures=letter.pictures,
        ref=sending.ref(one.seq),
    )


def _paged(rows: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
    shown, number, size = page_of(rows, query)
    return SMS.answered(body={"pageNum": number, "pageSize": size, "totalCount": len(rows), "data": shown})
