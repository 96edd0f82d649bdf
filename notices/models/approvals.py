"""What must have been tried before a campaign is approved: a dry run of everything, a test on an official's phone."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from notices.models.campaigns import Campaign


class Phase(models.TextChoices):
    """What is approved: the question to everybody, or what is sent to those on the final list."""

    ASK = "ask", "묻기"
    SEND = "send", "보내기"


class DryRun(models.Model):
    """Everything but the carrier, done for exactly the data of one manifest; never edited."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="dry_runs")
    phase = models.CharField("무엇", max_length=5, choices=Phase.choices)
    manifest_sha256 = models.CharField("자료 지문", max_length=64)
    recipient_count = models.PositiveIntegerField("사람 수")
    message_count = models.PositiveIntegerField("메시지 수")
    picture_count = models.PositiveIntegerField("그림 수")
    longest_bytes = models.PositiveIntegerField("가장 긴 문자(바이트)")
    least_won = models.PositiveIntegerField("적어도(원)")
    most_won = models.PositiveIntegerField("많아야(원)")
    problems = ArrayField(models.CharField(max_length=200), verbose_name="문제", default=list, blank=True)
    shown = models.JSONField("살펴볼 사람", default=list)  # [number of the recipient, why]
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "점검"
        verbose_name_plural = "점검"
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=["ask", "send"]), name="dry_run_phase_known"),
            models.CheckConstraint(condition=Q(most_won__gte=F("least_won")), name="dry_run_cost_in_order"),
        ]
        triggers = [pgtrigger.Protect(name="dry_run_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.manifest_sha256[:12]}"

    @property
    def is_clean(self) -> bool:
        """Whether nothing stands in the way of a proposal."""
        return not self.problems


class TestSend(models.Model):
    """One test to an official's own registered number, with a made-up person's picture; never edited."""

    __test__ = False  # not a test of ours

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="test_sends")
    phase = models.CharField("무엇", max_length=5, choices=Phase.choices)
    head_sha256 = models.CharField("문구 지문", max_length=64)
    official = models.ForeignKey(
        "accounts.Official", verbose_name="받는 공무원", on_delete=models.PROTECT, related_name="+"
    )
    message = models.ForeignKey(
        "messaging.Message", verbose_name="메시지", on_delete=models.PROTECT, null=True, related_name="+"
    )
    code = models.CharField("확인 숫자", max_length=4)
    at = models.DateTimeField("보낸 때")

    class Meta:
        verbose_name = "시험 발송"
        verbose_name_plural = "시험 발송"
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=["ask", "send"]), name="test_send_phase_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^\d{4}$"), name="test_send_code_of_four_digits"),
        ]
        triggers = [pgtrigger.Protect(name="test_send_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.phase} {self.pk}"


class TestPicture(models.Model):
    """One picture of a made-up person, as the test carried it."""

    __test__ = False

    test = models.ForeignKey(TestSend, verbose_name="시험 발송", on_delete=models.CASCADE, related_name="pictures")
    part = models.PositiveSmallIntegerField("장")
    sha256 = models.CharField("그림 지문", max_length=64)
    width = models.PositiveIntegerField("너비")
    height = models.PositiveIntegerField("높이")
    content = models.BinaryField("그림")

    class Meta:
        verbose_name = "시험 그림"
        verbose_name_plural = "시험 그림"
        constraints = [models.UniqueConstraint(fields=["test", "part"], name="one_test_picture_per_part")]

    def __str__(self) -> str:
        return f"{self.test_id}/{self.part}"


class TestResult(models.Model):
    """What an official saw on her phone; never edited."""

    __test__ = False

    test = models.OneToOneField(TestSend, verbose_name="시험 발송", on_delete=models.CASCADE, related_name="result")
    is_good = models.BooleanField("제대로 옴")
    note = models.CharField("내용", max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "시험 결과"
        verbose_name_plural = "시험 결과"
        constraints = [
            models.CheckConstraint(condition=Q(is_good=True) | ~Q(note=""), name="bad_test_says_what_was_wrong")
        ]
        triggers = [pgtrigger.Protect(name="test_result_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.test_id} {self.is_good}"
