"""A form half filled in the chat, and a conversation that waits for a person."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from chatbot.models.conversation import Conversation
from portal.core.fields import SealedField, SealedModel, sealed_text


class Draft(models.Model):
    """
    A petition being filled in. It lives for CHATBOT_DRAFT_DAYS, on every channel, and becomes one complaint at most.

    The complaint's intake key is derived from `public_id`, so that filing twice files once. `resume_hash` is the
    SHA-256 of the address that leads back to it.
    """

    class State(models.TextChoices):
        """filling ↔ confirming → identifying → filed; any open one → abandoned or expired."""

        FILLING = "filling", "쓰는 중"
        CONFIRMING = "confirming", "확인 중"
        IDENTIFYING = "identifying", "본인 확인 중"
        FILED = "filed", "접수"
        PREPARED = "prepared", "준비 끝"
        ABANDONED = "abandoned", "그만둠"
        EXPIRED = "expired", "기한 지남"

    public_id = models.UUIDField("공개 번호", default=uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, verbose_name="대화", on_delete=models.CASCADE, related_name="drafts")
    citizen = models.ForeignKey(
        "accounts.User",
        verbose_name="시민",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="petition_drafts",
    )
    petition_code = models.SlugField("신청서", max_length=40)
    spec_version = models.CharField("신청서 판", max_length=16)
    state = models.CharField("상태", max_length=11, choices=State.choices, default=State.FILLING)
    current_slot = models.CharField("묻고 있는 것", max_length=40, blank=True)
    failed_count = models.PositiveSmallIntegerField("연속 실패", default=0)
    resume_hash = models.BinaryField("이어쓰기 해시", max_length=32, null=True, blank=True, unique=True, editable=False)
    started_at = models.DateTimeField("시작")
    changed_at = models.DateTimeField("고친 때")
    expires_at = models.DateTimeField("만료")
    complaint = models.OneToOneField(
        "complaints.Complaint",
        verbose_name="민원",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="chat_draft",
    )

    class Meta:
        verbose_name = "대화 신청서"
        verbose_name_plural = "대화 신청서"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "filling",
                        "confirming",
                        "identifying",
                        "filed",
                        "prepared",
                        "abandoned",
                        "expired",
                    ]
                ),
                name="draft_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="filed", complaint__isnull=False) | (~Q(state="filed") & Q(complaint__isnull=True)),
                name="filed_draft_has_its_complaint",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["filling", "confirming", "identifying"]),
                name="open_drafts_by_expiry",
            )
        ]

    def __str__(self) -> str:
        return f"{self.petition_code} {self.state}"


class DraftAnswer(SealedModel):
    """What was answered to one question of the form; sealed whatever it is. `value` is JSON as `Slot.read` gives it."""

    class Source(models.TextChoices):
        """What was not typed for this very question is confirmed in the summary."""

        TYPED = "typed", "적음"
        TAPPED = "tapped", "고름"
        EXTRACTED = "extracted", "찾아냄"
        PROFILE = "profile", "가입 정보"

    draft = models.ForeignKey(Draft, verbose_name="신청서", on_delete=models.CASCADE, related_name="answers")
    slot = models.CharField("항목", max_length=40)
    value_sealed = SealedField(verbose_name="답(봉인)")
    value = sealed_text("value_sealed")
    source = models.CharField("출처", max_length=9, choices=Source.choices, default=Source.TYPED)
    is_confirmed = models.BooleanField("확인함", default=False)

    class Meta:
        verbose_name = "신청서의 답"
        verbose_name_plural = "신청서의 답"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "slot"], name="one_answer_per_slot"),
            models.CheckConstraint(
                condition=Q(source__in=["typed", "tapped", "extracted", "profile"]), name="draft_answer_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.slot}"


class Handover(models.Model):
    """A citizen waits for a person. Nobody on duty: a time is promised, and a complaint keeps the promise."""

    class State(models.TextChoices):
        """offered → waiting → talking → closed; waiting → promised → closed."""

        OFFERED = "offered", "권함"
        WAITING = "waiting", "기다림"
        TALKING = "talking", "상담 중"
        PROMISED = "promised", "약속함"
        CLOSED = "closed", "끝"

    conversation = models.ForeignKey(
        Conversation, verbose_name="대화", on_delete=models.CASCADE, related_name="handovers"
    )
    state = models.CharField("상태", max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField("까닭", max_length=20, blank=True)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    official = models.ForeignKey(
        "accounts.Official", verbose_name="상담사", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    complaint = models.OneToOneField(
        "complaints.Complaint",
        verbose_name="민원",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handover",
    )
    asked_at = models.DateTimeField("청한 때")
    promised_at = models.DateTimeField("약속한 때", null=True, blank=True)
    escalated_at = models.DateTimeField("약속을 넘겨 알린 때", null=True, blank=True)
    closed_at = models.DateTimeField("끝난 때", null=True, blank=True)

    class Meta:
        verbose_name = "상담 연결"
        verbose_name_plural = "상담 연결"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation"], condition=~Q(state="closed"), name="one_open_handover_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "waiting", "talking", "promised", "closed"]),
                name="handover_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="promised") | Q(promised_at__isnull=False, complaint__isnull=False),
                name="a_promise_has_a_time_and_a_case",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["department", "asked_at"], condition=~Q(state="closed"), name="open_handovers")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.state}"


class KakaoCallback(SealedModel):
    """An address that takes one late answer (JSON), once, within a minute. Its hash keeps it from being used twice."""

    url_hash = models.BinaryField("주소 해시", max_length=32, unique=True)
    url_sealed = SealedField(verbose_name="주소(봉인)")
    url = sealed_text("url_sealed")
    conversation = models.ForeignKey(Conversation, verbose_name="대화", on_delete=models.CASCADE, related_name="+")
    body_sealed = SealedField(verbose_name="답(봉인)")
    body = sealed_text("body_sealed")
    expires_at = models.DateTimeField("만료")
    sent_at = models.DateTimeField("보낸 때", null=True, blank=True)

    class Meta:
        verbose_name = "카카오 늦은 답"
        verbose_name_plural = "카카오 늦은 답"
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(sent_at__isnull=True), name="callbacks_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}"
