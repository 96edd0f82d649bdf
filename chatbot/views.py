"""The chat as pages: a question is a form, an answer is a page. Complete without JavaScript."""

from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chatbot import queries, services
from chatbot.cards import cards_of
from chatbot.forms import FeedbackForm, QuestionForm
from chatbot.models import Conversation, TurnCandidate
from portal.core.clock import now
from portal.core.doors import personal, public
from portal.core.errors import Refused

_SESSION = "chat"


@public
@personal
@require_GET
def chat(request: HttpRequest) -> HttpResponse:
    """The thread of this device; `?q=` asks right away, and a reload does not ask twice."""
    question = request.GET.get("q", "").strip()
    if question:
        conversation = _conversation(request, start=True)
        key = uuid5(conversation.public_id, question)
        return _answered(request, conversation, text=question, request_key=key)
    known = request.session.get(_SESSION)
    return _page(request, Conversation.objects.filter(public_id=known).first() if known else None)


@public
@personal
@require_POST
def take_turn(request: HttpRequest) -> HttpResponse:
    """A question, one of the choices, or 다 아니에요."""
    form = QuestionForm(request.POST)
    conversation = _conversation(request, start=True)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, conversation, text=request.POST.get("text", ""), refusal=sentence, status=422)
    values = form.cleaned_data
    if values["turn"] is None:
        return _answered(request, conversation, text=values["text"], request_key=values["request_key"])
    turn = get_object_or_404(conversation.turns, seq=values["turn"])
    key: UUID = values["request_key"]
    if values["rank"] == 0:
        services.refuse_choices(conversation=conversation, turn=turn, request_key=key, now=now())
        return _to_the_answer()
    try:
        services.choose(conversation=conversation, turn=turn, rank=values["rank"], request_key=key, now=now())
    except TurnCandidate.DoesNotExist:
        return _page(request, conversation, refusal="고른 항목을 알 수 없습니다. 다시 골라 주세요.", status=422)
    return _to_the_answer()


@public
@personal
@require_POST
def give_feedback(request: HttpRequest, seq: int) -> HttpResponse:
    """A thumb under one answer of one's own thread."""
    turn = get_object_or_404(_conversation(request, start=False).turns, seq=seq)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        services.rate(turn=turn, value=form.cleaned_data["value"])
    return _to_the_answer()


def _conversation(request: HttpRequest, *, start: bool) -> Conversation:
    known = request.session.get(_SESSION)
    if not start:
        return get_object_or_404(Conversation, public_id=known)
    conversation = services.open_conversation(public_id=UUID(known) if known else None, now=now())
    request.session[_SESSION] = str(conversation.public_id)
    return conversation


def _answered(request: HttpRequest, conversation: Conversation, *, text: str, request_key: UUID) -> HttpResponse:
    try:
        services.say(conversation=conversation, text=text, request_key=request_key, now=now())
    except Refused as refusal:
        return _page(request, conversation, text=text, refusal=refusal.sentence, status=422)
    return _to_the_answer()


def _to_the_answer() -> HttpResponse:
    response = redirect(f"{reverse('chatbot:chat')}#latest")
    response.status_code = 303
    return response


def _page(
    request: HttpRequest, conversation: Conversation | None, *, text: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    turns = queries.thread_of(conversation) if conversation else []
    context = {
        "turns": [cards_of(turn, phone=settings.DISTRICT_PHONE) for turn in turns],
        "popular": [] if turns else queries.popular_questions(),
        "text": text,
        "refusal": refusal,
        "request_key": uuid4(),
        "has_missed_twice": conversation is not None and conversation.misses_in_row > 1,
    }
    return render(request, "chatbot/chat.html", context, status=status)
