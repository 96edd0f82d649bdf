"""Photos of a complaint: the sealed original in quarantine, and the clean picture people see."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from complaints.models.complaint import Complaint
from portal.core.fields import SealedField, SealedModel, sealed_text


class Attachment(SealedModel):
    """One file. Its bytes lie sealed under MEDIA_DIR, named by `sealed_id`; the original is never served."""

    class State(models.TextChoices):
        """What has become of the file."""

        QUARANTINED = "quarantined", "확인 중"
        READY = "ready", "볼 수 있음"
        FAILED = "failed", "열 수 없음"
        REFUSED = "refused", "받지 않음"

    class Purpose(models.TextChoices):
        """Why it is there."""

        EVIDENCE = "evidence", "신고 사진"
        BEFORE = "before", "처리 전"
        AFTER = "after", "처리 후"
        DOCUMENT = "document", "문서"

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="attachments")
    ordinal = models.PositiveSmallIntegerField("순번")
    purpose = models.CharField("쓰임", max_length=10, choices=Purpose.choices, default=Purpose.EVIDENCE)
    name_sealed = SealedField(verbose_name="파일 이름(봉인)")
    name = sealed_text("name_sealed")
    state = models.CharField("상태", max_length=12, choices=State.choices, default=State.QUARANTINED)
    reason = models.CharField("사유", max_length=200, blank=True)
    media_type = models.CharField("형식", max_length=20, blank=True)
    byte_count = models.PositiveIntegerField("크기")
    sha256 = models.BinaryField("해시", max_length=32, editable=False)
    width = models.PositiveIntegerField("너비", null=True, blank=True)
    height = models.PositiveIntegerField("높이", null=True, blank=True)
    taken_at = models.DateTimeField("찍은 때", null=True, blank=True)
    taken_offset_known = models.BooleanField("시간대 기록됨", default=False)
    exif_lat = models.FloatField("사진 위도", null=True, blank=True)
    exif_lon = models.FloatField("사진 경도", null=True, blank=True)
    uploaded_at = models.DateTimeField("올린 때")
    has_original = models.BooleanField("원본 보관", default=True)
    attempt_count = models.PositiveSmallIntegerField("시도 횟수", default=0)
    lease_until = models.DateTimeField("작업 중", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "첨부 사진"
        verbose_name_plural = "첨부 사진"
        indexes: ClassVar = [
            models.Index(fields=["uploaded_at"], name="photos_to_process", condition=Q(state="quarantined")),
            models.Index(fields=["sha256"], name="files_by_content"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "sha256"], name="same_file_once_per_complaint"),
            models.UniqueConstraint(fields=["complaint", "ordinal"], name="files_are_numbered"),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "refused"]) | ~Q(reason=""), name="unusable_file_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(purpose="document") | Q(width__isnull=False, height__isnull=False),
                name="ready_picture_has_size",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["quarantined", "ready", "failed", "refused"]), name="file_state_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["evidence", "before", "after", "document"]), name="file_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} 사진 {self.ordinal}"
