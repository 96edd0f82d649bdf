"""A campaign (발송 건), what it asks, and what happened to it."""

from datetime import UTC, datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from notices.models.frozen import frozen_with_campaign, frozen_with_question
from portal.core.fields import SealedField, SealedModel, sealed_text

REGISTERED_MAIL_WON = 2_800
_BEFORE_APPROVAL = ["draft", "reading", "checking", "ready", "approving"]
_AFTER_APPROVAL = ["approved", "asking", "asked", "confirming", "sending", "following", "closed", "purged"]


class Campaign(SealedModel):
    """One sending of personal notices: who asks, on what legal ground, until when, and how far it has come."""

    class Kind(models.TextChoices):
        """What the campaign is for."""

        NOTICE = "notice", "개인별 통지서"
        CONSENT = "consent", "수신동의 모으기"
        SURVEY = "survey", "설문"
        RSVP = "rsvp", "참석 확인"
        ACKNOWLEDGE = "acknowledge", "확인 요청"
        VOTE = "vote", "투표"
        TEXT = "text", "안내 문자"

    class Consent(models.TextChoices):
        """On what ground a personal notice is sent (행정절차법 제14조 제3항)."""

        ASK = "ask", "이번에 동의를 구함"
        STANDING = "standing", "전에 받은 동의"
        NONE = "none", "법에 따라 동의 없이"

    class Effect(models.TextChoices):
        """What counts as served; statutes differ, so the campaign says it (행정절차법 제15조, 전자문서법 제6조)."""

        ENTERED = "entered", "보낸 때"
        DELIVERED = "delivered", "전달된 때"
        OPENED = "opened", "열람한 때"

    class Identity(models.TextChoices):
        """What a citizen must tell to be believed."""

        NONE = "none", "확인하지 않음"
        BIRTH = "birth", "생년월일"
        BOTH = "both", "생년월일과 하나 더"  # by text her name, on the page of the link the last digits of her phone

    class State(models.TextChoices):
        """Every allowed step between these is in `notices.workflow`."""

        DRAFT = "draft", "작성"
        READING = "reading", "자료 분석"
        CHECKING = "checking", "검수"
        READY = "ready", "결재 전"
        APPROVING = "approving", "결재 중"
        APPROVED = "approved", "결재 완료"
        ASKING = "asking", "응답 접수"
        ASKED = "asked", "접수 마감"
        CONFIRMING = "confirming", "최종 결재"
        SENDING = "sending", "발송"
        FOLLOWING = "following", "미열람 후속"
        CLOSED = "closed", "종료"
        PURGED = "purged", "파기"
        CANCELLED = "cancelled", "취소"

    number = models.CharField("번호", max_length=20, unique=True)
    title = models.CharField("통지 이름", max_length=40)
    kind = models.CharField("종류", max_length=20, choices=Kind.choices, default=Kind.NOTICE)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="campaigns"
    )
    officer = models.ForeignKey(
        "accounts.Official", verbose_name="담당자", on_delete=models.PROTECT, related_name="campaigns"
    )
    legal_basis = models.CharField("법적 근거", max_length=200)
    consent = models.CharField("발송 근거", max_length=10, choices=Consent.choices, default=Consent.ASK)
    effect = models.CharField("도달로 보는 때", max_length=10, choices=Effect.choices, default=Effect.DELIVERED)
    identity = models.CharField("본인확인", max_length=10, choices=Identity.choices, default=Identity.BIRTH)
    has_paper = models.BooleanField("나머지는 종이 우편", default=True)
    state = models.CharField("상태", max_length=20, choices=State.choices, default=State.DRAFT)
    purpose = models.CharField("동의를 받는 목적", max_length=60, blank=True)
    words = models.CharField("보내는 내용", max_length=1000, blank=True)
    asks_from = models.DateTimeField("동의 요청 시작", null=True, blank=True)
    asks_until = models.DateTimeField("회신 마감", null=True, blank=True)
    sends_from = models.DateTimeField("발송 시작", null=True, blank=True)
    unopened_until = models.DateTimeField("열람 기한", null=True, blank=True)
    purge_on = models.DateField("파기 예정일", null=True, blank=True)
    paused_at = models.DateTimeField("멈춘 때", null=True, blank=True)
    pause_reason = models.CharField("멈춘 사유", max_length=200, blank=True)
    manifest_sha256 = models.CharField("자료 지문", max_length=64, blank=True)
    approved_manifest_sha256 = models.CharField("승인된 지문", max_length=64, blank=True)
    approved_most_won = models.PositiveIntegerField("승인된 최고액(원)", null=True, blank=True)
    asks_approved_by = models.ForeignKey(
        "accounts.User",
        verbose_name="동의 요청 승인",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    sends_approved_by = models.ForeignKey(
        "accounts.User", verbose_name="발송 승인", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    qr_key_sealed = SealedField(verbose_name="QR 서명 열쇠(봉인)")
    qr_key = sealed_text("qr_key_sealed")
    mail_won = models.PositiveIntegerField("등기우편 한 통(원)", default=REGISTERED_MAIL_WON)
    created_by = models.ForeignKey(
        "accounts.User", verbose_name="기안자", on_delete=models.PROTECT, related_name="drafted_campaigns"
    )
    created_at = models.DateTimeField("기안 일시")
    closed_at = models.DateTimeField("종료 일시", null=True, blank=True)

    class Meta:
        verbose_name = "통지 발송"
        verbose_name_plural = "통지 발송"
        constraints = [
            models.CheckConstraint(
                condition=Q(asks_until__gt=F("asks_from")) | Q(asks_from__isnull=True, asks_until__isnull=True),
                name="campaign_asks_for_some_time",
            ),
            models.CheckConstraint(condition=~Q(legal_basis=""), name="campaign_has_legal_basis"),
            models.CheckConstraint(
                condition=~Q(state__in=["asking", "asked", "confirming"])
                | Q(asks_from__isnull=False, asks_until__isnull=False),
                name="asking_campaign_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["notice", "consent", "survey", "rsvp", "acknowledge", "vote", "text"]),
                name="campaign_kind_known",
            ),
            models.CheckConstraint(condition=Q(consent__in=["ask", "standing", "none"]), name="campaign_consent_known"),
            models.CheckConstraint(
                condition=Q(effect__in=["entered", "delivered", "opened"]), name="campaign_effect_known"
            ),
            models.CheckConstraint(condition=Q(identity__in=["none", "birth", "both"]), name="campaign_identity_known"),
            models.CheckConstraint(
                condition=Q(state__in=[*_BEFORE_APPROVAL, *_AFTER_APPROVAL, "cancelled"]), name="campaign_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "reading", "checking", "cancelled", "purged"]) | ~Q(manifest_sha256=""),
                name="checked_campaign_has_manifest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*_BEFORE_APPROVAL, "cancelled", "purged"]) | ~Q(approved_manifest_sha256=""),
                name="launched_campaign_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["asking", "asked", "confirming"]) | Q(asks_approved_by__isnull=False),
                name="asking_campaign_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "following"]) | Q(sends_approved_by__isnull=False),
                name="sending_campaign_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(asks_approved_by__isnull=True) | ~Q(asks_approved_by=F("created_by")),
                name="asking_needs_a_second_official",
            ),
            models.CheckConstraint(
                condition=Q(sends_approved_by__isnull=True) | ~Q(sends_approved_by=F("created_by")),
                name="sending_needs_a_second_official",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, pause_reason="") | Q(paused_at__isnull=False) & ~Q(pause_reason=""),
                name="paused_campaign_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | Q(state="purged")
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="closed_campaign_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def stream(self) -> str:
        """The name under which messaging can pause or cancel all messages of this campaign."""
        return f"campaign:{self.number}"

    @property
    def is_being_prepared(self) -> bool:
        """Whether roster and document may still be replaced: nobody has been contacted."""
        return self.state in (self.State.DRAFT, self.State.CHECKING, self.State.READY)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.state in (self.State.CLOSED, self.State.CANCELLED, self.State.PURGED)

    @property
    def has_documents(self) -> bool:
        """Whether each citizen gets a document of her own: a notice, or what is to be acknowledged unless in words."""
        return self.kind == self.Kind.NOTICE or (self.kind == self.Kind.ACKNOWLEDGE and not self.words)

    @property
    def asks(self) -> bool:
        """Whether citizens are asked something before anything personal is sent."""
        if self.kind == self.Kind.NOTICE:
            return self.consent == self.Consent.ASK
        return self.kind != self.Kind.TEXT and not self.has_documents

    @property
    def asks_for_consent(self) -> bool:
        """Whether the answer is a consent, kept as evidence."""
        return self.kind == self.Kind.CONSENT or (self.kind == self.Kind.NOTICE and self.asks)

    @property
    def answers_until(self) -> datetime:
        """When the last answer counts; long ago where nothing is asked."""
        return self.asks_until or datetime.min.replace(tzinfo=UTC)

    @property
    def is_secret(self) -> bool:
        """Whether nobody may see how people answered before the asking is over."""
        return self.kind == self.Kind.VOTE and self.state in (self.State.ASKING, self.State.APPROVED)


class Question(models.Model):
    """What the campaign asks by text."""

    class AnswerKind(models.TextChoices):
        """How a citizen answers."""

        CHOICE = "choice", "번호 고르기"
        SCALE = "scale", "점수"
        NUMBER = "number", "숫자"
        TEXT = "text", "글"

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField("순서", validators=[MinValueValidator(1), MaxValueValidator(5)])
    text = models.CharField("물음", max_length=200)
    answer = models.CharField("답하는 방식", max_length=10, choices=AnswerKind.choices, default=AnswerKind.CHOICE)
    is_required = models.BooleanField("꼭 답해야 함", default=True)

    class Meta:
        verbose_name = "물음"
        verbose_name_plural = "물음"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="one_question_per_position"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=5), name="question_position_1_to_5"),
            models.CheckConstraint(
                condition=Q(answer__in=["choice", "scale", "number", "text"]), name="question_answer_known"
            ),
        ]
        triggers = frozen_with_campaign("approved_question_frozen")

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.position}"


class Option(models.Model):
    """One answer a citizen can give. The digit belongs to this campaign: 1 does not mean yes everywhere."""

    class Meaning(models.TextChoices):
        """What choosing it means."""

        CONSENT = "consent", "동의"
        REFUSE = "refuse", "미동의"
        CHOICE = "choice", "고름"

    question = models.ForeignKey(Question, verbose_name="물음", on_delete=models.CASCADE, related_name="options")
    digit = models.PositiveSmallIntegerField("번호", validators=[MinValueValidator(1), MaxValueValidator(9)])
    label = models.CharField("답", max_length=20)
    meaning = models.CharField("뜻", max_length=10, choices=Meaning.choices)
    synonyms = ArrayField(models.CharField(max_length=20), verbose_name="같은 말", default=list, blank=True)
    capacity = models.PositiveIntegerField("정원", null=True, blank=True)

    class Meta:
        verbose_name = "답"
        verbose_name_plural = "답"
        constraints = [
            models.UniqueConstraint(fields=["question", "digit"], name="one_option_per_digit"),
            models.UniqueConstraint(
                fields=["question", "meaning"],
                condition=Q(meaning__in=["consent", "refuse"]),
                name="one_consent_and_one_refusal",
            ),
            models.CheckConstraint(condition=Q(digit__gte=1, digit__lte=9), name="option_digit_1_to_9"),
            models.CheckConstraint(
                condition=Q(meaning__in=["consent", "refuse", "choice"]), name="option_meaning_known"
            ),
        ]
        triggers = frozen_with_question("approved_option_frozen")

    def __str__(self) -> str:
        return f"{self.digit} {self.label}"


class CampaignChange(models.Model):
    """One thing that happened to a campaign; never edited."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="changes")
    before = models.CharField("이전 상태", max_length=20, choices=Campaign.State.choices, blank=True)
    after = models.CharField("이후 상태", max_length=20, choices=Campaign.State.choices)
    cause = models.CharField("무엇", max_length=40)
    note = models.CharField("내용", max_length=300, blank=True)
    by = models.ForeignKey(
        "accounts.User", verbose_name="누가", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "발송 건 이력"
        verbose_name_plural = "발송 건 이력"
        triggers = [
            pgtrigger.Protect(name="campaign_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.before} → {self.after}"


class Count(models.Model):
    """A change of one number of a campaign, appended by a trigger; pages add them up, nobody counts rows."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="counts")
    metric = models.CharField("무엇", max_length=40)
    delta = models.IntegerField("변화")

    class Meta:
        verbose_name = "집계"
        verbose_name_plural = "집계"
        indexes = [models.Index(fields=["campaign", "metric"], name="count_by_campaign", include=["delta"])]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.metric} {self.delta:+d}"
