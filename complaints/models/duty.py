"""Who is there to take a case."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from complaints.models.catalogue import Category
from complaints.models.places import Dong
from portal.accounts.models import Official


class Duty(models.Model):
    """담당: an official takes cases of a category (empty: any of the department) between two days."""

    official = models.ForeignKey(Official, verbose_name="공무원", on_delete=models.PROTECT, related_name="duties")
    category = models.ForeignKey(
        Category,
        verbose_name="분류",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="비우면 부서의 모든 민원을 맡습니다.",
    )
    dong = models.ForeignKey(
        Dong,
        verbose_name="행정동",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="비우면 모든 동을 맡습니다.",
    )
    weight = models.FloatField("몫", default=1.0, help_text="2이면 1인 사람의 두 배를 맡습니다.")
    max_open = models.PositiveSmallIntegerField("최대 건수", default=50)
    starts_on = models.DateField("시작일")
    ends_on = models.DateField("종료일", null=True, blank=True)

    class Meta:
        verbose_name = "담당"
        verbose_name_plural = "담당"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight__gt=0), name="duty_has_a_share"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="duty_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["official", "category", "dong", "starts_on"], nulls_distinct=False, name="one_duty_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"담당 {self.pk}"


class _Span(Func):
    function = "TSTZRANGE"


class Leave(models.Model):
    """휴가·출장: the official takes no new case in this time."""

    class Kind(models.TextChoices):
        """Why the official is away."""

        HOLIDAY = "holiday", "휴가"
        SICK = "sick", "병가"
        TRIP = "trip", "출장"
        TRAINING = "training", "교육"

    official = models.ForeignKey(Official, verbose_name="공무원", on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField("종류", max_length=10, choices=Kind.choices, default=Kind.HOLIDAY)
    substitute = models.ForeignKey(
        Official, verbose_name="대직자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField("시작")
    ends_at = models.DateTimeField("끝")

    class Meta:
        verbose_name = "부재"
        verbose_name_plural = "부재"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="leave_ends_after_start"),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("official")), name="nobody_stands_in_for_herself"
            ),
            ExclusionConstraint(
                name="leaves_do_not_overlap",
                expressions=[
                    (F("official"), RangeOperators.EQUAL),
                    (_Span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"부재 {self.pk}"
