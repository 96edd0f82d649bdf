"""회신함: a thread per citizen, read and answered from the office number; every look is on record and shown."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from unfold.admin import ModelAdmin

from messaging import conversations, pricing, services, topics
from messaging.admin.access import OfOffice, note_look, page, row_or_404
from messaging.admin.forms import AnswerForm, ReasonForm
from messaging.admin.outbox import BigTableAdmin, chip
from messaging.models import AnswerPhrase, Channel, HookReject, Reply
from messaging.permissions import may_answer
from messaging.text import LONG_BYTES, SMS_BYTES, count_bytes
from messaging.understanding.rules import FLAGS, RULES
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.live import live
from portal.core.phones import PhoneRefused, display, parse_mobile
from portal.core.privacy import mask_phone
from portal.core.sealing import blind_phone

LABELS = {
    "consent": ("동의", "good"),
    "refuse": ("미동의", "bad"),
    "choice": ("선택", "good"),
    "ambiguous": ("불분명", "warn"),
    "unrelated": ("무관", ""),
    "identity": ("본인확인", ""),
    "opt_out": ("수신거부", "bad"),
}
ERASED, NO_WORDS = "보관 기간이 끝나 지웠습니다.", "(내용 없음)"
OUR_FLAGS = {
    "incomplete": "긴 문자의 일부가 오지 않았습니다.",
    "after_decision": "담당자가 이미 판단한 뒤에 온 회신입니다.",
}
ACTIONS = {
    "list": "목록에서 봄",
    "view": "대화를 봄",
    "unmask": "전화번호를 봄",
    "answer": "답장함",
    "close": "확인함",
    "decide": "판단함",
}


def read_as(label: str) -> str:
    """A reading in words, as a chip."""
    words, tone = LABELS.get(label, ("", ""))
    return chip(words, tone) if words else ""


def reasons_for(reply: Reply) -> list[str]:
    """Why a text was read as it was, in sentences."""
    flags = [FLAGS.get(flag) or OUR_FLAGS.get(flag, flag) for flag in reply.flags]
    rule = RULES.get(reply.rule, "")
    return list(dict.fromkeys(filter(None, [rule, *flags])))


def require_view(request: HttpRequest) -> None:
    """
    :raises PermissionDenied: for whoever may not open the inbox
    """
    if not user_of(request).has_perm("messaging.view_reply"):
        raise PermissionDenied


def _threads(request: HttpRequest) -> dict[str, Any]:
    """One page of the inbox as its address asks for it; the look at it is written down."""
    require_view(request)
    view = request.GET.get("show", conversations.WAITING)
    view = view if view in conversations.VIEWS else conversations.WAITING
    term, before = request.GET.get("q", "").strip(), request.GET.get("before", "")
    rows: list[Reply] = []
    following, problem = None, ""
    try:
        phone_index = blind_phone(parse_mobile(term)) if term else None
        place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
        rows, following = conversations.threads(view, user_of(request), phone_index=phone_index, before=place)
    except PhoneRefused as refused:
        problem = refused.sentence
    lines = [
        {
            "reply": row,
            "sender": mask_phone(row.phone) or "지워진 번호",
            "said": Truncator(row.text or ("보관 기간이 끝나 지웠습니다." if row.erased_at else "(내용 없음)")).chars(
                90
            ),
            "read_as": read_as(row.label),
            "about": topics.describe(row.message.topic) if row.message else topics.describe(row.topic),
        }
        for row in rows
    ]
    if rows:
        note_look(request, "reply", [row.pk for row in rows], action="list")
    return {"lines": lines, "following": following, "view": view, "term": term, "problem": problem}


@live(tag=lambda request: conversations.inbox_tag(request.GET.get("show", conversations.WAITING), user_of(request)))
def live_threads(request: HttpRequest) -> HttpResponseBase:
    """The top of the list, whenever it changed."""
    return page(request, "_threads", title="", **_threads(request))


def _conversation(request: HttpRequest, reply: Reply, *, before: str = "") -> dict[str, Any]:
    """A stretch of one conversation with what its bubbles show; the look at it is written down."""
    require_view(request)
    found = conversations.conversation(bytes(reply.phone_index), user_of(request), before=before)
    note_look(request, "reply", found.replies or [reply.pk])
    if found.messages:
        note_look(request, "message", found.messages)
    return {
        "reply": reply,
        "talk": found,
        "labels": {label: words for label, (words, _) in LABELS.items()},
        "up_to": max(found.replies, default=reply.pk),
        "looks": [
            {"look": look, "words": ACTIONS.get(look.action, look.action)}
            for look in conversations.looks_at([reply.pk, *found.replies])
        ],
    }


def _tag(request: HttpRequest, pk: int) -> str:
    user = user_of(request)
    reply = conversations.replies_of(user).filter(pk=pk).only("phone_index").first()
    return conversations.conversation_tag(bytes(reply.phone_index), user) if reply else ""


@live(tag=_tag)
def live_conversation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The newest page of a conversation, whenever something was said or arrived."""
    reply = get_object_or_404(conversations.replies_of(user_of(request)), pk=pk)
    return page(request, "_conversation", title="", **_conversation(request, reply))


@admin.register(Reply)
class ReplyAdmin(OfOffice, BigTableAdmin):
    """회신함."""

    def get_urls(self) -> list[URLPattern]:
        """Also the live parts."""
        ours = [
            path("live/", self.admin_site.admin_view(live_threads), name="messaging_reply_live"),
            path("<int:pk>/live/", self.admin_site.admin_view(live_conversation), name="messaging_reply_live_one"),
        ]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One line per citizen, newest first, paged by key."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        values = _threads(request)
        is_live = not values["term"] and "before" not in request.GET
        views = [(name, label, name == values["view"]) for name, label in conversations.VIEWS.items()]
        return page(
            request,
            "inbox",
            title="회신함",
            views=views,
            is_live=is_live,
            to_decide=conversations.to_decide_count(user_of(request)) if self._may_decide(request) else 0,
            **values,
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One conversation; POST answers, counts as seen, or shows the number for a reason."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("message", "to_number", "handled_by")
        reply = row_or_404(found, object_id)
        may_act = may_answer(user_of(request))
        if request.method == "POST" and not may_act:
            raise PermissionDenied
        form, reason = AnswerForm(), ReasonForm(auto_id="unmask_%s")
        phone = ""
        if request.method == "POST":
            act = request.POST.get("act")
            if act == "unmask":
                reason = ReasonForm(request.POST, auto_id="unmask_%s")
                phone = self._unmask(request, reply, reason)
            else:
                form = AnswerForm(request.POST)
                if self._act(request, reply, form):
                    done = "changelist" if act == "close" else "change"
                    return redirect(reverse(f"admin:messaging_reply_{done}", args=[] if act == "close" else [reply.pk]))
        newer, older = conversations.neighbours(reply, user_of(request))
        return page(
            request,
            "conversation",
            title="회신함",
            form=form,
            reason=reason,
            phone=phone,
            sender=mask_phone(reply.phone) or "지워진 번호",
            may_act=may_act,
            can_answer=reply.to_number is not None and reply.phone.startswith("+82"),
            read_as=read_as(reply.label),
            reasons=reasons_for(reply),
            about=topics.describe(reply.message.topic) if reply.message else "",
            newer=newer,
            older=older,
            is_latest="before" not in request.GET,
            phrases=AnswerPhrase.objects.order_by("title"),
            **_prices(clock.now()),
            **_conversation(request, reply, before=request.GET.get("before", "")),
        )

    def _act(self, request: HttpRequest, reply: Reply, form: AnswerForm) -> bool:
        by, now = user_of(request), clock.now()
        if request.POST.get("act") == "close":
            form.full_clean()
            services.close_reply(reply=reply, by=by, now=now, up_to=form.cleaned_data.get("up_to"))
            note_look(request, "reply", [reply.pk], action="close")
            return True
        if not form.is_valid():
            return False
        words, up_to = form.cleaned_data["text"], form.cleaned_data["up_to"]
        try:
            services.answer_reply(reply=reply, text=words, by=by, now=now, up_to=up_to)
        except Refused as refused:
            form.add_error("text", refused.sentence)
            return False
        note_look(request, "reply", [reply.pk], action="answer")
        messages.success(request, "답장을 보냅니다.")
        return True

    def _unmask(self, request: HttpRequest, reply: Reply, reason: ReasonForm) -> str:
        """The whole number, once, for a reason that is written down before it is shown."""
        if not reason.is_valid():
            return ""
        note_look(request, "reply", [reply.pk], action="unmask", reason=reason.cleaned_data["reason"])
        return display(reply.phone)

    def _may_decide(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("messaging.view_triagedecision")


def _prices(now: datetime) -> dict[str, Any]:
    """What a short and a long text cost, and how many bytes of it are ours already."""
    opening = f"[{settings.DISTRICT_NAME}] "
    tariff = pricing.tariff_on(clock.day_in_korea(now))
    return {
        "opening": opening,
        "opening_bytes": count_bytes(opening),
        "sms_bytes": SMS_BYTES,
        "long_bytes": LONG_BYTES,
        "sms_won": tariff.rate(Channel.SMS).won,
        "lms_won": tariff.rate(Channel.LMS).won,
    }


@admin.register(AnswerPhrase)
class AnswerPhraseAdmin(ModelAdmin):
    """답장 상용구: words officials answer with."""

    list_display = ("title", "beginning")
    search_fields = ("title",)
    ordering = ("title",)

    @admin.display(description="내용")
    def beginning(self, phrase: AnswerPhrase) -> str:
        """The first words."""
        return Truncator(phrase.text).chars(60)

    def save_model(self, request: HttpRequest, obj: AnswerPhrase, form: Any, change: bool) -> None:
        """Saved, and written down."""
        super().save_model(request, obj, form, change)
        note_look(request, "answerphrase", [obj.pk], action="change" if change else "add")


@admin.register(HookReject)
class HookRejectAdmin(BigTableAdmin):
    """읽지 못한 웹훅: the carrier spoke in a shape we do not know."""

    list_display = ("received_at", "carrier", "kind", "reason")
    list_filter = ("kind",)
    fields = ("received_at", "carrier", "kind", "reason", "content")
    readonly_fields = ("content",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The raw words name people: whoever looks is in the book."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        note_look(request, "hookreject", [row_or_404(HookReject.objects.all(), object_id).pk])
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    @admin.display(description="원문")
    def content(self, reject: HookReject) -> str:
        """Resident numbers are already masked."""
        return Truncator(reject.body).chars(4000)
