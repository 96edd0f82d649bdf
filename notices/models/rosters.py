"""Roster files as they were uploaded, what a department said their columns mean, and rows put right by hand."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign


class RosterUpload(models.Model):
    """The roster file at hand, sealed under the campaign's key, and how it is read. Without `taken_at` it waits."""

    campaign = models.OneToOneField(
        Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="roster_upload"
    )
    file_sha256 = models.CharField("파일 지문", max_length=64)
    file_name = models.CharField("파일 이름", max_length=200)
    byte_count = models.PositiveBigIntegerField("바이트")
    stored_as = models.CharField("보관 위치", max_length=200)
    sheets = ArrayField(models.CharField(max_length=100), verbose_name="시트", default=list, blank=True)
    sheet = models.CharField("읽은 시트", max_length=100, blank=True)
    header_row = models.PositiveSmallIntegerField("머리글 줄(0부터)", null=True, blank=True)
    columns = models.JSONField("열의 뜻", default=dict, blank=True)
    is_birth_serial = models.BooleanField("생년월일이 엑셀 날짜 숫자", default=False)
    is_remembered = models.BooleanField("전에 지정한 대로 읽음", default=False)
    hidden_count = models.PositiveIntegerField("숨긴 행", default=0)
    taken_at = models.DateTimeField("받은 때", null=True, blank=True)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "올린 명부"
        verbose_name_plural = "올린 명부"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(header_row__isnull=False), name="taken_roster_has_header"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"


class ColumnMapping(models.Model):
    """What the columns of a certain header mean, as an official of the department once said. Holds no titles."""

    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.CASCADE, related_name="column_mappings"
    )
    fingerprint = models.CharField("머리글 지문", max_length=64)
    columns = models.JSONField("열의 뜻", default=dict)
    is_birth_serial = models.BooleanField("생년월일이 엑셀 날짜 숫자", default=False)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "열 지정"
        verbose_name_plural = "열 지정"
        constraints = [
            models.UniqueConstraint(fields=["department", "fingerprint"], name="one_mapping_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id}/{self.pk}"


class RowCorrection(models.Model):
    """One cell of a roster that an official put right on the page; both values are masked. Never edited."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="row_corrections"
    )
    row = models.PositiveIntegerField("행")
    key = models.CharField("관리번호", max_length=40)
    column = models.CharField("열", max_length=40)
    before = models.CharField("이전(가림)", max_length=80, blank=True)
    after = models.CharField("이후(가림)", max_length=80, blank=True)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "명부 고침"
        verbose_name_plural = "명부 고침"
        triggers = [pgtrigger.Protect(name="row_correction_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.row} {self.column}"
