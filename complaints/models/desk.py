"""What officials keep on their desk: standard answers, saved lists, an answer half written."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from complaints.models.complaint import Complaint
from portal.accounts.models import Department, Official
from portal.core.fields import SealedField, SealedModel, sealed_text


class StandardText(models.Model):
    """A department's answer that can be used again."""

    department = models.ForeignKey(
        Department, verbose_name="부서", on_delete=models.PROTECT, related_name="standard_texts"
    )
    title = models.CharField("제목", max_length=60)
    text = models.TextField("글")

    class Meta:
        verbose_name = "표준 답변"
        verbose_name_plural = "표준 답변"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "title"], name="one_standard_text_per_title"),
            models.CheckConstraint(condition=~Q(text=""), name="standard_text_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title


class SavedView(models.Model):
    """A filter of the worklist that an official wants again. `query` is the list's own query string."""

    official = models.ForeignKey(Official, verbose_name="공무원", on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField("이름", max_length=30)
    query = models.CharField("조건", max_length=300)
    is_shared = models.BooleanField("부서와 함께 쓰기", default=False)

    class Meta:
        verbose_name = "저장한 보기"
        verbose_name_plural = "저장한 보기"
        constraints: ClassVar = [models.UniqueConstraint(fields=["official", "name"], name="one_saved_view_per_name")]

    def __str__(self) -> str:
        return self.name


class AnswerDraft(SealedModel):
    """An answer half written, each official's own; gone when the step is taken."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="answer_drafts"
    )
    official = models.ForeignKey(Official, verbose_name="공무원", on_delete=models.CASCADE, related_name="+")
    step = models.CharField("처리", max_length=24)
    text_sealed = SealedField(verbose_name="글(봉인)")
    text = sealed_text("text_sealed")
    at = models.DateTimeField("저장한 때")

    class Meta:
        verbose_name = "쓰다 만 글"
        verbose_name_plural = "쓰다 만 글"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "official", "step"], name="one_draft_per_step")
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.step}"
