"""The index as it was built, judged and put to work; and what never has to be computed twice."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class IndexBuild(models.Model):
    """
    One build of the index. `content_hash` names its inputs (32 bytes, SHA-256), `blob` is what processes load.

    `scores` is what the gate measured, `losses` the questions it would have lost: `[{text, before, after}]`.
    """

    class State(models.TextChoices):
        """building → gated → active → superseded; building → failed; gated → refused → active by override."""

        BUILDING = "building", "만드는 중"
        GATED = "gated", "검사함"
        ACTIVE = "active", "사용 중"
        SUPERSEDED = "superseded", "지난 것"
        REFUSED = "refused", "거절됨"
        FAILED = "failed", "실패"

    content_hash = models.BinaryField("내용 해시", max_length=32, editable=False)
    embedder_id = models.CharField("벡터 모형", max_length=60, blank=True)
    state = models.CharField("상태", max_length=10, choices=State.choices, default=State.BUILDING)
    blob = models.BinaryField("색인", null=True, blank=True, editable=False)
    blob_sha256 = models.BinaryField("색인 해시", max_length=32, null=True, blank=True, editable=False)
    faq_count = models.PositiveIntegerField("답변 수", default=0)
    scores = models.JSONField("검사 결과", default=dict, blank=True)
    losses = models.JSONField("틀리게 되는 질문", default=list, blank=True)
    problem = models.CharField("까닭", max_length=300, blank=True)
    override_reason = models.CharField("그래도 쓰는 까닭", max_length=200, blank=True)
    override_by = models.ForeignKey(
        "accounts.User", verbose_name="결정한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField("시작")
    activated_at = models.DateTimeField("쓰기 시작한 때", null=True, blank=True)

    class Meta:
        verbose_name = "색인"
        verbose_name_plural = "색인"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="one_active_build"),
            models.CheckConstraint(
                condition=Q(state__in=["building", "gated", "active", "superseded", "refused", "failed"]),
                name="build_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | Q(blob__isnull=False, blob_sha256__isnull=False, activated_at__isnull=False),
                name="active_build_can_be_loaded",
            ),
            models.CheckConstraint(
                condition=Q(override_reason="") | Q(override_by__isnull=False), name="override_names_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class EmbeddedText(models.Model):
    """The vector of one text under one model (float32, as bytes): only what changed is embedded again."""

    class Role(models.TextChoices):
        """e5 reads a question and an answer differently."""

        QUERY = "query", "질문"
        PASSAGE = "passage", "글"

    model_id = models.CharField("모형", max_length=60)
    role = models.CharField("쓰임", max_length=7, choices=Role.choices)
    content_hash = models.BinaryField("글 해시", max_length=32)
    vector = models.BinaryField("벡터", editable=False)

    class Meta:
        verbose_name = "글의 벡터"
        verbose_name_plural = "글의 벡터"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model_id", "role", "content_hash"], name="one_vector_per_text"),
            models.CheckConstraint(condition=Q(role__in=["query", "passage"]), name="vector_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} {self.role}"


class GoldQuestion(models.Model):
    """A question whose right answer is known; no build may lose it. No slug at all: it is not ours to answer."""

    text = models.CharField("질문", max_length=200)
    text_key = models.CharField("비교용", max_length=200, unique=True, editable=False)
    expected = ArrayField(models.CharField(max_length=60), verbose_name="맞는 답변", default=list, blank=True)
    kind = models.CharField("종류", max_length=20, blank=True)
    is_pinned = models.BooleanField("절대 잃지 않음", default=False)

    class Meta:
        verbose_name = "시험 질문"
        verbose_name_plural = "시험 질문"
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(text_key=""), name="gold_question_asks_something")]

    def __str__(self) -> str:
        return self.text


class Experiment(models.Model):
    """Two ways of deciding, side by side; which one a conversation gets follows from its key and the salt."""

    class State(models.TextChoices):
        """One at a time runs."""

        DRAFT = "draft", "준비"
        RUNNING = "running", "진행 중"
        STOPPED = "stopped", "끝"

    name = models.CharField("이름", max_length=60)
    arms = models.JSONField("갈래")
    salt = models.CharField("소금", max_length=32, editable=False)
    state = models.CharField("상태", max_length=7, choices=State.choices, default=State.DRAFT)
    started_at = models.DateTimeField("시작", null=True, blank=True)
    stopped_at = models.DateTimeField("끝", null=True, blank=True)
    stop_reason = models.CharField("끝낸 까닭", max_length=200, blank=True)

    class Meta:
        verbose_name = "시험"
        verbose_name_plural = "시험"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_running_experiment"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "running", "stopped"]), name="experiment_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
