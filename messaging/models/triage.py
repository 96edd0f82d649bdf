"""What officials decide about replies, and the phrases they answer with."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from messaging.models.inbound import Reply


class TriageDecision(models.Model):
    """회신 판단: what an official says an unclear reply means, or takes back. Never edited; the last one counts."""

    class Verdict(models.TextChoices):
        """`overtaken`: somebody else's word came before this decision took effect, and it never will."""

        CONSENT = "consent", "동의"
        REFUSE = "refuse", "미동의"
        UNRELATED = "unrelated", "무관"
        OPT_OUT = "opt_out", "수신거부"
        UNDONE = "undone", "되돌림"
        OVERTAKEN = "overtaken", "반영 전에 답이 바뀌어 쓰지 않음"

    reply = models.ForeignKey(Reply, verbose_name="회신", on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField("판단", max_length=12, choices=Verdict.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="판단한 사람", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("판단한 일시")

    class Meta:
        verbose_name = "회신 판단"
        verbose_name_plural = "회신 분류"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["consent", "refuse", "unrelated", "opt_out", "undone", "overtaken"]),
                name="triage_verdict_is_known",
            ),
        ]
        indexes = [models.Index(fields=["reply", "id"], name="decisions_about_reply")]
        triggers = [pgtrigger.Protect(name="triage_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.verdict}"


class AnswerPhrase(models.Model):
    """상용구: words that officials answer texts with again and again."""

    title = models.CharField("이름", max_length=40, unique=True)
    text = models.TextField("내용", max_length=900, help_text="줄바꿈은 한 칸으로 바뀝니다.")

    class Meta:
        verbose_name = "답장 상용구"
        verbose_name_plural = "답장 상용구"

    def __str__(self) -> str:
        return self.title
