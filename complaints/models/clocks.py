"""What moves a due date: extensions, time the law leaves out, and hours in which the systems stood still."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from complaints.models.complaint import Complaint
from complaints.models.vocabulary import PeriodUnit
from portal.accounts.models import Department, User


class Extension(models.Model):
    """처리기간 연장 (시행령 §21): once by the office, a second time only with the citizen's consent."""

    class Reason(models.TextChoices):
        """The lawful ones. Workload, a late assignment or an absent officer are none."""

        COOPERATION = "cooperation", gettext_noop("관계 기관 협조")
        FACT_CHECK = "fact_check", gettext_noop("사실 확인·현지 조사")
        FORCE_MAJEURE = "force_majeure", gettext_noop("천재지변 등 불가피한 사유")

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="extensions")
    round = models.PositiveSmallIntegerField("처리 차수")
    ordinal = models.PositiveSmallIntegerField("연장 차수")
    value = models.PositiveSmallIntegerField("연장 기간")
    unit = models.CharField("연장 기간 단위", max_length=10, choices=PeriodUnit.choices)
    reason = models.CharField("사유", max_length=16, choices=Reason.choices)
    explanation = models.TextField("설명")
    consent_at = models.DateTimeField("민원인이 동의한 때", null=True, blank=True)
    due_before = models.DateTimeField("이전 처리기한")
    due_after = models.DateTimeField("바뀐 처리기한")
    by = models.ForeignKey(User, verbose_name="연장한 사람", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("연장한 때")

    class Meta:
        verbose_name = "처리기간 연장"
        verbose_name_plural = "처리기간 연장"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "round", "ordinal"], name="extensions_are_numbered"),
            models.CheckConstraint(condition=Q(ordinal__gte=1, ordinal__lte=2), name="extended_at_most_twice"),
            models.CheckConstraint(
                condition=~Q(ordinal=2) | Q(consent_at__isnull=False), name="second_extension_has_consent"
            ),
            models.CheckConstraint(condition=Q(due_after__gte=F("due_before")), name="extension_is_later"),
            models.CheckConstraint(
                condition=Q(reason__in=["cooperation", "fact_check", "force_majeure"]), name="extension_reason_lawful"
            ),
            models.CheckConstraint(condition=Q(unit__in=PeriodUnit.values), name="extension_unit_known"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} 연장 {self.ordinal}"


class Exclusion(models.Model):
    """처리기간 불산입 (시행령 §20, 행정절차법 시행령 §11), other than a supplement or a transfer."""

    class Reason(models.TextChoices):
        """What the law leaves out of the period."""

        TRANSIT = "transit", gettext_noop("멀리 떨어진 기관을 거치는 기간")
        REPRESENTATIVE = "representative", gettext_noop("대표자 선정 기간")
        HEARING = "hearing", gettext_noop("의견 청취 기간")
        INSPECTION = "inspection", gettext_noop("시험·검사·기술 검토 기간")
        PREREQUISITE = "prerequisite", gettext_noop("선행 절차를 밟는 기간")

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="exclusions")
    reason = models.CharField("사유", max_length=16, choices=Reason.choices)
    note = models.TextField("설명")
    starts_at = models.DateTimeField("시작")
    ends_at = models.DateTimeField("끝", null=True, blank=True)
    by = models.ForeignKey(User, verbose_name="정한 사람", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "처리기간 제외"
        verbose_name_plural = "처리기간 제외"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint", "reason"], condition=Q(ends_at__isnull=True), name="one_open_exclusion_per_reason"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="exclusion_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["transit", "representative", "hearing", "inspection", "prerequisite"]),
                name="exclusion_reason_lawful",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} 제외 {self.reason}"


class OutageWindow(models.Model):
    """정보시스템 장애 (시행령 §20): the time counts for nobody, or for nobody of one department."""

    department = models.ForeignKey(
        Department,
        verbose_name="부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="비우면 모든 부서에 적용합니다.",
    )
    starts_at = models.DateTimeField("시작")
    ends_at = models.DateTimeField("끝", null=True, blank=True)
    reason = models.CharField("사유", max_length=200)
    by = models.ForeignKey(User, verbose_name="정한 사람", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "시스템 장애"
        verbose_name_plural = "시스템 장애"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="outage_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="outage_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"장애 {self.pk}"
