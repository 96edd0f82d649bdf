"""What is left of a campaign whose personal data were destroyed: the proof that they were."""

import pgtrigger
from django.db import models

from notices.models.campaigns import Campaign


class Destruction(models.Model):
    """파기 확인서: what of a campaign was destroyed, when and how (개인정보 보호법 제21조). Never edited."""

    campaign = models.OneToOneField(
        Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="destruction"
    )
    recipient_count = models.PositiveIntegerField("수신자")
    document_count = models.PositiveIntegerField("문서")
    picture_count = models.PositiveIntegerField("그림")
    file_count = models.PositiveIntegerField("지운 파일")
    byte_count = models.PositiveBigIntegerField("지운 바이트")
    consent_count = models.PositiveIntegerField("남긴 동의 기록")
    documents_sha256 = models.CharField("문서 지문", max_length=64)
    manifest_sha256 = models.CharField("승인된 자료 지문", max_length=64, blank=True)
    purge_on = models.DateField("파기 예정일")
    key_destroyed_at = models.DateTimeField("열쇠를 없앤 때")

    class Meta:
        verbose_name = "파기 확인서"
        verbose_name_plural = "파기 확인서"
        triggers = [
            pgtrigger.Protect(name="destruction_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.purge_on}"
