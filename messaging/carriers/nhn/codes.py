"""What NHN Cloud can do, and what its codes mean: two services, each with codes of a call and codes of a delivery."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from messaging.carriers.base import Capabilities, MmsProfile, ReasonKind, Rejected

Meaning = tuple[ReasonKind, bool, str]  # reason, is it pointless to try again?, what the official reads

CAPABILITIES: Final = Capabilities(
    # A text shares its body with everybody in the call, so a personal one travels alone.
    batch_sizes={"sms": 1, "lms": 1, "mms": 1, "alimtalk": 200},
    outcome="reference",
    receipts="both",
    replies=False,
    mms=MmsProfile(max_bytes=300_000, max_width=1000, max_height=1000, max_images=3),
    in_flight=12,
    tps=200.0,  # 300 requests a second are allowed; look-ups and uploads share them
    uploads_per_second=20.0,
    upload_lasts=timedelta(days=6),  # kept for seven
    alimtalk_characters=1000,
)
DELIVERED: Final = "1000"
UNCERTAIN: Final = "3005"  # Kakao: sent, but nobody saw it arrive; may still, within three days
KEY_USED: Final = -1005
ALL_REFUSED: Final = -2999
NOT_KNOWN_WHETHER: Final = frozenset({KEY_USED, -2021, -9999})  # the call may have been taken
WRONG_ACCOUNT: Final = frozenset({-1000, -1001, -1002, -1004, -1007, -1008, -1017})

UNKNOWN: Final[Meaning] = ("carrier", False, "통신사가 알 수 없는 사유로 거절했습니다.")
# a call's resultCode and a recipient's, of the SMS service
SMS_CALLS: Final[Mapping[int, Meaning]] = {
    4: ("content", True, "통신사가 요청 내용을 받아들이지 않았습니다."),
    -1003: ("account", True, "통신사 프로젝트에 속하지 않은 사용자입니다."),
    -1006: ("content", True, "문자 종류가 올바르지 않습니다."),
    -2001: ("content", True, "받는 사람이 없습니다."),
    -2002: ("content", True, "그림 파일의 이름이 올바르지 않습니다."),
    -2003: ("content", True, "그림이 JPEG가 아닙니다."),
    -2004: ("content", True, "올린 그림의 보관 기간이 지났거나 그림이 없습니다."),
    -2005: ("content", True, "그림 용량이 제한을 넘었습니다."),
    -2014: ("content", True, "제목이나 본문이 비어 있습니다."),
    -2015: ("content", True, "제목이나 본문이 길이 제한을 넘었습니다."),
    -2016: ("content", True, "한 번에 보낼 수 있는 사람 수를 넘었습니다."),
    -2018: ("no_such_number", True, "수신번호가 비어 있습니다."),
    -2019: ("no_such_number", True, "수신번호가 올바르지 않습니다."),
    -2023: ("content", True, "문자로 보낼 수 없는 글자가 있습니다."),
    -2312: ("sender", True, "등록되지 않은 발신번호입니다."),
    -2313: ("sender", True, "차단된 발신번호입니다."),
    -6001: ("blocked_by_user", True, "받는 사람이 080으로 수신을 거부했습니다."),
    -8000: ("content", True, "인증 문자에 인증 문구가 없습니다."),
    -9997: ("content", True, "통신사가 요청 내용을 읽지 못했습니다."),
}
# a call's resultCode and a recipient's, of the AlimTalk service
TALK_CALLS: Final[Mapping[int, Meaning]] = {
    4: ("content", True, "통신사가 요청 내용을 받아들이지 않았습니다."),
    -1003: ("sender", True, "등록되지 않은 발신번호입니다."),
    -1006: ("sender", True, "발신 프로필에 발신 키가 없습니다."),
    -1027: ("sender", True, "발신 프로필이 차단되었습니다."),
    -1028: ("template", True, "처음 쓰는 채널은 변수 값을 14자까지만 쓸 수 있습니다."),
    -2000: ("content", True, "알림톡의 한 항목이 길이 제한을 넘었습니다."),
    -2001: ("content", True, "알림톡의 필수 항목이 비어 있습니다."),
    -2017: ("sender", True, "없는 발신 프로필입니다."),
    -2018: ("template", True, "알림톡 버튼이 올바르지 않습니다."),
    -2019: ("content", True, "알림톡 본문이 길이 제한을 넘었습니다."),
    -3000: ("template", True, "알림톡 버튼에 주소가 없습니다."),
    -3002: ("content", True, "통신사가 요청 내용을 읽지 못했습니다."),
    -3003: ("template", True, "없는 알림톡 템플릿입니다."),
    -3004: ("template", True, "알림톡 템플릿의 변수가 맞지 않습니다."),
    -3005: ("template", True, "아직 승인되지 않은 알림톡 템플릿입니다."),
    -3006: ("template", True, "알림톡 버튼의 주소가 http로 시작하지 않습니다."),
    -3010: ("template", True, "알림톡 본문이 템플릿과 다릅니다."),
    -9997: ("content", True, "통신사가 요청 내용을 읽지 못했습니다."),
}
# how a text ended at the operators
SMS_RESULTS: Final[Mapping[str, Meaning]] = {
    "1001": ("carrier", False, "통신사가 붐빕니다."),
    "1002": ("no_such_number", True, "수신번호 형식이 올바르지 않습니다."),
    "1003": ("sender", True, "발신번호 형식이 올바르지 않습니다."),
    "1019": ("unreachable", False, "정해진 시간 안에 전달되지 않았습니다."),
    "2000": ("unreachable", False, "전송 시간을 넘겼습니다."),
    "2001": ("unreachable", False, "무선망에서 전달되지 않았습니다."),
    "2002": ("unreachable", False, "휴대전화까지 전달되지 않았습니다."),
    "2003": ("unreachable", False, "휴대전화가 꺼져 있습니다."),
    "2004": ("unreachable", False, "휴대전화의 문자함이 가득 찼습니다."),
    "2005": ("unreachable", False, "휴대전화가 전파가 닿지 않는 곳에 있습니다."),
    "2006": ("carrier", False, "통신사에서 문자가 삭제되었습니다."),
    "2007": ("unreachable", False, "휴대전화에 일시적인 문제가 있습니다."),
    "3000": ("carrier", False, "통신사가 전송하지 못했습니다."),
    "3001": ("no_such_number", True, "없는 번호입니다."),
    "3003": ("no_such_number", True, "없는 번호입니다."),
    "3004": ("unreachable", False, "휴대전화 서비스가 일시 정지되었습니다."),
    "3005": ("unreachable", False, "휴대전화가 통화 중이었습니다."),
    "3006": ("blocked_by_user", True, "받는 사람이 착신을 거절했습니다."),
    "3008": ("unreachable", False, "휴대전화에 문제가 있습니다."),
    "3009": ("content", True, "문자의 형식이 올바르지 않습니다."),
    "3010": ("content", True, "그림문자를 받지 못하는 휴대전화입니다."),
    "3011": ("carrier", False, "통신사 서버에 장애가 있습니다."),
    "3012": ("spam_blocked", True, "스팸으로 차단되었습니다."),
    "3013": ("blocked_by_user", True, "받는 사람이 서비스를 거부했습니다."),
    "3014": ("carrier", False, "통신사가 그 밖의 사유로 전달하지 못했습니다."),
    "3015": ("carrier", False, "통신사에 전송 경로가 없습니다."),
    "3016": ("content", True, "그림 용량이 제한을 넘었습니다."),
    "3017": ("sender", True, "발신번호가 변작 방지 규칙에 맞지 않습니다."),
    "3018": ("sender", True, "번호 도용 차단에 가입된 발신번호입니다."),
    "3019": ("sender", True, "등록되지 않은 발신번호입니다."),
    "E911": ("content", True, "그림 파일의 확장자가 없습니다."),
    "E913": ("content", True, "그림 파일이 비어 있습니다."),
    "E915": ("carrier", True, "통신사가 중복 문자로 보고 보내지 않았습니다."),
    "E919": ("carrier", False, "통신사의 발송 제한 시간입니다."),
    "E999": ("carrier", False, "통신사에 알 수 없는 오류가 있습니다."),
}
# how an AlimTalk ended at Kakao
TALK_RESULTS: Final[Mapping[str, Meaning]] = {
    "1003": ("sender", True, "발신 프로필 키가 올바르지 않습니다."),
    "1006": ("sender", True, "삭제된 발신 프로필입니다."),
    "1007": ("sender", True, "차단된 발신 프로필입니다."),
    "1011": ("account", True, "카카오 계약 정보를 찾을 수 없습니다."),
    "1021": ("sender", True, "차단된 카카오톡 채널입니다."),
    "1022": ("sender", True, "닫힌 카카오톡 채널입니다."),
    "1023": ("sender", True, "삭제된 카카오톡 채널입니다."),
    "1024": ("sender", True, "삭제를 기다리는 카카오톡 채널입니다."),
    "1025": ("sender", True, "제재 중인 카카오톡 채널입니다."),
    "1027": ("sender", True, "제재 중인 카카오톡 채널입니다."),
    "2001": ("carrier", False, "카카오에 예기치 않은 오류가 있습니다."),
    "3000": ("carrier", False, "카카오에 예기치 않은 오류가 있습니다."),
    "3006": ("carrier", False, "카카오 내부 오류로 전달되지 않았습니다."),
    "3008": ("no_such_number", True, "전화번호가 올바르지 않습니다."),
    "3012": ("carrier", False, "카카오와 통신하지 못했습니다."),
    "3013": ("content", True, "알림톡 본문이 비어 있습니다."),
    "3014": ("content", True, "알림톡 본문이 길이 제한을 넘었습니다."),
    "3015": ("template", True, "알림톡 템플릿을 찾을 수 없습니다."),
    "3016": ("template", True, "알림톡 본문이 템플릿과 다릅니다."),
    "3018": ("unreachable", False, "최근 카카오톡을 쓰지 않은 사람이어서 전달되지 않았습니다."),
    "3019": ("not_on_kakao", True, "카카오톡을 쓰지 않는 번호입니다."),
    "3020": ("blocked_by_user", True, "받는 사람이 알림톡을 차단했습니다."),
    "3021": ("not_on_kakao", True, "알림톡을 받지 못하는 카카오톡 버전입니다."),
    "3022": ("carrier", False, "카카오가 정한 발송 시간이 아닙니다."),
    "3025": ("template", True, "알림톡 변수 값이 너무 깁니다."),
    "3027": ("template", True, "알림톡 버튼이 템플릿과 다릅니다."),
    "3028": ("template", True, "알림톡 강조 제목이 템플릿과 다릅니다."),
    "3031": ("template", True, "알림톡 머리글이 템플릿과 다릅니다."),
    "3033": ("template", True, "알림톡 강조 항목이 템플릿과 다릅니다."),
    "3036": ("template", True, "알림톡 목록이 템플릿과 다릅니다."),
    "4132": ("template", True, "알림톡 템플릿의 변수가 맞지 않습니다."),
    "4133": ("template", True, "중단된 알림톡 템플릿입니다."),
    "9998": ("carrier", False, "카카오 서비스에 문제가 있습니다."),
    "9999": ("carrier", False, "카카오 서비스에 문제가 있습니다."),
}


def rejected(code: int, meanings: Mapping[int, Meaning]) -> Rejected:
    """The refusal behind a code of a call or a recipient."""
    kind, is_permanent, reason = meanings.get(code, UNKNOWN)
    return Rejected(code=str(code), reason_kind=kind, is_permanent=is_permanent, reason=reason)
