"""What Bizgo can do, and its code tables, as data. Sources: its API reference and its own library, version 1.2."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from messaging.carriers.base import Capabilities, MmsProfile, ReasonKind, Rejected

CAPABILITIES: Final = Capabilities(
    batch_sizes={"sms": 200, "lms": 200, "mms": 1, "alimtalk": 200},  # pictures belong to the call, not to a recipient
    outcome="key",
    receipts="push",
    replies=True,
    mms=MmsProfile(max_bytes=300_000, max_width=1500, max_height=1440, max_images=3),
    tps=200.0,
    key_window=timedelta(hours=23),  # of the 24 we ask for
    uploads_per_second=4.0,  # everything but sending shares 5 a second
    upload_lasts=timedelta(days=6),
)
KEY_SECONDS: Final = 86_400

ACCEPTED: Final = "A000"
REPEATED: Final = "A301"  # per recipient: taken earlier under the same key
TOO_MANY: Final = "A020"  # also inside an HTTP 200
NOTHING_FOUND: Final = "A820"
# the gateway's codes; the service re-uses the same strings with other meanings
GATEWAY_ACCOUNT: Final = frozenset({"A401", "A403"})
GATEWAY_REFUSED: Final = frozenset({"A400", "A404"})
# the service's codes for a whole call that is wrong in itself: our account or our settings need a person
ACCOUNT: Final = frozenset(
    {"A001", "A002", "A010", "A011", "A100", "A110", "A111", "A300", "A308", "A309", "A318", "A320", "A325", "A401"}
)
UNSURE: Final = frozenset({"A910", "A920", "A999", REPEATED})
UNCERTAIN: Final = "ME09"  # Kakao took it and did not hear from the telephone: neither delivered nor failed

Row = tuple[ReasonKind, bool, str]
# of submission: code → (reason_kind, is it pointless to try again?, what the official reads)
CODES: Final[Mapping[str, Row]] = {
    "A217": ("content", True, "올려 둔 그림을 찾을 수 없습니다."),
    "A302": ("sender", True, "발신번호가 올바르지 않습니다."),
    "A303": ("content", True, "본문이 비어 있거나 올바르지 않습니다."),
    "A305": ("content", True, "참조값이 올바르지 않습니다."),
    "A306": ("no_such_number", True, "수신번호가 올바르지 않습니다."),
    "A307": ("no_such_number", True, "수신번호가 없습니다."),
    "A310": ("account", True, "정산용 부서 코드가 너무 깁니다."),
    "A319": ("content", True, "그림이 너무 많습니다."),
    "A322": ("spam_blocked", True, "본문이 스팸으로 차단되었습니다."),
    "A323": ("spam_blocked", True, "발신번호가 스팸으로 차단되었습니다."),
    "A324": ("spam_blocked", True, "수신번호가 스팸 차단 목록에 있습니다."),
    "A327": ("sender", True, "등록되지 않은 발신번호입니다."),
    "A328": ("content", True, "본문이 길이 제한을 넘었습니다."),
    "A501": ("template", True, "알림톡 응답 방식이 올바르지 않습니다."),
    "A502": ("template", True, "발신프로필 키가 올바르지 않습니다."),
    "A503": ("template", True, "알림톡 버튼이 올바르지 않습니다."),
    "A505": ("template", True, "알림톡 템플릿 코드가 올바르지 않습니다."),
    "A523": ("template", True, "알림톡 종류가 올바르지 않습니다."),
    "A524": ("template", True, "알림톡 버튼 종류가 올바르지 않습니다."),
    "A525": ("template", True, "알림톡 버튼 이름이 올바르지 않습니다."),
    "A571": ("template", True, "알림톡 발송 방식이 올바르지 않습니다."),
}
# of reports: texts in five digits, AlimTalk in Kakao's own or in five digits
DELIVERED: Final = frozenset({"10000", "MS03"})
REPORTS: Final[Mapping[str, Row]] = {
    "12003": ("unreachable", False, "휴대전화가 꺼져 있습니다."),
    "13003": ("no_such_number", True, "없는 번호입니다."),
    "22000": ("unreachable", False, "정해진 시간 안에 전달되지 않았습니다."),
    "64008": ("account", True, "발송 계정의 사용 권한이 없습니다."),
    "64016": ("not_on_kakao", True, "카카오톡을 쓰지 않는 번호입니다."),
    "1003": ("template", True, "발신프로필 키가 올바르지 않습니다."),
    "1006": ("template", True, "삭제된 발신프로필입니다."),
    "1007": ("template", True, "중지된 발신프로필입니다."),
    "1021": ("template", True, "차단된 발신프로필입니다."),
    "3008": ("no_such_number", True, "전화번호가 올바르지 않습니다."),
    "3015": ("template", True, "승인된 템플릿이 없습니다."),
    "3016": ("template", True, "본문이 승인된 템플릿과 다릅니다."),
    "3018": ("unreachable", False, "카카오톡으로 전할 수 없습니다."),
    "3019": ("not_on_kakao", True, "카카오톡을 쓰지 않는 번호입니다."),
    "3020": ("blocked_by_user", True, "받는 사람이 알림톡을 차단했습니다."),
    "3027": ("template", True, "버튼이 승인된 템플릿과 다릅니다."),
}
STRANGE: Final[Row] = ("carrier", False, "통신사가 알 수 없는 사유로 거절했습니다.")
CHANNELS: Final[Mapping[str, str]] = {"sms": "SMS", "lms": "MMS", "mms": "MMS", "alimtalk": "ALIMTALK"}


def rejected(code: str, *, row: Row | None = None) -> Rejected:
    """A refusal in our words. `row`: from the table the code belongs to, if not that of submission."""
    kind, is_permanent, reason = row or CODES.get(code, STRANGE)
    return Rejected(code=code, reason_kind=kind, is_permanent=is_permanent, reason=reason)
