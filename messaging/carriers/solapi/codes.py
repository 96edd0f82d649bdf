"""What Solapi can do and what its status codes mean, as data."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from messaging.carriers.base import Capabilities, MmsProfile, ReasonKind, Rejected

CAPABILITIES: Final = Capabilities(
    batch_sizes={"sms": 500, "lms": 500, "mms": 500, "alimtalk": 500},  # 10,000 a call are taken; an answer has to fit
    outcome="group",
    receipts="both",
    replies=False,
    mms=MmsProfile(max_bytes=200_000, max_width=1000, max_height=1000, max_images=1),
    tps=100.0,
    uploads_per_second=5.0,
    upload_lasts=timedelta(days=6),  # they name no limit: the shortest of any vendor
    alimtalk_characters=1000,
)
TYPES: Final[Mapping[str, str]] = {"sms": "SMS", "lms": "LMS", "mms": "MMS", "alimtalk": "ATA"}
RECEIVED, AT_OPERATOR, DELIVERED = "2000", "3000", "4000"
ON_THEIR_WAY: Final = frozenset({RECEIVED, "2100", AT_OPERATOR})  # 2100: booked for later
REFUSED: Final = "1"  # 1xxx is stored with its group and never sent
TOO_MANY_PICTURES: Final = Rejected("images", "content", True, "이 통신사는 그림을 한 장만 보낼 수 있습니다.")
# their code → (reason_kind, is it pointless to try again?, what the official reads)
CODES: Final[Mapping[str, tuple[ReasonKind, bool, str]]] = {
    "1010": ("content", True, "본문이나 번호처럼 꼭 있어야 할 값이 비어 있습니다."),
    "1011": ("no_such_number", True, "수신번호나 발신번호의 형식이 올바르지 않습니다."),
    "1013": ("content", True, "단문에는 제목을 넣을 수 없습니다."),
    "1014": ("content", True, "제목이 40바이트를 넘었습니다."),
    "1020": ("account", True, "통신사 계정이 올바르지 않습니다."),
    "1023": ("content", True, "올려 둔 그림을 통신사가 찾지 못했습니다."),
    "1024": ("carrier", False, "통신사 서버에 오류가 있습니다."),
    "1025": ("content", True, "문자 종류가 올바르지 않습니다."),
    "1026": ("carrier", False, "한 묶음에 같은 수신번호가 있어 통신사가 빼놓았습니다."),
    "1028": ("content", True, "보낼 수 없는 제어 문자가 들어 있습니다."),
    "1029": ("content", True, "문자로 보낼 수 없는 글자가 있습니다."),
    "1030": ("account", True, "통신사 잔액이 부족합니다."),
    "1031": ("content", True, "본문이 길이 제한을 넘었습니다."),
    "1032": ("carrier", True, "통신사에 함께 보낸 참조값이 올바르지 않습니다."),
    "1033": ("content", True, "알림톡이 아닌 문자에 알림톡 설정이 있습니다."),
    "1034": ("content", True, "올려 둔 그림을 통신사가 찾지 못했습니다."),
    "1041": ("template", True, "알림톡 채널이 올바르지 않습니다."),
    "1042": ("template", True, "알림톡 템플릿이 없거나 아직 승인되지 않았습니다."),
    "1043": ("template", True, "알림톡 본문이 승인받은 템플릿과 다릅니다."),
    "1044": ("template", True, "알림톡 버튼이 승인받은 템플릿과 다릅니다."),
    "1045": ("template", True, "알림톡 버튼의 주소가 올바르지 않습니다."),
    "1046": ("template", True, "템플릿에 있는 알림톡 버튼이 빠졌습니다."),
    "1047": ("template", True, "템플릿에 없는 알림톡 버튼이 있습니다."),
    "1061": ("blocked_by_user", True, "받는 사람이 080 번호로 수신을 거부했습니다."),
    "1062": ("sender", True, "등록되지 않은 발신번호입니다."),
    "2160": ("carrier", False, "통신사에서 발송이 취소되었습니다."),
    "2230": ("account", True, "통신사 잔액이 부족합니다."),
    "2254": ("spam_blocked", True, "통신사가 스팸으로 보아 막았습니다."),
    "3012": ("carrier", False, "이동통신사 서버에 오류가 있습니다."),
    "3014": ("carrier", False, "이동통신사가 알 수 없는 까닭으로 전달하지 못했습니다."),
    "3032": ("no_such_number", True, "없는 번호입니다."),
    "3040": ("unreachable", False, "전달하는 데 시간이 너무 오래 걸렸습니다."),
    "3041": ("unreachable", False, "휴대전화가 사용 중입니다."),
    "3042": ("unreachable", False, "휴대전화가 신호가 닿지 않는 곳에 있습니다."),
    "3043": ("unreachable", False, "휴대전화가 꺼져 있습니다."),
    "3044": ("unreachable", False, "휴대전화의 문자함이 가득 찼습니다."),
    "3045": ("unreachable", False, "휴대전화가 일시 정지되어 있습니다."),
    "3046": ("unreachable", False, "휴대전화에 문제가 있습니다."),
    "3047": ("blocked_by_user", True, "받는 사람의 휴대전화가 수신을 거절했습니다."),
    "3049": ("content", True, "문자 형식이 올바르지 않습니다."),
    "3050": ("unreachable", True, "문자를 받을 수 없는 휴대전화입니다."),
    "3051": ("unreachable", False, "받는 쪽이 연결할 수 없는 상태입니다."),
    "3052": ("carrier", False, "이동통신사 운영자가 문자를 지웠습니다."),
    "3053": ("carrier", False, "이동통신사에 문자가 밀려 있습니다."),
    "3054": ("spam_blocked", True, "이동통신사가 스팸으로 보아 막았습니다."),
    "3055": ("spam_blocked", True, "스팸 신고된 번호여서 막혔습니다."),
    "3056": ("unreachable", False, "무선망에서 전달하지 못했습니다."),
    "3057": ("unreachable", False, "무선망에서 휴대전화로 전달하지 못했습니다."),
    "3058": ("carrier", False, "이동통신사에 전달할 길이 없습니다."),
    "3059": ("sender", True, "변작으로 의심되는 발신번호입니다."),
    "3104": ("not_on_kakao", True, "카카오톡을 쓰지 않는 번호입니다."),
    "3105": ("template", True, "카카오에 등록되지 않은 템플릿입니다."),
    "3106": ("template", True, "알림톡 채널이 올바르지 않습니다."),
    "3107": ("blocked_by_user", True, "받는 사람이 알림톡을 차단했거나 카카오톡을 오래 쓰지 않았습니다."),
}
STRANGE: Final[tuple[ReasonKind, bool, str]] = ("carrier", False, "통신사가 알 수 없는 사유로 거절했습니다.")


def rejected(code: str) -> Rejected:
    """A refusal in our words."""
    kind, is_permanent, reason = CODES.get(code, STRANGE)
    return Rejected(code=code, reason_kind=kind, is_permanent=is_permanent, reason=reason)
