"""What complaints are about, the words that give it away, and who else might be responsible."""

from typing import ClassVar

from django.db import models

from complaints.models.stamping import renews_routing
from complaints.models.vocabulary import Kind, PeriodUnit
from portal.accounts.models import Department
from portal.core.bilingual import in_language


class Evidence(models.TextChoices):
    """What a report of the category must prove by itself."""

    TIMED_PHOTOS = "timed_photos", "시간차 사진"


class Category(models.Model):
    """민원 분류: which department answers, within which period, and how much work one case is."""

    code = models.CharField("부호", max_length=60, unique=True)
    name = models.CharField("이름", max_length=60)
    name_en = models.CharField(
        "영어 이름", max_length=80, blank=True, help_text="비우면 영어 화면에도 한글 이름이 나옵니다."
    )
    department = models.ForeignKey(
        Department, verbose_name="담당 부서", on_delete=models.PROTECT, related_name="categories"
    )
    kind = models.CharField("기본 종류", max_length=12, choices=Kind.choices, default=Kind.OTHER)
    period_value = models.PositiveSmallIntegerField("처리기간", default=7)
    period_unit = models.CharField("처리기간 단위", max_length=10, choices=PeriodUnit.choices, default=PeriodUnit.DAY)
    weight = models.FloatField("업무량", default=1.0, help_text="보통 민원 한 건을 1로 봅니다.")
    requires_approval = models.BooleanField("답변에 결재 필요", default=False)
    requires_after_photo = models.BooleanField("처리 후 사진 필요", default=False)
    evidence = models.CharField("증거", max_length=16, choices=Evidence.choices, blank=True)
    duplicate_radius_m = models.PositiveSmallIntegerField("같은 신고로 보는 거리(m)", default=50)
    duplicate_days = models.PositiveSmallIntegerField("같은 신고로 보는 기간(일)", default=30)
    is_sensitive = models.BooleanField(
        "감사 전용", default=False, help_text="감사 담당만 볼 수 있습니다. 직원 응대나 부패 신고에 씁니다."
    )
    retention_years = models.PositiveSmallIntegerField("보존 연한(년)", default=10)
    is_active = models.BooleanField("사용", default=True)

    class Meta:
        verbose_name = "민원 분류"
        verbose_name_plural = "민원 분류"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="category_weighs_something"),
            models.CheckConstraint(
                condition=models.Q(period_unit="immediate", period_value=0)
                | (~models.Q(period_unit="immediate") & models.Q(period_value__gte=1)),
                name="category_period_has_length",
            ),
            models.CheckConstraint(
                condition=models.Q(period_unit__in=PeriodUnit.values), name="category_period_unit_known"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="category_kind_known"),
            models.CheckConstraint(
                condition=models.Q(evidence__in=["", *Evidence.values]), name="category_evidence_known"
            ),
            models.CheckConstraint(condition=models.Q(retention_years__gte=1), name="category_is_kept_a_year"),
        ]
        triggers: ClassVar = [renews_routing("category")]

    def __str__(self) -> str:
        return self.name

    @property
    def spoken_name(self) -> str:
        """Its name in the reader's language."""
        return in_language(self.name, self.name_en)


class CategoryKeyword(models.Model):
    """A word that speaks for a category, or against it (negative weight)."""

    class Source(models.TextChoices):
        """Where the word came from."""

        SEED = "seed", "기본"
        OFFICIAL = "official", "공무원"
        LEARNED = "learned", "학습"

    category = models.ForeignKey(Category, verbose_name="분류", on_delete=models.CASCADE, related_name="keywords")
    text = models.CharField("낱말", max_length=60)
    weight = models.FloatField("가중치", default=1.0)
    source = models.CharField("출처", max_length=10, choices=Source.choices, default=Source.SEED)

    class Meta:
        verbose_name = "분류 낱말"
        verbose_name_plural = "분류 낱말"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "text"], name="one_weight_per_category_word"),
            models.CheckConstraint(condition=~models.Q(text=""), name="keyword_is_not_empty"),
        ]
        triggers: ClassVar = [renews_routing("keyword")]

    def __str__(self) -> str:
        return self.text


class Agency(models.Model):
    """다른 기관: whoever is responsible when the district is not (경찰서, 한전, 국민신문고 …)."""

    name = models.CharField("기관명", max_length=60, unique=True)
    name_en = models.CharField(
        "영어 이름", max_length=80, blank=True, help_text="비우면 영어 화면에도 한글 이름이 나옵니다."
    )
    phone = models.CharField("전화", max_length=20)
    url = models.URLField("누리집", blank=True)
    examples = models.TextField("맡는 일", blank=True, help_text="이 기관이 맡는 민원의 예를 적습니다.")
    area = models.JSONField(
        "맡는 지역",
        default=list,
        blank=True,
        help_text="이웃 자치단체의 경계: [위도, 경도] 목록. 비우면 지역과 무관합니다.",
    )
    is_active = models.BooleanField("사용", default=True)

    class Meta:
        verbose_name = "이송 기관"
        verbose_name_plural = "이송 기관"

    def __str__(self) -> str:
        return self.name

    @property
    def spoken_name(self) -> str:
        """Its name in the reader's language."""
        return in_language(self.name, self.name_en)
