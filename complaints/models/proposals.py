"""Steps that wait for somebody else's signature: what exactly is to happen, sealed, until the approval is decided."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from complaints.models.complaint import Complaint
from portal.accounts.models import User
from portal.core.fields import SealedField, SealedModel, sealed_text


class Proposal(SealedModel):
    """결재를 올린 처리: one step with everything it needs, about the case as it was at `version`."""

    class Ending(models.TextChoices):
        """What became of it; empty while it waits."""

        TAKEN = "taken", "결재되어 처리함"
        RETURNED = "returned", "반려됨"
        VOID = "void", "민원이 바뀌어 무효"

    complaint = models.ForeignKey(Complaint, verbose_name="민원", on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField("처리", max_length=24)
    arguments_sealed = SealedField(verbose_name="내용(봉인)")
    arguments = sealed_text("arguments_sealed")
    version = models.PositiveIntegerField("올릴 때의 판")
    sha256 = models.CharField("지문", max_length=64)
    by = models.ForeignKey(User, verbose_name="기안자", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("올린 때")
    ending = models.CharField("결과", max_length=10, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField("끝난 때", null=True, blank=True)

    class Meta:
        verbose_name = "결재 중인 처리"
        verbose_name_plural = "결재 중인 처리"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(ending=""), name="one_proposal_waits_per_case"),
            models.CheckConstraint(
                condition=Q(ending="", ended_at__isnull=True) | ~Q(ending="") & Q(ended_at__isnull=False),
                name="ended_proposal_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ending__in=["", "taken", "returned", "void"]), name="proposal_ending_known"
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="proposal_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.step}"
