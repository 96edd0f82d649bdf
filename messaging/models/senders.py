"""SenderNumber: the only numbers a text may come from, and the proof that they are ours."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.core.fields import SealedField, SealedModel


class SenderNumber(models.Model):
    """
    발신번호. 전기통신사업법 제84조의2: registered in advance with proof, so it is a key everywhere and never free text.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "등록 준비"
        REGISTERED = "registered", "등록"
        SUSPENDED = "suspended", "사용 중지"

    number = models.CharField("번호", max_length=12, unique=True, help_text="숫자만 (예: 0212345678, 15881234)")
    name = models.CharField("이름", max_length=40)
    status = models.CharField("상태", max_length=10, choices=Status.choices, default=Status.DRAFT)
    evidence = models.CharField(
        "통신서비스 이용증명원", max_length=200, blank=True, help_text="문서번호 또는 보관 위치"
    )
    registered_on = models.DateField("등록일", null=True, blank=True)
    expires_on = models.DateField("유효기간", null=True, blank=True)
    can_receive = models.BooleanField("문자 수신", default=False)
    inbox = models.CharField(
        "받은 문자 넘길 곳", max_length=60, blank=True, help_text="열린 질문이 없는 문자를 받을 주제 (비우면 회신함)"
    )
    is_default = models.BooleanField("기본 발신번호", default=False)

    class Meta:
        verbose_name = "발신번호"
        verbose_name_plural = "발신번호"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^(0[2-8][0-9]{7,10}|1[5-8][0-9]{6})$"),
                name="sender_number_is_an_office_line",
                violation_error_message="지역번호가 있는 유선번호나 여덟 자리 대표번호를 숫자만 적어 주세요.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "registered", "suspended"]), name="sender_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="registered") | (~Q(evidence="") & Q(expires_on__isnull=False)),
                name="registered_sender_has_evidence",
                violation_error_message="등록하려면 통신서비스 이용증명원과 유효기간이 필요합니다.",
            ),
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_sender"),
        ]

    def __str__(self) -> str:
        return self.number

    def may_send_on(self, day: date) -> bool:
        """Whether a text may carry this number on that Korean day."""
        return (
            self.status == self.Status.REGISTERED
            and self.expires_on is not None
            and (self.registered_on or date.min) <= day <= self.expires_on
        )

    def is_new_on(self, day: date) -> bool:
        """Whether carriers still look at its texts with suspicion: they take only short values then."""
        registered_on = self.registered_on or day
        return (day - registered_on).days < settings.MESSAGING_NEW_SENDER_DAYS


class SenderDocument(SealedModel):
    """통신서비스 이용증명원: the paper itself, sealed; a newer one is added, none is taken away."""

    sender = models.ForeignKey(
        SenderNumber, verbose_name="발신번호", on_delete=models.PROTECT, related_name="documents"
    )
    name = models.CharField("파일 이름", max_length=120)
    media_type = models.CharField("형식", max_length=20)
    content_sealed = SealedField(verbose_name="내용(봉인)")
    byte_count = models.PositiveIntegerField("크기")
    uploaded_at = models.DateTimeField("올린 일시")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="올린 사람", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "발신번호 증빙"
        verbose_name_plural = "발신번호 증빙"
        constraints = [
            models.CheckConstraint(
                condition=Q(media_type__in=["application/pdf", "image/jpeg", "image/png"]),
                name="sender_document_type_is_known",
            )
        ]
        triggers = [pgtrigger.Protect(name="proof_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.sender} {self.pk}"
