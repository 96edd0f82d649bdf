"""Approved answers. The bot says nothing that does not stand here."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Faq(models.Model):
    """One approved answer; the responsible department stands by it since `checked_on`."""

    class Kind(models.TextChoices):
        """What sort of answer it is."""

        ANSWER = "answer", "답변"
        REFERRAL = "referral", "다른 기관 안내"
        SMALLTALK = "smalltalk", "인사"

    class Status(models.TextChoices):
        """Only published answers are ever given."""

        DRAFT = "draft", "작성 중"
        PUBLISHED = "published", "게시"
        RETIRED = "retired", "내림"

    class MapKind(models.TextChoices):
        """One place, or a layer of many."""

        NONE = "none", "없음"
        PLACE = "place", "한 곳"
        LAYER = "layer", "여러 곳"

    slug = models.CharField("식별자", max_length=60, unique=True)
    kind = models.CharField("종류", max_length=10, choices=Kind.choices, default=Kind.ANSWER)
    question = models.CharField("질문", max_length=120)
    answer = models.TextField("답변", max_length=1000)
    category = models.CharField("분류", max_length=40)
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="담당 부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    tags = ArrayField(models.CharField(max_length=40), verbose_name="낱말", default=list, blank=True, size=30)
    petition_code = models.SlugField("이어지는 신청", max_length=40, blank=True)
    map_kind = models.CharField("지도", max_length=5, choices=MapKind.choices, default=MapKind.NONE)
    map_layer = models.SlugField("지도 묶음", max_length=40, blank=True)
    place_name = models.CharField("장소", max_length=80, blank=True)
    place_address = models.CharField("주소", max_length=120, blank=True)
    lat = models.FloatField("위도", null=True, blank=True)
    lon = models.FloatField("경도", null=True, blank=True)
    has_sample_facts = models.BooleanField("예시 수치 포함", default=False)
    status = models.CharField("상태", max_length=10, choices=Status.choices, default=Status.DRAFT)
    checked_on = models.DateField("확인한 날", null=True, blank=True)
    changed_at = models.DateTimeField("고친 때")

    class Meta:
        verbose_name = "자주 묻는 질문"
        verbose_name_plural = "자주 묻는 질문"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z0-9-]{2,60}$"), name="faq_slug_is_plain"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(checked_on__isnull=False), name="published_faq_was_checked"
            ),
            models.CheckConstraint(
                condition=~Q(map_kind="place") | Q(lat__range=(33, 39.5), lon__range=(124, 132.5)),
                name="faq_place_lies_in_korea",
            ),
            models.CheckConstraint(condition=Q(kind__in=["answer", "referral", "smalltalk"]), name="faq_kind_known"),
            models.CheckConstraint(condition=Q(status__in=["draft", "published", "retired"]), name="faq_status_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["changed_at"], name="faq_by_change")]

    def __str__(self) -> str:
        return self.question


class FaqLink(models.Model):
    """A link under an answer, at most three."""

    faq = models.ForeignKey(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="links")
    label = models.CharField("이름", max_length=40)
    url = models.URLField("주소")
    position = models.PositiveSmallIntegerField("순서", default=1)

    class Meta:
        verbose_name = "링크"
        verbose_name_plural = "링크"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["faq", "position"], name="one_link_per_position"),
            models.CheckConstraint(condition=Q(position__range=(1, 3)), name="at_most_three_links"),
            models.CheckConstraint(condition=Q(url__startswith="https://"), name="links_are_https"),
        ]

    def __str__(self) -> str:
        return self.label


class Phrasing(models.Model):
    """Another way citizens ask the same thing; it helps only once an official has approved it."""

    class State(models.TextChoices):
        """Nothing is learned without an official's click."""

        PROPOSED = "proposed", "제안"
        APPROVED = "approved", "승인"
        REJECTED = "rejected", "거절"

    faq = models.ForeignKey(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="phrasings")
    text = models.CharField("표현", max_length=200)
    text_key = models.CharField("비교용", max_length=200, editable=False)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        "accounts.User", verbose_name="결정한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField("고친 때")

    class Meta:
        verbose_name = "시민 표현"
        verbose_name_plural = "시민 표현"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["faq", "text_key"], name="one_phrasing_per_faq"),
            models.UniqueConstraint(
                fields=["text_key"], condition=Q(state="approved"), name="approved_phrasing_names_one_faq"
            ),
        ]

    def __str__(self) -> str:
        return self.text
