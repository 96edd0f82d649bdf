"""The steps of one campaign's ladder, copied from a preset when it is drafted."""

from django.db import models
from django.db.models import Q

from notices.ladders import Rung
from notices.models.campaigns import Campaign
from notices.models.frozen import frozen_with_campaign


class LadderStep(models.Model):
    """One step: how, to whom, and how long after the first one."""

    class Phase(models.TextChoices):
        """What the step belongs to."""

        ASK = "ask", "묻기"
        DELIVER = "deliver", "보내기"

    class Channel(models.TextChoices):
        """How it is done."""

        ALIMTALK = "alimtalk", "알림톡(열람 버튼)"
        PICTURE = "picture", "그림문자"
        TEXT = "text", "문자"
        RELAY = "relay", "공인전자문서중계자"
        PAPER = "paper", "등기우편"

    class Condition(models.TextChoices):
        """Who gets it, judged at the moment it leaves."""

        ALWAYS = "always", "모두"
        UNDELIVERED = "undelivered", "전달되지 않은 분"
        UNANSWERED = "unanswered", "답하지 않은 분"
        UNOPENED = "unopened", "보지 않은 분"
        UNPAID = "unpaid", "내지 않은 분"

    campaign = models.ForeignKey(
        Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="ladder_steps"
    )
    phase = models.CharField("단계 묶음", max_length=10, choices=Phase.choices)
    position = models.PositiveSmallIntegerField("순서")
    channel = models.CharField("방법", max_length=10, choices=Channel.choices)
    condition = models.CharField("누구에게", max_length=12, choices=Condition.choices, default=Condition.ALWAYS)
    wait_hours = models.SmallIntegerField("첫 단계에서 몇 시간 뒤", default=0)
    counts_working_days = models.BooleanField("근무일로 셈", default=False)

    class Meta:
        verbose_name = "발송 단계"
        verbose_name_plural = "발송 단계"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "phase", "position"], name="one_ladder_step_per_position"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(channel="paper"), name="a_ladder_ends_in_paper_once"
            ),
            models.CheckConstraint(condition=Q(phase__in=["ask", "deliver"]), name="ladder_phase_known"),
            models.CheckConstraint(
                condition=Q(channel__in=["alimtalk", "picture", "text", "relay", "paper"]), name="ladder_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(condition__in=["always", "undelivered", "unanswered", "unopened", "unpaid"]),
                name="ladder_condition_known",
            ),
            models.CheckConstraint(
                condition=~Q(position=1) | Q(condition="always", wait_hours=0), name="ladder_begins_at_once"
            ),
        ]
        triggers = frozen_with_campaign("approved_ladder_frozen")

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.phase} {self.position}"

    @property
    def rung(self) -> Rung:
        """The step as the pure functions of `notices.ladders` read it."""
        return Rung(
            phase=self.phase,
            position=self.position,
            channel=self.channel,
            condition=self.condition,
            wait_hours=self.wait_hours,
            counts_working_days=self.counts_working_days,
        )
