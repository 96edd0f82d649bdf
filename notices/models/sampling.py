"""The acceptance sample: groups of pages that people looked at, and what they said. Never edited."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign
from notices.models.documents import SourceDocument


class Sample(models.Model):
    """The groups to look at, by their first pages: random ones, and every neighbour of something doubtful."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="samples")
    document = models.ForeignKey(
        SourceDocument, verbose_name="원본 문서", on_delete=models.PROTECT, related_name="samples"
    )
    groups_sha256 = models.CharField("배정 지문", max_length=64)
    first_pages = ArrayField(models.PositiveIntegerField(), verbose_name="첫 쪽들")
    random_count = models.PositiveIntegerField("무작위")
    made_by = models.ForeignKey("accounts.User", verbose_name="뽑은 사람", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("뽑은 때")

    class Meta:
        verbose_name = "표본"
        verbose_name_plural = "표본"
        constraints = [
            models.UniqueConstraint(fields=["document", "groups_sha256"], name="one_sample_per_assignment"),
            models.CheckConstraint(condition=Q(first_pages__len__gt=0), name="sample_shows_something"),
        ]
        triggers = [pgtrigger.Protect(name="sample_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"


class SampleVerdict(models.Model):
    """What one official said about one group."""

    sample = models.ForeignKey(Sample, verbose_name="표본", on_delete=models.PROTECT, related_name="verdicts")
    first_page = models.PositiveIntegerField("첫 쪽")
    is_right = models.BooleanField("맞음")
    note = models.CharField("내용", max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "표본 판정"
        verbose_name_plural = "표본 판정"
        constraints = [
            models.CheckConstraint(condition=Q(is_right=True) | ~Q(note=""), name="wrong_group_says_why"),
        ]
        indexes = [models.Index(fields=["sample", "first_page"], name="verdicts_on_a_group")]
        triggers = [pgtrigger.Protect(name="sample_verdict_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.sample_id}/{self.first_page}"


class VerdictWithdrawal(models.Model):
    """A second official's word that a group was not wrong after all; the group is judged once more."""

    verdict = models.OneToOneField(
        SampleVerdict, verbose_name="판정", on_delete=models.PROTECT, related_name="withdrawal"
    )
    note = models.CharField("사유", max_length=200)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "표본 판정 철회"
        verbose_name_plural = "표본 판정 철회"
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="withdrawn_verdict_says_why")]
        triggers = [
            pgtrigger.Protect(name="verdict_withdrawal_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verdict_id}"
