"""What our own notices say: written once on a page, filled for each citizen."""

from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign


class MergeLetter(models.Model):
    """The letter a campaign makes from its roster. Its texts hold #{성명} placeholders and are never code."""

    campaign = models.OneToOneField(
        Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="merge_letter"
    )
    title = models.CharField("제목", max_length=60)
    body = models.TextField("본문", max_length=3000)
    table = models.TextField("표", max_length=2000, blank=True)
    closing = models.TextField("맺음말", max_length=1000, blank=True)
    issuer = models.CharField("발행 명의", max_length=40)
    seal_as = models.CharField("직인 그림 보관 위치", max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "우리가 만드는 통지서"
        verbose_name_plural = "우리가 만드는 통지서"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body="") & ~Q(issuer=""), name="merge_letter_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"
