"""AlimTalk templates: registered, put to review, and a little later approved or rejected by themselves."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from messaging.simulator.bizgo.envelope import Refusal, success
from messaging.simulator.bizgo.shelf import Shelf, Template, comment
from messaging.simulator.exchange import Exchange
from messaging.simulator.wire import Answer, Request

REJECTING_WORD = "반려"
LONGEST_NAME, LONGEST_CODE, LONGEST_TEXT, LONGEST_TITLE = 200, 30, 1300, 50
_FIELDS = {
    *("senderKey", "senderKeyType", "templateName", "templateCode", "templateMessageType", "templateEmphasizeType"),
    *("text", "title", "subTitle", "header", "imgName", "imgUrl", "link", "attachment", "supplement"),
    *("categoryCode", "securityFlag", "adultFlag", "previewMessage", "extra"),
}
_NEEDED = ("senderKey", "templateName", "templateCode", "templateMessageType", "templateEmphasizeType", "text")


class Reviewer:
    """The desk under `center/alimtalk/template`."""

    def __init__(self, exchange: Exchange, shelf: Shelf) -> None:
        self._exchange = exchange
        self._shelf = shelf

    def answer(self, request: Request, path: str) -> Answer | None:
        """The answer to a call about templates; None for an address that is not ours."""
        match request.method, path:
            case "POST", "":
                return self._save(_alimtalk(request), is_new=True)
            case "PUT", "":
                return self._save(_alimtalk(request), is_new=False)
            case "GET", "":
                return self._shown(_asked(request, "senderKey"), _asked(request, "templateCode"))
            case "GET", "/list" | "/lastModified":
                return self._listed(_asked(request, "senderKey"))
            case "POST", "/request":
                return self._put_to_review(_alimtalk(request))
            case "POST", "/request/cancel":
                return self._take_back(_alimtalk(request))
            case "DELETE", _:
                return self._delete(path)
        return None

    def _save(self, body: Mapping[str, Any], *, is_new: bool) -> Answer:
        _check(body)
        place = body["senderKey"], body["templateCode"]
        known = self._shelf.templates.get(place)
        if (known is None) != is_new:
            raise Refusal("A300" if is_new else "A820")
        if known is not None and self._shelf.review_of(known) not in ("REG", "REJ"):
            raise Refusal("A300")
        self._shelf.note("template", sender=place[0], code=place[1], body=dict(body))
        return self._shown(*place)

    def _put_to_review(self, body: Mapping[str, Any]) -> Answer:
        place = _place(body, {"senderKey", "senderKeyType", "templateCode", "comment"})
        template = self._found(place)
        if self._shelf.review_of(template) != "REG":
            raise Refusal("A300")
        self._note_review(place, template, is_on=True, words=str(body.get("comment", "")))
        return success()

    def _take_back(self, body: Mapping[str, Any]) -> Answer:
        place = _place(body, {"senderKey", "templateCode"})
        template = self._found(place)
        if self._shelf.review_of(template) != "REQ":
            raise Refusal("A300")
        self._note_review(place, template, is_on=False, words="")
        return success()

    def _note_review(self, place: tuple[str, str], template: Template, *, is_on: bool, words: str) -> None:
        is_doomed = is_on and (REJECTING_WORD in template.body["text"] or self._exchange.is_review_rejected(place[1]))
        self._shelf.note("review", sender=place[0], code=place[1], on=is_on, doomed=is_doomed, comment=words)

    def _delete(self, path: str) -> Answer:
        parts = path.strip("/").split("/")
        if len(parts) != 4 or parts[0] != "senderKey" or parts[2] != "templateCode":
            raise Refusal("A300")
        self._found((parts[1], parts[3]))
        self._shelf.note("template_gone", sender=parts[1], code=parts[3])
        return success()

    def _found(self, place: tuple[str, str]) -> Template:
        template = self._shelf.templates.get(place)
        if template is None:
            raise Refusal("A820")
        return template

    def _shown(self, sender: str, code: str) -> Answer:
        return success({"alimtalk": self._public(self._found((sender, code)))})

    def _listed(self, sender: str) -> Answer:
        mine = [one for (owner, _), one in self._shelf.templates.items() if owner == sender]
        return success({"alimtalk": {"templates": [self._public(one) for one in mine]}})

    def _public(self, template: Template) -> dict[str, Any]:
        state = self._shelf.review_of(template)
        remarks: Sequence[Mapping[str, Any]] = template.comments
        if state == "REJ":
            words = "정보성 메시지로 보기 어렵습니다."
            remarks = [*remarks, comment(len(remarks), state, words, template.modified_at)]
        return {
            **template.body,
            "msgType": "AT",
            "inspectionStatus": state,
            "status": "R" if state != "APR" else "A",
            "block": "false",
            "dormant": "false",
            "createdAt": template.created_at,
            "modifiedAt": template.modified_at,
            "comments": remarks,
        }


def _alimtalk(request: Request) -> Mapping[str, Any]:
    """The one object these bodies hold."""
    try:
        document = json.loads(request.body)
    except ValueError as error:
        raise Refusal("A010") from error
    if not isinstance(document, dict) or set(document) != {"alimtalk"} or not isinstance(document["alimtalk"], dict):
        raise Refusal("A011")
    found: Mapping[str, Any] = document["alimtalk"]
    return found


def _place(body: Mapping[str, Any], known: set[str]) -> tuple[str, str]:
    if not set(body) <= known or not all(isinstance(one, str) for one in body.values()):
        raise Refusal("A011")
    return body.get("senderKey", ""), body.get("templateCode", "")


def _check(body: Mapping[str, Any]) -> None:
    if not set(body) <= _FIELDS:
        raise Refusal("A011")
    for name in _NEEDED:
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise Refusal({"senderKey": "A502", "templateCode": "A505", "text": "A303"}.get(name, "A300"))
    if len(body["templateName"]) > LONGEST_NAME or len(body["templateCode"]) > LONGEST_CODE:
        raise Refusal("A300")
    if len(body["text"]) > LONGEST_TEXT or len(str(body.get("title", ""))) > LONGEST_TITLE:
        raise Refusal("A328")


def _asked(request: Request, name: str) -> str:
    return (request.query.get(name) or [""])[0]
