"""나도 알림 받기: the same matter is known, and one tap is enough to hear of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import pending, services
from complaints.forms import FilingForm, clean_phone, key_of
from complaints.models import Follower
from complaints.views.before import case_behind
from complaints.wording import due_words, stage_label
from portal.accounts.guards import citizen_of
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.errors import Refused

_SESSION = "complaints.following"
_MOST = 20
NO_PHONE = gettext_noop("알림을 받을 휴대전화 번호를 적어 주세요.")
GONE = gettext_noop("안내해 드린 신고를 찾지 못했습니다. 다시 골라 주시거나 그대로 보내 주세요.")


def follow_instead(request: HttpRequest, form: FilingForm) -> HttpResponse | None:
    """Follow the case of the card that was pressed. None: the form says why not, and nothing of it is lost."""
    citizen = citizen_of(request)
    complaint = case_behind(request.POST.get("follow", ""))
    typed = request.POST.get("phone", "").strip()
    if complaint is None:
        form.add_error(None, _(GONE))
        return None
    if not typed and not (citizen and citizen.phone):
        form.add_error("phone", _(NO_PHONE))
        return None
    if form.has_error("phone"):
        return None
    phone = clean_phone(typed) if typed else citizen.phone if citizen else ""
    try:
        follower = services.follow(complaint, phone=phone, by=citizen, now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return None
    key = key_of(request.POST)
    if key is not None:
        pending.discard(key)
    others = [pk for pk in request.session.get(_SESSION, []) if pk != follower.pk]
    request.session[_SESSION] = [follower.pk, *others][:_MOST]
    return redirect("complaints:following")


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def following(request: HttpRequest) -> HttpResponse:
    """Cases of others that this device asked to hear of: their stage, and the way out."""
    keys: list[int] = request.session.get(_SESSION, [])
    rows = Follower.objects.filter(pk__in=keys, ended_at=None).select_related("complaint__category")
    if request.method == "POST":
        chosen = request.POST.get("stop", "")
        row = rows.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
        if row is None:
            raise Http404
        services.unfollow(row, now=clock.now())
        return redirect("complaints:following")
    cases = [
        {
            "pk": row.pk,
            "title": row.complaint.category.spoken_name if row.complaint.category else _("민원"),
            "stage": row.complaint.stage,
            "label": stage_label(row.complaint),
            "due": due_words(row.complaint) if row.complaint.is_open else "",
        }
        for row in rows.order_by("-since", "-pk")
    ]
    return render(request, "complaints/following.html", {"cases": cases})
