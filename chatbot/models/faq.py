"""Approved answers. The bot says nothing that does not stand here."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


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
    agency_name = models.CharField("맡는 기관", max_length=60, blank=True)
    agency_phone = models.CharField("기관 전화", max_length=20, blank=True)
    agency_url = models.URLField("기관 누리집", blank=True)
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
    checked_by = models.ForeignKey(
        "accounts.User", verbose_name="확인한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField("쓰기 시작하는 날", null=True, blank=True)
    valid_to = models.DateField("마지막 날", null=True, blank=True)
    version = models.PositiveIntegerField("판", default=1)
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
            models.CheckConstraint(
                condition=~Q(kind="referral") | (~Q(agency_name="") & (~Q(agency_phone="") | ~Q(agency_url=""))),
                name="referral_says_where",
            ),
            models.CheckConstraint(condition=Q(status__in=["draft", "published", "retired"]), name="faq_status_known"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="faq_is_valid_forward",
            ),
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


class FaqFacet(models.Model):
    """One point of an answer on its own (what it costs, where, until when), for a short question that follows."""

    class Kind(models.TextChoices):
        """What citizens ask next."""

        FEE = "fee", "비용"
        PLACE = "place", "장소"
        HOURS = "hours", "시간"
        DOCUMENTS = "documents", "준비물"
        DEADLINE = "deadline", "기한"
        HOW = "how", "방법"

    faq = models.ForeignKey(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField("종류", max_length=9, choices=Kind.choices)
    text = models.CharField("답", max_length=200)

    class Meta:
        verbose_name = "짧은 답"
        verbose_name_plural = "짧은 답"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["faq", "kind"], name="one_facet_per_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=["fee", "place", "hours", "documents", "deadline", "how"]),
                name="facet_kind_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="facet_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.faq_id} {self.kind}"


class FaqPicture(models.Model):
    """What an answer shows (a counter, a bag, a form): a small JPEG of our own making, and words for it."""

    LONGEST_ALT = 200

    faq = models.OneToOneField(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="picture")
    content = models.BinaryField("사진", max_length=1_000_000)
    sha256 = models.CharField("지문", max_length=64)
    width = models.PositiveIntegerField("가로")
    height = models.PositiveIntegerField("세로")
    alt = models.CharField("사진 설명", max_length=LONGEST_ALT)
    changed_by = models.ForeignKey(
        "accounts.User", verbose_name="올린 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField("올린 때")

    class Meta:
        verbose_name = "답변의 사진"
        verbose_name_plural = "답변의 사진"
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(alt=""), name="picture_is_described")]

    def __str__(self) -> str:
        return f"{self.faq_id}"


class FaqRevision(models.Model):
    """An answer as it stood, each time it was published: who answered for it, and why it was changed."""

    faq = models.ForeignKey(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField("판")
    snapshot = models.JSONField("내용")
    reason = models.CharField("까닭", max_length=200, blank=True)
    by = models.ForeignKey(
        "accounts.User", verbose_name="고친 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("고친 때")

    class Meta:
        verbose_name = "답변의 지난 판"
        verbose_name_plural = "답변의 지난 판"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["faq", "version"], name="one_revision_per_version"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="faq_revision_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.faq_id} v{self.version}"


class FaqProposal(models.Model):
    """What one official wants of an answer that sends people to another agency, until a second one has dialled it."""

    faq = models.OneToOneField(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="proposal")
    snapshot = models.JSONField("내용")
    phrasings = models.JSONField("시민이 묻는 말", default=list)
    seen = models.PositiveIntegerField("고치기 전 판")
    reason = models.CharField("까닭", max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        "accounts.User", verbose_name="올린 사람", on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("올린 때")
    is_retirement = models.BooleanField("내리자는 것", default=False)

    class Meta:
        verbose_name = "확인을 기다리는 안내"
        verbose_name_plural = "확인을 기다리는 안내"

    def __str__(self) -> str:
        return f"{self.faq_id}"


class MapPlace(models.Model):
    """One place of a layer (무인발급기, 폐의약품 수거함 …)."""

    layer = models.SlugField("지도 묶음", max_length=40)
    name = models.CharField("이름", max_length=80)
    address = models.CharField("주소", max_length=120)
    lat = models.FloatField("위도")
    lon = models.FloatField("경도")
    phone = models.CharField("전화", max_length=20, blank=True)
    hours = models.CharField("시간", max_length=80, blank=True)
    is_sample = models.BooleanField("예시", default=False)

    class Meta:
        verbose_name = "지도 장소"
        verbose_name_plural = "지도 장소"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["layer", "name", "address"], name="one_place_per_address"),
            models.CheckConstraint(
                condition=Q(lat__range=(33, 39.5), lon__range=(124, 132.5)), name="map_place_lies_in_korea"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Synonym(models.Model):
    """A citizen's word and the official one; read on the question's side only, added and never put in its place."""

    class State(models.TextChoices):
        """Nothing is learned without an official's click."""

        PROPOSED = "proposed", "제안"
        APPROVED = "approved", "승인"
        REJECTED = "rejected", "거절"

    term = models.CharField("시민의 말", max_length=40, unique=True)
    expands_to = models.CharField("덧붙일 말", max_length=80)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        "accounts.User", verbose_name="결정한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField("고친 때")

    class Meta:
        verbose_name = "비슷한 말"
        verbose_name_plural = "비슷한 말"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(term__regex=r"^.{2,}$"), name="synonym_has_two_syllables"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved", "rejected"]), name="synonym_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.term


class Phrasing(models.Model):
    """Another way citizens ask the same thing; it helps only once an official has approved it."""

    class State(models.TextChoices):
        """Nothing is learned without an official's click."""

        PROPOSED = "proposed", "제안"
        APPROVED = "approved", "승인"
        REJECTED = "rejected", "거절"

    class Source(models.TextChoices):
        """Where the words come from."""

        OFFICIAL = "official", "공무원"
        MINED = "mined", "답변 못한 질문"
        FEEDBACK = "feedback", "시민의 선택"

    faq = models.ForeignKey(Faq, verbose_name="질문", on_delete=models.CASCADE, related_name="phrasings")
    source = models.CharField("출처", max_length=8, choices=Source.choices, default=Source.OFFICIAL)
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
            models.CheckConstraint(
                condition=Q(source__in=["official", "mined", "feedback"]), name="phrasing_source_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text
