"""The JSON documents of this dialect's answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from messaging.simulator.solapi.registering import Record
from messaging.simulator.solapi.shelf import Group, Shelf, stamp
from messaging.simulator.striking import Manners
from messaging.simulator.truth import wall_clock
from messaging.simulator.wire import Answer, json_answer

ACCOUNT: Final = "12000000000000"
PRICES: Final = {"sms": 18, "lms": 45, "mms": 110, "ata": 13}
_NO_MONEY: Final = {"requested": 0, "replacement": 0, "refund": 0, "sum": 0}
_ANSWERS: Final[Mapping[str, tuple[int, str]]] = {
    "ValidationError": (400, "요청 값이 올바르지 않습니다."),
    "Unauthorized": (401, "인증 정보가 없습니다."),
    "InvalidAPIKey": (403, "유효하지 않은 API Key입니다."),
    "SignatureDoesNotMatch": (403, "생성한 signature를 확인하세요."),
    "RequestTimeTooSkewed": (403, "서버 시간과 15분 이상 차이가 납니다."),
    "DuplicatedSignature": (403, "이미 사용한 signature입니다."),
    "NotEnoughBalance": (402, "잔액이 부족합니다."),
    "ResourceNotFound": (404, "해당 자원을 찾을 수 없습니다."),
    "GroupNotPending": (400, "대기 중인 그룹이 아닙니다."),
    "RequestTooLarge": (413, "요청이 15MB를 넘습니다."),
    "TooManyRequests": (429, "요청이 너무 많습니다."),
}


def problem(code: str, message: str = "") -> Answer:
    """A whole call refused."""
    status, usual = _ANSWERS[code]
    return json_answer({"errorCode": code, "errorMessage": message or usual}, status)


MANNERS: Final = Manners(
    wrong_key=problem("InvalidAPIKey"), too_many=problem("TooManyRequests"), no_balance=problem("NotEnoughBalance")
)


def group_info(group: Group, shelf: Shelf) -> dict[str, Any]:
    """A group as `GET /groups/:id` tells it."""
    return {
        "count": _count(group, shelf),
        "countForCharge": _charged(group),
        "balance": dict(_NO_MONEY),
        "point": dict(_NO_MONEY),
        "app": {"profit": dict.fromkeys(PRICES, 0), "appId": None, "version": None},
        "serviceMethod": "MT",
        "sdkVersion": None,
        "osPlatform": None,
        "log": [{"message": "메시지 그룹이 생성되었습니다.", "createAt": group.created}],
        "status": shelf.status_of(group),
        "dateSent": None,
        "scheduledDate": None,
        "dateCompleted": None,
        "isRefunded": False,
        "flagUpdated": False,
        "prepaid": True,
        "strict": False,
        "masterAccountId": None,
        "allowDuplicates": group.allows_duplicates,
        "accountId": ACCOUNT,
        "apiVersion": "4",
        "customFields": dict(group.fields),
        "hint": None,
        "groupId": group.id,
        "_id": group.id,
        "price": {"82": dict(PRICES)},
        "dateCreated": group.created,
        "dateUpdated": stamp(wall_clock().isoformat()),
    }


def _count(group: Group, shelf: Shelf) -> dict[str, int]:
    codes = [shelf.code_of(record) for record in group.records.values()]
    refused = sum(code.startswith("1") for code in codes)
    delivered = codes.count("4000")
    waiting = codes.count("3000")
    sent = 0 if shelf.status_of(group) == "PENDING" else len(codes) - refused
    return {
        "total": len(codes),
        "sentTotal": sent,
        "sentFailed": max(sent - delivered - waiting, 0),
        "sentSuccess": delivered,
        "sentPending": waiting,
        "sentReplacement": 0,
        "refund": 0,
        "registeredFailed": refused,
        "registeredSuccess": len(codes) - refused,
    }


def _charged(group: Group) -> dict[str, dict[str, int]]:
    kinds = [record["type"].lower() for record in group.records.values() if record["statusCode"] == "2000"]
    return {kind: {"82": kinds.count(kind)} if kind in kinds else {} for kind in PRICES}


def registered(records: Sequence[Record]) -> list[dict[str, Any]]:
    """What became of each message when it was added."""
    names = ("to", "from", "type", "country", "messageId", "statusCode", "statusMessage")
    return [
        {**{name: record.get(name) for name in names}, "accountId": ACCOUNT, "customFields": _fields(record)}
        for record in records
    ]


def _fields(record: Record) -> Any:
    return record.get("customFields", {})


def listed(name: str, found: Any, *, start: str, following: str | None, limit: int) -> Answer:
    """One page of a list."""
    return json_answer({"startKey": start or None, "nextKey": following, "limit": limit, name: found})
