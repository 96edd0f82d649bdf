"""Bodies of Bizgo's calls: pure functions of their legs and key."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from messaging.carriers.base import Button, Leg, TemplateText
from messaging.carriers.bizgo.codes import KEY_SECONDS

LONGEST_CODE = 30


@dataclass(frozen=True, slots=True)
class Account:
    """What every call names: Kakao's sender key, and the code the vendor bills by."""

    sender_key: str = ""
    payment_code: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP call and the legs it carries, in order."""

    legs: tuple[Leg, ...]
    document: Mapping[str, Any]


def requests(legs: Sequence[Leg], *, key: UUID, account: Account) -> Iterator[Request]:
    """
    The calls of one batch.

    What a flow cannot replace per person (sender, template, pictures, whether there is a title) parts a batch; each
    further call has a key of its own made from the first, so that repeating the batch repeats exactly the same calls.
    """
    ordered = sorted(legs, key=lambda leg: (_sort(_unlike(leg)), leg.id))
    for place, (_, group) in enumerate(groupby(ordered, key=_unlike)):
        alike = tuple(group)
        document: dict[str, Any] = {
            "destinations": [_destination(leg) for leg in alike],
            "messageFlow": [_flow(alike[0], account)],  # one step: the fallback is ours alone
            "idempotencyKey": f"{key}-{place}" if place else str(key),
            "idempotencyTtl": KEY_SECONDS,
            "ref": str(key),
        }
        if account.payment_code:
            document["paymentCode"] = account.payment_code
        yield Request(alike, document)


def _unlike(leg: Leg) -> tuple[Any, ...]:
    pictures = tuple(picture.file_ref for picture in leg.images)
    if leg.channel != "alimtalk":
        return leg.channel, leg.sender, bool(leg.title), pictures
    if leg.variables:
        return leg.channel, leg.template_code, ""
    return leg.channel, leg.template_code, (leg.title, leg.text, leg.buttons)


def _sort(unlike: tuple[Any, ...]) -> str:
    return repr(unlike)


def _destination(leg: Leg) -> dict[str, Any]:
    found: dict[str, Any] = {"to": leg.to, "ref": str(leg.id)}
    if leg.channel == "alimtalk":
        return {**found, "replaceWords": dict(leg.variables)} if leg.variables else found
    words = {"b": leg.text, "t": leg.title} if leg.title else {"b": leg.text}
    return {**found, "replaceWords": words}


def _flow(leg: Leg, account: Account) -> dict[str, Any]:
    if leg.channel == "alimtalk":
        return {"alimtalk": _alimtalk(leg, account)}
    if leg.channel == "sms":
        return {"sms": {"from": leg.sender, "text": "#{b}"}}
    mms: dict[str, Any] = {"from": leg.sender, "text": "#{b}"}
    if leg.title:
        mms["title"] = "#{t}"
    if leg.images:
        mms["fileKey"] = [picture.file_ref for picture in leg.images]
    return {"mms": mms}


def _alimtalk(leg: Leg, account: Account) -> dict[str, Any]:
    """With variables the vendor fills the approved wording; without, it gets the whole text to compare."""
    named = {"senderKey": account.sender_key, "templateCode": leg.template_code, "responseMethod": "push"}
    if leg.variables:
        return {**named, "sendType": "template"}
    whole: dict[str, Any] = {**named, "msgType": "AT", "text": leg.text}
    if leg.buttons:
        whole["attachment"] = {"button": _buttons(leg.buttons)}
    return whole


def _buttons(buttons: Sequence[Button]) -> list[dict[str, str]]:
    return [{"type": "WL", "name": button.label, "urlMobile": button.url, "urlPc": button.url} for button in buttons]


def template_code(name: str) -> str:
    """Our name for a wording where it fits, else one made from it."""
    return name if len(name) <= LONGEST_CODE else hashlib.sha256(name.encode()).hexdigest()[:LONGEST_CODE]


def template(wording: TemplateText, account: Account) -> dict[str, Any]:
    """A wording as it is registered for Kakao's review."""
    document: dict[str, Any] = {
        "senderKey": account.sender_key,
        "senderKeyType": "S",
        "templateName": wording.name,
        "templateCode": wording.code,
        "templateMessageType": "BA",
        "templateEmphasizeType": "NONE",
        "text": wording.body,
        "securityFlag": wording.is_secure,
    }
    if wording.category:
        document["categoryCode"] = wording.category
    if wording.buttons:
        document["attachment"] = {"button": _buttons(wording.buttons)}
    return {"alimtalk": document}


def review(code: str, account: Account) -> dict[str, Any]:
    """The request to review a registered wording."""
    named = {"senderKey": account.sender_key, "senderKeyType": "S", "templateCode": code}
    return {"alimtalk": {**named, "comment": "검수를 요청합니다."}}
