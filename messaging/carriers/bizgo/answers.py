"""Reads Bizgo's two-layered answers: the gateway's code around the service's, which re-use the same strings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn
from uuid import UUID

from messaging.carriers.base import (
    Accepted,
    Leg,
    Misconfigured,
    NotSent,
    Outcome,
    OutcomeUnknown,
    RateLimited,
    TemplateState,
)
from messaging.carriers.bizgo import codes
from messaging.carriers.http import DEFAULT_RETRY, Answered

SHAPE: Final = "answer is not in the documented shape"
STATES: Final[Mapping[str, Literal["draft", "submitted", "approved", "rejected"]]] = {
    "REG": "draft",
    "REQ": "submitted",
    "APR": "approved",
    "REJ": "rejected",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the service said: its code, and its data."""

    code: str
    data: Any


def read(answered: Answered) -> Said:
    """
    The service's part of an answer, once the gateway let us through and nobody was in our way.

    :raises CarrierError: Misconfigured, NotSent or RateLimited when nothing was acted on; else OutcomeUnknown
    """
    match answered.document:
        case {"common": {"authCode": codes.ACCEPTED}, "data": {"code": str(code)} as service}:
            said = Said(code, service.get("data"))
        case {"common": {"authCode": str(code)}} if code != codes.ACCEPTED:
            _turned_away(code)
        case _ if answered.status == 400:
            raise NotSent("HTTP 400")
        case _:
            raise OutcomeUnknown(SHAPE)
    if said.code == codes.TOO_MANY:
        raise RateLimited(DEFAULT_RETRY)
    if said.code in codes.ACCOUNT:
        raise Misconfigured(f"service {said.code}")
    if said.code in codes.UNSURE:
        raise OutcomeUnknown(f"service {said.code}")
    return said


def _turned_away(code: str) -> NoReturn:
    if code in codes.GATEWAY_ACCOUNT:
        raise Misconfigured(f"gateway {code}")
    if code in codes.GATEWAY_REFUSED:
        raise NotSent(f"gateway {code}")
    raise OutcomeUnknown(f"gateway {code}")


def outcomes(said: Said, legs: Sequence[Leg]) -> Mapping[UUID, Outcome]:
    """
    What became of each leg of one call.

    :raises CarrierError: RateLimited if all were too many; OutcomeUnknown if any leg's fate is not told
    """
    if said.code != codes.ACCEPTED:  # the flow is wrong for everybody
        return {leg.id: codes.rejected(said.code) for leg in legs}
    rows = _rows(said.data, legs)
    if {row.get("code") for row in rows} == {codes.TOO_MANY}:
        raise RateLimited(DEFAULT_RETRY)
    return {leg.id: _outcome(row) for leg, row in zip(legs, rows, strict=True)}


def _rows(data: Any, legs: Sequence[Leg]) -> list[Mapping[str, Any]]:
    """One row for each leg, in our order: by our reference where it is told, else by place and number."""
    match data:
        case {"destinations": list(rows)} if len(rows) == len(legs) and all(isinstance(row, dict) for row in rows):
            pass
        case _:
            raise OutcomeUnknown(SHAPE)
    by_reference = {row.get("ref"): row for row in rows if isinstance(row.get("ref"), str)}
    if len(by_reference) == len(rows):
        if any(str(leg.id) not in by_reference for leg in legs):
            raise OutcomeUnknown("answer leaves out a leg")
        return [by_reference[str(leg.id)] for leg in legs]
    if any(row.get("to") != leg.to for row, leg in zip(rows, legs, strict=True)):
        raise OutcomeUnknown(SHAPE)
    return list(rows)


def _outcome(row: Mapping[str, Any]) -> Outcome:
    match row:
        case {"code": codes.ACCEPTED, "msgKey": str(key)} if key:
            return Accepted(key)
        case {"code": codes.REPEATED}:
            known = row.get("msgKey")
            return Accepted(known if isinstance(known, str) else "")  # else reports find the leg by our reference
        case {"code": str(code)} if code not in codes.UNSURE | {codes.TOO_MANY, codes.ACCEPTED}:
            return codes.rejected(code)
    # Repeating the call under its key tells the rest: who was taken comes back as repeated.
    raise OutcomeUnknown("a recipient's fate is not told")


def found(row: Mapping[str, Any]) -> Outcome | None:
    """One message of the history; None if it does not say."""
    match row:
        case {"responseCode": codes.ACCEPTED | codes.REPEATED, "msgKey": str(key)} if key:
            return Accepted(key)
        case {"responseCode": str(code)} if code not in codes.UNSURE | {codes.TOO_MANY}:
            return codes.rejected(code)
    return None


def data(said: Said) -> Mapping[str, Any]:
    """
    The object inside a successful answer.

    :raises OutcomeUnknown: for any other answer
    """
    if said.code != codes.ACCEPTED or not isinstance(said.data, dict):
        raise OutcomeUnknown(SHAPE)
    return said.data


def page(said: Said) -> tuple[list[Mapping[str, Any]], int | None]:
    """
    The rows of one page of a history, and where the next one begins.

    :raises OutcomeUnknown: for any other answer
    """
    if said.code == codes.NOTHING_FOUND:
        return [], None
    whole = data(said)
    rows, last, has_next = whole.get("messages") or [], whole.get("lastSeq"), whole.get("hasNext")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown(SHAPE)
    if has_next is True and not isinstance(last, int):
        raise OutcomeUnknown(SHAPE)
    return rows, last if has_next is True else None


def template_state(code: str, status: str, row: Mapping[str, Any]) -> TemplateState:
    """A wording's state: what Kakao did to it afterwards outranks its review."""
    words = [one.get("content") for one in row.get("comments") or [] if isinstance(one, dict)]
    comments = "\n".join(word for word in words if isinstance(word, str))
    if row.get("block") == "true":
        return TemplateState(code, "blocked", comments)
    if row.get("dormant") == "true":
        return TemplateState(code, "dormant", comments)
    return TemplateState(code, STATES[status], comments)
