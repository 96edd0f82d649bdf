"""Keys of other offices' systems, what they asked once already, and the replies they may fetch."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.core.fields import SealedField, SealedModel, sealed_text


class Scope(models.TextChoices):
    """What a key may do, here and upstairs. `messages:unmask` adds whole phone numbers to what the others show."""

    SEND = "messages:send", "메시지 보내기·취소"
    READ = "messages:read", "메시지 결과 보기"
    REPLIES = "replies:read", "회신 보기"
    TEMPLATES = "templates:read", "서식 보기"
    UNMASK = "messages:unmask", "전화번호 전체 보기"
    OPEN311 = "open311:file", "민원 접수(Open311)"
    CHAT = "chat:ask", "챗봇에게 묻기"


class ApiKey(models.Model):
    """API 키: one system of one department. Only the hash of its secret is kept; the prefix is for recognising it."""

    class Mode(models.TextChoices):
        LIVE = "live", "실제 발송"
        TEST = "test", "시험(발송하지 않음)"

    name = models.CharField("쓰는 시스템", max_length=60)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField("구분", max_length=4, choices=Mode.choices, default=Mode.TEST)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name="권한")
    per_minute = models.PositiveIntegerField("분당 요청 한도", default=3000)
    prefix = models.CharField("앞자리", max_length=24, unique=True)
    secret_sha256 = models.BinaryField("비밀값 지문", max_length=32)
    created_at = models.DateTimeField("만든 일시")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="만든 사람", on_delete=models.PROTECT, related_name="+"
    )
    last_used_at = models.DateTimeField("마지막 사용", null=True, blank=True)
    revoked_at = models.DateTimeField("폐기 일시", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="폐기한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "API 키"
        verbose_name_plural = "API 키"
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["live", "test"]), name="api_key_mode_is_known"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gte=1), name="api_key_scopes_are_known"
            ),
            models.CheckConstraint(condition=Q(per_minute__range=(1, 60_000)), name="api_key_limit_is_sane"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_api_key_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} ({self.name})"

    @property
    def is_test(self) -> bool:
        """Whether what it sends only looks sent."""
        return self.mode == self.Mode.TEST

    def may(self, scope: str) -> bool:
        """Whether the key was given this scope."""
        return scope in self.scopes


class RequestKey(SealedModel):
    """Idempotency-Key: one effect per key and 24 hours, with the very bytes of its first answer."""

    api_key = models.ForeignKey(ApiKey, verbose_name="API 키", on_delete=models.CASCADE, related_name="+")
    key = models.CharField("요청 열쇠", max_length=255)
    body_sha256 = models.BinaryField("본문 지문", max_length=32)
    status = models.PositiveSmallIntegerField("응답 부호", default=0)
    answer_sealed = SealedField(verbose_name="응답(봉인)")
    answer = sealed_text("answer_sealed")
    created_at = models.DateTimeField("받은 일시")

    class Meta:
        verbose_name = "요청 열쇠"
        verbose_name_plural = "요청 열쇠"
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="one_effect_per_request_key")]
        indexes = [models.Index(fields=["created_at"], name="request_key_to_forget")]

    def __str__(self) -> str:
        return f"request {self.pk}"


class OfficeReply(models.Model):
    """
    API 회신: a reply a department's system may fetch.

    Numbered without gaps in the order of the commits, so that a system that asks "what came after 17?" misses none.
    """

    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveBigIntegerField("순번")
    reply = models.OneToOneField("messaging.Reply", verbose_name="회신", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "API 회신"
        verbose_name_plural = "API 회신"
        constraints = [models.UniqueConstraint(fields=["department", "number"], name="one_office_reply_per_number")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.number}"
