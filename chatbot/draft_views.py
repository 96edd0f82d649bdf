"""Back to a half-filled form by its secret address, and files for it: the same page on every channel."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from chatbot import services
from chatbot.draft_forms import FilesForm
from chatbot.models import Conversation, Draft
from chatbot.resuming import intake_key_of
from chatbot.services import drafts
from chatbot.services.drafts import DraftGone
from chatbot.views import conversation_here, is_thread_here
from complaints import pending
from complaints import services as complaints
from complaints.attachments import MOST_FILES
from complaints.petitions import UnknownPetition
from complaints.slots import Slot
from portal.core.client import address_of
from portal.core.clock import now
from portal.core.doors import personal, public
from portal.core.languages import house_language


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows, so that a preview of the link changes nothing; a button goes on, files are kept."""
    try:
        return _of(request, drafts.by_token(token, now=now()), token)
    except (DraftGone, UnknownPetition) as gone:
        context = {"gone": _(gone.sentence), "days": drafts.life().days}
        return render(request, "chatbot/resume.html", context, status=404)


def _of(request: HttpRequest, draft: Draft, token: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, draft, FilesForm())
    if "go" not in request.POST:
        return _files(request, draft, token)
    drafts.petition_of(draft)
    with house_language():
        services.resume(conversation=conversation_here(request), draft=draft, now=now())
    return _to_the_chat()


def _files(request: HttpRequest, draft: Draft, token: str) -> HttpResponse:
    """Good files stay also when another is refused."""
    form, key = FilesForm(request.POST, request.FILES), intake_key_of(draft)
    is_good = form.is_valid()
    slot = _slot(draft)
    if slot is None:
        return _page(request, draft, form, status=422)
    if len(pending.sizes(key)) + len(form.good) > MOST_FILES:
        form.add_error("chosen", _("사진과 파일은 모두 %(most)d개까지 올릴 수 있습니다.") % {"most": MOST_FILES})
        return _page(request, draft, form, status=422)
    try:
        complaints.weigh(form.good, address=address_of(request), now=now())
    except complaints.TooHeavy as refused:
        form.add_error("chosen", _(refused.sentence))
        return _page(request, draft, form, status=429)
    pending.keep(key, form.good, now=now())
    if form.good:
        with house_language():
            services.uploaded(conversation=draft.conversation, draft=draft, slot=slot.name, now=now())
    if not is_good:
        return _page(request, draft, form, status=422)
    if draft.conversation.channel == Conversation.Channel.WEB:
        return _to_the_chat()
    return redirect(f"{reverse('chatbot:resume', args=[token])}?{urlencode({'done': len(form.good)})}")


def _slot(draft: Draft) -> Slot | None:
    """The question that files answer: the one that stands, else the first of the form."""
    sheet = drafts.sheet_of(draft)
    if sheet.asked is not None and sheet.asked.is_uploaded:
        return sheet.asked
    return next((slot for slot in sheet.petition.shown(sheet.given) if slot.is_uploaded), None)


def _to_the_chat() -> HttpResponse:
    response = redirect(f"{reverse('chatbot:chat')}#latest")
    response.status_code = 303
    return response


def _page(request: HttpRequest, draft: Draft, form: FilesForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "title": drafts.petition_of(draft).title,
        "slot": _slot(draft),
        "kept": len(pending.sizes(intake_key_of(draft))),
        "is_here": is_thread_here(request, draft.conversation),
        "is_web": draft.conversation.channel == Conversation.Channel.WEB,
        "done": request.GET.get("done", ""),
        "until": draft.expires_at,
    }
    return render(request, "chatbot/resume.html", context, status=status)
