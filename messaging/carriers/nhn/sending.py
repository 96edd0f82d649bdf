"""What a call to NHN Cloud says, and what its answer means for each leg. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from messaging.carriers.base import (
    Accepted,
    Found,
    Leg,
    Misconfigured,
    NotFound,
    Outcome,
    OutcomeUnknown,
    StillUnknown,
)
from messaging.carriers.nhn.codes import ALL_REFUSED, Meaning, rejected
from messaging.carriers.nhn.service import Told, reference_of, rows_at

UNTITLED = "안내"  # a long text must have a title here


def text_call(leg: Leg, *, key: UUID) -> Mapping[str, Any]:
    """The body of a call to sender/sms or sender/mms: one text for one person."""
    body: dict[str, Any] = {
        "body": leg.text,
        "sendNo": leg.sender,
        "senderGroupingKey": str(key),
        "recipientList": [{"recipientNo": leg.to, "recipientGroupingKey": str(leg.id)}],
    }
    if leg.channel != "sms":
        body["title"] = leg.title or UNTITLED
    if leg.images:
        body["attachFileIdList"] = [_file_id(picture.file_ref) for picture in leg.images]
    return body


def _file_id(file_ref: str) -> int:
    if not file_ref.isdecimal():
        raise Misconfigured("a picture was not uploaded beforehand")
    return int(file_ref)


def talk_call(legs: Sequence[Leg], *, template: str, sender_key: str, key: UUID) -> Mapping[str, Any]:
    """
    The body of a call to messages: one approved wording, each person's words.

    `isResend` is always said: left out, the console's own setting may send a second message by itself.
    """
    return {
        "senderKey": sender_key,
        "templateCode": template,
        "senderGroupingKey": str(key),
        "recipientList": [
            {
                "recipientNo": leg.to,
                "templateParameter": dict(leg.variables),
                "resendParameter": {"isResend": False},
                "recipientGroupingKey": str(leg.id),
            }
            for leg in legs
        ],
    }


def outcomes(
    told: Told, legs: Sequence[Leg], *, place: Sequence[str], rows: str, meanings: Mapping[int, Meaning]
) -> Mapping[UUID, Outcome]:
    """
    One outcome per leg, by our own references.

    :raises OutcomeUnknown: if the answer leaves one out
    """
    if told.code and told.code != ALL_REFUSED:
        return {leg.id: rejected(told.code, meanings) for leg in legs}
    found = {row.get("recipientGroupingKey"): row for row in rows_at(told.document, *place, rows)}
    request = told.document
    for name in place:
        request = request[name]
    answers: dict[UUID, Outcome] = {}
    for leg in legs:
        match found.get(str(leg.id)):
            case {"resultCode": 0, "recipientSeq": int(seq)}:
                answers[leg.id] = Accepted(reference_of({"requestId": request.get("requestId"), "recipientSeq": seq}))
            case {"resultCode": int(code)}:
                answers[leg.id] = rejected(code, meanings)
            case _:
                raise OutcomeUnknown("answer leaves out a leg")
    return answers


def found(
    rows: Sequence[Mapping[str, Any]], total: Any, legs: Sequence[UUID], meanings: Mapping[int, Meaning]
) -> Mapping[UUID, Found]:
    """What a look-up says of each leg. A list that is not whole proves no absence."""
    is_whole = isinstance(total, int) and total <= len(rows)
    known = {row.get("recipientGroupingKey"): row for row in reversed(rows)}
    absent: Found = NotFound() if is_whole else StillUnknown()
    return {leg: _found(known[str(leg)], meanings) if str(leg) in known else absent for leg in legs}


def _found(row: Mapping[str, Any], meanings: Mapping[int, Meaning]) -> Found:
    """A message refused on the spot carries the negative code of its refusal; anything else was taken."""
    code = str(row.get("resultCode") or "")
    if code.removeprefix("-").isdecimal() and code.startswith("-"):
        return rejected(int(code), meanings)
    return Accepted(reference_of(row))
