"""What officials write for everybody, what citizens keep for themselves, and what is counted about nobody."""

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from portal.core.fields import SealedField, SealedModel, sealed_text
from portal.core.sealing import blind

MOST_FAVOURITES = 6


class Post(models.Model):
    """One page of news, or one job. Without a day of publication it is a draft."""

    class Kind(models.TextChoices):
        """Where it is listed."""

        NEWS = "news", gettext_noop("새 소식")
        JOB = "job", gettext_noop("일자리")

    kind = models.CharField("종류", max_length=4, choices=Kind.choices, default=Kind.NEWS)
    slug = models.SlugField("주소", max_length=60, unique=True, help_text="영문 소문자, 숫자, 붙임표만 씁니다.")
    title = models.CharField("제목", max_length=80)
    summary = models.CharField("한 줄 요약", max_length=120, blank=True)
    body = models.TextField(
        "내용",
        max_length=10_000,
        help_text="빈 줄은 새 문단, ‘- ’는 목록, ‘## ’는 소제목입니다.",
    )
    words = ArrayField(
        models.CharField(max_length=40),
        verbose_name="찾는 말",
        default=list,
        blank=True,
        size=20,
        help_text="시민이 쓸 다른 말을 쉼표로 나눠 적습니다.",
    )
    department = models.ForeignKey(
        "accounts.Department", verbose_name="담당 부서", on_delete=models.PROTECT, related_name="+"
    )
    published_on = models.DateField("게시일", null=True, blank=True, help_text="비워 두면 작성 중입니다.")
    ends_on = models.DateField("마감일", null=True, blank=True, help_text="이날까지 보입니다. 비워 두면 계속 보입니다.")
    changed_at = models.DateTimeField("고친 때", editable=False)
    changed_by = models.ForeignKey(
        "accounts.User", verbose_name="고친 사람", on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "새 소식·일자리"
        verbose_name_plural = "새 소식·일자리"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z0-9-]{2,60}$"), name="post_slug_is_plain"),
            models.CheckConstraint(condition=Q(kind__in=["news", "job"]), name="post_kind_known"),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(ends_on__isnull=True) | Q(published_on__lte=F("ends_on")),
                name="post_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-published_on"], name="post_by_kind_and_day")]

    def __str__(self) -> str:
        return self.title


class Favourite(models.Model):
    """One line of a citizen's floating menu, the same on each of her devices."""

    user = models.ForeignKey("accounts.User", verbose_name="시민", on_delete=models.CASCADE, related_name="+")
    path = models.CharField("주소", max_length=200)
    label = models.CharField("이름", max_length=40)
    position = models.PositiveSmallIntegerField("순서")

    class Meta:
        verbose_name = "즐겨찾기"
        verbose_name_plural = "즐겨찾기"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "path"], name="a_favourite_once"),
            models.UniqueConstraint(fields=["user", "position"], name="one_favourite_per_place"),
            models.CheckConstraint(condition=Q(position__range=(1, MOST_FAVOURITES)), name="at_most_six_favourites"),
        ]

    def __str__(self) -> str:
        return self.path


class CalendarFeed(SealedModel):
    """The address under which a citizen's own calendar program reads her dates. Revoked, it says so for ever."""

    user = models.ForeignKey("accounts.User", verbose_name="시민", on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField("주소 지문", max_length=64, unique=True)
    with_details = models.BooleanField("자세히", default=False)
    language = models.CharField("언어", max_length=8, default="ko")  # of the page it was last pressed on
    created_at = models.DateTimeField("만든 때")
    revoked_at = models.DateTimeField("없앤 때", null=True, blank=True)

    class Meta:
        verbose_name = "캘린더 구독"
        verbose_name_plural = "캘린더 구독"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_live_feed_per_citizen"),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"

    @property
    def token(self) -> str:
        """The part of the address that only we can say: derived, so that the database holds its hash alone."""
        return blind(str(self.sealed_id), context="site_calendarfeed.token").hex()

    @staticmethod
    def hash_of(token: str) -> str:
        """What is stored of an address."""
        return hashlib.sha256(token.encode()).hexdigest()


class MenuPair(models.Model):
    """How often somebody opened one entry of the menu after another, by day. Who it was is not known here."""

    first = models.CharField("먼저", max_length=200)
    second = models.CharField("다음", max_length=200)
    seen_on = models.DateField("날짜")
    visit_count = models.PositiveIntegerField("횟수", default=0)

    class Meta:
        verbose_name = "이어 본 메뉴"
        verbose_name_plural = "이어 본 메뉴"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second", "seen_on"], name="a_pair_once_a_day"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="a_pair_has_two_ends"),
        ]
        indexes: ClassVar = [models.Index(fields=["seen_on"], name="pairs_by_day")]

    def __str__(self) -> str:
        return f"{self.first} → {self.second}"


class PunctualDay(models.Model):
    """How many single texts a day had, and how many of them were at the carrier in time."""

    on = models.DateField("날짜", primary_key=True)
    due_count = models.PositiveIntegerField("보낼 것")
    in_time_count = models.PositiveIntegerField("제때 보낸 것")

    class Meta:
        verbose_name = "하루 발송 시간"
        verbose_name_plural = "하루 발송 시간"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(in_time_count__lte=F("due_count")), name="in_time_is_part_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"


class EnglishGuide(models.Model):
    """A guide for who reads English, beside the Korean answer it was made from."""

    faq = models.OneToOneField("chatbot.Faq", verbose_name="안내", on_delete=models.CASCADE, related_name="+")
    title = models.CharField("영어 제목", max_length=120)
    body = models.TextField("영어 내용", max_length=4_000, help_text="빈 줄은 새 문단입니다.")
    is_machine_translated = models.BooleanField(
        "기계번역", default=True, help_text="사람이 확인하면 꺼 주세요. 켜져 있으면 화면에 기계번역이라고 나옵니다."
    )
    of_version = models.PositiveIntegerField("번역한 판", default=1, editable=False)

    class Meta:
        verbose_name = "영어 안내"
        verbose_name_plural = "영어 안내"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="english_guide_says_something"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_current(self) -> bool:
        """Whether the Korean answer has stayed as it was."""
        return self.of_version == self.faq.version


class PushEndpoint(SealedModel):
    """A device whose owner wants to hear at once that something is new. Its address opens a way to it: sealed."""

    user = models.ForeignKey("accounts.User", verbose_name="시민", on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField("세션", max_length=40, blank=True, default="")  # over with it
    address_hash = models.CharField("주소 지문", max_length=64, unique=True)
    device_sealed = SealedField(verbose_name="기기(봉인)")
    device = sealed_text("device_sealed")
    told_until = models.DateTimeField("알린 곳까지")
    failed_count = models.PositiveSmallIntegerField("실패 횟수", default=0)
    created_at = models.DateTimeField("만든 때")

    class Meta:
        verbose_name = "푸시 기기"
        verbose_name_plural = "푸시 기기"

    def __str__(self) -> str:
        return f"push {self.pk}"
