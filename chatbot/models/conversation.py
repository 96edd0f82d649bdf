"""What was asked and what was answered; texts are masked before they are stored."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from chatbot.models.building import IndexBuild
from chatbot.models.faq import Faq


class Conversation(models.Model):
    """
    One citizen's thread on one channel. The key is a keyed hash: the thread names nobody by itself.

    `stack` is what the dialogue has open, innermost last: frames of names and ids, never what was answered.
    `last_faq` is the topic a short follow-up goes on with; it counts for a few minutes after `last_answered_at`.
    """

    class Channel(models.TextChoices):
        """Where it happens."""

        WEB = "web", "누리집"
        KAKAO = "kakao", "카카오톡"
        SMS = "sms", "문자"
        API = "api", "API"

    public_id = models.UUIDField("공개 번호", default=uuid4, unique=True, editable=False)
    channel = models.CharField("통로", max_length=5, choices=Channel.choices, default=Channel.WEB)
    started_at = models.DateTimeField("시작")
    last_at = models.DateTimeField("마지막")
    misses_in_row = models.PositiveSmallIntegerField("연속 실패", default=0)
    citizen = models.ForeignKey(
        "accounts.User",
        verbose_name="시민",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
    )
    key_index = models.BinaryField("상대 색인", max_length=32, null=True, blank=True, editable=False)
    stack = models.JSONField("펼친 대화", default=list, blank=True, editable=False)
    last_faq = models.ForeignKey(
        Faq, verbose_name="마지막 답변", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_answered_at = models.DateTimeField("마지막 답변 때", null=True, blank=True)
    alerted_at = models.DateTimeField("긴급을 알린 때", null=True, blank=True)
    variant = models.CharField("시험 갈래", max_length=20, blank=True)
    closed_at = models.DateTimeField("끝난 때", null=True, blank=True)

    class Meta:
        verbose_name = "대화"
        verbose_name_plural = "대화"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=["web", "kakao", "sms", "api"]), name="conversation_channel_known"
            ),
            models.UniqueConstraint(
                fields=["channel", "key_index"],
                condition=Q(closed_at__isnull=True, key_index__isnull=False),
                name="one_open_conversation_per_key",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Turn(models.Model):
    """
    One question and the decision about it.

    An answer from the approved ones is drawn from its own row each time, so a corrected text is corrected everywhere;
    what the dialogue or a person said stands in `reply` (neutral cards as JSON, nothing personal in them).
    """

    class Decision(models.TextChoices):
        """Sure, unsure, lost, somebody may be in danger, part of a form, or a person's words."""

        DIRECT = "direct", "바로 답변"
        CHIPS = "chips", "고르기"
        EXITS = "exits", "답하지 못함"
        SAFETY = "safety", "긴급 안내"
        EMPTY = "empty", "내용 없음"
        DIALOGUE = "dialogue", "신청서"
        PERSON = "person", "상담사"
        CALM = "calm", "차분한 답"

    class Mode(models.TextChoices):
        """How much of the engine stood behind the decision."""

        FULL = "full", "전체"
        LEXICAL = "lexical", "낱말만"
        TRIGRAM = "trigram", "글자만"

    class Reason(models.TextChoices):
        """Why a thumb went down: chosen, never typed."""

        NONE = "", "없음"
        DIFFERENT = "different", gettext_noop("다른 내용")
        DIFFICULT = "difficult", gettext_noop("어려움")
        OUTDATED = "outdated", gettext_noop("옛날 정보")

    conversation = models.ForeignKey(Conversation, verbose_name="대화", on_delete=models.CASCADE, related_name="turns")
    seq = models.PositiveIntegerField("순번")
    request_key = models.UUIDField("요청")
    text_masked = models.CharField("질문(가림)", max_length=300)
    decision = models.CharField("판단", max_length=8, choices=Decision.choices)
    safety_kind = models.CharField("긴급 종류", max_length=40, blank=True)
    faq = models.ForeignKey(
        Faq, verbose_name="답변", on_delete=models.PROTECT, null=True, blank=True, related_name="turns"
    )
    asked_at = models.DateTimeField("물은 때")
    latency_ms = models.PositiveIntegerField("걸린 시간(ms)")
    value = models.SmallIntegerField("평가", null=True, blank=True)
    reason = models.CharField("평가 까닭", max_length=9, choices=Reason.choices, blank=True)
    also = models.ForeignKey(
        Faq, verbose_name="함께 답한 것", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    facet = models.CharField("물은 점", max_length=9, blank=True)
    reply = models.JSONField("한 말", default=list, blank=True, editable=False)
    probability = models.FloatField("확실함", null=True, blank=True)
    mode = models.CharField("방식", max_length=7, choices=Mode.choices, default=Mode.LEXICAL)
    build = models.ForeignKey(
        IndexBuild, verbose_name="색인", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "질의"
        verbose_name_plural = "질의"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="turns_are_numbered"),
            models.UniqueConstraint(fields=["conversation", "request_key"], name="a_retry_is_one_turn"),
            models.CheckConstraint(
                condition=Q(faq__isnull=False) | ~Q(decision="direct"), name="direct_turn_has_answer"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__in=[-1, 1]), name="turn_value_is_a_thumb"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["direct", "chips", "exits", "safety", "empty", "dialogue", "person", "calm"]),
                name="turn_decision_known",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["", "different", "difficult", "outdated"]), name="turn_reason_known"
            ),
            models.CheckConstraint(condition=Q(reason="") | Q(value=-1), name="only_a_thumb_down_has_a_reason"),
            models.CheckConstraint(condition=Q(mode__in=["full", "lexical", "trigram"]), name="turn_mode_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-asked_at"], condition=Q(decision="exits"), name="unanswered_by_time"),
            models.Index(fields=["asked_at"], name="turns_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.seq}"


class TurnCandidate(models.Model):
    """What stood in the running, best first; a tap on one is the citizen's own verdict."""

    turn = models.ForeignKey(Turn, verbose_name="질의", on_delete=models.CASCADE, related_name="candidates")
    rank = models.PositiveSmallIntegerField("순위")
    faq = models.ForeignKey(Faq, verbose_name="답변", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField("점수")
    tapped_at = models.DateTimeField("고른 때", null=True, blank=True)

    class Meta:
        verbose_name = "후보"
        verbose_name_plural = "후보"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["turn", "rank"], name="one_candidate_per_rank"),
            models.UniqueConstraint(fields=["turn", "faq"], name="one_rank_per_candidate"),
            models.CheckConstraint(condition=Q(rank__range=(1, 5)), name="five_candidates_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.turn_id}#{self.rank}"


class Unanswered(Turn):
    """답변 못한 질문: the turns that ended in the exits, as officials read them."""

    class Meta:
        proxy = True
        verbose_name = "답변 못한 질문"
        verbose_name_plural = "답변 못한 질문"

    def __str__(self) -> str:
        return super().__str__()
