"""
알림 설정: opened from the button of an AlimTalk without signing in, or from one's own page.

Looking changes nothing; each button saves what it says at once, and the page offers to take it back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from messaging import topics, windows
from messaging.beside import Way, ways_of
from messaging.models import ChangeSource, Means, Purpose
from messaging.preference_history import OFF, ON, Origin
from messaging.preference_links import message_of
from messaging.preference_sheet import Line, Sheet, sheet_of
from messaging.services import preferences
from portal.accounts.guards import citizen_of, citizens_only
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

HOURLY_CHANGES = 60
UNDONE_WITHIN = timedelta(minutes=10)
EARLIER = ("20:00", "19:00", "18:00")
LATER = ("09:00", "10:00", "11:00", "12:00")
DONE = {
    "stop": gettext_noop("이제 이 알림을 보내지 않습니다."),
    "start": gettext_noop("다시 보내 드리겠습니다."),
    "lift": gettext_noop("수신거부를 풀었습니다. 다시 보내 드리겠습니다."),
    "switch": gettext_noop("저장했습니다. 지금부터 보내는 알림에 적용됩니다."),
    "first": gettext_noop("저장했습니다. 지금부터 보내는 알림에 적용됩니다."),
    "quiet": gettext_noop("저장했습니다. 지금부터 보내는 알림에 적용됩니다."),
    "undo": gettext_noop("되돌렸습니다."),
}


class NotUnderstood(Refused):
    """The form was not filled by this page."""

    sentence = gettext_noop("보내신 내용을 알아볼 수 없습니다. 이 화면에서 다시 골라 주세요.")


class TooOften(Refused):
    """Somebody or something presses without end."""

    sentence = gettext_noop("짧은 시간에 여러 번 바꾸셨습니다. 잠시 뒤에 다시 해 주세요.")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose settings: a phone, the kind of message that led here, and who counts the presses."""

    phone: str
    phone_index: bytes
    key: str
    address: str
    topic: str = ""
    is_signed_in: bool = False
    ways: tuple[Way, ...] = ()


@public
@personal
@csrf_exempt  # the address itself is the proof: signed, unguessable, and no cookie counts here
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST acts: link scanners and previews only ever GET."""
    message = message_of(token, now=clock.now())
    if message is None:
        return render(request, "messaging/preferences_gone.html", status=404)
    address = reverse("messaging:preferences", args=[token])
    index = bytes(message.phone_index)
    return _answer(request, Reader(message.phone, index, str(message.pk), address, topic=message.topic))


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The same on one's own page."""
    user = cast(User, citizen_of(request))
    address = reverse("messaging:my_preferences")
    index = bytes(user.phone_index or b"")
    reader = Reader(user.phone, index, f"user:{user.pk}", address, is_signed_in=True, ways=ways_of(request, user))
    return _answer(request, reader)


def _answer(request: HttpRequest, reader: Reader) -> HttpResponse:
    if request.method != "POST":
        return _show(request, reader, done=request.GET.get("done", ""))
    try:
        done = _act(request, reader)
    except Refused as refused:
        words = _(refused.sentence)
        return _show(request, reader, refused=words, status=429 if isinstance(refused, TooOften) else 422)
    return redirect(f"{reader.address}?done={done}{_place_of(request.POST)}")


def _place_of(asked: QueryDict) -> str:
    """Back to the line that was pressed."""
    topic = asked.get("switch", "").partition(":")[0]
    return f"#{topic}" if topic else ""


def _show(
    request: HttpRequest, reader: Reader, *, done: str = "", refused: str = "", status: int = 200
) -> HttpResponse:
    sheet = sheet_of(reader.phone_index, reader.ways)
    night = windows.windows()[Purpose.ADMINISTRATIVE]
    pressed = _just_pressed(sheet) if done in DONE and not refused else []
    context = {
        "phone": mask_phone(reader.phone),
        "is_signed_in": reader.is_signed_in,
        "sheet": sheet,
        "ways": reader.ways,
        "columns": 3 + len(reader.ways),
        "this": next((kind for kind in (*sheet.kinds, *sheet.locked) if kind.topic == reader.topic), None),
        "means": [(means.value, _(means.label), means == sheet.first_means) for means in Means],
        "starts": _options(night.start, EARLIER, sheet.quiet.start if sheet.quiet else None),
        "ends": _options(night.until, LATER, sheet.quiet.until if sheet.quiet else None),
        "done": _(DONE[done]) if done in DONE and not refused else "",
        "pressed": [line.words for line in pressed],
        "undo": pressed[0].pk if pressed and done != "undo" and pressed[0].can_be_undone else 0,
        "refused": refused,
    }
    return render(request, "messaging/preferences.html", context, status=status)


def _just_pressed(sheet: Sheet) -> list[Line]:
    """Everything the last press changed, as long as it can still be meant by "take that back"."""
    latest = sheet.changes[0] if sheet.changes else None
    if latest is None or clock.now() - latest.at > UNDONE_WITHIN:
        return []
    return [line for line in sheet.changes if line.at == latest.at]


def _options(usual: time, others: tuple[str, ...], chosen: time | None) -> list[tuple[str, str, bool]]:
    """(value, words, is it the chosen one); the usual hour first."""
    current = f"{chosen:%H:%M}" if chosen and chosen != usual else ""
    first = ("", _("%(hour)s (기본)") % {"hour": _hour(usual)})
    rows = [first, *((hour, _hour(time.fromisoformat(hour))) for hour in others)]
    return [(value, words, value == current) for value, words in rows]


def _hour(moment: time) -> str:
    names = {0: _("밤 12시"), 12: _("낮 12시")}
    evening = _("저녁 %(hour)d시") if moment.hour < 21 else _("밤 %(hour)d시")
    half = _("오전 %(hour)d시") if moment.hour < 12 else evening
    return names.get(moment.hour, half % {"hour": (moment.hour - 1) % 12 + 1})


def _act(request: HttpRequest, reader: Reader) -> str:
    if not take_token(
        key=f"messaging.preferences:{reader.key}", capacity=HOURLY_CHANGES, per_seconds=3600, now=clock.now()
    ):
        raise TooOften
    origin = Origin(ChangeSource.LINK, address=address_of(request))
    name = next((name for name in ("switch", "first") if name in request.POST), request.POST.get("act", ""))
    if name not in _ACTS:
        raise NotUnderstood
    _ACTS[name](request.POST, reader, origin)
    return name


def _stop(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    _switch_all(reader, is_enabled=False, origin=origin)


def _start(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    _switch_all(reader, is_enabled=True, origin=origin)


def _switch_all(reader: Reader, *, is_enabled: bool, origin: Origin) -> None:
    if not reader.topic:
        raise NotUnderstood
    preferences.switch_kind(
        phone_index=reader.phone_index, topic=reader.topic, is_enabled=is_enabled, origin=origin, now=clock.now()
    )


def _switch(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    """One switch: `topic:means:on` or `…:off`, the state it is to have, so that pressing twice is harmless."""
    topic, means, state = (*asked.get("switch", "").split(":"), "", "")[:3]
    if topic not in topics.topics() or means not in Means.values or state not in (ON, OFF):
        raise NotUnderstood
    _choose(reader, preferences.Choices({(topic, means): state == ON}), origin)


def _first(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    first = asked.get("first", "")
    if first not in Means.values:
        raise NotUnderstood
    _choose(reader, preferences.Choices({}, first_means=Means(first)), origin)


def _quiet(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    start, end = asked.get("quiet_from", "?"), asked.get("quiet_until", "?")
    if start not in ("", *EARLIER) or end not in ("", *LATER):
        raise NotUnderstood
    night = windows.windows()[Purpose.ADMINISTRATIVE]
    quiet = windows.Window(
        time.fromisoformat(start) if start else night.start, time.fromisoformat(end) if end else night.until
    )
    _choose(reader, preferences.Choices({}, quiet=quiet if start or end else None), origin)


def _choose(reader: Reader, choices: preferences.Choices, origin: Origin) -> None:
    preferences.choose(phone_index=reader.phone_index, choices=choices, origin=origin, now=clock.now())


def _lift(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    wish = _number(asked.get("opt_out", ""))
    preferences.lift(phone_index=reader.phone_index, opt_out=wish, origin=origin, now=clock.now())


def _undo(asked: QueryDict, reader: Reader, origin: Origin) -> None:
    change = _number(asked.get("change", ""))
    preferences.undo(phone_index=reader.phone_index, change=change, origin=origin, now=clock.now())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise NotUnderstood
    return int(text)


_ACTS: dict[str, Callable[[QueryDict, Reader, Origin], None]] = {
    "stop": _stop,
    "start": _start,
    "switch": _switch,
    "first": _first,
    "quiet": _quiet,
    "lift": _lift,
    "undo": _undo,
}
