"""Every allowed step of a campaign and of a citizen in it, as data."""

from dataclasses import dataclass

from notices.assigning import LABELS
from notices.models import Campaign, Recipient
from portal.core.errors import Refused

C = Campaign.State
R = Recipient.State


class NotAllowed(Refused):
    """The campaign or the person is not in a state that allows this, or the official may not do it."""

    sentence = "지금은 할 수 없는 일입니다. 화면을 새로 고쳐 현재 상태를 확인해 주세요."


@dataclass(frozen=True)
class Step:
    """One verb: from which states, to which, and who may."""

    befores: frozenset[str]
    after: str
    label: str
    roles: frozenset[str] = frozenset()  # empty: done by the system
    needs_second_official: bool = False


_DRAFTERS = frozenset({"officer", "head", "sender"})
_SENDERS = frozenset({"sender"})

CAMPAIGN_STEPS: dict[str, Step] = {
    "read_files": Step(frozenset({C.DRAFT, C.CHECKING, C.READY}), C.READING, "자료 분석 시작"),
    "refuse_file": Step(frozenset({C.READING}), C.DRAFT, "파일을 쓸 수 없음"),
    "finish_reading": Step(frozenset({C.READING}), C.CHECKING, "자료 분석 끝"),
    "skip_reading": Step(frozenset({C.DRAFT}), C.CHECKING, "문서 없이 명부만"),
    "settle_checking": Step(frozenset({C.CHECKING}), C.READY, "검수 마침", _DRAFTERS),
    "reopen_checking": Step(frozenset({C.READY}), C.CHECKING, "검수로 돌아감", _DRAFTERS),
    "propose": Step(frozenset({C.READY}), C.APPROVING, "결재 올림", _DRAFTERS),
    "approve": Step(frozenset({C.APPROVING}), C.APPROVED, "결재 완료"),
    "send_back": Step(frozenset({C.APPROVING}), C.READY, "반려"),
    "void_approval": Step(frozenset({C.APPROVING, C.APPROVED}), C.READY, "결재 무효"),
    "launch": Step(frozenset({C.READY, C.APPROVED}), C.ASKING, "묻기 시작", _SENDERS, needs_second_official=True),
    "close_asking": Step(frozenset({C.ASKING}), C.ASKED, "회신 마감", _DRAFTERS),
    "propose_sending": Step(frozenset({C.ASKED}), C.CONFIRMING, "최종 결재 올림", _DRAFTERS),
    "send_back_sending": Step(frozenset({C.CONFIRMING}), C.ASKED, "최종 결재 반려"),
    "send_notices": Step(
        frozenset({C.READY, C.APPROVED, C.CONFIRMING}), C.SENDING, "발송 시작", _SENDERS, needs_second_official=True
    ),
    "hand_over": Step(frozenset({C.SENDING}), C.FOLLOWING, "발송 끝, 결과 확인"),
    "close": Step(frozenset({C.ASKED, C.FOLLOWING}), C.CLOSED, "종료", _DRAFTERS),
    "cancel": Step(frozenset(set(C) - {C.CLOSED, C.CANCELLED, C.PURGED}), C.CANCELLED, "취소", _DRAFTERS),
    "purge": Step(frozenset({C.CLOSED, C.CANCELLED}), C.PURGED, "파기"),
}

_ANSWERS = frozenset({R.AGREED, R.VERIFIED, R.DECLINED, R.IDENTITY_MISMATCH, R.ANSWERED})
_REPORTED = frozenset({R.DELIVERED, R.UNDELIVERED, R.UNRESOLVED, R.OPENED})
# An answer counts if it arrived in time, even when we come to read it a little after the closing: hence SILENT.
RECIPIENT_STEPS: dict[str, frozenset[str]] = {
    R.IMPORTED: frozenset({R.ADDRESSABLE, R.DEFECTIVE, R.NO_MOBILE, R.MINOR, R.EXCLUDED, R.CANCELLED}),
    R.ADDRESSABLE: frozenset(
        {R.ASKING, R.VERIFIED, R.QUEUED, R.SILENT, R.UNANSWERED, R.DEFECTIVE, R.EXCLUDED, R.CANCELLED}
    ),
    R.ASKING: _ANSWERS | {R.OPENED, R.ASK_UNDELIVERED, R.SILENT, R.UNANSWERED, R.CANCELLED},
    R.ASK_UNDELIVERED: _ANSWERS | {R.OPENED, R.ASKING, R.UNANSWERED},
    R.AGREED: _ANSWERS - {R.AGREED} | {R.SILENT, R.UNANSWERED, R.CANCELLED},
    R.DECLINED: frozenset({R.AGREED, R.VERIFIED}),
    R.SILENT: _ANSWERS | {R.OPENED},
    R.IDENTITY_MISMATCH: frozenset({R.DECLINED, R.ANSWERED}),
    R.VERIFIED: frozenset({R.ASKING, R.QUEUED, R.REVOKED, R.IDENTITY_MISMATCH, R.CANCELLED}),
    R.REVOKED: frozenset({R.VERIFIED}),
    R.QUEUED: _REPORTED | {R.SENT, R.REVOKED, R.CANCELLED},
    R.SENT: _REPORTED,
    R.UNDELIVERED: frozenset({R.QUEUED, R.DELIVERED, R.UNRESOLVED, R.OPENED}),
    R.UNRESOLVED: frozenset({R.DELIVERED, R.UNDELIVERED, R.OPENED}),
    R.DELIVERED: frozenset({R.OPENED, R.UNOPENED}),
    R.OPENED: frozenset(),
    R.UNOPENED: frozenset({R.OPENED}),
    R.ANSWERED: frozenset({R.AGREED, R.DECLINED}),
    R.UNANSWERED: frozenset({R.AGREED, R.ANSWERED, R.IDENTITY_MISMATCH}),
    R.EXCLUDED: frozenset(),
    R.DEFECTIVE: frozenset({R.EXCLUDED}),
    R.NO_MOBILE: frozenset({R.ADDRESSABLE, R.EXCLUDED, R.DEFECTIVE}),  # the first: who is known to the relay
    R.MINOR: frozenset({R.EXCLUDED, R.DEFECTIVE}),
    R.CANCELLED: frozenset(),
}

LIVE = frozenset({R.IMPORTED, R.ADDRESSABLE, R.ASKING, R.AGREED, R.VERIFIED, R.QUEUED, R.SENT})
OPEN_TO_ANSWERS = frozenset(
    {R.ASKING, R.ASK_UNDELIVERED, R.AGREED, R.DECLINED, R.SILENT, R.VERIFIED, R.REVOKED, R.IDENTITY_MISMATCH}
    | {R.ANSWERED, R.UNANSWERED}
)
B = Recipient.Bucket
_BUCKETS = {R.OPENED: B.ELECTRONIC, R.EXCLUDED: B.EXCLUDED, R.ANSWERED: B.ANSWERED, R.UNANSWERED: B.UNANSWERED}


def bucket_of(state: str, campaign: Campaign) -> str | None:
    """
    Where a citizen in this state ends: nowhere yet while it is a live one, by registered mail by default.

    Where only an opening counts as served, a delivered notice is still under way and an unopened one was not served.
    """
    if state in LIVE:
        return None
    is_opening_needed = campaign.effect == Campaign.Effect.OPENED
    if state == R.DELIVERED:
        return None if is_opening_needed else B.ELECTRONIC
    if state == R.UNOPENED and not is_opening_needed:
        return B.ELECTRONIC
    return _BUCKETS.get(R(state), B.PAPER if campaign.has_paper else B.UNREACHED)


def has_only_letters_left(campaign: Campaign) -> bool:
    """Whether everything that goes by text has gone: what only asks in words has nothing to send after its asking."""
    return campaign.state == C.FOLLOWING or (campaign.state == C.ASKED and not campaign.has_documents)


def silence_of(campaign: Campaign) -> str:
    """Where whoever said nothing ends: what had to reach her goes by letter, any other question stays unanswered."""
    return R.SILENT if campaign.kind in (Campaign.Kind.NOTICE, Campaign.Kind.ACKNOWLEDGE) else R.UNANSWERED


def step_of(verb: str, *, state: str) -> Step:
    """
    The step a verb makes from a state.

    :raises NotAllowed: if the verb does not start there
    """
    step = CAMPAIGN_STEPS[verb]
    if state not in step.befores:
        raise NotAllowed(f"‘{C(state).label}’ 상태에서는 ‘{step.label}’을(를) 할 수 없습니다. 화면을 새로 고쳐 주세요.")
    return step


def may_move(before: str, after: str) -> bool:
    """Whether a citizen may go from one state to the other."""
    return after in RECIPIENT_STEPS[before]


REASONS: dict[str, str] = {
    # rows of the roster
    "key_missing": "관리번호가 비어 있습니다",
    "name_missing": "성명이 비어 있습니다",
    "name_unreadable": "성명의 글자가 깨져 있습니다",
    "name_formula": "성명이 수식으로 시작합니다",
    "birth_missing": "생년월일이 비어 있습니다",
    "birth_not_a_date": "생년월일이 올바른 날짜가 아닙니다",
    "birth_century_unknown": "생년월일의 세기를 알 수 없습니다",
    "birth_serial": "생년월일이 엑셀의 날짜 숫자입니다",
    "pages_unreadable": "쪽수를 읽을 수 없습니다",
    "formula_without_value": "계산되지 않은 수식이 있습니다",
    "due_on_unreadable": "납부기한을 읽을 수 없습니다",
    "payment_number_unreadable": "전자납부번호를 읽을 수 없습니다",
    "language_unreadable": "모르는 언어입니다",
    "ci_unreadable": "연계정보(CI)를 읽을 수 없습니다",
    "letter_not_made": "통지서를 만들지 못했습니다",
    "phone_empty": "휴대전화 번호가 없습니다",
    "phone_unreadable": "휴대전화 번호를 읽을 수 없습니다",
    "phone_landline": "유선전화 번호입니다",
    "phone_foreign": "해외 번호입니다",
    "phone_not_mobile": "휴대전화 번호가 아닙니다",
    "minor": "14세 미만입니다",
    # pages and pictures; `notices.assigning.LABELS` has the witnesses
    "no_page": "문서에 이 사람의 쪽이 없습니다",
    "text_too_small": "글자가 너무 작아 휴대전화에서 읽을 수 없습니다",
    "over_limit": "그림을 통신사 제한 안으로 줄일 수 없습니다",
    "render_failed": "쪽을 그림으로 바꾸지 못했습니다",
    "read_back_failed": "만든 그림에서 QR 코드가 되읽히지 않습니다",
    "same_picture_as_another": "다른 사람과 똑같은 그림이 나왔습니다",
    # decisions and outcomes
    "official": "담당자가 제외했습니다",
    "ask_failed": "동의 요청 문자가 전달되지 않았습니다",
    "ask_refused": "동의 요청 문자를 보낼 수 없었습니다",
    "declined": "동의하지 않았습니다",
    "silent": "마감까지 회신이 없습니다",
    "maybe_recycled": "생년월일이 맞지 않고 본인이 아니라는 회신이 있습니다(번호의 주인이 바뀌었을 수 있음)",
    "no_consent": "전에 한 동의가 없거나 기한이 지났습니다",
    "identity_missing": "동의했으나 생년월일을 보내지 않았습니다",
    "not_asked": "번호를 함께 쓰는 분의 차례가 끝나지 않아 묻지 못했습니다",
    "identity_mismatch": "생년월일이 세 번 맞지 않았습니다",
    "revoked": "동의를 거두었습니다",
    "send_refused": "통지서를 보낼 수 없었습니다",
    "send_failed": "통지서가 전달되지 않았습니다",
    "relay_refused": "공인전자문서중계자가 받지 않았습니다",
    "no_result": "전달 결과를 확인할 수 없습니다",
    "unopened": "기한까지 열어 보지 않았습니다",
    "cancelled": "발송 건이 취소되었습니다",
    "late_consent": "최종 결재 뒤에 동의가 확인되었습니다",
    **{reason.value: label.rstrip(".") for reason, (label, _) in LABELS.items()},
}


def reason_label(code: str) -> str:
    """A reason in Korean words."""
    return REASONS.get(code, code)
