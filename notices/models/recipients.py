"""Rosters and the people on them."""

from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign
from portal.core.fields import SealedField, SealedModel, sealed_text


class RosterImport(models.Model):
    """One roster file as it was read."""

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="rosters")
    file_sha256 = models.CharField("파일 지문", max_length=64)
    file_name = models.CharField("파일 이름", max_length=200)
    encoding = models.CharField("문자 부호", max_length=20, blank=True)
    row_count = models.PositiveIntegerField("행 수")
    unique_count = models.PositiveIntegerField("사람 수")
    duplicate_count = models.PositiveIntegerField("겹친 행 수")
    by = models.ForeignKey("accounts.User", verbose_name="누가", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "명부"
        verbose_name_plural = "명부"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "file_sha256"], name="same_roster_only_once"),
            models.CheckConstraint(
                condition=Q(row_count=models.F("unique_count") + models.F("duplicate_count")),
                name="roster_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"


class RowProblem(models.Model):
    """What is wrong with one cell of a roster. The value is masked before it is stored."""

    roster = models.ForeignKey(RosterImport, verbose_name="명부", on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField("행")
    column = models.CharField("열", max_length=40, blank=True)
    code = models.CharField("문제", max_length=40)
    value = models.CharField("값(가림)", max_length=80, blank=True)
    sentence = models.CharField("설명", max_length=200, blank=True)

    class Meta:
        verbose_name = "명부 문제"
        verbose_name_plural = "명부 문제"

    def __str__(self) -> str:
        return f"{self.row} {self.code}"


LIVE = ["imported", "addressable", "asking", "agreed", "verified", "queued", "sent"]
PAPER = [
    *["defective", "no_mobile", "minor", "ask_undelivered", "declined", "silent"],
    *["identity_mismatch", "revoked", "undelivered", "unresolved", "cancelled"],
]
CONSENTED = [
    *["verified", "revoked", "queued", "sent", "delivered"],
    *["undelivered", "unresolved", "opened", "unopened"],
]

# One statement, whatever the number of rows: a row trigger on a hot counter is five times slower, and a page must not
# count 52,000 rows every two seconds. Old rows count down, new rows count up.
_METRICS = """
    array_remove(array[
        'all', 'state:' || state, 'bucket:' || bucket,
        case when asked_at is not null then 'asked' end,
        case when ask_delivered_at is not null then 'ask_delivered' end,
        case when replied_at is not null then 'replied' end,
        case when verified_at is not null then 'verified' end,
        case when needs_triage then 'triage' end,
        case when sent_at is not null then 'sent' end,
        case when delivered_at is not null then 'delivered' end,
        case when opened_at is not null then 'opened' end,
        case when ground <> '' then 'ground:' || ground end,
        case when ground <> '' then 'granted:' || state end,
        case when state = 'delivered' and bucket is null then 'awaits_opening' end
    ], null)
"""


def _counting(sources: dict[str, int]) -> str:
    parts = " union all ".join(
        f"select campaign_id, unnest({_METRICS}) as metric, {sign} as sign from {source}"  # noqa: S608
        for source, sign in sources.items()
    )
    return (
        "insert into notices_count (campaign_id, metric, delta) "  # noqa: S608
        f"select campaign_id, metric, sum(sign) from ({parts}) as changed "
        "group by campaign_id, metric having sum(sign) <> 0; return null;"
    )


class Recipient(SealedModel):
    """One citizen of one campaign. Ends in exactly one bucket; the database refuses anything else."""

    class State(models.TextChoices):
        """Every allowed step between these is in `notices.workflow`."""

        IMPORTED = "imported", "명부"
        EXCLUDED = "excluded", "제외"
        DEFECTIVE = "defective", "자료 오류"
        NO_MOBILE = "no_mobile", "휴대전화 없음"
        MINOR = "minor", "14세 미만"
        ADDRESSABLE = "addressable", "대상"
        ASKING = "asking", "동의 요청"
        ASK_UNDELIVERED = "ask_undelivered", "요청 전달 실패"
        DECLINED = "declined", "미동의"
        SILENT = "silent", "무응답"
        AGREED = "agreed", "동의(본인확인 전)"
        IDENTITY_MISMATCH = "identity_mismatch", "본인확인 불일치"
        VERIFIED = "verified", "동의"
        REVOKED = "revoked", "동의 철회"
        QUEUED = "queued", "발송 대기"
        SENT = "sent", "발송"
        DELIVERED = "delivered", "전달"
        UNDELIVERED = "undelivered", "전달 실패"
        UNRESOLVED = "unresolved", "결과 확인 불가"
        OPENED = "opened", "열람"
        UNOPENED = "unopened", "미열람"
        ANSWERED = "answered", "응답"
        UNANSWERED = "unanswered", "응답 없음"
        CANCELLED = "cancelled", "취소"

    class Bucket(models.TextChoices):
        """Where a citizen ends."""

        ELECTRONIC = "electronic", "전자 전달"
        PAPER = "paper", "종이 우편"
        ANSWERED = "answered", "응답"
        UNANSWERED = "unanswered", "응답 없음"
        UNREACHED = "unreached", "연락하지 못함"
        EXCLUDED = "excluded", "제외"

    class Ground(models.TextChoices):
        """Why something personal may be sent to her at all."""

        REPLY = "reply", "회신으로 동의"
        STANDING = "standing", "전에 한 동의"
        STATUTE = "statute", "법령"

    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.CASCADE, related_name="recipients")
    key = models.CharField("관리번호", max_length=40)
    row = models.PositiveIntegerField("명부 행")
    name_sealed = SealedField(verbose_name="성명(봉인)")
    name = sealed_text("name_sealed")
    birth_sealed = SealedField(verbose_name="생년월일(봉인)")
    birth_text = sealed_text("birth_sealed")
    birth_index = models.BinaryField("생년월일 색인", max_length=16, null=True, blank=True)
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16, null=True, blank=True)
    address_sealed = SealedField(verbose_name="주소(봉인)")
    address = sealed_text("address_sealed")
    postcode = models.CharField("우편번호", max_length=6, blank=True)
    extra_sealed = SealedField(verbose_name="그 밖의 값(봉인)")
    extra_text = sealed_text("extra_sealed")
    page_count = models.PositiveSmallIntegerField("쪽수", null=True, blank=True)
    problems = ArrayField(models.CharField(max_length=40), verbose_name="명부 문제", default=list, blank=True)
    state = models.CharField("상태", max_length=20, choices=State.choices, default=State.IMPORTED)
    bucket = models.CharField("귀결", max_length=10, choices=Bucket.choices, null=True, blank=True)  # noqa: DJ001  (null says: not yet)
    reason = models.CharField("사유", max_length=40, blank=True)
    ground = models.CharField("보내는 근거", max_length=10, choices=Ground.choices, blank=True)
    listed_at = models.DateTimeField("최종 명단에 오른 때", null=True, blank=True)
    needs_triage = models.BooleanField("불명확 회신 있음", default=False)
    wrong_birth_count = models.PositiveSmallIntegerField("생년월일 불일치 횟수", default=0)
    asked_at = models.DateTimeField("동의 요청", null=True, blank=True)
    ask_closes_at = models.DateTimeField("회신 기한", null=True, blank=True)
    ask_delivered_at = models.DateTimeField("요청 전달", null=True, blank=True)
    replied_at = models.DateTimeField("첫 회신", null=True, blank=True)
    identified_at = models.DateTimeField("생년월일 확인", null=True, blank=True)
    verified_at = models.DateTimeField("동의 확정", null=True, blank=True)
    sent_at = models.DateTimeField("발송", null=True, blank=True)
    delivered_at = models.DateTimeField("전달", null=True, blank=True)
    opened_at = models.DateTimeField("열람", null=True, blank=True)
    ladder_step = models.PositiveSmallIntegerField("마친 단계", default=0, db_default=0)
    ladder_at = models.DateTimeField("마친 단계의 때", null=True, blank=True)

    class Meta:
        verbose_name = "수신자"
        verbose_name_plural = "수신자"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "key"], name="one_recipient_per_key"),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, bucket__isnull=True)
                | Q(
                    bucket__isnull=False
                )  # a comparison with NULL is neither true nor false, and a CHECK takes it for true
                & (
                    Q(state__in=PAPER, bucket__in=["paper", "unreached"])
                    | Q(state__in=["delivered", "opened"], bucket="electronic")
                    | Q(state="unopened", bucket__in=["electronic", "paper", "unreached"])
                    | Q(state="answered", bucket="answered")
                    | Q(state="unanswered", bucket="unanswered")
                    | Q(state="excluded", bucket="excluded")
                )
                | Q(state="delivered", bucket__isnull=True),  # where only an opening counts as served
                name="final_state_has_its_bucket",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["asking", "ask_undelivered", "declined", "agreed", "identity_mismatch"])
                | Q(asked_at__isnull=False),
                name="answers_follow_a_question",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CONSENTED)
                | Q(ground__in=["standing", "statute"])
                | Q(verified_at__isnull=False, identified_at__isnull=False),
                name="sending_follows_verified_consent",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False), name="delivered_says_when"
            ),
            models.CheckConstraint(condition=~Q(state="opened") | Q(opened_at__isnull=False), name="opened_says_when"),
            models.CheckConstraint(
                condition=Q(ground__in=["", "reply", "standing", "statute"]), name="recipient_ground_known"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state"], name="recipient_by_state"),
            models.Index(fields=["phone_index", "asked_at"], name="recipient_by_phone"),
            models.Index(fields=["campaign"], condition=Q(needs_triage=True), name="recipient_to_triage"),
            models.Index(
                fields=["campaign", "state", "ladder_step", "ladder_at"],
                condition=Q(state__in=["asking", "sent", "delivered", "undelivered"]),
                name="recipient_on_ladder",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_added",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_counting({"new_rows": 1}),
            ),
            pgtrigger.Trigger(
                name="count_changed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_counting({"old_rows": -1, "new_rows": 1}),
            ),
            pgtrigger.Trigger(
                name="count_removed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_rows"),
                func=_counting({"old_rows": -1}),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.key}"

    @property
    def birth(self) -> date | None:
        """The date of birth, if the roster had a real one."""
        return date.fromisoformat(self.birth_text) if self.birth_text else None


class RecipientChange(models.Model):
    """One step of one citizen through a launched campaign; never edited. 행정절차법 제14조 asks us to keep it."""

    recipient = models.ForeignKey(Recipient, verbose_name="수신자", on_delete=models.PROTECT, related_name="changes")
    before = models.CharField("이전 상태", max_length=20, choices=Recipient.State.choices)
    after = models.CharField("이후 상태", max_length=20, choices=Recipient.State.choices)
    cause = models.CharField("무엇", max_length=40)
    note = models.CharField("내용", max_length=200, blank=True)
    by = models.ForeignKey(
        "accounts.User", verbose_name="누가", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("언제")

    class Meta:
        verbose_name = "수신자 이력"
        verbose_name_plural = "수신자 이력"
        triggers = [
            pgtrigger.Protect(name="recipient_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.before} → {self.after}"
