"""Reports of a campaign that leave the house: who took what out, why, and who stood for it."""

from django.db import models
from django.db.models import F, Q

from notices.models.campaigns import Campaign

MOST_ALONE = 1_000  # rows that one official may take out by herself


class Report(models.Model):
    """One export with a line for each citizen, made once; its files are sealed under the campaign's key."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField("차수")
    is_masked = models.BooleanField("가림", default=True)
    row_count = models.PositiveIntegerField("행 수")
    xlsx_sha256 = models.CharField("XLSX 지문", max_length=64)
    xlsx_stored_as = models.CharField("XLSX 보관 위치", max_length=200)
    csv_sha256 = models.CharField("CSV 지문", max_length=64)
    csv_stored_as = models.CharField("CSV 보관 위치", max_length=200)
    reason = models.CharField("내려받는 사유", max_length=200)
    made_by = models.ForeignKey("accounts.User", verbose_name="만든 사람", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("만든 때")
    approved_by = models.ForeignKey(
        "accounts.User", verbose_name="확인한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("확인한 때", null=True, blank=True)
    returned_by = models.ForeignKey(
        "accounts.User", verbose_name="돌려보낸 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("돌려보낸 때", null=True, blank=True)
    return_note = models.CharField("돌려보낸 사유", max_length=200, blank=True)

    class Meta:
        verbose_name = "결과 보고"
        verbose_name_plural = "결과 보고"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_report_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="report_says_why"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")), name="report_needs_two_officials"
            ),
            models.CheckConstraint(
                condition=Q(returned_by__isnull=True, returned_at__isnull=True, return_note="")
                | Q(returned_by__isnull=False, returned_at__isnull=False, approved_by__isnull=True)
                & ~Q(return_note="")
                & ~Q(returned_by=F("made_by")),
                name="returned_report_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"

    @property
    def may_leave(self) -> bool:
        """Whether it may be taken out: a small masked one at once, any other when a second official stands for it."""
        if self.returned_by_id is not None:
            return False
        return (self.is_masked and self.row_count <= MOST_ALONE) or self.approved_by_id is not None
