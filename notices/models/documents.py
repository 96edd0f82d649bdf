"""Documents, whose pages are whose, and the pictures made from them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from notices.models.campaigns import Campaign
from notices.models.frozen import frozen_with_recipient
from notices.models.recipients import Recipient
from portal.core.fields import SealedField, SealedModel, sealed_text


class SourceDocument(models.Model):
    """An uploaded PDF, sealed under the campaign's own key."""

    class Kind(models.TextChoices):
        """How the document holds the notices."""

        MERGED = "merged", "합본 PDF"
        SINGLE = "single", "한 사람씩 나뉜 PDF(ZIP)"
        MADE = "made", "명부로 만든 통지서"

    class State(models.TextChoices):
        """How far its analysis has come."""

        UPLOADED = "uploaded", "올림"
        EXAMINING = "examining", "파일 점검 중"
        REFUSED = "refused", "쓸 수 없음"
        READING = "reading", "쪽 읽는 중"
        READ = "read", "읽음"
        FAILED = "failed", "읽지 못함"

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="documents")
    sha256 = models.CharField("파일 지문", max_length=64)
    file_name = models.CharField("파일 이름", max_length=200)
    byte_count = models.PositiveBigIntegerField("바이트")
    page_count = models.PositiveIntegerField("쪽수", null=True, blank=True)
    kind = models.CharField("형식", max_length=10, choices=Kind.choices, default=Kind.MERGED)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.UPLOADED)
    findings = models.JSONField("점검 결과", default=dict, blank=True)
    refusal = models.CharField("쓸 수 없는 사유", max_length=300, blank=True)
    zone_template = models.CharField("쪽 서식", max_length=80, blank=True)  # empty: still to be drawn
    zone_version = models.PositiveSmallIntegerField("쪽 서식 판", default=1)
    groups_sha256 = models.CharField("배정 지문", max_length=64, blank=True)
    stamp_zone = models.CharField("우리 QR을 찍을 칸", max_length=40, blank=True)
    fonts_allowed_by = models.ForeignKey(
        "accounts.User", verbose_name="글꼴 허용", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    fonts_allowed_reason = models.CharField("글꼴을 허용한 사유", max_length=200, blank=True)
    stored_as = models.CharField("보관 위치", max_length=200)
    is_current = models.BooleanField("지금 쓰는 문서", default=False)
    lease_by = models.UUIDField("맡은 작업", null=True, blank=True)
    lease_until = models.DateTimeField("맡은 기한", null=True, blank=True)
    attempts_count = models.PositiveSmallIntegerField("시도", default=0)
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "원본 문서"
        verbose_name_plural = "원본 문서"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "sha256"], name="same_document_only_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(is_current=True), name="one_current_document_per_campaign"
            ),
            models.CheckConstraint(condition=Q(kind__in=["merged", "single", "made"]), name="document_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "examining", "refused", "reading", "read", "failed"]),
                name="document_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reading", "read"]) | Q(page_count__isnull=False, page_count__gt=0),
                name="read_document_has_pages",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "failed"]) | ~Q(refusal=""), name="refused_document_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reading", "read"]) | ~Q(zone_template=""), name="read_document_has_zones"
            ),
            models.CheckConstraint(
                condition=Q(fonts_allowed_by__isnull=True, fonts_allowed_reason="")
                | Q(fonts_allowed_by__isnull=False) & ~Q(fonts_allowed_reason=""),
                name="allowed_fonts_say_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"


class RenderBatch(models.Model):
    """A range of pages to read, or to make pictures of: claimed with a lease, so that a killed worker loses nothing."""

    READING = "reading"  # the profile of the first pass; the others name an MMS profile
    MAKING = "making"  # letters of ours are written first: its "pages" are people, in the order of the roster

    class State(models.TextChoices):
        """Life of a batch."""

        QUEUED = "queued", "대기"
        WORKING = "working", "작업 중"
        DONE = "done", "끝남"
        FAILED = "failed", "실패"

    document = models.ForeignKey(
        SourceDocument, verbose_name="원본 문서", on_delete=models.CASCADE, related_name="batches"
    )
    profile = models.CharField("규격", max_length=20)
    first_page = models.PositiveIntegerField("첫 쪽")
    last_page = models.PositiveIntegerField("끝 쪽")
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.QUEUED)
    lease_by = models.UUIDField("맡은 작업", null=True, blank=True)
    lease_until = models.DateTimeField("맡은 기한", null=True, blank=True)
    attempts_count = models.PositiveSmallIntegerField("시도", default=0)
    done_at = models.DateTimeField("끝난 때", null=True, blank=True)

    class Meta:
        verbose_name = "작업 묶음"
        verbose_name_plural = "작업 묶음"
        constraints = [
            models.UniqueConstraint(fields=["document", "profile", "first_page"], name="one_batch_per_range"),
            models.CheckConstraint(
                condition=Q(first_page__gte=1, last_page__gte=F("first_page")), name="batch_range_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "working", "done", "failed"]), name="batch_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="working") | Q(lease_by__isnull=False, lease_until__isnull=False),
                name="working_batch_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document", "first_page"],
                condition=Q(state__in=["queued", "working"]),
                name="batch_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.profile} {self.first_page}–{self.last_page}"


SENDABLE = ("proved", "released")
DIFFERING = ["name_differs", "birth_differs", "address_differs"]  # from the roster: people can see which is right


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices by what may become of them."""

    def sendable(self) -> "NoticeQuerySet":
        """What may be sent: proved by witnesses, or released by two officials."""
        return self.filter(state__in=SENDABLE)


class AssetQuerySet(models.QuerySet["Asset"]):
    """Pictures by what may become of them."""

    def sendable(self) -> "AssetQuerySet":
        """Pictures of notices that may be sent."""
        return self.filter(notice__state__in=SENDABLE)


class Notice(models.Model):
    """The pages of one citizen: proved by independent witnesses, or held with every reason until two release it."""

    class State(models.TextChoices):
        """Only a proved or a released notice can be sent: ask `Notice.objects.sendable()`."""

        HELD = "held", "보류"
        PROVED = "proved", "확인됨"
        RELEASED = "released", "보류 해제"
        VOID = "void", "무효"

    recipient = models.ForeignKey(Recipient, verbose_name="수신자", on_delete=models.CASCADE, related_name="notices")
    document = models.ForeignKey(
        SourceDocument, verbose_name="원본 문서", on_delete=models.CASCADE, related_name="notices"
    )
    pages = ArrayField(models.PositiveIntegerField(), verbose_name="쪽")
    first_page = models.PositiveIntegerField("첫 쪽")
    state = models.CharField("상태", max_length=10, choices=State.choices)
    reasons = ArrayField(models.CharField(max_length=40), verbose_name="사유", default=list, blank=True)
    released_by = models.ForeignKey(
        "accounts.User", verbose_name="보류 해제", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_released_by = models.ForeignKey(
        "accounts.User",
        verbose_name="보류 해제 확인",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    release_note = models.CharField("해제한 사유", max_length=200, blank=True)
    released_at = models.DateTimeField("해제 일시", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "통지서"
        verbose_name_plural = "통지서"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(state__in=["proved", "released"]),
                name="one_sendable_notice_per_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "proved", "released", "void"]), name="notice_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "released"], reasons__len__gt=0)
                | Q(state="proved", reasons=[])
                | Q(state="void"),
                name="held_notice_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") & Q(second_released_by__isnull=True, released_at__isnull=True)
                | Q(state="released", released_by__isnull=False, released_at__isnull=False)
                & Q(second_released_by__isnull=False)
                & ~Q(release_note="")
                & ~Q(released_by=F("second_released_by")),
                name="release_takes_two_officials",
            ),
            models.CheckConstraint(
                condition=~Q(state="released")
                | Q(reasons__contained_by=["no_text", "zone_empty", "qr_missing", *DIFFERING]),
                name="only_what_people_can_judge_is_released",
            ),
        ]
        indexes = [models.Index(fields=["document", "first_page"], name="notice_by_first_page")]
        triggers = frozen_with_recipient("approved_notice_frozen", may_become_void=True)

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.state}"


class PageClaim(SealedModel):
    """One page of a document, what was read on it, and whose it is. A page cannot belong to two people."""

    class Verdict(models.TextChoices):
        """What the page is."""

        CLAIMED = "claimed", "확인됨"
        BLANK = "blank", "빈 쪽"
        ORPHAN = "orphan", "명부에 없음"
        HELD = "held", "보류"

    document = models.ForeignKey(
        SourceDocument, verbose_name="원본 문서", on_delete=models.CASCADE, related_name="claims"
    )
    page = models.PositiveIntegerField("쪽")
    reading_sealed = SealedField(verbose_name="읽은 내용(봉인)")
    reading = sealed_text("reading_sealed")
    text_key = models.CharField("글자 관리번호", max_length=40, blank=True)
    qr_key = models.CharField("QR 관리번호", max_length=40, blank=True)
    verdict = models.CharField("판정", max_length=10, choices=Verdict.choices, null=True, blank=True)  # noqa: DJ001  (null: not judged yet)
    reasons = ArrayField(models.CharField(max_length=40), verbose_name="사유", default=list, blank=True)
    notice = models.ForeignKey(
        Notice, verbose_name="통지서", on_delete=models.SET_NULL, null=True, blank=True, related_name="claims"
    )

    class Meta:
        verbose_name = "쪽 판정"
        verbose_name_plural = "쪽 판정"
        constraints = [
            models.UniqueConstraint(fields=["document", "page"], name="page_belongs_to_one_person"),
            models.CheckConstraint(
                condition=Q(verdict__isnull=True) | Q(verdict__in=["claimed", "blank", "orphan", "held"]),
                name="page_verdict_known",
            ),
        ]
        indexes = [models.Index(fields=["document", "verdict"], name="page_by_verdict")]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.page}"


class Asset(models.Model):
    """One picture of one citizen, as it will leave: bound to her by hash, database and read-back."""

    notice = models.ForeignKey(Notice, verbose_name="통지서", on_delete=models.CASCADE, related_name="assets")
    recipient = models.ForeignKey(Recipient, verbose_name="수신자", on_delete=models.CASCADE, related_name="assets")
    profile = models.CharField("규격", max_length=20)
    part = models.PositiveSmallIntegerField("장")
    parts = models.PositiveSmallIntegerField("모두 몇 장")
    width = models.PositiveIntegerField("너비")
    height = models.PositiveIntegerField("높이")
    byte_count = models.PositiveIntegerField("바이트")
    quality = models.PositiveSmallIntegerField("품질")
    is_colour = models.BooleanField("색")
    sha256 = models.CharField("그림 지문", max_length=64)
    bound = models.BinaryField("묶음 값", max_length=32)
    read_back_key = models.CharField("되읽은 관리번호", max_length=40, blank=True)
    renderer = models.CharField("그린 도구", max_length=60)
    stored_as = models.CharField("보관 위치", max_length=200)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = "통지 그림"
        verbose_name_plural = "통지 그림"
        constraints = [
            models.UniqueConstraint(fields=["notice", "profile", "part"], name="one_asset_per_part"),
            models.UniqueConstraint(fields=["sha256", "recipient"], name="same_picture_once_per_recipient"),
            models.CheckConstraint(condition=Q(part__gte=1, part__lte=F("parts")), name="asset_part_in_range"),
        ]
        triggers = frozen_with_recipient("approved_asset_frozen")

    def __str__(self) -> str:
        return f"{self.notice_id} {self.part}/{self.parts}"
