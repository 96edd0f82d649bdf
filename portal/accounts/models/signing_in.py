"""What signing in leaves behind: codes that prove a phone, and the devices somebody is signed in on."""

from django.db import models
from django.db.models import F, Q

from portal.core.fields import SealedField, SealedModel, sealed_text

MOST_TRIES = 5


class PhoneProof(SealedModel):
    """A six-digit code on its way to a phone, and whether it came back. `sealed_id` is the handle of whoever asked."""

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", "로그인"
        FRESH = "fresh", "본인 다시 확인"
        NEW_PHONE = "new_phone", "휴대전화 번호 변경"
        WITHDRAW = "withdraw", "민원 취하"
        FORM = "form", "신청 본인 확인"

    purpose = models.CharField("용도", max_length=20, choices=Purpose.choices)
    reference = models.CharField("관련 번호", max_length=64, blank=True)
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    code_hash = models.BinaryField("인증번호 지문", max_length=32)
    tries_count = models.PositiveSmallIntegerField("틀린 횟수", default=0)
    created_at = models.DateTimeField("보낸 때")
    expires_at = models.DateTimeField("끝나는 때")
    confirmed_at = models.DateTimeField("확인한 때", null=True, blank=True)

    class Meta:
        verbose_name = "인증번호"
        verbose_name_plural = "인증번호"
        indexes = [models.Index(fields=["expires_at"], name="proof_to_forget")]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["sign_in", "fresh", "new_phone", "withdraw", "form"]),
                name="proof_purpose_is_known",
            ),
            models.CheckConstraint(condition=Q(tries_count__lte=MOST_TRIES), name="proof_tries_are_few"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="proof_expires_later"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(confirmed_at__lt=F("expires_at")), name="proof_confirmed_in_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class Device(models.Model):
    """A browser somebody signed in with. `token_hash` knows it again after signing out; its session ends with it."""

    user = models.ForeignKey("accounts.User", verbose_name="사용자", on_delete=models.CASCADE, related_name="devices")
    name = models.CharField("기기", max_length=60)
    token_hash = models.BinaryField("기기 표지", max_length=32)
    session_key = models.CharField("세션", max_length=40, blank=True)
    first_seen_at = models.DateTimeField("처음 로그인")
    last_seen_at = models.DateTimeField("마지막 사용")

    class Meta:
        verbose_name = "로그인 기기"
        verbose_name_plural = "로그인 기기"
        constraints = [
            models.UniqueConstraint(fields=["user", "token_hash"], name="one_row_per_device"),
            models.UniqueConstraint(
                fields=["session_key"], condition=~Q(session_key=""), name="one_device_per_session"
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"
