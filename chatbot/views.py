"""The chat as pages: a question is a form, an answer is a page. Complete without JavaScript."""

from uuid import UUID, uuid4, uuid5

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST, require_safe

from chatbot import queries, services
from chatbot.channels import web
from chatbot.drawing import person_chip
from chatbot.forms import FeedbackForm, QuestionForm
from chatbot.models import Conversation, Turn
from chatbot.opening import opening
from chatbot.services.answering import LONGEST_QUESTION
from portal.accounts.guards import citizen_of
from portal.core.client import address_of
from portal.core.clock import now
from portal.core.doors import findable, personal, public
from portal.core.errors import Refused
from portal.core.languages import house_language

_SESSION = "chat"


@public
@personal
@findable
@require_GET
def chat(request: HttpRequest) -> HttpResponse:
    """The thread of this device; `?q=` lays words into the box. Looking writes nothing: only a press asks."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUESTION]
    return _page(request, _threads_here(request).first(), text=words)


@public
@personal
@require_POST
def take_turn(request: HttpRequest) -> HttpResponse:
    """A question, or a tap on one of the buttons. The same press twice is one turn, another button is another."""
    form = QuestionForm(request.POST)
    is_valid = form.is_valid()
    conversation = conversation_here(request, first_press=form.cleaned_data.get("request_key"))
    if not is_valid:
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, conversation, text=request.POST.get("text", ""), refusal=sentence, status=422)
    values = form.cleaned_data
    key = uuid5(values["request_key"], values["token"] or values["text"])
    return _answered(request, conversation, text=values["text"], token=values["token"], request_key=key)


@public
@personal
@require_POST
def give_feedback(request: HttpRequest, seq: int) -> HttpResponse:
    """A thumb under one answer of one's own thread."""
    turn = get_object_or_404(Turn, conversation__in=_threads_here(request), seq=seq)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        services.rate(turn=turn, value=values["value"], reason=values["reason"], now=now())
    return _to_the_answer()


@public
@require_safe
def places(request: HttpRequest, layer: str) -> HttpResponse:
    """The places of one sort: a list first, and where they lie."""
    found = queries.places_of(layer)
    if found is None:
        raise Http404
    context = {"layer": found, "sketch": web.sketch_of(found.places)}
    return render(request, "chatbot/map.html", context)


@public
@require_safe
@cache_control(public=True, immutable=True, max_age=31_536_000)
def picture(request: HttpRequest, faq: int, sha256: str) -> HttpResponse:
    """The picture of an answer; another picture has another address."""
    content = queries.picture_of(faq, sha256)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg")


def _threads_here(request: HttpRequest) -> QuerySet[Conversation]:
    """The thread of this device, unless it is another citizen's."""
    known = request.session.get(_SESSION)
    hers = Conversation.objects.filter(Q(citizen=None) | Q(citizen=citizen_of(request)))
    return hers.filter(public_id=known) if known else hers.none()


def conversation_here(request: HttpRequest, *, first_press: UUID | None = None) -> Conversation:
    """The thread of this device and, once she has signed in, of its citizen."""
    known = request.session.get(_SESSION)
    citizen = citizen_of(request)
    conversation = services.open_conversation(
        public_id=UUID(known) if known else None, citizen=citizen, now=now(), first_press=first_press
    )
    request.session[_SESSION] = str(conversation.public_id)
    return conversation


def is_thread_here(request: HttpRequest, conversation: Conversation) -> bool:
    """Whether this device has that thread open."""
    return bool(request.session.get(_SESSION) == str(conversation.public_id))


def _answered(
    request: HttpRequest, conversation: Conversation, *, text: str, request_key: UUID, token: str = ""
) -> HttpResponse:
    at, address = now(), address_of(request)
    try:
        with house_language():  # what is said in the thread is kept, and read again on other channels
            if token:
                services.tap(conversation=conversation, token=token, request_key=request_key, now=at, address=address)
            else:
                services.say(conversation=conversation, text=text, request_key=request_key, now=at, address=address)
    except Refused as refusal:
        return _page(request, conversation, text=text, refusal=_(refusal.sentence), status=422)
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
        "turns": web.shown(turns, misses_in_row=conversation.misses_in_row if conversation else 0, now=now()),
        "opening": None if turns else opening(now=now()),
        "person": person_chip(now=now()),
        "text": text,
        "refusal": refusal,
        "request_key": uuid4(),
    }
    return render(request, "chatbot/chat.html", context, status=status)
