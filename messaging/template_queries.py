"""What pages about wordings read."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from messaging.models import ReviewState, TemplateReview, TemplateVersion


def reviews_of(versions: Iterable[TemplateVersion]) -> dict[int, list[TemplateReview]]:
    """What the reviewers say of each wording, our own office first."""
    found: dict[int, list[TemplateReview]] = {version.pk: [] for version in versions}
    rows = TemplateReview.objects.filter(version__in=found).select_related("asked_by", "decided_by")
    for review in rows.order_by("carrier"):
        found[review.version_id].append(review)
    return found


def wordings_stopped() -> list[TemplateReview]:
    """What a carrier took out of use though the office may be sending it: blocked, or dormant after a year."""
    stopped = TemplateReview.objects.filter(state__in=(ReviewState.BLOCKED, ReviewState.DORMANT))
    newer = TemplateVersion.objects.filter(
        template=OuterRef("version__template"),
        number__gt=OuterRef("version__number"),
        review_state=ReviewState.APPROVED,
    )
    return list(stopped.filter(~Exists(newer)).select_related("version__template").order_by("version__template__code"))


def wordings_waiting() -> list[TemplateReview]:
    """What waits for a second official."""
    waiting = TemplateReview.objects.filter(carrier="", state=ReviewState.SUBMITTED)
    return list(waiting.select_related("version__template", "asked_by").order_by("checked_at"))
