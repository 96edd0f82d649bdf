"""The proof that somebody says the same thing again and again (민원 처리에 관한 법률 §23), case by case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from complaints.models import Attachment, Complaint, StageChange
from complaints.repeating import LEAST_FILINGS, LEAST_NOTICES, Said, is_repeated
from complaints.workflow import Stage
from messaging.models import MessageStatus
from messaging.queries import messages_with
from portal.core.clock import day_in_korea

MOST_COMPARED = 200  # of one citizen, the latest first
_REACHED = (MessageStatus.SENT, MessageStatus.DELIVERED)
_RESULTS = (Stage.RESOLVED, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier case of the same citizen about the same thing, and when its result was told."""

    number: str
    filed_on: date
    stage_label: str
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repetition:
    """Everything the law asks for before a repeated case may be closed."""

    earlier: Sequence[Earlier]

    @property
    def filing_count(self) -> int:
        """How often it was filed, this one included."""
        return len(self.earlier) + 1

    @property
    def notice_count(self) -> int:
        """How often a result reached the citizen."""
        return sum(one.told_at is not None for one in self.earlier)

    @property
    def is_enough(self) -> bool:
        """Whether this case may be closed as repeated."""
        return self.filing_count >= LEAST_FILINGS and self.notice_count >= LEAST_NOTICES


def repetition(complaint: Complaint) -> Repetition:
    """What the same citizen filed before with the same content about the same place; another's never counts."""
    same = _same_citizen(complaint)
    if same is None:
        return Repetition(())
    older = Complaint.objects.filter(same, submitted_at__lte=complaint.submitted_at).exclude(pk=complaint.pk)
    cases = list(older.exclude(parent=complaint).order_by("-submitted_at", "-pk")[:MOST_COMPARED])
    photos = _photos([complaint.pk, *(case.pk for case in cases)])
    this = _said(complaint, photos)
    # Every photo of an earlier case of the same words is old, whichever of them it came with.
    repeated = [case for case in cases if is_repeated(_said(complaint, {}), _said(case, {}))]
    known = frozenset[bytes]().union(*(photos.get(case.pk, frozenset()) for case in repeated))
    if not this.photos <= known:
        return Repetition(())
    told = _told(repeated)
    return Repetition(
        [
            Earlier(case.number, day_in_korea(case.submitted_at), str(Stage(case.stage).label), told.get(case.pk))
            for case in repeated
        ]
    )


def _same_citizen(complaint: Complaint) -> Q | None:
    same = Q()
    if complaint.phone_index is not None:
        same |= Q(phone_index=complaint.phone_index)
    if complaint.citizen_id is not None:
        same |= Q(citizen=complaint.citizen_id)
    return same or None


def _said(complaint: Complaint, photos: dict[int, frozenset[bytes]]) -> Said:
    return Said(
        text=complaint.body,
        address=complaint.address,
        lat=complaint.lat,
        lon=complaint.lon,
        photos=photos.get(complaint.pk, frozenset()),
    )


def _photos(cases: list[int]) -> dict[int, frozenset[bytes]]:
    found: dict[int, set[bytes]] = {}
    rows = Attachment.objects.filter(complaint__in=cases, purpose=Attachment.Purpose.EVIDENCE)
    for case, digest in rows.values_list("complaint", "sha256"):
        found.setdefault(case, set()).add(bytes(digest))
    return {case: frozenset(digests) for case, digests in found.items()}


def _told(cases: list[Complaint]) -> dict[int, datetime]:
    """When the result of each case reached the citizen; a message that was never sent or failed proves nothing."""
    results = StageChange.objects.filter(complaint__in=cases, after__in=_RESULTS, step__in=("resolve", "close"))
    keys = {
        f"complaints.stage:{pk}:citizen": (case, at) for pk, case, at in results.values_list("pk", "complaint", "at")
    }
    reached = [key for key, message in messages_with(list(keys)).items() if message.status in _REACHED]
    return {keys[key][0]: keys[key][1] for key in sorted(reached, key=lambda key: keys[key][1])}
