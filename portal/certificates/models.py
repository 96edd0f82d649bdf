"""Certificates of citizens, the files they are, the links they are handed in by, and a book that is never edited."""

import hashlib
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.core.codes import grouped, spelled
from portal.core.fields import SealedField, SealedModel, sealed_text
from portal.core.sealing import blind

_UNMADE = Q(
    sha256="",
    issued_at__isnull=True,
    expires_at__isnull=True,
    revoked_at__isnull=True,
    state__in=["requested", "failed"],
)
_MADE = Q(
    sha256__regex=r"^[0-9a-f]{64}$",
    issued_at__isnull=False,
    expires_at__isnull=False,
    expires_at__gt=F("issued_at"),
    state__in=["issued", "revoked"],
)


class Certificate(SealedModel):
    """One document about one fact. Its number is derived, so that the database holds a keyed hash of it alone."""

    class State(models.TextChoices):
        """Being over is no state: it is `issued` after `expires_at`."""

        REQUESTED = "requested", "만드는 중"
        ISSUED = "issued", "유효"
        FAILED = "failed", "만들지 못함"
        REVOKED = "revoked", "철회"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="받은 사람", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("종류", max_length=60)
    title = models.CharField("이름", max_length=60)
    issuer = models.CharField("발급 기관", max_length=60)
    subject = models.CharField("대상", max_length=80)
    wanted_index = models.BinaryField("발급 요청 색인", max_length=16, editable=False)
    code_index = models.BinaryField("문서확인번호 색인", max_length=16, unique=True, editable=False)
    holder_masked = models.CharField("받은 사람(가림)", max_length=60)
    facts_sealed = SealedField(verbose_name="내용(봉인)")
    facts = sealed_text("facts_sealed")  # JSON of `printing.Sheet`
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField("신청한 때")
    leased_until = models.DateTimeField("만드는 이의 기한", null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField("시도 횟수", default=0)
    failure = models.CharField("만들지 못한 까닭", max_length=200, blank=True)
    sha256 = models.CharField("파일 지문", max_length=64, blank=True)
    byte_count = models.PositiveIntegerField("바이트", default=0)
    seal_sha256 = models.CharField("전자도장 인증서 지문", max_length=64, blank=True)
    is_test = models.BooleanField("시험용", default=False)
    issued_at = models.DateTimeField("발급한 때", null=True, blank=True)
    expires_at = models.DateTimeField("유효 기한", null=True, blank=True)
    revoked_at = models.DateTimeField("철회한 때", null=True, blank=True)
    revoked_reason = models.CharField("철회 사유", max_length=200, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="철회한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    erased_at = models.DateTimeField("내용을 지운 때", null=True, blank=True)

    class Meta:
        verbose_name = "전자증명서"
        verbose_name_plural = "전자증명서"
        constraints = [
            models.UniqueConstraint(
                fields=["wanted_index"], condition=~Q(state="revoked"), name="one_certificate_per_wish_and_day"
            ),
            models.CheckConstraint(condition=_UNMADE | _MADE, name="certificate_is_made_or_not"),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False) & ~Q(revoked_reason="")
                | ~Q(state="revoked") & Q(revoked_at__isnull=True, revoked_reason="", revoked_by__isnull=True),
                name="revoked_certificate_says_when_and_why",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(failure=""), name="failed_certificate_says_why"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(facts_sealed=b""), name="erased_certificate_is_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-requested_at"], name="certificates_of_owner"),
            models.Index(fields=["leased_until"], condition=Q(state="requested"), name="certificates_to_make"),
            models.Index(fields=["expires_at"], condition=Q(erased_at__isnull=True), name="certificates_to_erase"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="certificate_frozen",
                fields=["owner", "kind", "issuer", "subject", "code_index", "sealed_id", "requested_at"],
            ),
            pgtrigger.Protect(
                name="certificate_file_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__sha256__df=pgtrigger.F("old__sha256")) & ~pgtrigger.Q(old__sha256=""),
            ),
            pgtrigger.Protect(name="certificate_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"certificate {self.pk}"

    @property
    def code(self) -> str:
        """문서확인번호: 16 letters."""
        return spelled(blind(str(self.sealed_id), context="certificates_certificate.code"))

    @property
    def shown_code(self) -> str:
        """In groups of four."""
        return grouped(self.code)

    @property
    def is_issued(self) -> bool:
        """Whether there is a document."""
        return self.state == self.State.ISSUED

    def is_valid(self, now: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.is_issued and self.expires_at is not None and now < self.expires_at

    def is_over(self, now: datetime) -> bool:
        """Whether its time has run out."""
        return self.is_issued and self.expires_at is not None and now >= self.expires_at


def index_of(code: str) -> bytes:
    """Under what a number is found: the number itself is nowhere."""
    return blind(code, context="certificates_certificate.code_index")


class CertificateFile(SealedModel):
    """The document itself, or a copy that is still to be bound into it. Erasing a certificate deletes these rows."""

    class Part(models.TextChoices):
        """What the bytes are."""

        DOCUMENT = "document", "증명서"
        COPY = "copy", "붙일 사본"

    certificate = models.ForeignKey(
        Certificate, verbose_name="전자증명서", on_delete=models.CASCADE, related_name="files"
    )
    part = models.CharField("무엇", max_length=10, choices=Part.choices)
    content_sealed = SealedField(verbose_name="파일(봉인)")

    class Meta:
        verbose_name = "전자증명서 파일"
        verbose_name_plural = "전자증명서 파일"
        constraints = [
            models.UniqueConstraint(fields=["certificate", "part"], name="one_file_per_part_of_certificate"),
            models.CheckConstraint(condition=Q(part__in=["document", "copy"]), name="certificate_file_known"),
            models.CheckConstraint(condition=~Q(content_sealed=b""), name="certificate_file_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.part}"


class CertificateShare(SealedModel):
    """전자제출: one address by which one receiver takes one certificate, once."""

    certificate = models.ForeignKey(
        Certificate, verbose_name="전자증명서", on_delete=models.PROTECT, related_name="shares"
    )
    form_key = models.UUIDField("양식 열쇠", null=True, blank=True, editable=False)  # one form makes one address
    token_hash = models.CharField("주소 지문", max_length=64, unique=True)
    taker_hash = models.CharField("연 브라우저의 지문", max_length=64, blank=True, db_default="", editable=False)
    receiver_sealed = SealedField(verbose_name="받는 곳(봉인)")
    receiver = sealed_text("receiver_sealed")
    purpose_sealed = SealedField(verbose_name="용도(봉인)")
    purpose = sealed_text("purpose_sealed")
    made_at = models.DateTimeField("만든 때")
    expires_at = models.DateTimeField("열 수 있는 기한")
    opened_at = models.DateTimeField("연 때", null=True, blank=True)
    revoked_at = models.DateTimeField("거둔 때", null=True, blank=True)

    class Meta:
        verbose_name = "전자제출"
        verbose_name_plural = "전자제출"
        constraints = [
            models.UniqueConstraint(fields=["certificate", "form_key"], name="one_share_per_form_of_certificate"),
            models.CheckConstraint(
                condition=Q(taker_hash="") | Q(opened_at__isnull=False), name="share_is_opened_by_its_taker"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="share_lives_for_some_time"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(revoked_at__isnull=True), name="opened_share_is_not_taken_back"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="share_is_opened_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__opened_at__isnull=False)
                & pgtrigger.Q(new__opened_at__df=pgtrigger.F("old__opened_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"

    @property
    def token(self) -> str:
        """The part of the address that only we can say: derived, so that the database holds its hash alone."""
        return token_of(str(self.sealed_id))

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may still take the document by it."""
        return self.opened_at is None and self.revoked_at is None and now < self.expires_at


def token_of(sealed_id: str) -> str:
    """The 128-bit token of a share."""
    return blind(sealed_id, context="certificates_certificateshare.token").hex()


def hash_of(token: str) -> str:
    """What is stored of an address."""
    return hashlib.sha256(token.encode()).hexdigest()


class CertificateEvent(models.Model):
    """One line of the book the holder reads: what happened to her certificate; never edited."""

    class What(models.TextChoices):
        """What happened."""

        ISSUED = "issued", "발급"
        FAILED = "failed", "만들지 못함"
        DOWNLOADED = "downloaded", "내려받음"
        SHARED = "shared", "제출 링크 만듦"
        OPENED = "opened", "받는 곳에서 열람"
        TAKEN_BACK = "taken_back", "제출 링크 거둠"
        REVOKED = "revoked", "철회"
        ERASED = "erased", "내용 지움"

    certificate = models.ForeignKey(
        Certificate, verbose_name="전자증명서", on_delete=models.PROTECT, related_name="events"
    )
    share = models.ForeignKey(
        CertificateShare,
        verbose_name="전자제출",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
    )
    what = models.CharField("무엇", max_length=12, choices=What.choices)
    device = models.CharField("기기", max_length=80, blank=True)
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "전자증명서 이력"
        verbose_name_plural = "전자증명서 이력"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    what__in=[
                        *["issued", "failed", "downloaded", "shared", "opened", "taken_back", "revoked", "erased"],
                    ]
                ),
                name="certificate_event_known",
            ),
        ]
        indexes = [models.Index(fields=["certificate", "at"], name="certificate_book")]
        triggers = [
            pgtrigger.Protect(name="certificate_book_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.what}"
