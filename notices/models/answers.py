"""What citizens answered, and the consent kept as evidence."""

import pgtrigger
from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign, Option, Question
from notices.models.recipients import Recipient
from portal.core.fields import SealedField, SealedModel, sealed_text

LABELS = {
    "consent": "동의",
    "refuse": "미동의",
    "choice": "고름",
    "number": "숫자",
    "text": "글",
    "skip": "건너뜀",
    "ambiguous": "불명확",
    "unrelated": "무관",
    "identity": "본인확인",
    "opt_out": "수신거부",
}

# As for recipients: one statement, whatever the number of rows. What counts is counted here, never by a page.
_METRICS = """
    select q.campaign_id, m.metric, m.amount * {sign} as amount
    from {source} as a join notices_question as q on q.id = a.question_id
    cross join lateral (values
        ('question:' || a.question_id, 1),
        ('option:' || a.option_id, 1),
        ('heads:' || a.option_id, a.head_count),
        ('sum:' || a.question_id, a.number)
    ) as m (metric, amount)
    where a.is_counted and a.replaced_at is null and m.metric is not null and m.amount is not null
"""


def _counting(sources: dict[str, int]) -> str:
    parts = " union all ".join(_METRICS.format(source=source, sign=sign) for source, sign in sources.items())
    return (
        "insert into notices_count (campaign_id, metric, delta) "  # noqa: S608
        f"select campaign_id, metric, sum(amount) from ({parts}) as changed "
        "group by campaign_id, metric having sum(amount) <> 0; return null;"
    )


class Answer(SealedModel):
    """One reply read into a campaign, or an official's decision about one. The current one is not replaced."""

    class Source(models.TextChoices):
        """Who answered."""

        REPLY = "reply", "문자 회신"
        OFFICIAL = "official", "담당자 판단"

    recipient = models.ForeignKey(Recipient, verbose_name="수신자", on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, verbose_name="물음", on_delete=models.CASCADE, related_name="answers")
    option = models.ForeignKey(
        Option, verbose_name="답", on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    value_sealed = SealedField(verbose_name="회신(봉인)")
    value = sealed_text("value_sealed")
    source = models.CharField("출처", max_length=10, choices=Source.choices)
    reply = models.ForeignKey(
        "messaging.Reply", verbose_name="회신", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    number = models.PositiveIntegerField("숫자", null=True, blank=True)
    head_count = models.PositiveIntegerField("인원", null=True, blank=True)
    label = models.CharField("판독", max_length=20)
    rule = models.CharField("규칙", max_length=80, blank=True)
    suggested = models.CharField("제안", max_length=20, blank=True)
    identity = models.CharField("본인확인", max_length=10, blank=True)
    is_clear = models.BooleanField("뜻이 분명함", default=False)
    is_counted = models.BooleanField("집계", default=False)
    is_late = models.BooleanField("마감 뒤", default=False)
    needs_decision = models.BooleanField("판단 필요", default=False)
    at = models.DateTimeField("언제")
    decided_by = models.ForeignKey(
        "accounts.User", verbose_name="판단한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("판단한 때", null=True, blank=True)
    replaced_at = models.DateTimeField("바뀐 때", null=True, blank=True)

    class Meta:
        verbose_name = "응답"
        verbose_name_plural = "응답"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "question"],
                condition=Q(replaced_at__isnull=True, is_clear=True),
                name="one_current_answer_per_question",
            ),
            models.UniqueConstraint(
                fields=["recipient", "reply"],
                condition=Q(reply__isnull=False, source="reply"),
                name="a_reply_counts_once",
            ),
            models.CheckConstraint(
                condition=~Q(source="official") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="officials_answer_names_who",
            ),
            models.CheckConstraint(condition=Q(source__in=["reply", "official"]), name="answer_source_known"),
            models.CheckConstraint(
                condition=Q(is_counted=False) | Q(is_clear=True, is_late=False), name="only_clear_answers_in_time_count"
            ),
            models.CheckConstraint(condition=Q(is_clear=False) | Q(needs_decision=False), name="clear_needs_nobody"),
        ]
        indexes = [
            models.Index(fields=["recipient", "at"], name="answer_by_recipient"),
            models.Index(fields=["at"], condition=Q(needs_decision=True), name="answer_to_decide"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answer_added",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_counting({"new_rows": 1}),
            ),
            pgtrigger.Trigger(
                name="answer_changed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_counting({"old_rows": -1, "new_rows": 1}),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.label}"

    @property
    def shown(self) -> str:
        """What it was taken for, in words."""
        words = LABELS.get(self.label, self.label)
        if self.source == self.Source.OFFICIAL:
            return f"담당자 판단: {words}"
        return f"{words} (마감 뒤)" if self.is_late else words


class Consent(SealedModel):
    """
    Evidence that a citizen designated a number for electronic service (행정절차법 제14조 제3항).

    Sealed under the general keys, because it outlives the campaign.
    """

    class Decision(models.TextChoices):
        """What the citizen said."""

        GIVEN = "given", "동의"
        DECLINED = "declined", "미동의"

    recipient = models.OneToOneField(
        Recipient, verbose_name="수신자", on_delete=models.SET_NULL, null=True, related_name="consent"
    )
    campaign = models.ForeignKey(Campaign, verbose_name="발송 건", on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField("목적", max_length=60)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, related_name="+"
    )
    phone_sealed = SealedField(verbose_name="지정한 번호(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16)
    birth_index = models.BinaryField("생년월일 색인", max_length=16, null=True, blank=True)
    wording = models.ForeignKey(
        "messaging.TemplateVersion", verbose_name="문구", on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked = models.ForeignKey(
        "messaging.Message", verbose_name="요청 문자", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reply = models.ForeignKey(
        "messaging.Reply", verbose_name="회신", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reply_sealed = SealedField(verbose_name="회신 원문(봉인)")
    reply_text = sealed_text("reply_sealed")
    decision = models.CharField("결정", max_length=10, choices=Decision.choices)
    identity = models.CharField("본인확인", max_length=10)
    decided_by = models.ForeignKey(
        "accounts.User", verbose_name="판단한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField("결정한 때")
    expires_on = models.DateField("만료일", null=True, blank=True)
    replaced_at = models.DateTimeField("새 동의로 바뀐 때", null=True, blank=True)
    revoked_at = models.DateTimeField("철회한 때", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "messaging.Reply", verbose_name="철회 회신", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_by_official = models.ForeignKey(
        "accounts.User", verbose_name="철회 처리", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoke_reason = models.CharField("철회 사유", max_length=200, blank=True)

    class Meta:
        verbose_name = "수신동의"
        verbose_name_plural = "수신동의"
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=["given", "declined"]), name="consent_decision_known"),
            models.CheckConstraint(
                condition=~Q(decision="given") | Q(identity="match"), name="given_consent_is_identified"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(decision="given"), name="only_given_consent_is_revoked"
            ),
            models.CheckConstraint(
                condition=Q(revoked_by_official__isnull=True) | Q(revoked_at__isnull=False) & ~Q(revoke_reason=""),
                name="officials_revoke_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(decision="given") | Q(expires_on__isnull=False), name="given_consent_expires"
            ),
            models.UniqueConstraint(
                fields=["purpose", "phone_index", "birth_index"],
                condition=Q(decision="given", revoked_at__isnull=True, replaced_at__isnull=True),
                name="one_standing_consent_per_person",
            ),
        ]
        indexes = [models.Index(fields=["phone_index", "birth_index"], name="consent_by_person")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.decision}"

    @property
    def is_given(self) -> bool:
        """Whether it was given and not taken back."""
        return self.decision == self.Decision.GIVEN and self.revoked_at is None

    @property
    def shown(self) -> str:
        """Where it stands, in words."""
        if self.revoked_at:
            return "철회"
        return "새 동의로 바뀜" if self.replaced_at else Consent.Decision(self.decision).label
