"""What went unanswered, gathered by meaning for the department that could answer it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from chatbot.models.conversation import Turn
from chatbot.models.faq import Faq


class UnansweredCluster(models.Model):
    """Questions of one purport that nobody answered. `centroid` (float32 bytes) finds tomorrow's members."""

    class State(models.TextChoices):
        """open → assigned → solved or dismissed; members who come back open it again."""

        OPEN = "open", "열림"
        ASSIGNED = "assigned", "부서로 보냄"
        SOLVED = "solved", "해결"
        DISMISSED = "dismissed", "무시"

    label = models.CharField("이름", max_length=80)
    centroid = models.BinaryField("가운데", null=True, blank=True, editable=False)
    size = models.PositiveIntegerField("질문 수", default=0)
    first_at = models.DateTimeField("처음")
    last_at = models.DateTimeField("마지막")
    state = models.CharField("상태", max_length=9, choices=State.choices, default=State.OPEN)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="부서", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    solved_by = models.ForeignKey(
        Faq, verbose_name="해결한 답변", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    solved_at = models.DateTimeField("해결한 때", null=True, blank=True)

    class Meta:
        verbose_name = "답변 못한 질문 묶음"
        verbose_name_plural = "답변 못한 질문 묶음"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "assigned", "solved", "dismissed"]), name="cluster_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="solved") | Q(solved_at__isnull=False), name="solved_cluster_says_when"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-last_at"], name="clusters_by_state")]

    def __str__(self) -> str:
        return self.label


class ClusterMember(models.Model):
    """A turn belongs to one cluster."""

    cluster = models.ForeignKey(
        UnansweredCluster, verbose_name="묶음", on_delete=models.CASCADE, related_name="members"
    )
    turn = models.OneToOneField(Turn, verbose_name="질의", on_delete=models.CASCADE, related_name="membership")

    class Meta:
        verbose_name = "묶음의 질문"
        verbose_name_plural = "묶음의 질문"

    def __str__(self) -> str:
        return f"{self.cluster_id} {self.turn_id}"
