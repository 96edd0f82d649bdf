"""What a citizen should know before sending: the place is another office's, or the matter is known already."""

from dataclasses import dataclass, field

from django.core import signing
from django.http import HttpRequest

from complaints import nearby_queries, places_queries
from complaints.geography import Point
from complaints.guards import is_own, known_keys
from complaints.models import Attachment, Complaint
from complaints.places_queries import Office
from complaints.wording import day_words, stage_label
from portal.core import clock
from portal.core.clock import day_in_korea

_SALT = "complaints.follow"
SHOWN_FOR = 24 * 60 * 60  # seconds in which a card that was shown may be answered


@dataclass(frozen=True, slots=True)
class Card:
    """A case that may be the same matter, as anybody may see it; the photo only if it is the reader's own."""

    token: str
    category: str
    stage: str
    label: str
    within_m: int
    filed: str
    department: str
    text: str
    own_number: str
    own_photo: int | None


@dataclass(frozen=True, slots=True)
class Warnings:
    """Nothing of it keeps anybody from sending."""

    outside: Office | None = None
    cards: tuple[Card, ...] = field(default_factory=tuple)

    def __bool__(self) -> bool:
        return self.outside is not None or bool(self.cards)


def warnings_for(request: HttpRequest, point: Point | None, text: str) -> Warnings:
    """Look at a report as it stands."""
    if point is None:
        return Warnings()
    likely = nearby_queries.likely_duplicates(point, text=text, now=clock.now())
    return Warnings(places_queries.office_for(point), tuple(_card(request, one) for one in likely))


def case_behind(token: str) -> Complaint | None:
    """The case of a card that we have shown; anything else that is sent in its place, None."""
    try:
        pk = signing.loads(token, salt=_SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        return None
    return Complaint.objects.select_related("lead").filter(pk=pk).first()


def _card(request: HttpRequest, likely: nearby_queries.Likely) -> Card:
    complaint = likely.complaint
    mine = is_own(request, complaint, keys=known_keys(request))
    photo = complaint.attachments.filter(state=Attachment.State.READY, width__isnull=False).order_by("ordinal").first()
    return Card(
        token=signing.dumps(complaint.pk, salt=_SALT),
        category=complaint.category.spoken_name if complaint.category else "",
        stage=complaint.stage,
        label=stage_label(complaint),
        within_m=likely.within_m,
        filed=day_words(day_in_korea(complaint.submitted_at)),
        department=complaint.department.spoken_name if complaint.department else "",
        text=complaint.published_text,
        own_number=complaint.number if mine else "",
        own_photo=photo.ordinal if mine and photo else None,
    )
