"""What messages cost: prices by date, one ledger line per billed leg, daily caps, and the carriers' invoices."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from messaging.models.attempts import Channel


class BilledOn(models.TextChoices):
    """When a carrier asks for its money."""

    ACCEPTED = "accepted", "접수되면"
    DELIVERED = "delivered", "전달되면"


class Price(models.Model):
    """단가: won per leg without VAT, from a day on. A carrier's own price goes before the one for all carriers."""

    carrier = models.CharField("통신사", max_length=20, blank=True, help_text="비우면 모든 통신사")
    channel = models.CharField("채널", max_length=10, choices=Channel.choices)
    won = models.DecimalField("단가(원)", max_digits=8, decimal_places=2)
    billed_on = models.CharField("청구", max_length=10, choices=BilledOn.choices, default=BilledOn.ACCEPTED)
    valid_from = models.DateField("적용일")

    class Meta:
        verbose_name = "단가"
        verbose_name_plural = "단가"
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "channel", "valid_from"],
                name="one_price_a_day",
                violation_error_message="같은 통신사·채널·적용일의 단가가 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=Q(won__gte=0), name="price_is_not_negative", violation_error_message="단가는 0원 이상입니다."
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="price_channel_is_known"),
            models.CheckConstraint(condition=Q(billed_on__in=BilledOn.values), name="price_is_billed_on_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.won}원"


class LedgerEntry(models.Model):
    """비용: one billed leg, with the price it had when it left. Never edited."""

    attempt = models.OneToOneField(
        "messaging.Attempt", verbose_name="발송 시도", on_delete=models.PROTECT, related_name="charge"
    )
    won = models.DecimalField("금액(원)", max_digits=8, decimal_places=2)
    booked_on = models.DateField("장부일")

    class Meta:
        verbose_name = "비용"
        verbose_name_plural = "비용"
        triggers = [pgtrigger.Protect(name="ledger_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.won}원"


class LedgerCount(models.Model):
    """The ledger summed by month, as differences that a sweep squashes: no page adds up the entries."""

    month = models.DateField("달")
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, null=True, related_name="+"
    )
    carrier = models.CharField("통신사", max_length=20)
    channel = models.CharField("채널", max_length=10, choices=Channel.choices)
    topic = models.CharField("주제", max_length=60)
    leg_count = models.BigIntegerField("건수")
    won = models.DecimalField("금액(원)", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "비용 집계"
        verbose_name_plural = "비용 집계"
        indexes = [models.Index(fields=["month"], name="ledger_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.channel} {self.won}원"


class Budget(models.Model):
    """예산: how much the campaigns of one department may cost a day. Without a row there is no cap."""

    department = models.OneToOneField(
        "accounts.Department", verbose_name="부서", on_delete=models.CASCADE, related_name="message_budget"
    )
    daily_won = models.PositiveIntegerField("하루 한도(원)")

    class Meta:
        verbose_name = "발송 예산"
        verbose_name_plural = "발송 예산"

    def __str__(self) -> str:
        return f"{self.daily_won:,}원"


class BudgetDay(models.Model):
    """What a department with a cap has let go on one Korean day, booked when the legs are claimed."""

    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField("날짜")
    used_won = models.DecimalField("쓴 금액(원)", max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = "하루 사용액"
        verbose_name_plural = "하루 사용액"
        constraints = [
            models.UniqueConstraint(fields=["department", "day"], name="one_budget_a_day"),
            models.CheckConstraint(condition=Q(used_won__gte=0), name="used_budget_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.used_won}원"


class Invoice(models.Model):
    """통신사 청구서: what a carrier asks for one month and channel, to be held against our own ledger."""

    carrier = models.CharField("통신사", max_length=20)
    month = models.DateField("청구월", help_text="그 달의 1일")
    channel = models.CharField("채널", max_length=10, choices=Channel.choices)
    leg_count = models.PositiveIntegerField("건수")
    won = models.DecimalField("금액(원, 부가세 별도)", max_digits=14, decimal_places=2)
    note = models.CharField("메모", max_length=200, blank=True)
    entered_at = models.DateTimeField("등록 일시")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="등록한 사람", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "통신사 청구서"
        verbose_name_plural = "통신사 청구서"
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "month", "channel"],
                name="one_invoice_line_a_month",
                violation_error_message="같은 통신사·청구월·채널의 청구서가 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="invoice_month_is_its_first_day",
                violation_error_message="청구월은 그 달의 1일로 적어 주세요.",
            ),
            models.CheckConstraint(condition=Q(won__gte=0), name="invoice_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.carrier} {self.channel}"
