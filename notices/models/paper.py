"""Registered mail for everybody else: lists for the post office, and the life of each letter."""

from django.db import models
from django.db.models import F, Q

from notices.models.campaigns import Campaign
from notices.models.recipients import Recipient


class PaperBatch(models.Model):
    """One list for the post office: made once by one official, approved by another, its files sealed and hashed."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="paper_batches"
    )
    number = models.PositiveSmallIntegerField("차수")
    row_count = models.PositiveIntegerField("통수")
    xlsx_sha256 = models.CharField("XLSX 지문", max_length=64)
    xlsx_stored_as = models.CharField("XLSX 보관 위치", max_length=200)
    csv_sha256 = models.CharField("CSV 지문", max_length=64)
    csv_stored_as = models.CharField("CSV 보관 위치", max_length=200)
    pdf_sha256 = models.CharField("인쇄용 PDF 지문", max_length=64, blank=True)
    pdf_stored_as = models.CharField("인쇄용 PDF 보관 위치", max_length=200, blank=True)
    pdf_made_at = models.DateTimeField("인쇄용 PDF를 만든 때", null=True, blank=True)
    pdf_page_count = models.PositiveIntegerField("인쇄 쪽수", default=0)
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
        verbose_name = "종이 우편 목록"
        verbose_name_plural = "종이 우편 목록"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_paper_batch_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="paper_batch_says_why"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")), name="paper_needs_two_officials"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_paper_says_when",
            ),
            models.CheckConstraint(
                condition=Q(returned_by__isnull=True, returned_at__isnull=True, return_note="")
                | Q(returned_by__isnull=False, returned_at__isnull=False, approved_by__isnull=True)
                & ~Q(return_note="")
                & ~Q(returned_by=F("made_by")),
                name="returned_paper_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"

    @property
    def is_approved(self) -> bool:
        """Whether the files may be taken out."""
        return self.approved_by_id is not None

    @property
    def is_waiting(self) -> bool:
        """Whether a second official has neither approved it nor sent it back."""
        return self.approved_by_id is None and self.returned_by_id is None


class PaperItem(models.Model):
    """One letter to be posted."""

    class State(models.TextChoices):
        """Life of a letter."""

        LISTED = "listed", "우편 대상"
        EXPORTED = "exported", "목록에 실림"
        POSTED = "posted", "등기 접수"
        CAME_BACK = "came_back", "반송"
        WITHDRAWN = "withdrawn", "보내지 않음"

    recipient = models.OneToOneField(
        Recipient, verbose_name="수신자", on_delete=models.PROTECT, related_name="paper_item"
    )
    batch = models.ForeignKey(
        PaperBatch, verbose_name="목록", on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    place = models.PositiveIntegerField("목록의 줄", null=True, blank=True)
    reason = models.CharField("사유", max_length=40)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.LISTED)
    registered_number = models.CharField("등기번호", max_length=20, blank=True)
    listed_at = models.DateTimeField("우편 대상이 된 때")
    posted_at = models.DateTimeField("등기 접수한 때", null=True, blank=True)
    came_back_at = models.DateTimeField("반송된 때", null=True, blank=True)

    class Meta:
        verbose_name = "종이 우편"
        verbose_name_plural = "종이 우편"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["listed", "exported", "posted", "came_back", "withdrawn"]),
                name="paper_item_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["listed", "withdrawn"], batch__isnull=True)
                | Q(state__in=["exported", "posted", "came_back"], batch__isnull=False, place__isnull=False),
                name="exported_letter_is_on_a_list",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "came_back"]) | Q(posted_at__isnull=False) & ~Q(registered_number=""),
                name="posted_letter_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="came_back") | Q(came_back_at__isnull=False), name="returned_letter_says_when"
            ),
            models.UniqueConstraint(
                fields=["registered_number"], condition=~Q(registered_number=""), name="one_letter_per_postal_number"
            ),
        ]
        indexes = [models.Index(fields=["batch", "place"], name="letters_of_a_list")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.state}"
