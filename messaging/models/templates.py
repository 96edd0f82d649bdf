"""Texts as approved: a template and its versions. A version is never edited; a change is a new version."""

import pgtrigger
from django.db import models

from messaging.models.messages import Purpose, Route


class Template(models.Model):
    """서식: one kind of message, named like its file (`complaints.received`)."""

    code = models.CharField("부호", max_length=60, unique=True)

    class Meta:
        verbose_name = "메시지 서식"
        verbose_name_plural = "메시지 서식"

    def __str__(self) -> str:
        return self.code


class TemplateVersion(models.Model):
    """One wording of a template, in the review life cycle of Kakao (알림톡 검수)."""

    class ReviewState(models.TextChoices):
        DRAFT = "draft", "작성"
        SUBMITTED = "submitted", "검수 중"
        APPROVED = "approved", "승인"
        REJECTED = "rejected", "반려"
        DORMANT = "dormant", "휴면"
        BLOCKED = "blocked", "차단"

    template = models.ForeignKey(Template, verbose_name="서식", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("판")
    title = models.CharField("제목", max_length=40)
    purpose = models.CharField("목적", max_length=20, choices=Purpose.choices)
    route = models.CharField("경로", max_length=20, choices=Route.choices)
    body = models.TextField("본문")
    fallback_body = models.TextField("대체발송 본문", blank=True)
    buttons = models.JSONField("버튼", default=list, blank=True)
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
                fields=["template", "number", "title", "purpose", "route", "body", "fallback_body", "buttons"],
            )
        ]

    def __str__(self) -> str:
        return self.carrier_code

    @property
    def carrier_code(self) -> str:
        """What carriers call this wording."""
        return f"{self.template.code}.{self.number}"

    @property
    def text_body(self) -> str:
        """The wording that goes by text message."""
        return self.fallback_body or self.body
