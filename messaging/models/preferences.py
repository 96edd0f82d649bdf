"""What a person wants to hear, how and when: by phone, because citizens are known by it; every change is history."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from messaging.windows import Window


class Means(models.TextChoices):
    """The two ways a person can choose between; sms, lms and mms are all texts to her."""

    ALIMTALK = "alimtalk", gettext_noop("알림톡")
    TEXT = "text", gettext_noop("문자")


class ChangeSource(models.TextChoices):
    """Where a change was made."""

    LINK = "link", gettext_noop("알림 설정 화면")
    REPLY = "reply", gettext_noop("문자 회신")
    REFUSAL_LINE = "080", gettext_noop("080 수신거부")
    OFFICIAL = "official", gettext_noop("담당자")
    CARRIER = "carrier", gettext_noop("통신사")


class Subscription(models.Model):
    """알림 구독: a row exists only for what somebody ever switched; without one the answer is yes."""

    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    topic = models.CharField("주제", max_length=60)
    means = models.CharField("채널", max_length=10, choices=Means.choices)
    is_enabled = models.BooleanField("받음")
    source = models.CharField("경로", max_length=10, choices=ChangeSource.choices)
    changed_at = models.DateTimeField("바꾼 일시")

    class Meta:
        verbose_name = "알림 구독"
        verbose_name_plural = "알림 구독"
        constraints = [
            models.UniqueConstraint(fields=["phone_index", "topic", "means"], name="one_subscription_per_kind"),
            models.CheckConstraint(condition=Q(means__in=Means.values), name="subscription_means_is_known"),
            models.CheckConstraint(condition=Q(source__in=ChangeSource.values), name="subscription_source_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.means} {'on' if self.is_enabled else 'off'}"


class Preference(models.Model):
    """받는 방법: which way first, and hours of rest wider than the law's."""

    phone_index = models.BinaryField("휴대전화 색인", max_length=16, unique=True)
    first_means = models.CharField("먼저 받을 채널", max_length=10, choices=Means.choices, default=Means.ALIMTALK)
    quiet_from = models.TimeField("조용한 시간 시작", null=True, blank=True)
    quiet_until = models.TimeField("조용한 시간 끝", null=True, blank=True)
    changed_at = models.DateTimeField("바꾼 일시")

    class Meta:
        verbose_name = "받는 방법"
        verbose_name_plural = "받는 방법"
        constraints = [
            models.CheckConstraint(condition=Q(first_means__in=Means.values), name="first_means_is_known"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"preference {self.pk}"

    @property
    def quiet(self) -> Window | None:
        """Her own hours of rest, if she set any."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return Window(self.quiet_from, self.quiet_until)


class PreferenceChange(models.Model):
    """알림 설정 이력: who changed what, when and from where. Never edited."""

    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    at = models.DateTimeField("일시")
    subject = models.CharField("바꾼 것", max_length=100, help_text="주제와 채널, 또는 받는 방법의 이름")
    before = models.CharField("이전", max_length=40, blank=True)
    after = models.CharField("이후", max_length=40)
    source = models.CharField("경로", max_length=10, choices=ChangeSource.choices)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="바꾼 담당자",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="비어 있으면 받는 사람이 직접 바꾼 것입니다",
    )
    address = models.CharField("접속지", max_length=45, blank=True)

    class Meta:
        verbose_name = "알림 설정 이력"
        verbose_name_plural = "알림 설정 이력"
        constraints = [
            models.CheckConstraint(condition=Q(source__in=ChangeSource.values), name="change_source_is_known")
        ]
        indexes = [models.Index(fields=["phone_index", "id"], name="changes_of_phone")]
        triggers = [pgtrigger.Protect(name="preference_history_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.subject}: {self.before} → {self.after}"
