"""What was asked and what was answered; texts are masked before they are stored."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from chatbot.models.faq import Faq


class Conversation(models.Model):
    """One citizen's thread on one channel. The key is a keyed hash: the thread names nobody."""

    class Channel(models.TextChoices):
        """Where it happens."""

        WEB = "web", "누리집"

    public_id = models.UUIDField("공개 번호", default=uuid4, unique=True, editable=False)
    channel = models.CharField("통로", max_length=5, choices=Channel.choices, default=Channel.WEB)
    started_at = models.DateTimeField("시작")
    last_at = models.DateTimeField("마지막")
    misses_in_row = models.PositiveSmallIntegerField("연속 실패", default=0)

    class Meta:
        verbose_name = "대화"
        verbose_name_plural = "대화"

    def __str__(self) -> str:
        return str(self.public_id)


class Turn(models.Model):
    """One question and the decision about it."""

    class Decision(models.TextChoices):
        """Sure, unsure, lost, or somebody may be in danger."""

        DIRECT = "direct", "바로 답변"
        CHIPS = "chips", "고르기"
        EXITS = "exits", "답하지 못함"
        SAFETY = "safety", "긴급 안내"
        EMPTY = "empty", "내용 없음"

    conversation = models.ForeignKey(Conversation, verbose_name="대화", on_delete=models.CASCADE, related_name="turns")
    seq = models.PositiveIntegerField("순번")
    request_key = models.UUIDField("요청")
    text_masked = models.CharField("질문(가림)", max_length=300)
    decision = models.CharField("판단", max_length=6, choices=Decision.choices)
    safety_kind = models.CharField("긴급 종류", max_length=40, blank=True)
    faq = models.ForeignKey(
        Faq, verbose_name="답변", on_delete=models.PROTECT, null=True, blank=True, related_name="turns"
    )
    asked_at = models.DateTimeField("물은 때")
    latency_ms = models.PositiveIntegerField("걸린 시간(ms)")
    value = models.SmallIntegerField("평가", null=True, blank=True)

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
                condition=Q(decision__in=["direct", "chips", "exits", "safety", "empty"]), name="turn_decision_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-asked_at"], condition=Q(decision="exits"), name="unanswered_by_time"),
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
