"""Registered mail for everybody else."""

from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign
from notices.models.recipients import Recipient


class PaperBatch(models.Model):
    """One list handed to the post office: made once, its files sealed and hashed."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="paper_batches"
    )
    number = models.PositiveSmallIntegerField("차수")
    row_count = models.PositiveIntegerField("통수")
    xlsx_sha256 = models.CharField("XLSX 지문", max_length=64)
    xlsx_stored_as = models.CharField("XLSX 보관 위치", max_length=200)
    csv_sha256 = models.CharField("CSV 지문", max_length=64)
    csv_stored_as = models.CharField("CSV 보관 위치", max_length=200)
    reason = models.CharField("내려받는 사유", max_length=200)
    made_by = models.ForeignKey("accounts.User", verbose_name="만든 사람", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("만든 때")

    class Meta:
        verbose_name = "종이 우편 목록"
        verbose_name_plural = "종이 우편 목록"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_paper_batch_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="paper_batch_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class PaperItem(models.Model):
    """One letter to be posted."""

    class State(models.TextChoices):
        """Life of a letter."""

        EXPORTED = "exported", "목록에 실림"

    recipient = models.OneToOneField(
        Recipient, verbose_name="수신자", on_delete=models.PROTECT, related_name="paper_item"
    )
    batch = models.ForeignKey(PaperBatch, verbose_name="목록", on_delete=models.PROTECT, related_name="items")
    reason = models.CharField("사유", max_length=40)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.EXPORTED)
    listed_at = models.DateTimeField("목록에 실린 때")

    class Meta:
        verbose_name = "종이 우편"
        verbose_name_plural = "종이 우편"
        constraints = [models.CheckConstraint(condition=Q(state__in=["exported"]), name="paper_item_state_known")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.state}"
