"""What we know of each carrier's state, what it keeps of ours, and which database we believe to be."""

from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class CarrierState(models.Model):
    """
    통신사: one row per alias of MESSAGING_CARRIERS, made when it is first needed.

    The bucket holds one second of the carrier's rate, is refilled by the database's clock and shared by all processes.
    `tokens_at` in the future: the carrier asked us to wait until then. `recent_calls` has one letter per call, the
    latest last. `breaker_since` stays through repeated openings: it says since when nothing works.
    """

    alias = models.CharField("이름", max_length=20, unique=True)
    tokens = models.FloatField("남은 전송량", default=0)
    tokens_at = models.DateTimeField("채운 일시", null=True, blank=True)
    next_upload_at = models.DateTimeField("다음 그림 등록", null=True, blank=True)
    daily_cap = models.PositiveIntegerField("하루 한도", null=True, blank=True, help_text="비우면 한도가 없습니다.")
    sent_on = models.DateField("집계일", null=True, blank=True)
    sent_count = models.PositiveIntegerField("오늘 보낸 건수", default=0)
    recent_calls = models.CharField("최근 호출", max_length=20, blank=True)
    breaker_since = models.DateTimeField("차단 시작", null=True, blank=True)
    breaker_until = models.DateTimeField("차단 해제 시각", null=True, blank=True)
    breaker_count = models.PositiveSmallIntegerField("이어진 차단", default=0)
    last_error = models.CharField("마지막 오류", max_length=80, blank=True)
    paused_at = models.DateTimeField("멈춘 일시", null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="멈춘 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    pause_reason = models.CharField("멈춘 까닭", max_length=200, blank=True)
    certificate_number = models.CharField("전송자격인증 번호", max_length=40, blank=True)
    certificate_until = models.DateField("전송자격인증 유효기간", null=True, blank=True)

    class Meta:
        verbose_name = "통신사"
        verbose_name_plural = "통신사"
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | ~Q(pause_reason=""), name="paused_carrier_says_why"
            ),
            models.CheckConstraint(
                condition=Q(certificate_number="", certificate_until__isnull=True)
                | ~Q(certificate_number="") & Q(certificate_until__isnull=False),
                name="certificate_has_number_and_expiry",
                violation_error_message="전송자격인증은 번호와 유효기간을 함께 적어 주세요.",
            ),
            models.CheckConstraint(
                condition=Q(breaker_since__isnull=True, breaker_until__isnull=True)
                | Q(breaker_since__isnull=False, breaker_until__isnull=False),
                name="open_breaker_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.alias


class Upload(models.Model):
    """
    올려 둔 그림: what a carrier calls a picture it keeps for us.

    Without a `file_ref` somebody is uploading it just now; after `expires_at` anybody may begin again.
    """

    carrier = models.CharField("통신사", max_length=20)
    sha256 = models.BinaryField("지문", max_length=32)
    file_ref = models.CharField("통신사 파일 번호", max_length=200, blank=True)
    expires_at = models.DateTimeField("보관 기한")

    class Meta:
        verbose_name = "올려 둔 그림"
        verbose_name_plural = "올려 둔 그림"
        constraints = [models.UniqueConstraint(fields=["carrier", "sha256"], name="one_upload_per_carrier_and_picture")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.pk}"


class ClusterIdentity(models.Model):
    """
    Which PostgreSQL our books were last known to be in: a restored or failed-over one has another identity.

    A new row means that a named official looked, and that the carriers were asked. Where the role may not read what
    tells clusters apart, `fingerprint` is empty and the mark file alone watches (messaging.guarding).
    """

    id = models.UUIDField("번호", primary_key=True, default=uuid4, editable=False)
    fingerprint = models.CharField("표지", max_length=80, blank=True)
    seen_at = models.DateTimeField("확인 일시")
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="확인한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField("사유", max_length=200, blank=True)

    class Meta:
        verbose_name = "데이터베이스 표지"
        verbose_name_plural = "데이터베이스 표지"
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True) | ~Q(reason=""), name="acknowledged_identity_says_why"
            )
        ]
        triggers = [pgtrigger.Protect(name="identities_are_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d %H:%M}"
