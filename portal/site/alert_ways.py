"""Push and the calendar as columns of 알림 설정: on or off, why, and where that is changed."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import queries as complaints
from messaging.beside import Way, way
from portal.accounts import sessions
from portal.accounts.models import User
from portal.site import pushing
from portal.site.models import CalendarFeed, PushEndpoint

DATED = frozenset(
    {
        "complaints.stage",
        "complaints.supplement",
        "notices.consent",
        "notices.question",
        "notices.notice",
        "notices.reminder",
    }
)  # what calendar_events knows a day of


@way
def push(request: HttpRequest, user: User) -> Way:
    """Says of every message that something is new."""
    label, icon, url = _("푸시"), "bell", reverse("site:push")
    if not pushing.is_on():
        return Way(label, icon, is_on=False, words=_("이 누리집은 아직 푸시를 보내지 않습니다."))
    if count := PushEndpoint.objects.filter(user=user).count():
        words = ngettext("기기 %(count)d대로 받고 있습니다.", "기기 %(count)d대로 받고 있습니다.", count)
        return Way(label, icon, is_on=True, words=words % {"count": count}, url=url, action=_("푸시 바꾸기"))
    if sessions.is_shared(request.session):
        return Way(label, icon, is_on=False, words=_("공용 기기에서는 켤 수 없습니다."))
    if not complaints.of_citizen(user).exists():
        words, report = _("민원을 한 번 신청하신 뒤에 켤 수 있습니다."), reverse("complaints:new")
        return Way(label, icon, is_on=False, words=words, url=report, action=_("민원 신청"))
    words = _("켜시면 알림이 올 때 이 기기에서 바로 알려 드립니다.")
    return Way(label, icon, is_on=False, words=words, url=url, action=_("푸시 켜기"))


@way
def calendar(request: HttpRequest, user: User) -> Way:
    """Holds the days of what has one."""
    label, icon, url = _("캘린더"), "clock", reverse("site:calendar")
    if CalendarFeed.objects.filter(user=user, revoked_at=None).exists():
        words = _("기한이 있는 알림은 날짜가 캘린더에 들어갑니다.")
        return Way(label, icon, is_on=True, words=words, url=url, action=_("캘린더 바꾸기"), kinds=DATED)
    words = _("켜시면 기한이 쓰시는 캘린더에 저절로 들어갑니다.")
    return Way(label, icon, is_on=False, words=words, url=url, action=_("캘린더 켜기"), kinds=DATED)
