"""AlimTalk wordings at NHN Cloud: registering one is asking for its review."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Literal

from messaging.carriers.base import Misconfigured, NotSent, OutcomeUnknown, TemplateState, TemplateText
from messaging.carriers.nhn.service import Service, rows_at

LONGEST_CODE, LONGEST_NAME = 20, 150
State = Literal["draft", "submitted", "approved", "rejected", "dormant", "blocked"]
STATES: Final[Mapping[str, State]] = {
    "TSC01": "submitted",
    "TSC02": "submitted",
    "TSC03": "approved",
    "TSC04": "rejected",
}


class Reviews:
    """Templates of one sender profile."""

    def __init__(self, talk: Service | None, sender_key: str) -> None:
        self._talk = talk
        self._place = f"senders/{sender_key}/templates"

    @property
    def _service(self) -> Service:
        if self._talk is None:
            raise Misconfigured("no keys for AlimTalk")
        return self._talk

    def submit(self, template: TemplateText) -> TemplateState:
        """Register the wording; one that came back rejected is handed in again, any other is left as it is."""
        code = code_of(template.code)
        known = self.read(code)
        if known is not None and known.state != "rejected":
            return known
        body = _body(template, code)
        if known is None:
            told = self._service.call("POST", self._place, document={"templateCode": code, **body})
        else:
            told = self._service.call("PUT", f"{self._place}/{code}", document=body)
        if told.code:
            raise NotSent(f"NHN {told.code}")
        return TemplateState(code=code, state="submitted")

    def read(self, code: str) -> TemplateState | None:
        """Where the review stands; None for a code NHN does not know."""
        code = code_of(code)
        document = self._service.ask(self._place, params={"templateCode": code, "pageSize": 100})
        rows = rows_at(document, "templateListResponse", "templates")
        row = next((one for one in rows if one.get("templateCode") == code), None)
        if row is None:
            return None
        state = STATES.get(str(row.get("status")))
        if state is None:
            raise OutcomeUnknown("answer is not in the documented shape")
        if row.get("block") is True or row.get("dormant") is True:
            state = "blocked" if row.get("block") is True else "dormant"
        return TemplateState(code=code, state=state, comments=_comments(row))


def code_of(ours: str) -> str:
    """Our name for a wording where NHN's twenty characters allow it, else a short one made from it."""
    if len(ours) <= LONGEST_CODE:
        return ours
    return f"{ours[:11]}-{hashlib.sha256(ours.encode()).hexdigest()[:8]}"


def _body(template: TemplateText, code: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "templateName": f"{template.name} ({code})"[:LONGEST_NAME],  # names must differ, too
        "templateContent": template.body,
        "templateMessageType": "BA",
        "templateEmphasizeType": "NONE",
        "securityFlag": template.is_secure,
    }
    if template.category:
        body["categoryCode"] = template.category
    if template.buttons:
        body["buttons"] = [
            {"ordering": place, "type": "WL", "name": button.label, "linkMo": button.url, "linkPc": button.url}
            for place, button in enumerate(template.buttons, start=1)
        ]
    return body


def _comments(row: Mapping[str, Any]) -> str:
    said = row.get("comments")
    words = [one.get("content") for one in said if isinstance(one, Mapping)] if isinstance(said, list) else []
    return "\n".join(word for word in words if isinstance(word, str))
