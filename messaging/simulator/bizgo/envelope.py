"""How this vendor wraps what it says: a gateway's code around a service's code, which re-use the same strings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from messaging.simulator.striking import Manners
from messaging.simulator.truth import KST
from messaging.simulator.wire import Answer, json_answer

SUCCESS = "A000"
REPEATED = "A301"
# the service's codes: HTTP status and words; the recipient's own codes come inside a 200
SERVICE = {
    "A010": (400, "JSON을 파싱할 수 없음"),
    "A011": (400, "JSON을 매핑할 수 없음"),
    "A020": (429, "Ratelimit(TPS) 초과"),
    "A200": (400, "파일 크기 초과"),
    "A203": (400, "유효하지 않은 이미지 해상도"),
    "A204": (400, "업로드된 파일이 없거나 잘못된 요청"),
    "A205": (400, "파일의 Content-Type과 실제 MIME 타입 불일치"),
    "A206": (400, "지원하지 않는 파일 형식"),
    "A208": (400, "유효하지 않거나 비어 있는 fileName"),
    "A217": (400, "유효하지 않은 fileKey"),
    "A300": (400, "잘못된 메시지 발송 요청"),
    "A301": (400, "이미 동일한 요청이 처리되었습니다."),
    "A302": (400, "유효하지 않거나 비어 있는 필드(from)"),
    "A303": (400, "유효하지 않거나 비어 있는 필드(text)"),
    "A305": (400, "유효하지 않거나 비어 있는 필드(ref)"),
    "A306": (400, "유효하지 않거나 비어 있는 필드(to)"),
    "A308": (400, "idempotencyKey가 비어 있거나 200자를 초과했습니다."),
    "A309": (400, "idempotencyTtl 값이 허용된 범위(0~86400초)가 아닙니다."),
    "A310": (400, "최대 길이 초과(paymentCode)"),
    "A318": (400, "수신번호 수(200건) 초과"),
    "A319": (400, "파일 키 수(3건) 초과"),
    "A320": (400, "메시지 제한 건수 초과"),
    "A324": (400, "스팸 차단(수신 번호)"),
    "A327": (400, "미등록 발신번호"),
    "A328": (400, "최대 길이 초과(text)"),
    "A501": (400, "유효하지 않은 필드(responseMethod)"),
    "A502": (400, "유효하지 않은 필드(senderKey)"),
    "A503": (400, "유효하지 않은 필드(button)"),
    "A505": (400, "유효하지 않은 필드(templateCode)"),
    "A523": (400, "유효하지 않은 필드(msgType)"),
    "A526": (400, "유효하지 않은 필드(timeout)"),
    "A571": (400, "유효하지 않은 필드(sendType)"),
    "A802": (403, "유효하지 않은 Report ID"),
    "A820": (400, "요청한 데이터가 존재하지 않습니다."),
}


class Refusal(Exception):
    """The service refuses the whole call with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def success(data: Any = None, **beside: Any) -> Answer:
    """What both layers agree on; `data` is the product's own part."""
    inner = {"code": SUCCESS, "result": "Success", **beside}
    if data is not None:
        inner["data"] = data
    return json_answer({"common": _common(SUCCESS, "Success"), "data": inner})


def refused(code: str, *, status: int = 0) -> Answer:
    """The service's refusal; `status` where it differs from the documented one."""
    documented, words = SERVICE[code]
    document = {"common": _common(SUCCESS, "Success"), "data": {"code": code, "result": words}}
    return json_answer(document, status or documented)


def turned_away(status: int, code: str, words: str) -> Answer:
    """The gateway's refusal: there is no `data` at all."""
    return json_answer({"common": _common(code, words)}, status)


def _common(code: str, words: str) -> dict[str, str]:
    return {"authCode": code, "authResult": words, "infobankTrId": uuid4().hex}


def seconds(stamp: str) -> str:
    """A time of the truth log as this vendor writes it."""
    return datetime.fromisoformat(stamp).astimezone(KST).isoformat(timespec="seconds")


def moment(text: str) -> datetime:
    """
    A time in a query: with an offset, or Korean time without.

    :raises Refusal:
    """
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Refusal("A011") from error
    return found if found.tzinfo else found.replace(tzinfo=KST)


def page(rows: list[dict[str, Any]], seqs: list[int], limit: int) -> dict[str, Any]:
    """One page of a history with its cursor."""
    shown = rows[:limit]
    return {"messages": shown, "lastSeq": seqs[len(shown) - 1] if shown else None, "hasNext": len(rows) > limit}


MANNERS = Manners(
    wrong_key=turned_away(401, "A401", "Unauthorized"),
    too_many=refused("A020"),
    too_many_unsaid=refused("A020", status=200),  # seen in practice: the refusal hides inside a 200
    no_balance=refused("A320"),
)
FILE_LASTS = timedelta(days=7)
