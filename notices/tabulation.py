"""From what a citizen said to where she stands, and from counted deltas to a tally. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from notices.models import Option, Recipient

WRONG_BIRTHS_ALLOWED = 3
R = Recipient.State


@dataclass(frozen=True)
class Said:
    """What is known of one citizen's answers so far."""

    meaning: str = ""  # of the current clear answer: consent, refuse or nothing
    is_identified: bool = False
    wrong_birth_count: int = 0
    was_verified: bool = False
    is_complete: bool = False  # every question answered
    is_stopped: bool = False  # she wants no more messages


def state_of_answers(said: Said, *, before: str, when_complete: str) -> str:
    """Where a citizen stands who was asked anything but her consent: done once every question has its answer."""
    if before == R.IDENTITY_MISMATCH or (not said.is_identified and said.wrong_birth_count >= WRONG_BIRTHS_ALLOWED):
        return R.IDENTITY_MISMATCH
    if said.is_complete and said.is_identified:
        return when_complete
    if said.is_stopped and before in (R.ASKING, R.ASK_UNDELIVERED):
        return R.UNANSWERED
    return R.ASKING if before == R.ASK_UNDELIVERED else before


def state_of_collected(said: Said, *, before: str) -> str:
    """Where a citizen stands whose consent is collected and nothing sent: yes and no are both an answer."""
    after = state_after(said, before=before)
    return R.ANSWERED if after in (R.VERIFIED, R.DECLINED, R.REVOKED) else after


def state_after(said: Said, *, before: str) -> str:
    """
    Where a citizen stands after an answer: the last clear one decides. Consent needs her birth date, refusal nothing.

    Three wrong birth dates end the asking; only a refusal still counts after that.
    """
    if said.meaning == Option.Meaning.REFUSE:
        return R.REVOKED if said.was_verified else R.DECLINED
    if before == R.IDENTITY_MISMATCH or (not said.is_identified and said.wrong_birth_count >= WRONG_BIRTHS_ALLOWED):
        return R.IDENTITY_MISMATCH
    if said.meaning == Option.Meaning.CONSENT:
        return R.VERIFIED if said.is_identified else R.AGREED
    return R.ASKING if before == R.ASK_UNDELIVERED else before


@dataclass(frozen=True)
class Line:
    """One number of the tally: its name in the address, its Korean label, and how many."""

    name: str
    label: str
    count: int


LINES: tuple[tuple[str, str, str], ...] = (
    ("all", "명부 인원", "all"),
    ("addressable", "요청 전", "state:addressable"),
    ("asked", "요청 보냄", "asked"),
    ("ask_delivered", "요청 전달", "ask_delivered"),
    ("replied", "회신", "replied"),
    ("agreed", "본인확인 전", "state:agreed"),
    ("verified", "동의", "verified"),
    ("declined", "미동의", "state:declined"),
    ("triage", "불명확", "triage"),
    ("identity_mismatch", "본인확인 불일치", "state:identity_mismatch"),
    ("waiting", "회신 대기", "state:asking"),
    ("silent", "무응답", "state:silent"),
    ("ask_undelivered", "요청 전달 실패", "state:ask_undelivered"),
    ("revoked", "동의 철회", "state:revoked"),
    ("answered", "응답", "state:answered"),
    ("unanswered", "응답 없음", "state:unanswered"),
    ("queued", "발송 대기", "state:queued"),
    ("sent", "발송", "sent"),
    ("delivered", "전달", "delivered"),
    ("opened", "열람", "opened"),
    ("unopened", "미열람", "state:unopened"),
    ("undelivered", "전달 실패", "state:undelivered"),
    ("unresolved", "결과 확인 불가", "state:unresolved"),
    ("defective", "자료 오류", "state:defective"),
    ("no_mobile", "휴대전화 없음", "state:no_mobile"),
    ("minor", "14세 미만", "state:minor"),
    ("excluded", "제외", "state:excluded"),
    ("cancelled", "취소", "state:cancelled"),
    ("electronic", "전자 전달", "bucket:electronic"),
    ("paper", "종이 우편", "bucket:paper"),
    ("answered_end", "응답으로 끝남", "bucket:answered"),
    ("unanswered_end", "응답 없이 끝남", "bucket:unanswered"),
    ("unreached", "연락하지 못함", "bucket:unreached"),
)


def tally(counts: Mapping[str, int]) -> dict[str, Line]:
    """Every line of the tally by name."""
    return {name: Line(name, label, counts.get(metric, 0)) for name, label, metric in LINES}
