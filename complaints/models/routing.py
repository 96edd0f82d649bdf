"""What the router knows beside its words: officials' rules, trained versions, and the corrections they learn from."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from complaints.models.catalogue import Category
from complaints.models.complaint import Complaint
from complaints.models.places import Dong
from complaints.models.stamping import renews_routing
from portal.accounts.models import Department, Official, User
from portal.core.fields import SealedField, SealedModel, sealed_text


class RoutingRule(models.Model):
    """배정 규칙: the first whose conditions all hold decides before any word is weighed."""

    ordinal = models.PositiveIntegerField("순서", unique=True)
    words = ArrayField(models.CharField(max_length=60), verbose_name="낱말", default=list, blank=True)
    category = models.ForeignKey(
        Category, verbose_name="분류", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dong = models.ForeignKey(
        Dong, verbose_name="행정동", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(Department, verbose_name="배정할 부서", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        Official, verbose_name="배정할 담당자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    active_from = models.DateField("적용 시작일", null=True, blank=True)
    active_until = models.DateField("적용 종료일", null=True, blank=True)
    is_active = models.BooleanField("사용", default=True)
    owner = models.ForeignKey(
        User, verbose_name="만든 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    trouble = models.CharField("꺼진 까닭", max_length=200, blank=True, editable=False)
    note = models.CharField("메모", max_length=200, blank=True)

    class Meta:
        verbose_name = "배정 규칙"
        verbose_name_plural = "배정 규칙"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(words=[]) | Q(category__isnull=False) | Q(dong__isnull=False), name="rule_has_a_condition"
            ),
            models.CheckConstraint(
                condition=Q(active_from__isnull=True)
                | Q(active_until__isnull=True)
                | Q(active_from__lte=F("active_until")),
                name="rule_ends_after_start",
            ),
        ]
        triggers: ClassVar = [renews_routing("rule")]

    def __str__(self) -> str:
        return f"배정 규칙 {self.ordinal}"


class RouterVersion(models.Model):
    """One training of the router: its weights, and how it did on texts it had not read."""

    class State(models.TextChoices):
        """Whether it decides."""

        SHADOW = "shadow", "시험 중"
        ACTIVE = "active", "사용 중"
        RETIRED = "retired", "물러남"

    trained_at = models.DateTimeField("학습한 때")
    row_count = models.PositiveIntegerField("학습한 글")
    correction_count = models.PositiveIntegerField("그중 바로잡은 것")
    weights = models.BinaryField("가중치", editable=False)
    sha256 = models.BinaryField("가중치 해시", max_length=32, editable=False)
    scores = models.JSONField("점수", default=dict)
    threshold = models.FloatField("자동 배정 기준")
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.SHADOW)
    verdict = models.CharField("판정", max_length=200, blank=True)

    class Meta:
        verbose_name = "분류 모델"
        verbose_name_plural = "분류 모델"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="one_active_router"),
            models.CheckConstraint(condition=Q(state__in=["shadow", "active", "retired"]), name="router_state_known"),
            models.CheckConstraint(condition=Q(threshold__gt=0, threshold__lte=1), name="router_threshold_is_a_share"),
        ]
        triggers: ClassVar = [renews_routing("router_version")]

    def __str__(self) -> str:
        return f"분류 모델 {self.pk}"


class Correction(SealedModel):
    """A person decided otherwise, or where the router did not dare: what it learns from."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="corrections")
    text_sealed = SealedField(verbose_name="가린 글(봉인)")
    text = sealed_text("text_sealed")
    predicted_category = models.ForeignKey(
        Category, verbose_name="예측한 분류", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    predicted_department = models.ForeignKey(
        Department, verbose_name="예측한 부서", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(
        Category, verbose_name="정한 분류", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(Department, verbose_name="정한 부서", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, verbose_name="정한 사람", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("정한 때")
    used_in = models.ForeignKey(
        RouterVersion, verbose_name="배운 모델", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "분류 바로잡기"
        verbose_name_plural = "분류 바로잡기"
        indexes: ClassVar = [models.Index(fields=["-at"], name="corrections_newest_first")]

    def __str__(self) -> str:
        return f"{self.complaint_id} 바로잡기 {self.pk}"
