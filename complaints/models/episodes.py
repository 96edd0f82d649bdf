"""Things that happen beside the main line: supplements, transfers, ratings."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from complaints.models.catalogue import Agency
from complaints.models.complaint import Complaint
from complaints.models.vocabulary import Channel
from portal.accounts.models import User
from portal.core.fields import SealedField, SealedModel, sealed_text


class SupplementRequest(SealedModel):
    """보완 요구 (the Act, §22): the time from asking to the answer does not count into the period."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="supplements")
    ordinal = models.PositiveSmallIntegerField("차수")
    items = models.TextField("보완할 내용")
    due_on = models.DateField("보완 기한")
    asked_at = models.DateTimeField("요청한 때")
    extended_count = models.PositiveSmallIntegerField("기한 연장 횟수", default=0)
    bounced_count = models.PositiveSmallIntegerField("닿지 못한 횟수", default=0)
    answered_at = models.DateTimeField("받은 때", null=True, blank=True)
    ended_at = models.DateTimeField("끝난 때", null=True, blank=True, help_text="답을 받았거나 더 기다리지 않게 된 때")
    answer_sealed = SealedField(verbose_name="보완 답변(봉인)")
    answer = sealed_text("answer_sealed")

    class Meta:
        verbose_name = "보완 요청"
        verbose_name_plural = "보완 요청"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "ordinal"], name="supplements_are_numbered"),
            models.CheckConstraint(condition=Q(extended_count__lte=2), name="supplement_extended_at_most_twice"),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ended_at__isnull=True), name="one_open_supplement"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer_sealed=b"") | Q(answered_at=F("ended_at")),
                name="only_an_answered_supplement_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} 보완 {self.ordinal}"


class Transfer(models.Model):
    """이송: another agency has it. It may come back (`bounced_at`)."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="transfers")
    agency = models.ForeignKey(Agency, verbose_name="기관", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("사유")
    sent_at = models.DateTimeField("보낸 때")
    by = models.ForeignKey(User, verbose_name="보낸 사람", on_delete=models.PROTECT, related_name="+")
    bounced_at = models.DateTimeField("돌아온 때", null=True, blank=True)
    bounce_note = models.TextField("돌아온 사유", blank=True)

    class Meta:
        verbose_name = "이송"
        verbose_name_plural = "이송"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(bounced_at__isnull=True), name="one_live_transfer"
            ),
            models.CheckConstraint(
                condition=Q(bounced_at__isnull=True, bounce_note="")
                | (Q(bounced_at__isnull=False) & ~Q(bounce_note="")),
                name="bounced_transfer_has_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} → {self.agency_id}"


class Satisfaction(SealedModel):
    """만족도: one score per round of processing."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="satisfactions"
    )
    round = models.PositiveSmallIntegerField("처리 차수")
    score = models.PositiveSmallIntegerField("점수")
    comment_sealed = SealedField(verbose_name="의견(봉인)")
    comment = sealed_text("comment_sealed")
    channel = models.CharField("경로", max_length=12, choices=Channel.choices)
    at = models.DateTimeField("처음 평가한 때")

    class Meta:
        verbose_name = "만족도"
        verbose_name_plural = "만족도"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "round"], name="one_score_per_round"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="score_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.score}"


class Follower(SealedModel):
    """나도 알림 받기: somebody who saw the same thing and hears the stages of a case that is not theirs."""

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="followers")
    citizen = models.ForeignKey(
        User, verbose_name="시민", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16, editable=False)
    since = models.DateTimeField("시작")
    ended_at = models.DateTimeField("그만둔 때", null=True, blank=True)

    class Meta:
        verbose_name = "알림 받는 시민"
        verbose_name_plural = "알림 받는 시민"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "phone_index"], name="one_follower_per_phone")
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} 알림 {self.pk}"
