"""The second look at what sends citizens to another agency."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from chatbot.admin.access import attempt, official_with, page_of
from chatbot.models import FaqProposal
from chatbot.services import seconding
from portal.core import clock


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """확인하고 게시하거나 내리기, 물리치기."""
    user = official_with(request, "change_faq")
    proposal = get_object_or_404(FaqProposal.objects.select_related("faq"), faq=pk)
    if "down" in request.POST:
        attempt(request, partial(seconding.turn_down, proposal=proposal, by=user), done="물리쳤습니다.")
    else:
        seen_at = request.POST.get("seen_at", "")
        act = partial(seconding.second, proposal=proposal, seen_at=seen_at, by=user, now=clock.now())
        done = "답변을 내렸습니다." if proposal.is_retirement else "게시했습니다."
        attempt(request, act, done=f"{done} 몇 초 안에 모든 통로에 반영됩니다.")
    return redirect(page_of("faq", "edit", pk))
