"""What citizens answered, and the consent kept as evidence."""

from django.db import models
from django.db.models import Q

from notices.models.campaigns import Campaign, Option, Question
from notices.models.recipients import Recipient
from portal.core.fields import SealedField, SealedModel, sealed_text

LABELS = {
    "consent": "동의",
    "refuse": "미동의",
    "choice": "고름",
    "ambiguous": "불명확",
    "unrelated": "무관",
    "identity": "본인확인",
    "opt_out": "수신거부",
}


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
    label = models.CharField("판독", max_length=20)
    rule = models.CharField("규칙", max_length=80, blank=True)
    suggested = models.CharField("제안", max_length=20, blank=True)
    identity = models.CharField("본인확인", max_length=10, blank=True)
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
                condition=Q(replaced_at__isnull=True, option__isnull=False, is_late=False),
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
        ]
        indexes = [
            models.Index(fields=["recipient", "at"], name="answer_by_recipient"),
            models.Index(fields=["at"], condition=Q(needs_decision=True), name="answer_to_decide"),
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
    revoked_at = models.DateTimeField("철회한 때", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "messaging.Reply", verbose_name="철회 회신", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

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
        ]
        indexes = [models.Index(fields=["phone_index", "birth_index"], name="consent_by_person")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.decision}"
