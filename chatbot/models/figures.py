"""What stays when the turns are gone: counts by hour, and officials' blind verdicts on a weekly sample."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from chatbot.models.conversation import Turn


class HourCount(models.Model):
    """How often something happened in one hour of one day (Korean time). Nobody can be found in it."""

    on = models.DateField("날")
    hour = models.PositiveSmallIntegerField("시")
    measure = models.CharField("세는 것", max_length=40)
    value = models.PositiveIntegerField("수")

    class Meta:
        verbose_name = "챗봇 집계"
        verbose_name_plural = "챗봇 집계"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on", "hour", "measure"], name="one_count_per_hour_and_measure"),
            models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="count_lies_in_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.hour} {self.measure}"


class SampledTurn(models.Model):
    """A turn drawn by lot for officials to judge without seeing how it went on. The verdict outlives the turn."""

    class Verdict(models.TextChoices):
        """What an official thinks of it."""

        DIRECT = "direct", "바로 맞음"
        ONE_TAP = "one_tap", "고르면 맞음"
        WRONG = "wrong", "틀림"
        NOT_OURS = "not_ours", "구청 일이 아님"
        UNCLEAR = "unclear", "알 수 없음"

    week_on = models.DateField("주(월요일)")
    turn = models.OneToOneField(
        Turn, verbose_name="질의", on_delete=models.SET_NULL, null=True, blank=True, related_name="sampled"
    )
    verdict = models.CharField("판단", max_length=8, choices=Verdict.choices, blank=True)
    judged_by = models.ForeignKey(
        "accounts.User", verbose_name="판단한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField("판단한 때", null=True, blank=True)

    class Meta:
        verbose_name = "표본 질의"
        verbose_name_plural = "표본 질의"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verdict__in=["", "direct", "one_tap", "wrong", "not_ours", "unclear"]),
                name="sample_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(judged_by__isnull=False, judged_at__isnull=False),
                name="verdict_says_who_and_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["week_on"], name="samples_by_week")]

    def __str__(self) -> str:
        return f"{self.week_on} {self.turn_id}"
