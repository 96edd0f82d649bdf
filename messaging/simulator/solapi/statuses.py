"""Solapi's four-digit status codes, and how what happened at the exchange is told in them."""

from collections.abc import Mapping
from typing import Final

RECEIVED, AT_OPERATOR, DELIVERED = "2000", "3000", "4000"
WORDS: Final[Mapping[str, str]] = {
    "1010": "필수 입력 값 미입력",
    "1011": "Format Error",
    "1013": "제목은 문자 타입이 'SMS'일 경우 사용이 불가능합니다.",
    "1014": "제목은 40byte까지 사용 가능합니다.",
    "1024": "서버 오류",
    "1025": "잘못된 메시지 타입",
    "1026": "중복 수신번호",
    "1028": "Non Printable Characters는 사용할 수 없습니다.",
    "1029": "EUC-KR 범위 안에 있는 문자만 사용할 수 있습니다.",
    "1030": "잔액 부족",
    "1031": "메시지 길이 초과",
    "1032": "유효한 커스텀 필드 값이 아닙니다.",
    "1033": "kakaoOptions은 ATA, CTA에서만 사용 가능합니다.",
    "1034": "imageId가 존재하지 않습니다.",
    "1041": "유효한 채널 아이디가 아닙니다.",
    "1042": "유효한 템플릿 아이디가 아닙니다.",
    "1043": "등록한 템플릿과 내용이 다릅니다.",
    "1044": "유효한 버튼 값이 아닙니다.",
    "1045": "유효한 버튼 URL 값이 아닙니다.",
    "1046": "버튼이 있는 템플릿입니다.",
    "1047": "버튼이 없는 템플릿입니다.",
    "1061": "사용자에 의해 수신거부 됨(080무료수신거부)",
    "1062": "발신번호 미등록",
    RECEIVED: "정상 접수(이통사로 접수 예정)",
    AT_OPERATOR: "이통사로 접수(리포트를 기다리는 중)",
    "3012": "연동처 서버 오류",
    "3032": "미가입자",
    "3043": "단말기 Power off",
    "3104": "카카오톡 미사용자",
    "3107": "72시간 이내 카카오톡 미사용자, 알림톡 차단한 사용자",
    DELIVERED: "수신 완료",
}
# what the exchange says of a handset → what Solapi reports
OF_RECEIPT: Final[Mapping[str, str]] = {
    "1000": DELIVERED,
    "3101": "3104",
    "3102": "3107",
    "3103": "3032",
    "3104": "3043",
    "9001": "3012",
}
TEMPORARY: Final = "1024"


def reported(code: str) -> str:
    """The exchange's code for a receipt in Solapi's words."""
    return OF_RECEIPT.get(code, "3014")
