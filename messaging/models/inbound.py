"""What comes in: receipts, replies, opt-outs, and webhooks we could not read. One row per carrier event."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.core.fields import SealedField, SealedModel, sealed_text


class Receipt(SealedModel):
    """결과 보고: what a carrier says became of a leg. Stored before it is folded."""

    carrier = models.CharField("통신사", max_length=20)
    event_key = models.CharField("사건 열쇠", max_length=200)
    vendor_ref = models.CharField("통신사 번호", max_length=120, blank=True)
    leg = models.UUIDField("우리 번호", null=True, blank=True)
    attempt = models.ForeignKey(
        "messaging.Attempt",
        verbose_name="발송 시도",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
    )
    outcome = models.CharField("결과", max_length=12, choices=[("delivered", "전달"), ("undelivered", "전달 실패")])
    code = models.CharField("결과 부호", max_length=20, blank=True)
    reason_kind = models.CharField("까닭", max_length=20, blank=True)
    occurred_at = models.DateTimeField("일어난 일시")
    received_at = models.DateTimeField("받은 일시")
    fold_at = models.DateTimeField("반영할 일시")
    folded_at = models.DateTimeField("반영 일시", null=True, blank=True)
    raw_sealed = SealedField(verbose_name="원문(봉인)")
    raw = sealed_text("raw_sealed")

    class Meta:
        verbose_name = "결과 보고"
        verbose_name_plural = "결과 보고"
        constraints = [
            models.UniqueConstraint(fields=["carrier", "event_key"], name="one_receipt_per_event"),
            models.CheckConstraint(
                condition=Q(outcome__in=["delivered", "undelivered"]), name="receipt_outcome_is_known"
            ),
        ]
        indexes = [models.Index(fields=["fold_at"], condition=Q(folded_at__isnull=True), name="receipt_to_fold")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.event_key}"


class Reply(SealedModel):
    """회신: a citizen's text to one of our numbers. Resident numbers are masked before it is stored."""

    OWN_NUMBER = "own_number"  # the rule of our own words coming back

    carrier = models.CharField("통신사", max_length=20)
    event_key = models.CharField("사건 열쇠", max_length=200)
    to_number = models.ForeignKey(
        "messaging.SenderNumber",
        verbose_name="받은 번호",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    text_sealed = SealedField(verbose_name="내용(봉인)")
    text = sealed_text("text_sealed")
    occurred_at = models.DateTimeField("보낸 일시")
    received_at = models.DateTimeField("받은 일시")
    is_complete = models.BooleanField("모두 도착", default=True, help_text="긴 문자의 일부가 끝내 오지 않으면 아님")
    message = models.ForeignKey(
        "messaging.Message",
        verbose_name="관련 메시지",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replies",
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="관련 메시지를 보낸 부서. 비어 있으면 접수 담당이 봅니다",
    )
    topic = models.CharField("넘긴 주제", max_length=60, blank=True, help_text="비어 있으면 회신함에서 담당자가 봅니다")
    label = models.CharField("읽은 결과", max_length=12, blank=True)
    option = models.CharField("고른 답", max_length=40, blank=True)
    rule = models.CharField("규칙", max_length=60, blank=True)
    suggested = models.CharField("짐작", max_length=40, blank=True)
    spans = models.JSONField("근거 자리", default=list, blank=True)
    flags = models.JSONField("표시", default=list, blank=True)
    needs_triage = models.BooleanField("판단 필요", default=False)
    decide_at = models.DateTimeField(
        "판단을 알릴 일시", null=True, blank=True, help_text="그때까지는 판단을 되돌릴 수 있습니다"
    )
    try_at = models.DateTimeField("처리할 일시")
    tries_count = models.PositiveSmallIntegerField("처리 실패 횟수", default=0)
    error = models.CharField("처리 오류", max_length=200, blank=True)
    handled_at = models.DateTimeField("처리 일시", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="확인한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    erased_at = models.DateTimeField("파기 일시", null=True, blank=True)

    class Meta:
        verbose_name = "회신"
        verbose_name_plural = "회신"
        constraints = [models.UniqueConstraint(fields=["carrier", "event_key"], name="one_reply_per_event")]
        indexes = [
            models.Index(fields=["try_at"], condition=Q(handled_at__isnull=True), name="reply_to_handle"),
            models.Index(
                fields=["id"],
                condition=Q(topic="", handled_at__isnull=False, handled_by__isnull=True),
                name="reply_for_an_official",
            ),
            models.Index(fields=["phone_index", "id"], name="reply_from_phone"),
            models.Index(fields=["department", "id"], name="reply_to_department"),
            models.Index(fields=["id"], condition=Q(needs_triage=True), name="reply_to_triage"),
            models.Index(fields=["decide_at"], condition=Q(decide_at__isnull=False), name="decision_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.event_key}"


class ReplyPart(SealedModel):
    """긴 회신의 한 조각: kept until its siblings are here; then the whole becomes one Reply."""

    carrier = models.CharField("통신사", max_length=20)
    event_key = models.CharField("사건 열쇠", max_length=200)
    whole = models.CharField("묶음", max_length=64, help_text="보낸 이·받은 번호·참조·조각 수의 지문")
    number = models.PositiveSmallIntegerField("순서")
    total = models.PositiveSmallIntegerField("조각 수")
    to_number = models.CharField("받은 번호", max_length=20)
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    text_sealed = SealedField(verbose_name="내용(봉인)")
    text = sealed_text("text_sealed")
    occurred_at = models.DateTimeField("보낸 일시")
    received_at = models.DateTimeField("받은 일시")
    reply = models.ForeignKey(
        Reply, verbose_name="회신", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )

    class Meta:
        verbose_name = "회신 조각"
        verbose_name_plural = "회신 조각"
        constraints = [
            models.UniqueConstraint(fields=["carrier", "event_key"], name="one_part_per_event"),
            models.UniqueConstraint(
                fields=["carrier", "whole", "number"], condition=Q(reply__isnull=True), name="one_part_per_place"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=models.F("total")), name="part_is_one_of_its_total"
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(reply__isnull=True), name="part_that_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.number}/{self.total}"


class PollCursor(models.Model):
    """How far a carrier that is asked for its news has been asked, and when; claimed by moving `polled_at`."""

    carrier = models.CharField("통신사", max_length=20, unique=True)
    cursor = models.TextField("읽은 자리", blank=True)
    polled_at = models.DateTimeField("물은 일시")

    class Meta:
        verbose_name = "통신사 소식 읽은 자리"
        verbose_name_plural = "통신사 소식 읽은 자리"

    def __str__(self) -> str:
        return self.carrier


class HookReject(SealedModel):
    """An authentic webhook that was not in the documented shape: kept for a person, acknowledged to the carrier."""

    carrier = models.CharField("통신사", max_length=20)
    kind = models.CharField(
        "종류",
        max_length=12,
        choices=[
            ("receipts", "결과 보고"),
            ("replies", "회신"),
            ("unsubscribes", "080 수신거부"),
            ("news", "받아 온 소식"),
        ],
    )
    reason = models.CharField("까닭", max_length=200)
    body_sealed = SealedField(verbose_name="원문(봉인)")
    body = sealed_text("body_sealed")
    received_at = models.DateTimeField("받은 일시")

    class Meta:
        verbose_name = "읽지 못한 웹훅"
        verbose_name_plural = "읽지 못한 웹훅"
        indexes = [models.Index(fields=["received_at"], name="reject_to_forget")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.kind}"


class OptOut(models.Model):
    """수신거부: obeyed at the claim, by the blind index of the phone."""

    class Scope(models.TextChoices):
        ALL = "all", "전부"
        PURPOSE = "purpose", "목적"
        TOPIC = "topic", "주제"
        STREAM = "stream", "발송 흐름"

    class Source(models.TextChoices):
        REPLY = "reply", "문자 회신"
        REFUSAL_LINE = "080", "080 수신거부"
        OFFICIAL = "official", "담당자"
        CARRIER = "carrier", "통신사"
        LINK = "link", "알림 설정 화면"

    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    scope = models.CharField("범위", max_length=10, choices=Scope.choices)
    value = models.CharField("대상", max_length=80, blank=True)
    source = models.CharField("경로", max_length=10, choices=Source.choices)
    since = models.DateTimeField("시작")
    lifted_at = models.DateTimeField("해제 일시", null=True, blank=True)
    reply = models.ForeignKey(
        Reply, verbose_name="회신", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="등록한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "수신거부"
        verbose_name_plural = "수신거부"
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index", "scope", "value"],
                condition=Q(lifted_at__isnull=True),
                name="one_opt_out_per_scope",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["all", "purpose", "topic", "stream"]), name="opt_out_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope="all", value="") | (~Q(scope="all") & ~Q(value="")), name="opt_out_names_its_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.value}".strip()
