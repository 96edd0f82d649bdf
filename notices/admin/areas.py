"""동별 응답: how each 동 answered, with groups too small to be shown put together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from notices import answer_queries
from notices.admin.access import address, campaign_for, page
from notices.models import Campaign
from notices.services.questioning import Questionnaire
from notices.tallies import OTHERS
from portal.core.errors import Refused


@require_GET
def areas(request: HttpRequest, pk: int) -> HttpResponse:
    """One table for each question; counts only, never who."""
    campaign = campaign_for(request, pk)
    try:
        found = answer_queries.answers_by_area(campaign)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("tally", campaign.pk))
    return page(request, "areas", campaign, step="tally", title="동별 응답", tables=list(_tables(campaign, found)))


def _tables(campaign: Campaign, found: Mapping[int, Mapping[str, Mapping[str, int]]]) -> Iterator[dict[str, Any]]:
    questions = Questionnaire.of(campaign)
    for asked in questions.asked:
        groups = found.get(asked.position, {})
        labels = [option.label for option in asked.options]
        names = sorted(groups, key=lambda name: (name == OTHERS, name))
        rows = [_row(area, groups[area], labels) for area in names]
        yield {"text": questions.text_of(asked), "labels": labels, "rows": rows}


def _row(area: str, counts: Mapping[str, int], labels: Sequence[str]) -> dict[str, Any]:
    return {"area": area, "counts": [counts.get(label, 0) for label in labels], "total": sum(counts.values())}
