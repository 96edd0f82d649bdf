"""Reviews at the carriers: under which name an approved AlimTalk may leave by one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from messaging.carriers import registry
from messaging.carriers.base import Reviewed
from messaging.models import Attempt, Channel, ReviewState, TemplateReview, TemplateVersion

REVIEW_PAUSE = timedelta(minutes=10)
_UNDER_WAY = (ReviewState.DRAFT, ReviewState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Names:
    """What one carrier calls wordings. `reviews` None: nobody reviews there, and our own names count."""

    reviews: Mapping[int, TemplateReview] | None

    def awaits_review(self, version: TemplateVersion) -> bool:
        """Whether the office approved it and the carrier's reviewers have not decided yet."""
        if self.reviews is None or version.review_state != ReviewState.APPROVED:
            return False
        review = self.reviews.get(version.pk)
        return review is None or review.state in _UNDER_WAY

    def of(self, version: TemplateVersion) -> str | None:
        """The carrier's name for a wording; None if it may not leave by this carrier."""
        if self.reviews is None:
            return version.carrier_code
        review = self.reviews.get(version.pk)
        return review.code if review is not None and review.state == ReviewState.APPROVED else None


OUR_NAMES = Names(None)


def names_for(legs: Iterable[Attempt]) -> Names:
    """The names for the wordings of some legs, all of one carrier and channel; one query, for AlimTalk alone."""
    rows = list(legs)
    if not rows or rows[0].channel != Channel.ALIMTALK or not reviews_at(rows[0].carrier):
        return OUR_NAMES
    versions = {leg.message.template_version_id for leg in rows}
    found = TemplateReview.objects.filter(carrier=rows[0].carrier, version__in=versions)
    return Names({review.version_id: review for review in found})


def reviews_at(alias: str) -> bool:
    """Whether a carrier has AlimTalk wordings reviewed."""
    if alias not in registry.aliases():
        return False
    carrier = registry.carrier(alias)
    return isinstance(carrier, Reviewed) and Channel.ALIMTALK in carrier.capabilities.channels


def reviewing_carriers() -> tuple[str, ...]:
    """The carriers through which AlimTalk wordings are reviewed, by preference."""
    return tuple(alias for alias in registry.aliases() if reviews_at(alias))


def decider_for(version: TemplateVersion) -> str:
    """Whose review decides about a wording: the carrier where its messages begin, or '' for a second official."""
    if not version.is_alimtalk:
        return ""
    first = registry.first_for(Channel.ALIMTALK)
    return first if reviews_at(first) else ""
