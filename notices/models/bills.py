"""Bills of a campaign, what citizens paid of them, and everything a payment provider told us."""

import hashlib
from datetime import date
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from notices.models.campaigns import Campaign
from notices.models.recipients import Recipient
from portal.core.fields import SealedModel
from portal.core.sealing import blind


class Bill(SealedModel):
    """One amount one person is asked to pay until a day."""

    class Kind(models.TextChoices):
        """What is asked for; each kind has its own way to object."""

        TAX = "tax", gettext_noop("지방세")
        FINE = "fine", gettext_noop("과태료")
        CHARGE = "charge", gettext_noop("부담금·사용료")
        OTHER = "other", gettext_noop("납부금")

    class Status(models.TextChoices):
        """Being late is no state: it is `open` after `due_on`."""

        OPEN = "open", gettext_noop("미납")
        PAID = "paid", gettext_noop("납부")
        DISPUTED = "disputed", gettext_noop("이의신청 중")
        CANCELLED = "cancelled", gettext_noop("고지 취소")

    campaign = models.ForeignKey(
        Campaign, verbose_name="발송 건", on_delete=models.PROTECT, null=True, blank=True, related_name="bills"
    )
    recipient = models.ForeignKey(
        Recipient, verbose_name="수신자", on_delete=models.CASCADE, null=True, blank=True, related_name="bills"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="회원",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bills",
    )
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="+"
    )
    token_hash = models.CharField("주소 지문", max_length=64, unique=True)
    kind = models.CharField("종류", max_length=10, choices=Kind.choices, default=Kind.OTHER)
    title = models.CharField("고지 이름", max_length=60)
    amount_won = models.PositiveIntegerField("금액(원)")
    due_on = models.DateField("납부기한")
    electronic_payment_number = models.CharField("전자납부번호", max_length=30)
    legal_basis = models.CharField("법적 근거", max_length=200)
    status = models.CharField("상태", max_length=10, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField("만든 때")
    paid_at = models.DateTimeField("납부한 때", null=True, blank=True)

    class Meta:
        verbose_name = "고지서"
        verbose_name_plural = "고지서"
        constraints = [
            models.UniqueConstraint(fields=["kind", "electronic_payment_number"], name="one_bill_per_payment_number"),
            models.UniqueConstraint(
                fields=["campaign", "recipient", "electronic_payment_number"], name="a_recipient_is_billed_once"
            ),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="bill_asks_for_something"),
            models.CheckConstraint(condition=~Q(electronic_payment_number=""), name="bill_can_be_paid_at_a_bank"),
            models.CheckConstraint(condition=~Q(legal_basis=""), name="bill_has_legal_basis"),
            models.CheckConstraint(condition=Q(kind__in=["tax", "fine", "charge", "other"]), name="bill_kind_known"),
            models.CheckConstraint(
                condition=Q(status="paid", paid_at__isnull=False)
                | Q(status__in=["open", "disputed", "cancelled"], paid_at__isnull=True),
                name="paid_bill_says_when",
            ),
        ]
        indexes = [models.Index(fields=["recipient", "status"], name="bill_by_recipient")]

    def __str__(self) -> str:
        return f"bill {self.pk}"

    @property
    def token(self) -> str:
        """The part of the bill's address that only we can say: derived, so that the database holds its hash alone."""
        return blind(str(self.sealed_id), context="notices_bill.token").hex()

    @property
    def is_open(self) -> bool:
        """Whether it waits for its money."""
        return self.status == self.Status.OPEN

    def is_overdue(self, today: date) -> bool:
        """Whether the day is over and nothing was paid or objected to."""
        return self.is_open and today > self.due_on


def hash_of(token: str) -> str:
    """What is stored of a bill's address."""
    return hashlib.sha256(token.encode()).hexdigest()


CAUSES = {
    "paid": "납부",
    "collected": "은행 납부",
    "cancel": gettext_noop("고지 취소"),
    "objection": "이의신청 접수",
    "objection_rejected": "이의신청 기각",
    "refund_asked": "환불 시작",
    "refunded": "환불 완료",
}


class BillChange(models.Model):
    """One step of a bill; never edited."""

    bill = models.ForeignKey(Bill, verbose_name="고지서", on_delete=models.PROTECT, related_name="changes")
    before = models.CharField("이전 상태", max_length=10, choices=Bill.Status.choices)
    after = models.CharField("이후 상태", max_length=10, choices=Bill.Status.choices)
    cause = models.CharField("무엇", max_length=40)
    note = models.CharField("내용", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="누가", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "고지서 이력"
        verbose_name_plural = "고지서 이력"
        triggers = [pgtrigger.Protect(name="bill_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.bill_id}: {self.before} → {self.after}"

    @property
    def words(self) -> str:
        """What happened, in words."""
        return CAUSES.get(self.cause, self.cause)


class Payment(models.Model):
    """One attempt to pay one bill through one provider. Its key is the provider's idempotency key."""

    class Status(models.TextChoices):
        """`owed`: money came in that must go back."""

        STARTED = "started", "결제 중"
        UNKNOWN = "unknown", "결과 확인 중"
        PAID = "paid", "납부"
        FAILED = "failed", "실패"
        OWED = "owed", "환불 대기"
        REFUNDED = "refunded", "환불"

    bill = models.ForeignKey(Bill, verbose_name="고지서", on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField("결제사", max_length=40)
    provider_reference = models.CharField("결제사 번호", max_length=80, blank=True)
    idempotency_key = models.UUIDField("멱등 열쇠", default=uuid4, unique=True)
    amount_won = models.PositiveIntegerField("금액(원)")
    status = models.CharField("상태", max_length=10, choices=Status.choices, default=Status.STARTED)
    reason = models.CharField("사유", max_length=40, blank=True)
    started_at = models.DateTimeField("시작한 때")
    paid_at = models.DateTimeField("납부한 때", null=True, blank=True)
    next_check_at = models.DateTimeField("다음 확인", null=True, blank=True)
    checked_count = models.PositiveSmallIntegerField("확인 횟수", default=0)
    missed_count = models.PositiveSmallIntegerField("없다는 답", default=0)

    class Meta:
        verbose_name = "납부"
        verbose_name_plural = "납부"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="one_payment_per_reference",
            ),
            models.UniqueConstraint(fields=["bill"], condition=Q(status="paid"), name="a_bill_is_paid_once"),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(status__in=["started", "unknown"]), name="one_payment_at_a_time"
            ),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="payment_is_of_something"),
            models.CheckConstraint(
                condition=Q(status__in=["started", "unknown", "failed"], paid_at__isnull=True)
                | Q(status__in=["paid", "owed", "refunded"], paid_at__isnull=False),
                name="payment_says_when_money_came",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=Q(status__in=["started", "unknown", "owed"]),
                name="payment_to_ask_about",
            )
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether the provider may still take money for it."""
        return self.status in (self.Status.STARTED, self.Status.UNKNOWN)


class PaymentEvent(models.Model):
    """What a provider told us, once per event, whether it changed anything or not."""

    provider = models.CharField("결제사", max_length=40)
    event_key = models.CharField("알림 번호", max_length=80)
    payment = models.ForeignKey(
        Payment, verbose_name="납부", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    kind = models.CharField("무엇", max_length=20)
    amount_won = models.PositiveIntegerField("금액(원)")
    occurred_at = models.DateTimeField("일어난 때")
    received_at = models.DateTimeField("받은 때")

    class Meta:
        verbose_name = "결제사 알림"
        verbose_name_plural = "결제사 알림"
        constraints = [models.UniqueConstraint(fields=["provider", "event_key"], name="a_payment_event_counts_once")]
        triggers = [pgtrigger.Protect(name="payment_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.payment_id}"
