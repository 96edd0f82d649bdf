"""Statistics that outlive the cases they count."""

from typing import ClassVar

from django.db import models

from complaints.models.catalogue import Category
from complaints.models.vocabulary import Channel, Outcome
from portal.accounts.models import Department


class DailyCount(models.Model):
    """One figure of one day; a case that is erased later stays counted."""

    on = models.DateField("날짜")
    measure = models.CharField("지표", max_length=24)
    department = models.ForeignKey(
        Department, verbose_name="부서", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(
        Category, verbose_name="분류", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    channel = models.CharField("경로", max_length=12, choices=Channel.choices, blank=True)
    outcome = models.CharField("처리 결과", max_length=16, choices=Outcome.choices, blank=True)
    value = models.BigIntegerField("값")

    class Meta:
        verbose_name = "하루 통계"
        verbose_name_plural = "하루 통계"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["on", "measure", "department", "category", "channel", "outcome"],
                nulls_distinct=False,
                name="one_value_per_day_and_measure",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.measure}"
