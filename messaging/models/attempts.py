"""Attempts (one leg on one channel), Dispatches (one carrier call) and their history."""

from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop


class Channel(models.TextChoices):
    """How a leg travels."""

    SMS = "sms", "단문"
    LMS = "lms", "장문"
    MMS = "mms", "그림문자"
    ALIMTALK = "alimtalk", "알림톡"


class LegStatus(models.TextChoices):
    """A receipt may only raise the rank, so the order and number of receipts do not matter."""

    QUEUED = "queued", "대기"
    SUBMITTING = "submitting", "접수 중"
    UNKNOWN = "unknown", "결과 확인 중"
    UNRESOLVED = "unresolved", "담당자 확인 필요"
    ACCEPTED = "accepted", "통신사 접수"
    EXPIRED = "expired", "결과 미수신"
    UNDELIVERED = "undelivered", "전달 실패"
    REJECTED = "rejected", "접수 거절"
    CANCELLED = "cancelled", "취소"
    SUPPRESSED = "suppressed", "발송 제외"
    DELIVERED = "delivered", "전달"


RANKS: dict[str, int] = {
    LegStatus.QUEUED.value: 10,
    LegStatus.SUBMITTING.value: 20,
    LegStatus.UNKNOWN.value: 30,
    LegStatus.UNRESOLVED.value: 35,
    LegStatus.ACCEPTED.value: 40,
    LegStatus.EXPIRED.value: 45,
    LegStatus.UNDELIVERED.value: 50,
    LegStatus.REJECTED.value: 50,
    LegStatus.CANCELLED.value: 50,
    LegStatus.SUPPRESSED.value: 50,
    LegStatus.DELIVERED.value: 60,
}
UNSETTLED = (LegStatus.SUBMITTING, LegStatus.UNKNOWN)  # a call is or was under way, and nobody knows its end
LIVE = (LegStatus.QUEUED, *UNSETTLED, LegStatus.UNRESOLVED, LegStatus.ACCEPTED)
FINAL = (
    LegStatus.EXPIRED,
    LegStatus.UNDELIVERED,
    LegStatus.REJECTED,
    LegStatus.CANCELLED,
    LegStatus.SUPPRESSED,
    LegStatus.DELIVERED,
)


class ReasonKind(models.TextChoices):
    """Why a leg failed, in words all carriers share; only some of them call for the next leg (messaging.routes)."""

    UNREACHABLE = "unreachable", gettext_noop("단말기 연결 불가")
    NO_SUCH_NUMBER = "no_such_number", gettext_noop("없는 번호")
    NOT_ON_KAKAO = "not_on_kakao", gettext_noop("카카오톡 미사용")
    BLOCKED_BY_USER = "blocked_by_user", gettext_noop("수신자 차단")
    SPAM_BLOCKED = "spam_blocked", gettext_noop("스팸 차단")
    CONTENT = "content", gettext_noop("내용 오류")
    TEMPLATE = "template", gettext_noop("서식 오류")
    SENDER = "sender", gettext_noop("발신번호 오류")
    ACCOUNT = "account", gettext_noop("계정 오류")
    CARRIER = "carrier", gettext_noop("통신사 장애")
    WRONG_IMAGE = "wrong_image", gettext_noop("그림 불일치")


class Dispatch(models.Model):
    """
    One carrier call. Its id is the idempotency key; it is committed before the first byte leaves.

    The lease runs on the database's clock. `lease_by` fences late answers: whoever settled the call first wins.
    """

    class Status(models.TextChoices):
        SUBMITTING = "submitting", "호출 중"
        ANSWERED = "answered", "응답 받음"
        NOT_SENT = "not_sent", "보내지 못함"
        UNKNOWN = "unknown", "결과 확인 중"
        RECONCILED = "reconciled", "대조 완료"
        HELD = "held", "담당자 확인 대기"
        CLOSED = "closed", "종결"

    id = models.UUIDField("열쇠", primary_key=True, default=uuid4, editable=False)
    carrier = models.CharField("통신사", max_length=20)
    channel = models.CharField("채널", max_length=10, choices=Channel.choices)
    stream = models.ForeignKey(
        "messaging.Stream", verbose_name="발송 흐름", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lane = models.PositiveSmallIntegerField("차선")
    size = models.PositiveSmallIntegerField("건수")
    status = models.CharField("상태", max_length=12, choices=Status.choices, default=Status.SUBMITTING)
    lease_by = models.UUIDField("임차인", default=uuid4)
    lease_until = models.DateTimeField("임차 기한")
    submitted_at = models.DateTimeField("호출 일시")
    answered_at = models.DateTimeField("응답 일시", null=True, blank=True)
    error_kind = models.CharField("오류", max_length=40, blank=True)
    request_sha256 = models.BinaryField("요청 지문", max_length=32, default=b"")
    remembered = models.CharField("통신사가 준 번호", max_length=200, blank=True)
    checks_count = models.PositiveSmallIntegerField("조회 횟수", default=0)
    next_check_at = models.DateTimeField("다음 조회", null=True, blank=True)
    first_missing_at = models.DateTimeField("처음 없다고 한 때", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="종결한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "통신사 호출"
        verbose_name_plural = "통신사 호출"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["submitting", "answered", "not_sent", "unknown", "reconciled", "held", "closed"]
                ),
                name="dispatch_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="unknown") | Q(next_check_at__isnull=False), name="unknown_dispatch_has_a_clock"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_by__isnull=False), name="closed_dispatch_says_by_whom"
            ),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(status="submitting"), name="dispatch_lease"),
            models.Index(fields=["next_check_at"], condition=Q(status="unknown"), name="dispatch_to_check"),
            models.Index(fields=["stream", "submitted_at"], name="latest_calls_of_stream"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


_RECORD_NEW = """
    INSERT INTO messaging_deliveryevent (attempt_id, before, after, dispatch_id, cause, at)
        SELECT id, '', status, dispatch_id, coalesce(current_setting('sotong.cause', true), ''), clock_timestamp()
            FROM new_rows;
    RETURN NULL;
"""
_RECORD_CHANGED = """
    INSERT INTO messaging_deliveryevent (attempt_id, before, after, dispatch_id, cause, at)
        SELECT n.id, o.status, n.status, coalesce(n.dispatch_id, o.dispatch_id),
               coalesce(current_setting('sotong.cause', true), ''), clock_timestamp()
            FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status;
    RETURN NULL;
"""


class Attempt(models.Model):
    """발송 시도: one channel leg of a message. Its id is the reference we give to carriers."""

    id = models.UUIDField("번호", primary_key=True, default=uuid4, editable=False)
    message = models.ForeignKey(
        "messaging.Message", verbose_name="메시지", on_delete=models.PROTECT, related_name="attempts"
    )
    ordinal = models.PositiveSmallIntegerField("차례", default=1)
    channel = models.CharField("채널", max_length=10, choices=Channel.choices)
    carrier = models.CharField("통신사", max_length=20)
    stream = models.ForeignKey("messaging.Stream", verbose_name="발송 흐름", on_delete=models.PROTECT, related_name="+")
    lane = models.PositiveSmallIntegerField("차선")
    status = models.CharField("상태", max_length=12, choices=LegStatus.choices, default=LegStatus.QUEUED)
    due_at = models.DateTimeField("보낼 일시")
    awaits_upload = models.BooleanField("그림 등록 대기", default=False)
    not_sent_count = models.PositiveSmallIntegerField("보내지 못한 횟수", default=0)
    dispatch = models.ForeignKey(
        Dispatch, verbose_name="통신사 호출", on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    vendor_ref = models.CharField("통신사 번호", max_length=120, blank=True)
    code = models.CharField("결과 부호", max_length=20, blank=True)
    reason_kind = models.CharField("까닭", max_length=20, choices=ReasonKind.choices, blank=True)
    reason = models.CharField("설명", max_length=200, blank=True)
    evidence = models.CharField("근거", max_length=20, blank=True)
    body_bytes = models.PositiveSmallIntegerField("바이트")
    cost_won = models.DecimalField("단가", max_digits=8, decimal_places=2)
    billed_on = models.CharField("청구", max_length=10, default="accepted")
    accepted_at = models.DateTimeField("접수 일시", null=True, blank=True)
    final_at = models.DateTimeField("끝난 일시", null=True, blank=True)

    class Meta:
        verbose_name = "발송 시도"
        verbose_name_plural = "발송 시도"
        constraints = [
            models.UniqueConstraint(fields=["message", "ordinal"], name="one_leg_per_place"),
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(status__in=[status.value for status in LIVE]),
                name="one_live_leg",
            ),
            models.UniqueConstraint(
                fields=["carrier", "vendor_ref", "channel"],
                condition=~Q(vendor_ref=""),
                name="one_leg_per_vendor_reference",
            ),
            models.CheckConstraint(condition=Q(status__in=LegStatus.values), name="leg_status_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="leg_channel_is_known"),
            models.CheckConstraint(
                condition=Q(reason_kind__in=["", *ReasonKind.values]), name="leg_reason_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitting", "unknown", "unresolved"]) | Q(dispatch__isnull=False),
                name="a_leg_under_way_has_a_dispatch",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "expired"]) | Q(accepted_at__isnull=False),
                name="accepted_leg_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(final_at__isnull=False, status__in=[status.value for status in FINAL])
                | Q(final_at__isnull=True, status__in=[status.value for status in LIVE]),
                name="final_leg_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["carrier", "stream", "lane", "due_at", "message"],
                condition=Q(status="queued", awaits_upload=False),
                name="leg_to_claim",
            ),
            models.Index(
                fields=["carrier", "due_at", "id"],
                condition=Q(status="queued", awaits_upload=True),
                name="leg_to_upload_for",
            ),
            models.Index(fields=["dispatch"], name="leg_of_dispatch"),
            models.Index(fields=["accepted_at"], condition=Q(status="accepted"), name="leg_awaiting_receipt"),
            models.Index(
                fields=["carrier", "final_at"],
                condition=Q(status__in=["rejected", "undelivered"]),
                name="leg_refused_by_carrier",
            ),
            models.Index(
                fields=["status", "id"], condition=Q(status__in=["unknown", "unresolved"]), name="leg_to_look_into"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="record_new_legs",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_RECORD_NEW,
            ),
            pgtrigger.Trigger(
                name="record_changed_legs",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_RECORD_CHANGED,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def evidence_label(self) -> str:
        """What "delivered" rests on, in words."""
        return {
            "carrier_receipt": "통신사 수신확인",
            "kakao_push": "카카오 발송, 수신 미확인",
            "reply": "시민의 회신",
            "official": "담당자 판단",
            "test": "시험 키",
        }.get(self.evidence, "")


class DeliveryEvent(models.Model):
    """발송 이력: every change of a leg's status, written by a trigger, never edited."""

    attempt = models.ForeignKey(Attempt, verbose_name="발송 시도", on_delete=models.PROTECT, related_name="events")
    before = models.CharField("이전", max_length=12, blank=True)
    after = models.CharField("이후", max_length=12)
    dispatch = models.ForeignKey(
        Dispatch, verbose_name="통신사 호출", on_delete=models.PROTECT, null=True, related_name="+"
    )
    cause = models.CharField("까닭", max_length=300, blank=True)
    at = models.DateTimeField("일시")

    class Meta:
        verbose_name = "발송 이력"
        verbose_name_plural = "발송 이력"
        indexes = [models.Index(fields=["attempt", "id"], name="events_of_leg")]
        triggers = [pgtrigger.Protect(name="history_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.before or '-'} → {self.after}"

    @property
    def before_label(self) -> str:
        """In words; '' for the first event."""
        return LegStatus(self.before).label if self.before else ""

    @property
    def after_label(self) -> str:
        """In words."""
        return LegStatus(self.after).label
