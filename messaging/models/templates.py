"""Texts as approved: a template and its versions. A version is never edited; a change is a new version."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from messaging.models.messages import Purpose, Route


class Template(models.Model):
    """서식: one kind of message, named like its file (`complaints.received`)."""

    code = models.CharField("부호", max_length=60, unique=True)

    class Meta:
        verbose_name = "메시지 서식"
        verbose_name_plural = "메시지 서식"

    def __str__(self) -> str:
        return self.code


class ReviewState(models.TextChoices):
    """The life cycle of a wording, ours and Kakao's (알림톡 검수)."""

    DRAFT = "draft", "작성"
    SUBMITTED = "submitted", "검수 중"
    APPROVED = "approved", "승인"
    REJECTED = "rejected", "반려"
    DORMANT = "dormant", "휴면"
    BLOCKED = "blocked", "차단"


class TemplateVersion(models.Model):
    """One wording of a template. `review_state` says whether the office may send it; carriers have their own say."""

    ReviewState = ReviewState

    template = models.ForeignKey(Template, verbose_name="서식", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("판")
    title = models.CharField("제목", max_length=40)
    purpose = models.CharField("목적", max_length=20, choices=Purpose.choices)
    route = models.CharField("경로", max_length=20, choices=Route.choices)
    body = models.TextField("본문")
    fallback_body = models.TextField("대체발송 본문", blank=True)
    buttons = models.JSONField("버튼", default=list, blank=True)
    category = models.CharField("알림톡 분류", max_length=30, blank=True)
    is_secure = models.BooleanField("보안 서식", default=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="쓴 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="비어 있으면 제품에 딸린 서식입니다",
    )
    review_state = models.CharField("검수", max_length=10, choices=ReviewState.choices, default=ReviewState.DRAFT)
    approved_at = models.DateTimeField("승인 일시", null=True, blank=True)
    created_at = models.DateTimeField("등록 일시")

    class Meta:
        verbose_name = "서식 판"
        verbose_name_plural = "서식 판"
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=models.Q(
                    review_state__in=["draft", "submitted", "approved", "rejected", "dormant", "blocked"]
                ),
                name="template_review_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(review_state="approved") | models.Q(approved_at__isnull=False),
                name="approved_version_has_a_time",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="wording_is_fixed",
                fields=[
                    *("template", "number", "title", "purpose", "route", "body", "fallback_body", "buttons"),
                    *("category", "is_secure", "written_by"),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.carrier_code

    @property
    def carrier_code(self) -> str:
        """What carriers call this wording."""
        return f"{self.template.code}.{self.number}"

    @property
    def is_alimtalk(self) -> bool:
        """Whether Kakao's reviewers see it."""
        return self.route == Route.ALIMTALK_THEN_TEXT

    @property
    def text_body(self) -> str:
        """The wording that goes by text message."""
        return self.fallback_body or self.body


class TemplateReview(models.Model):
    """
    검수: what one reviewer says of a wording. `carrier` '' is our own office, where a second official decides.

    `code` is what the carrier calls the wording; empty until it took it.
    """

    version = models.ForeignKey(
        TemplateVersion, verbose_name="서식 판", on_delete=models.PROTECT, related_name="reviews"
    )
    carrier = models.CharField("통신사", max_length=20, blank=True)
    code = models.CharField("통신사 서식 부호", max_length=60, blank=True)
    state = models.CharField("검수", max_length=10, choices=ReviewState.choices, default=ReviewState.DRAFT)
    comments = models.TextField("검수 의견", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="검수를 청한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="결정한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    checked_at = models.DateTimeField("확인 일시")

    class Meta:
        verbose_name = "서식 검수"
        verbose_name_plural = "서식 검수"
        constraints = [
            models.UniqueConstraint(fields=["version", "carrier"], name="one_review_per_reviewer"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="review_state_is_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="two_officials_review"
            ),
            models.CheckConstraint(
                condition=Q(carrier="") | ~Q(state="approved") | ~Q(code=""), name="approved_review_has_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.carrier or '우리 기관'}"
