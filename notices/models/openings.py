"""The link to one notice, what it shows, who opened it and when, and the numbers under which it can be verified."""

import pgtrigger
from django.db import models
from django.db.models import Q

from notices.models.documents import Notice


class NoticeLink(models.Model):
    """The address of one notice. Only the hash of its token is here; wrong answers lock it, first for a while."""

    notice = models.OneToOneField(Notice, verbose_name="통지서", on_delete=models.PROTECT, related_name="link")
    token_sha256 = models.CharField("주소 지문", max_length=64)
    created_at = models.DateTimeField("만든 때")
    expires_at = models.DateTimeField("열 수 있는 기한")
    failed_count = models.PositiveSmallIntegerField("맞지 않은 횟수", default=0)
    failed_at = models.DateTimeField("마지막으로 맞지 않은 때", null=True, blank=True)
    locked_until = models.DateTimeField("잠긴 때까지", null=True, blank=True)
    blocked_at = models.DateTimeField("막힌 때", null=True, blank=True)
    unlocked_by = models.ForeignKey(
        "accounts.User", verbose_name="푼 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unlocked_at = models.DateTimeField("푼 때", null=True, blank=True)

    class Meta:
        verbose_name = "통지서 주소"
        verbose_name_plural = "통지서 주소"
        constraints = [
            models.UniqueConstraint(fields=["token_sha256"], name="one_notice_per_link_token"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="link_lives_for_some_time"),
            models.CheckConstraint(
                condition=Q(unlocked_by__isnull=True, unlocked_at__isnull=True)
                | Q(unlocked_by__isnull=False, unlocked_at__isnull=False),
                name="unlocked_link_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="link_by_last_failure"),
            models.Index(fields=["blocked_at"], condition=Q(blocked_at__isnull=False), name="link_blocked"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}"


class ReadingFile(models.Model):
    """What a link shows, sealed under the campaign's key: a picture of each page, the words, the pages as a PDF."""

    class Kind(models.TextChoices):
        """What the file is."""

        PICTURE = "picture", "쪽 그림"
        WORDS = "words", "글"
        DOCUMENT = "document", "PDF"

    notice = models.ForeignKey(Notice, verbose_name="통지서", on_delete=models.CASCADE, related_name="reading_files")
    kind = models.CharField("종류", max_length=10, choices=Kind.choices)
    number = models.PositiveSmallIntegerField("순서")
    width = models.PositiveIntegerField("너비", default=0)
    height = models.PositiveIntegerField("높이", default=0)
    byte_count = models.PositiveIntegerField("바이트")
    sha256 = models.CharField("파일 지문", max_length=64)
    bound = models.BinaryField("묶음 값", max_length=32)
    has_code = models.BooleanField("QR 코드 있음", default=False)
    stored_as = models.CharField("보관 위치", max_length=200)
    made_at = models.DateTimeField("만든 때")

    class Meta:
        verbose_name = "열람 자료"
        verbose_name_plural = "열람 자료"
        constraints = [
            models.UniqueConstraint(fields=["notice", "kind", "number"], name="one_reading_file_per_part"),
            models.CheckConstraint(condition=Q(kind__in=["picture", "words", "document"]), name="reading_file_known"),
            models.CheckConstraint(
                condition=~Q(kind="picture") | Q(width__gt=0, height__gt=0), name="reading_picture_has_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.kind} {self.number}"


class Opening(models.Model):
    """
    One time a citizen opened her notice; never edited. Only who she is and what was shown make an opening: a link that
    was fetched is none.
    """

    class Factor(models.TextChoices):
        """How we know it was she."""

        BIRTH = "birth", "생년월일"
        BIRTH_PHONE = "birth_phone", "생년월일과 전화번호"
        SESSION = "session", "로그인"
        RELAY = "relay", "공인전자문서중계자"
        REPLY = "reply", "문자 회신"

    notice = models.ForeignKey(Notice, verbose_name="통지서", on_delete=models.PROTECT, related_name="openings")
    link = models.ForeignKey(
        NoticeLink, verbose_name="주소", on_delete=models.PROTECT, null=True, blank=True, related_name="openings"
    )
    factor = models.CharField("본인확인", max_length=12, choices=Factor.choices)
    evidence = models.CharField("무엇으로", max_length=80)
    served_sha256 = models.CharField("보여 준 자료의 지문", max_length=64, blank=True)
    visit = models.UUIDField("방문", null=True, blank=True)
    address_hmac = models.BinaryField("접속 주소 색인", max_length=16, null=True, blank=True)
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "열람"
        verbose_name_plural = "열람"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "evidence"], condition=Q(visit__isnull=False), name="one_opening_per_visit"
            ),
            models.UniqueConstraint(
                fields=["notice", "factor", "evidence"],
                condition=Q(visit__isnull=True),
                name="one_opening_per_evidence",
            ),
            models.CheckConstraint(
                condition=Q(factor__in=["birth", "birth_phone", "session", "relay", "reply"]),
                name="opening_factor_known",
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="opening_says_by_what"),
            models.CheckConstraint(
                condition=~Q(factor__in=["birth", "birth_phone"]) | Q(link__isnull=False, visit__isnull=False),
                name="opening_by_box_came_through_a_link",
            ),
        ]
        indexes = [models.Index(fields=["notice", "at"], name="opening_by_notice")]
        triggers = [pgtrigger.Protect(name="opening_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.factor}"


class VerifyCode(models.Model):
    """Under which number a page of a notice can be verified (진위확인): a keyed index, never the number itself."""

    notice = models.ForeignKey(Notice, verbose_name="통지서", on_delete=models.CASCADE, related_name="verify_codes")
    page_of = models.PositiveSmallIntegerField("쪽")
    code_index = models.BinaryField("진위확인번호 색인", max_length=16)

    class Meta:
        verbose_name = "진위확인번호"
        verbose_name_plural = "진위확인번호"
        constraints = [
            models.UniqueConstraint(fields=["notice", "page_of"], name="one_verify_code_per_page"),
            models.UniqueConstraint(fields=["code_index"], name="verify_code_names_one_page"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.page_of}"
