"""The book: rows are added and never edited; PostgreSQL refuses it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from complaints.models.complaint import Complaint
from complaints.models.keeping import append_only
from complaints.workflow import Actor, Stage, step_named
from portal.accounts.models import Department, Official, User
from portal.core.fields import SealedField, SealedModel, sealed_text


class StageChange(SealedModel):
    """One happening, also one that leaves the stage alone. Names are text: they survive a reorganisation."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="changes")
    seq = models.PositiveIntegerField("순번", help_text="이 일로 생긴 민원의 판과 같습니다.")
    step = models.CharField("처리", max_length=24, help_text="workflow.STEPS의 이름")
    before = models.CharField("이전 단계", max_length=16, choices=Stage.choices, blank=True)
    after = models.CharField("이후 단계", max_length=16, choices=Stage.choices)
    actor = models.CharField("자격", max_length=12, choices=Actor.choices)
    by = models.ForeignKey(
        User, verbose_name="사용자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("일시")
    public_text_sealed = SealedField(verbose_name="민원인에게 보이는 글(봉인)")
    public_text = sealed_text("public_text_sealed")
    internal_text_sealed = SealedField(verbose_name="내부 글(봉인)")
    internal_text = sealed_text("internal_text_sealed")
    department_name = models.CharField("부서", max_length=40, blank=True)
    officer_name = models.CharField("담당자", max_length=64, blank=True)
    officer_phone = models.CharField("담당자 전화", max_length=20, blank=True)
    data = models.JSONField("부가 정보", default=dict, blank=True)

    class Meta:
        verbose_name = "처리 이력"
        verbose_name_plural = "처리 이력"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "seq"], name="one_change_per_version"),
            models.CheckConstraint(
                condition=Q(before="", step="file") | (~Q(before="") & ~Q(step="file")), name="story_begins_with_filing"
            ),
            models.CheckConstraint(condition=Q(actor__in=Actor.values), name="change_actor_known"),
            models.CheckConstraint(
                condition=Q(after__in=Stage.values, before__in=["", *Stage.values]), name="change_stages_known"
            ),
        ]
        triggers: ClassVar = append_only("stage_change", "public_text_sealed", "internal_text_sealed", "data")

    def __str__(self) -> str:
        return f"{self.complaint_id}#{self.seq} {self.step}"

    def get_step_display(self) -> str:
        """The step's Korean name; the table is code, and a new step must not need a migration."""
        return step_named(self.step).label

    @property
    def moves(self) -> bool:
        """Whether the stage changed."""
        return self.before != self.after


class Revision(SealedModel):
    """A correction of what was filed, word for word: by the citizen until the case ends (the Act, §22②), or for her."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="revisions")
    seq = models.PositiveIntegerField("순번", help_text="이 고침을 적은 처리 이력의 순번입니다.")
    field = models.CharField("고친 항목", max_length=24)
    old_sealed = SealedField(verbose_name="고치기 전(봉인)")
    old = sealed_text("old_sealed")
    new_sealed = SealedField(verbose_name="고친 뒤(봉인)")
    new = sealed_text("new_sealed")
    by = models.ForeignKey(
        User, verbose_name="사용자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("일시")

    class Meta:
        verbose_name = "고친 내용"
        verbose_name_plural = "고친 내용"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "seq", "field"], name="one_revision_per_field_and_change")
        ]
        triggers: ClassVar = append_only("revision", "old_sealed", "new_sealed")

    def __str__(self) -> str:
        return f"{self.complaint_id}#{self.seq} {self.field}"


class Assignment(models.Model):
    """Who got a case and why: the sentence people read, and the figures that reproduce the choice."""

    class Reason(models.TextChoices):
        """What decided."""

        RULE = "rule", "규칙"
        MODEL = "model", "낱말 분석"
        TRIAGE = "triage", "접수 담당 분류"
        MANUAL = "manual", "직접 지정"
        BALANCE = "balance", "업무량 균형"
        STICKY = "sticky", "이어서 맡음"
        LEAVE = "leave", "부재 중 나눔"
        HANDOVER = "handover", "인계"

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="assignments")
    department = models.ForeignKey(Department, verbose_name="부서", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        Official, verbose_name="담당자", on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    reason = models.CharField("까닭", max_length=10, choices=Reason.choices)
    explanation = models.TextField("설명", blank=True)
    breakdown = models.JSONField("계산 내역", default=dict, blank=True)
    router_version = models.ForeignKey(
        "complaints.RouterVersion",
        verbose_name="분류 모델",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    by = models.ForeignKey(
        User, verbose_name="사용자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("일시")

    class Meta:
        verbose_name = "배정 이력"
        verbose_name_plural = "배정 이력"
        indexes: ClassVar = [models.Index(fields=["officer", "-at"], name="latest_assignment_of_officer")]
        triggers: ClassVar = append_only("assignment", "explanation", "breakdown")

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.reason}"


class Note(SealedModel):
    """An official's note on a case; never shown to citizens."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(User, verbose_name="쓴 사람", on_delete=models.PROTECT, related_name="+")
    text_sealed = SealedField(verbose_name="내용(봉인)")
    text = sealed_text("text_sealed")
    at = models.DateTimeField("일시")

    class Meta:
        verbose_name = "내부 메모"
        verbose_name_plural = "내부 메모"
        triggers: ClassVar = append_only("note", "text_sealed")

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.at:%Y-%m-%d}"
