"""What became of a message, in the codes of this vendor's two services."""

from collections.abc import Mapping
from typing import Final

from messaging.simulator.nhn.ledger import Standing, vendor_code

FAILED, PROCESSING, DELIVERED = "0", "2", "3"
# what the exchange says of a handset → what the operator reports
OPERATOR: Final[Mapping[str, str]] = {
    "1000": "1000",
    "3103": "3001",
    "3104": "2003",
    "9001": "3011",
}
KAKAO: Final[Mapping[str, str]] = {
    "1000": "1000",
    "3101": "3019",
    "3102": "3020",
    "3103": "3008",
    "3104": "3018",
    "9001": "3006",
}
_SMS_NAMES: Final[Mapping[str, str]] = {
    "1000": "성공",
    "2003": "단말기 전원 꺼짐",
    "3001": "가입자 없음",
    "3011": "서버 오류",
    "3014": "기타",
}
_KAKAO_NAMES: Final[Mapping[str, str]] = {
    "1000": "성공",
    "3000": "예기치 않은 오류 발생",
    "3006": "내부 시스템 오류로 메시지 전송 실패",
    "3008": "전화번호 오류",
    "3018": "메시지를 전송할 수 없음",
    "3019": "카카오톡 유저가 아님",
    "3020": "알림톡 수신 차단",
}


def operator_code(code: str) -> str:
    """The exchange's code for a text in the operators' words."""
    return OPERATOR.get(code, "3014")


def kakao_code(code: str) -> str:
    """The exchange's code for an AlimTalk in Kakao's words."""
    return KAKAO.get(code, "3000")


def sms_result(standing: Standing) -> tuple[str | None, str]:
    """The result code and the message status of a text."""
    if standing.is_refused:
        return str(vendor_code(standing.answer["code"], otherwise=-2021)), FAILED
    if standing.result is None:
        return None, PROCESSING
    code = operator_code(standing.result["code"])
    return code, DELIVERED if code == "1000" else FAILED


def kakao_result(standing: Standing) -> tuple[str | None, str]:
    """The result code and the message status of an AlimTalk; one still on its way has no result code."""
    if standing.is_refused:
        return str(vendor_code(standing.answer["code"], otherwise=-9999)), "FAILED"
    if standing.result is None:
        return None, "COMPLETED"
    code = kakao_code(standing.result["code"])
    return code, "COMPLETED" if code == "1000" else "FAILED"


def sms_name(code: str | None) -> str:
    """What a text's code means."""
    return _SMS_NAMES.get(code or "", "")


def kakao_name(code: str | None) -> str:
    """What an AlimTalk's code means."""
    return _KAKAO_NAMES.get(code or "", "")
