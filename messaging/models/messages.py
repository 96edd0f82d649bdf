"""Message: one text for one recipient and one purpose; its legs are Attempts."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.core.fields import SealedField, SealedModel, sealed_text


class Purpose(models.TextChoices):
    """Why the law lets us send it: decides about the night, the opt-out and how long it stays worth sending."""

    CODE = "code", "인증번호"
    EMERGENCY = "emergency", "긴급"
    ANSWER = "answer", "응답"
    ADMINISTRATIVE = "administrative", "행정"


class Route(models.TextChoices):
    """Which legs a message may take, in which order (messaging.routes)."""

    ALIMTALK_THEN_TEXT = "alimtalk_then_text", "알림톡 → 문자"
    TEXT = "text", "문자"
    MMS = "mms", "그림문자"


class MessageStatus(models.TextChoices):
    """Folded from the legs, never set by hand."""

    QUEUED = "queued", "대기"
    HELD = "held", "보류"
    SENDING = "sending", "발송 중"
    SENT = "sent", "발송"
    DELIVERED = "delivered", "전달"
    FAILED = "failed", "실패"
    UNRESOLVED = "unresolved", "확인 필요"
    CANCELLED = "cancelled", "취소"
    SUPPRESSED = "suppressed", "발송 제외"


class HoldReason(models.TextChoices):
    """Why a message that may be sent waits."""

    QUIET_HOURS = "quiet_hours", "밤에는 보내지 않습니다"
    BUDGET = "budget", "부서의 하루 예산을 다 썼습니다"
    NUMBER_CAP = "number_cap", "한 번호로 한 시간에 보낼 만큼 보냈습니다"
    TEMPLATE_REVIEW = "template_review", "통신사의 서식 검수를 기다립니다"


MESSAGE_FINAL = (
    MessageStatus.DELIVERED,
    MessageStatus.FAILED,
    MessageStatus.CANCELLED,
    MessageStatus.SUPPRESSED,
)

_COUNT_NEW = """
    INSERT INTO messaging_streamcount (stream_id, metric, delta)
        SELECT stream_id, status, count(*) FROM new_rows GROUP BY 1, 2;
    RETURN NULL;
"""
_COUNT_CHANGED = """
    INSERT INTO messaging_streamcount (stream_id, metric, delta)
        SELECT stream_id, status, sum(delta) FROM (
            SELECT n.stream_id, n.status, 1 AS delta
                FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status
            UNION ALL
            SELECT o.stream_id, o.status, -1
                FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status
        ) changed GROUP BY 1, 2 HAVING sum(delta) <> 0;
    RETURN NULL;
"""


class Message(SealedModel):
    """메시지. A queued row is the outbox: it is written in the transaction of the change that caused it."""

    key = models.CharField("고유 열쇠", max_length=200, unique=True)
    topic = models.CharField("주제", max_length=60)
    reference = models.CharField("관련 번호", max_length=60, blank=True)
    stream = models.ForeignKey("messaging.Stream", verbose_name="발송 흐름", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField("목적", max_length=20, choices=Purpose.choices)
    lane = models.PositiveSmallIntegerField("차선", help_text="0 인증번호 · 1 낱건 · 2 대량 · 3 배경")
    route = models.CharField("경로", max_length=20, choices=Route.choices)
    template_version = models.ForeignKey(
        "messaging.TemplateVersion", verbose_name="서식 판", on_delete=models.PROTECT, related_name="+"
    )
    sender_number = models.ForeignKey(
        "messaging.SenderNumber", verbose_name="발신번호", on_delete=models.PROTECT, related_name="+"
    )
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    variables_sealed = SealedField(verbose_name="치환변수(봉인)")
    variables = sealed_text("variables_sealed")
    body_sealed = SealedField(verbose_name="본문(봉인)")
    body = sealed_text("body_sealed")
    body_sha256 = models.BinaryField("승인 내용 지문", max_length=32)
    status = models.CharField("상태", max_length=12, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    hold_reason = models.CharField("보류 까닭", max_length=20, choices=HoldReason.choices, blank=True)
    due_at = models.DateTimeField("보낼 일시")
    expires_at = models.DateTimeField("보낼 기한")
    reply_until = models.DateTimeField("회신 기한", null=True, blank=True)
    delivered_at = models.DateTimeField("전달 일시", null=True, blank=True)
    outcome_told_at = models.DateTimeField("결과 알린 일시", null=True, blank=True)
    created_at = models.DateTimeField("등록 일시")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="등록한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="승인한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="비용을 내고, 담당자 화면에서 이 메시지를 보는 부서",
    )
    api_key = models.ForeignKey(
        "messaging.ApiKey", verbose_name="API 키", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    erased_at = models.DateTimeField("파기 일시", null=True, blank=True)
    is_test = models.BooleanField("시험", default=False, help_text="통신사에 보내지 않고 결과만 꾸밉니다")

    class Meta:
        verbose_name = "메시지"
        verbose_name_plural = "메시지"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="message_status_is_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="message_purpose_is_known"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="message_route_is_known"),
            models.CheckConstraint(condition=Q(lane__lte=3), name="message_lane_is_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("due_at")), name="message_expires_after_it_is_due"),
            models.CheckConstraint(
                condition=~Q(purpose="emergency")
                | (Q(approved_by__isnull=False) & (Q(created_by__isnull=True) | ~Q(approved_by=F("created_by")))),
                name="emergency_needs_a_second_official",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | ~Q(hold_reason=""),
                name="held_message_says_why",
            ),
            models.CheckConstraint(
                condition=Q(api_key__isnull=True, is_test=False) | Q(api_key__isnull=False, department__isnull=False),
                name="message_of_a_key_names_its_department",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sender_number", "phone_index"],
                condition=Q(reply_until__isnull=False),
                name="open_question_by_phone",
            ),
            models.Index(fields=["stream", "id"], name="message_of_stream"),
            models.Index(fields=["reference", "id"], condition=~Q(reference=""), name="message_about_reference"),
            models.Index(fields=["phone_index", "id"], name="message_to_phone"),
            models.Index(fields=["department", "id"], name="message_of_department"),
            models.Index(
                fields=["department", "is_test", "id"],
                condition=Q(api_key__isnull=False),
                name="message_of_a_departments_keys",
            ),
            models.Index(
                fields=["topic", "id"],
                condition=Q(outcome_told_at__isnull=True, status__in=[status.value for status in MESSAGE_FINAL]),
                name="outcome_to_tell",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_new_messages",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_COUNT_NEW,
            ),
            pgtrigger.Trigger(
                name="count_changed_messages",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_COUNT_CHANGED,
            ),
        ]

    @property
    def shown_body(self) -> str:
        """What officials may read: never a code, which would open a citizen's account for three minutes."""
        return "(인증번호: 내용을 보여 드리지 않습니다)" if self.purpose == Purpose.CODE else self.body

    def __str__(self) -> str:
        return f"{self.topic} {self.reference}".strip()

    @property
    def is_final(self) -> bool:
        """Whether nothing but a late receipt can change it."""
        return self.status in MESSAGE_FINAL


class MessageImage(models.Model):
    """A picture of an MMS: an opaque handle, and proof that it belongs to this message."""

    message = models.ForeignKey(Message, verbose_name="메시지", on_delete=models.CASCADE, related_name="images")
    ordinal = models.PositiveSmallIntegerField("순서")
    handle = models.CharField("파일", max_length=120)
    sha256 = models.BinaryField("지문", max_length=32)
    bound = models.BinaryField("받는 이와 묶은 지문", max_length=32)
    width = models.PositiveIntegerField("너비")
    height = models.PositiveIntegerField("높이")
    byte_count = models.PositiveIntegerField("바이트")

    class Meta:
        verbose_name = "그림"
        verbose_name_plural = "그림"
        constraints = [
            models.UniqueConstraint(fields=["message", "ordinal"], name="one_image_per_place"),
            models.CheckConstraint(condition=Q(ordinal__range=(1, 3)), name="at_most_three_images"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.ordinal}"
