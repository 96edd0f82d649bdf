"""Documents handed to a certified relay (공인전자문서중계자), and what it told us about them."""

from datetime import datetime
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import Q

from notices.models.documents import Notice
from portal.core import sealing
from portal.core.fields import SealedField, SealedModel, context_of


class RelayDelivery(SealedModel):
    """One notice on its way through one relay. Sealed under the general keys: the certificate outlives the campaign."""

    class State(models.TextChoices):
        """An unknown one is only ever asked about, never handed over again before the relay says it has none."""

        QUEUED = "queued", "대기"
        SUBMITTING = "submitting", "넘기는 중"
        ACCEPTED = "accepted", "접수"
        REJECTED = "rejected", "거절"
        UNKNOWN = "unknown", "결과 확인 중"
        ARRIVED = "arrived", "도달"
        OPENED = "opened", "열람"
        EXPIRED = "expired", "기한 지남"

    notice = models.ForeignKey(Notice, verbose_name="통지서", on_delete=models.PROTECT, related_name="relay_deliveries")
    relay = models.CharField("중계자", max_length=40)
    relay_ref = models.CharField("중계자 번호", max_length=80, blank=True)
    key = models.UUIDField("멱등 열쇠", default=uuid4, unique=True)
    state = models.CharField("상태", max_length=12, choices=State.choices, default=State.QUEUED)
    reason = models.CharField("사유", max_length=40, blank=True)
    document_sha256 = models.CharField("문서 지문", max_length=64, blank=True)
    queued_at = models.DateTimeField("맡긴 때")
    opens_until = models.DateTimeField("열람 기한")
    submitted_at = models.DateTimeField("넘긴 때", null=True, blank=True)
    arrived_at = models.DateTimeField("도달한 때", null=True, blank=True)
    opened_at = models.DateTimeField("열람한 때", null=True, blank=True)
    expired_at = models.DateTimeField("기한이 지난 때", null=True, blank=True)
    certificate_sealed = SealedField(verbose_name="유통증명서(봉인)")
    lease_by = models.UUIDField("맡은 작업자", null=True, blank=True)
    due_at = models.DateTimeField("다음 차례")
    tried_count = models.PositiveSmallIntegerField("시도", default=0)
    missed_count = models.PositiveSmallIntegerField("없다는 답", default=0)

    class Meta:
        verbose_name = "중계 전달"
        verbose_name_plural = "중계 전달"
        constraints = [
            models.UniqueConstraint(fields=["notice", "relay"], name="one_delivery_per_notice_and_relay"),
            models.UniqueConstraint(
                fields=["relay", "relay_ref"], condition=~Q(relay_ref=""), name="one_delivery_per_relay_ref"
            ),
            models.CheckConstraint(
                condition=~Q(state="opened") | Q(opened_at__isnull=False), name="opened_delivery_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(relay_ref=""), name="queued_delivery_is_not_out_yet"
            ),
        ]
        indexes = [
            models.Index(
                fields=["relay", "due_at"],
                condition=Q(certificate_sealed=b"") & ~Q(state="rejected"),
                name="delivery_to_work_on",
            )
        ]

    def __str__(self) -> str:
        return f"relay delivery {self.pk}"

    @property
    def certificate(self) -> bytes:
        """The relay's 유통증명서, or nothing while there is none."""
        blob = bytes(self.certificate_sealed)
        context = context_of(type(self), "certificate_sealed")
        return sealing.open_sealed(blob, context=context, row=self.sealed_id) if blob else b""

    @certificate.setter
    def certificate(self, value: bytes) -> None:
        context = context_of(type(self), "certificate_sealed")
        self.certificate_sealed = sealing.seal(value, context=context, row=self.sealed_id)

    @property
    def happened_at(self) -> datetime | None:
        """When the latest thing the relay told us about happened."""
        return self.opened_at or self.expired_at or self.arrived_at or self.submitted_at


class RelayEvent(models.Model):
    """What a relay told us, once per event, in whatever order it came."""

    relay = models.CharField("중계자", max_length=40)
    event_key = models.CharField("알림 번호", max_length=80)
    delivery = models.ForeignKey(
        RelayDelivery, verbose_name="전달", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    kind = models.CharField("무엇", max_length=20)
    occurred_at = models.DateTimeField("일어난 때")
    received_at = models.DateTimeField("받은 때")

    class Meta:
        verbose_name = "중계자 알림"
        verbose_name_plural = "중계자 알림"
        constraints = [models.UniqueConstraint(fields=["relay", "event_key"], name="a_relay_event_counts_once")]
        triggers = [pgtrigger.Protect(name="relay_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.relay} {self.kind} {self.delivery_id}"
