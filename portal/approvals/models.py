"""Approvals, the people who decide them in turn, their stand-ins, and what happened; nothing decided is ever edited."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

OPEN = ["draft", "in_review"]
_NEVER_THE_DRAFTER = """
    IF EXISTS (SELECT 1 FROM approvals_approval a WHERE a.id = NEW.approval_id AND a.drafter_id = NEW.official_id) THEN
        RAISE EXCEPTION 'nobody approves what she drafted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Approval(models.Model):
    """결재: a frozen summary and hash of something, and how far its line of people has come."""

    class State(models.TextChoices):
        """Life of an approval."""

        DRAFT = "draft", "기안"
        IN_REVIEW = "in_review", "결재 중"
        APPROVED = "approved", "결재 완료"
        RETURNED = "returned", "반려"
        VOID = "void", "무효"

    subject = models.CharField("대상", max_length=40)
    reference = models.CharField("번호", max_length=40)
    title = models.CharField("제목", max_length=120)
    summary = models.JSONField("요약")
    sha256 = models.CharField("지문", max_length=64)
    drafter = models.ForeignKey(
        "accounts.Official", verbose_name="기안자", on_delete=models.PROTECT, related_name="approvals_drafted"
    )
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="approvals"
    )
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.DRAFT)
    proposed_at = models.DateTimeField("올린 때")
    decided_at = models.DateTimeField("끝난 때", null=True, blank=True)

    class Meta:
        verbose_name = "결재"
        verbose_name_plural = "결재함"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "reference"], condition=Q(state__in=OPEN), name="one_open_approval_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review", "approved", "returned", "void"]),
                name="approval_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, decided_at__isnull=True) | ~Q(state__in=OPEN) & Q(decided_at__isnull=False),
                name="decided_approval_says_when",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="approval_has_hash"),
        ]
        indexes = [models.Index(fields=["drafter", "-proposed_at"], name="approvals_of_drafter")]
        triggers = [
            pgtrigger.ReadOnly(
                name="approval_frozen",
                fields=["subject", "reference", "title", "summary", "sha256", "drafter", "department", "proposed_at"],
            ),
            pgtrigger.Protect(name="approval_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in OPEN


class ApprovalStep(models.Model):
    """One person of the line: whose turn it was, who decided in her place, and what."""

    class Role(models.TextChoices):
        """What the person is asked."""

        REVIEW = "review", "검토"
        APPROVE = "approve", "결재"

    class Decision(models.TextChoices):
        """What she said; empty while nobody did."""

        APPROVED = "approved", "승인"
        RETURNED = "returned", "반려"
        SKIPPED = "skipped", "전결로 생략"

    approval = models.ForeignKey(Approval, verbose_name="결재", on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField("순서")
    role = models.CharField("역할", max_length=10, choices=Role.choices)
    official = models.ForeignKey(
        "accounts.Official", verbose_name="결재자", on_delete=models.PROTECT, related_name="approval_steps"
    )
    acting_for = models.ForeignKey(
        "accounts.Official",
        verbose_name="대결: 원래 결재자",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    is_final = models.BooleanField("전결", default=False)
    decision = models.CharField("결정", max_length=10, choices=Decision.choices, blank=True)
    comment = models.CharField("의견", max_length=500, blank=True)
    at = models.DateTimeField("결정한 때", null=True, blank=True)

    class Meta:
        verbose_name = "결재선"
        verbose_name_plural = "결재선"
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="one_step_per_position"),
            models.UniqueConstraint(fields=["approval", "official"], name="nobody_decides_twice"),
            models.CheckConstraint(condition=Q(position__gte=1), name="step_position_from_1"),
            models.CheckConstraint(condition=Q(role__in=["review", "approve"]), name="step_role_known"),
            models.CheckConstraint(
                condition=Q(decision__in=["", "approved", "returned", "skipped"]), name="step_decision_known"
            ),
            models.CheckConstraint(
                condition=Q(decision="", at__isnull=True) | ~Q(decision="") & Q(at__isnull=False),
                name="decided_step_says_when",
            ),
            models.CheckConstraint(condition=Q(is_final=False) | Q(role="approve"), name="only_approval_is_final"),
            models.CheckConstraint(
                condition=Q(acting_for__isnull=True) | ~Q(acting_for=F("official")), name="stands_in_for_another"
            ),
            models.CheckConstraint(condition=~Q(decision="returned") | ~Q(comment=""), name="returned_step_says_why"),
        ]
        indexes = [
            models.Index(fields=["official"], condition=Q(decision=""), name="steps_waiting_by_official"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="never_the_drafter",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_NEVER_THE_DRAFTER,
            ),
            pgtrigger.Protect(
                name="decided_step_kept", operation=pgtrigger.Update, condition=pgtrigger.Q(old__at__isnull=False)
            ),
            pgtrigger.Protect(name="step_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id}/{self.position}"


class ApprovalEvent(models.Model):
    """One thing that happened to an approval; never edited."""

    class What(models.TextChoices):
        """What happened."""

        PROPOSED = "proposed", "결재를 올림"
        REVIEWED = "reviewed", "검토함"
        APPROVED = "approved", "결재함"
        RETURNED = "returned", "반려함"
        VOIDED = "voided", "무효가 됨"

    approval = models.ForeignKey(Approval, verbose_name="결재", on_delete=models.PROTECT, related_name="events")
    what = models.CharField("무엇", max_length=10, choices=What.choices)
    note = models.CharField("내용", max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", verbose_name="누가", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "결재 이력"
        verbose_name_plural = "결재 이력"
        triggers = [pgtrigger.Protect(name="approval_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.what}"


class StandIn(models.Model):
    """대결 권한 위임: while one official is away, another decides in her place."""

    absent = models.ForeignKey(
        "accounts.Official", verbose_name="부재자", on_delete=models.PROTECT, related_name="stand_ins"
    )
    deputy = models.ForeignKey(
        "accounts.Official", verbose_name="대결자", on_delete=models.PROTECT, related_name="stands_in_for"
    )
    starts_on = models.DateField("시작일")
    ends_on = models.DateField("종료일")
    reason = models.CharField("사유", max_length=100)
    by = models.ForeignKey("accounts.User", verbose_name="등록한 사람", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("등록한 때")
    revoked_at = models.DateTimeField("거둔 때", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "accounts.User", verbose_name="거둔 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "대결 권한 위임"
        verbose_name_plural = "대결 권한 위임"
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="deputy_is_another"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="stand_in_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="stand_in_says_why"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_stand_in_names_who",
            ),
        ]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="stand_ins_of_deputy")]
        triggers = [pgtrigger.Protect(name="stand_in_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.deputy_id}"
