"""AlimTalk wordings: registration, Kakao's review, and what a message makes of them."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from messaging.simulator.exchange import Exchange
from messaging.simulator.nhn.calls import Call
from messaging.simulator.nhn.envelope import INVALID, NO_SUCH_CALL, TALK, Refusal, page_of
from messaging.simulator.nhn.fields import Row, read_flag, read_list, read_object, read_text
from messaging.simulator.nhn.ledger import DIALECT, Ledger
from messaging.simulator.nhn.searching import PAGING, check_known
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer

REVIEW: Final = timedelta(seconds=1)
REJECTING: Final = "반려"  # a wording that says so is rejected, for demonstrations
SENDER_KEY: Final = re.compile(r"[0-9A-Za-z]{40}")
CODE_CHARACTERS: Final = 20
CONTENT_CHARACTERS: Final = 1300
IN_REVIEW, APPROVED, REJECTED = "TSC02", "TSC03", "TSC04"
_STATUS_NAMES: Final = {IN_REVIEW: "검수 중", APPROVED: "승인", REJECTED: "반려"}
_TEXTS: Final[Mapping[str, int]] = {
    "templateName": 150,
    "templateContent": CONTENT_CHARACTERS,
    "templateExtra": 500,
    "templateTitle": 50,
    "templateSubtitle": 50,
    "templateHeader": 16,
    "categoryCode": 6,
}
_FIELDS = {*_TEXTS, "templateMessageType", "templateEmphasizeType", "templateItem", "securityFlag", "buttons"}
_BUTTON_FIELDS = {"ordering", "type", "name", "linkMo", "linkPc", "schemeIos", "schemeAndroid", "telNumber"}
_BUTTON_TYPES = {"WL", "AL", "DS", "BK", "MD", "BC", "BT", "AC", "TN"}
_PLACE = re.compile(r"senders/([^/]+)/templates(?:/([^/]+)(/comments)?)?")
_VARIABLE = re.compile(r"#\{([^{}]+)\}")
_WEB = ("http://", "https://")


class Templates:
    """Answers what follows …/senders/{senderKey}/templates."""

    def __init__(self, exchange: Exchange, ledger: Ledger) -> None:
        self._exchange = exchange
        self._ledger = ledger

    def answer(self, call: Call) -> Answer:
        """
        One call.

        :raises Refusal: of the whole call
        """
        place = _PLACE.fullmatch(call.place)
        if place is None:
            raise Refusal(NO_SUCH_CALL)
        sender_key, code, comments = place[1], place[2], place[3]
        if not SENDER_KEY.fullmatch(sender_key):
            raise Refusal(-2017)
        match call.method, bool(code), bool(comments):
            case "POST", False, False:
                return self._register(sender_key, call.document)
            case "GET", False, False:
                return self._list(sender_key, call.query)
            case "PUT", True, False:
                return self._change(self._known(sender_key, code), call.document)
            case "GET", True, False:
                return TALK.answered(templates=self._shown(self._known(sender_key, code)))
            case "PUT", True, False:
                return self._change(self._known(sender_key, code), call.document)
            case "POST", True, True:
                return self._comment(self._known(sender_key, code), call.document)
        raise Refusal(NO_SUCH_CALL)

    def approved(self, sender_key: str, code: str) -> Event:
        """
        The wording a message may be made of.

        :raises Refusal: if there is none, or it is not approved
        """
        template = self._known(sender_key, code)
        if _status(template) != APPROVED:
            raise Refusal(-3005)
        return template

    def _known(self, sender_key: str, code: str) -> Event:
        template = self._ledger.templates.get((sender_key, code))
        if template is None:
            raise Refusal(-3003)
        return template

    def _register(self, sender_key: str, document: Any) -> Answer:
        row = read_object(document, _FIELDS | {"templateCode"}, unknown=-3002)
        code = read_text(row, "templateCode", longest=CODE_CHARACTERS, too_long=-2000, missing=-2001)
        if (sender_key, code) in self._ledger.templates:
            raise Refusal(-3001)
        self._ask(sender_key, code, _wording(row), comments=[])
        return TALK.answered()

    def _change(self, template: Event, document: Any) -> Answer:
        """A wording that came back can be handed in again with other words."""
        if _status(template) != REJECTED:
            raise Refusal(-3005)
        wording = _wording(read_object(document, _FIELDS, unknown=-3002))
        self._ask(template["sender_key"], template["code"], wording, comments=self._comments(template))
        return TALK.answered()

    def _ask(self, sender_key: str, code: str, template: Row, *, comments: list[Row]) -> None:
        """The wording goes to Kakao's reviewers."""
        is_doomed = REJECTING in template["templateContent"] or self._exchange.is_review_rejected(code)
        self._exchange.note(
            DIALECT,
            "template",
            sender_key=sender_key,
            code=code,
            template=dict(template),
            comments=comments,
            asked=wall_clock().isoformat(),
            is_doomed=is_doomed,
        )

    def _comment(self, template: Event, document: Any) -> Answer:
        said = read_text(read_object(document, {"comment"}), "comment", longest=500, missing=-2001)
        asked = {"content": said, "userName": "customer", "createdAt": _now(), "status": "INQ"}
        comments = [*self._comments(template), asked]
        self._ask(template["sender_key"], template["code"], template["template"], comments=comments)
        return TALK.answered()

    def _list(self, sender_key: str, query: Mapping[str, str]) -> Answer:
        check_known(query, PAGING | {"templateCode", "templateName", "templateStatus"}, code=INVALID)
        rows = [self._shown(one) for (owner, _), one in self._ledger.templates.items() if owner == sender_key]
        for asked, name in (("templateCode", "templateCode"), ("templateName", "templateName")):
            rows = [row for row in rows if row[name] == query.get(asked, row[name])]
        rows = [row for row in rows if row["status"] == query.get("templateStatus", row["status"])]
        shown, _, _ = page_of(rows, query)
        return TALK.answered(templateListResponse={"templates": shown, "totalCount": len(rows)})

    def _shown(self, template: Event) -> dict[str, Any]:
        status = _status(template)
        return {
            **template["template"],
            "senderKey": template["sender_key"],
            "plusFriendType": "NORMAL",
            "templateCode": template["code"],
            "kakaoTemplateCode": template["code"],
            "comments": self._comments(template),
            "status": status,
            "statusName": _STATUS_NAMES[status],
            "block": False,
            "dormant": False,
            "createDate": template["asked"][:19].replace("T", " "),
        }

    def _comments(self, template: Event) -> list[Row]:
        if _status(template) != REJECTED:
            return list(template["comments"])
        said = {
            "content": "정보성 메시지로 볼 수 없어 반려합니다.",
            "userName": "검수자",
            "createdAt": template["asked"][:19].replace("T", " "),
            "status": "REJ",
        }
        return [*template["comments"], said]


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """
    The wording with a value for each of its variables.

    :raises Refusal: if one is missing
    """
    if missing := [name for name in _VARIABLE.findall(pattern) if name not in values]:
        raise Refusal(-3004, f"'{missing[0]}' is missing.")
    return _VARIABLE.sub(lambda found: values[found[1]], pattern)


def _status(template: Event) -> str:
    if wall_clock() - datetime.fromisoformat(template["asked"]) < REVIEW:
        return IN_REVIEW
    return REJECTED if template["is_doomed"] else APPROVED


def _wording(row: Row) -> dict[str, Any]:
    """
    What is kept of a wording.

    :raises Refusal: for what is missing, too long or unknown
    """
    facts = {name: read_text(row, name, longest=longest, too_long=-2000) for name, longest in _TEXTS.items()}
    if not facts["templateName"].strip() or not facts["templateContent"].strip():
        raise Refusal(-2001)
    emphasis = _one_of(row, "templateEmphasizeType", ("NONE", "TEXT", "IMAGE", "ITEM_LIST"))
    if emphasis == "TEXT" and not (facts["templateTitle"] and facts["templateSubtitle"]):
        raise Refusal(-2001)
    return {
        **facts,
        "templateMessageType": _one_of(row, "templateMessageType", ("BA", "EX", "AD", "MI")),
        "templateEmphasizeType": emphasis,
        "securityFlag": read_flag(row, "securityFlag", default=False),
        "templateItem": row.get("templateItem"),
        "buttons": [_button(one) for one in read_list(row, "buttons", most=5, code=-2018)],
    }


def _one_of(row: Row, name: str, allowed: tuple[str, ...]) -> str:
    value = read_text(row, name, longest=20) or allowed[0]
    if value not in allowed:
        raise Refusal(INVALID, f"'{name}' is invalid.")
    return value


def _button(document: Any) -> dict[str, Any]:
    row = read_object(document, _BUTTON_FIELDS, unknown=-2018)
    kind, name = row.get("type"), read_text(row, "name", longest=14, too_long=-2000, missing=-3009)
    if kind not in _BUTTON_TYPES or not isinstance(row.get("ordering"), int):
        raise Refusal(-2018)
    if _VARIABLE.search(name):
        raise Refusal(-3008)
    link = read_text(row, "linkMo", longest=500, too_long=-2000, missing=-3000 if kind == "WL" else 0)
    if link and not link.startswith((*_WEB, "#{")):
        raise Refusal(-3006)
    return dict(row)


def _now() -> str:
    return f"{wall_clock():%Y-%m-%d %H:%M:%S}"
