"""What an SMSC's numbers and words mean, as data."""

from collections.abc import Mapping
from typing import Final, Literal

from messaging.carriers.base import ReasonKind

TAKEN: Final = 0x00
NOT_BOUND: Final = 0x04
TRY_LATER: Final = 0x64  # what we answer when we cannot store: the SMSC keeps the text and tells it again
NOT_UNDERSTOOD: Final = 0x03
# the SMSC took nothing and asks for patience: queue full, throttled
THROTTLED: Final = frozenset({0x14, 0x58})
# a bind refused for these stays refused until somebody changes the settings: bad bind, password, system id, type
BAD_ACCOUNT: Final = frozenset({0x0D, 0x0E, 0x0F, 0x53})

# command_status → (reason_kind, is it pointless to try again?, what the official reads)
CODES: Final[Mapping[int, tuple[ReasonKind, bool, str]]] = {
    0x01: ("content", True, "본문 길이가 통신사 한도와 맞지 않습니다."),
    0x02: ("carrier", True, "통신사가 명령의 길이를 받아들이지 않았습니다."),
    0x03: ("carrier", True, "통신사가 이 명령을 모릅니다."),
    0x06: ("carrier", True, "통신사가 우선순위 값을 받아들이지 않았습니다."),
    0x07: ("carrier", True, "통신사가 결과 보고 요청을 받아들이지 않았습니다."),
    0x08: ("carrier", False, "통신사 시스템 오류입니다."),
    0x0A: ("sender", True, "통신사에 등록되지 않은 발신번호입니다."),
    0x0B: ("no_such_number", True, "받을 수 없는 수신번호입니다."),
    0x0C: ("carrier", False, "통신사가 접수번호를 만들지 못했습니다."),
    0x15: ("account", True, "통신사가 서비스 종류(service_type)를 받아들이지 않았습니다."),
    0x43: ("content", True, "통신사가 긴 문자(나누어 보내기)를 받아들이지 않았습니다."),
    0x45: ("carrier", False, "통신사가 문자를 접수하지 못했습니다."),
    0x48: ("sender", True, "발신번호의 형식(TON)이 통신사와 맞지 않습니다."),
    0x49: ("sender", True, "발신번호의 형식(NPI)이 통신사와 맞지 않습니다."),
    0x50: ("no_such_number", True, "수신번호의 형식(TON)이 통신사와 맞지 않습니다."),
    0x51: ("no_such_number", True, "수신번호의 형식(NPI)이 통신사와 맞지 않습니다."),
    0x61: ("carrier", True, "통신사가 예약 시각을 받아들이지 않았습니다."),
    0x62: ("carrier", True, "통신사가 유효 기간을 받아들이지 않았습니다."),
    0x65: ("carrier", True, "통신사가 문자를 영구히 거절했습니다."),
    0x66: ("spam_blocked", True, "통신사가 스팸으로 보고 거절했습니다."),
    0xC0: ("carrier", True, "통신사가 부가 항목을 읽지 못했습니다."),
    0xC1: ("carrier", True, "통신사가 허용하지 않는 부가 항목입니다."),
    0xC2: ("carrier", True, "통신사가 부가 항목의 길이를 받아들이지 않았습니다."),
    0xC3: ("carrier", True, "통신사가 요구하는 부가 항목이 빠졌습니다."),
    0xC4: ("carrier", True, "통신사가 부가 항목의 값을 받아들이지 않았습니다."),
    0xFE: ("unreachable", False, "통신사가 휴대전화에 전달하지 못했습니다."),
    0xFF: ("carrier", False, "통신사 쪽에서 알 수 없는 오류가 났습니다."),
}
OTHERWISE: Final[tuple[ReasonKind, bool, str]] = ("carrier", False, "통신사가 밝히지 않은 사유로 거절했습니다.")

# how a receipt's text says it → what it means; words left out (ENROUTE, ACCEPTD, UNKNOWN) say nothing final
FINAL_STATES: Final[Mapping[str, tuple[Literal["delivered", "undelivered"], ReasonKind]]] = {
    "DELIVRD": ("delivered", ""),
    "EXPIRED": ("undelivered", "unreachable"),
    "UNDELIV": ("undelivered", "unreachable"),
    "DELETED": ("undelivered", "carrier"),
    "REJECTD": ("undelivered", "carrier"),
}
# message_state of a receipt, where it stands beside the text or instead of it
STATES: Final[Mapping[int, str]] = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
