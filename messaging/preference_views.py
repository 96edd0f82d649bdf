"""알림 설정: opened from the button of an AlimTalk without signing in. Looking changes nothing; only a button does."""

from collections.abc import Callable
from datetime import time

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging import windows
from messaging.models import ChangeSource, Means, Message, Purpose
from messaging.preference_history import Origin
from messaging.preference_links import message_of
from messaging.preference_sheet import field_of, optional_topics, sheet_of
from messaging.services import preferences
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

HOURLY_CHANGES = 60
EARLIER = ("20:00", "19:00", "18:00")
LATER = ("09:00", "10:00", "11:00", "12:00")
DONE = {
    "stop": "이제 이 알림을 보내지 않습니다.",
    "start": "다시 보내 드리겠습니다.",
    "lift": "수신거부를 풀었습니다. 다시 보내 드리겠습니다.",
    "save": "저장했습니다. 지금부터 보내는 알림에 적용됩니다.",
}


class NotUnderstood(Refused):
    """The form was not filled by this page."""

    sentence = "보내신 내용을 알아볼 수 없습니다. 이 화면에서 다시 골라 주세요."


class TooOften(Refused):
    """Somebody or something presses without end."""

    sentence = "짧은 시간에 여러 번 바꾸셨습니다. 잠시 뒤에 다시 해 주세요."


@public
@personal
@csrf_exempt  # the address itself is the proof: signed, unguessable, and no cookie counts here
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST acts: link scanners and previews only ever GET."""
    message = message_of(token, now=clock.now())
    if message is None:
        return render(request, "messaging/preferences_gone.html", status=404)
    if request.method != "POST":
        return _show(request, message, done=DONE.get(request.GET.get("done", ""), ""))
    try:
        done = _act(request, message)
    except Refused as refused:
        return _show(request, message, refused=refused.sentence, status=429 if isinstance(refused, TooOften) else 422)
    return redirect(f"{reverse('messaging:preferences', args=[token])}?done={done}")


def _show(
    request: HttpRequest, message: Message, *, done: str = "", refused: str = "", status: int = 200
) -> HttpResponse:
    sheet = sheet_of(bytes(message.phone_index))
    night = windows.windows()[Purpose.ADMINISTRATIVE]
    context = {
        "phone": mask_phone(message.phone),
        "sheet": sheet,
        "this": next((kind for kind in (*sheet.kinds, *sheet.locked) if kind.topic == message.topic), None),
        "means": [(means.value, means.label, means == sheet.first_means) for means in Means],
        "starts": _options(night.start, EARLIER, sheet.quiet.start if sheet.quiet else None),
        "ends": _options(night.until, LATER, sheet.quiet.until if sheet.quiet else None),
        "done": done,
        "refused": refused,
    }
    return render(request, "messaging/preferences.html", context, status=status)


def _options(usual: time, others: tuple[str, ...], chosen: time | None) -> list[tuple[str, str, bool]]:
    """(value, words, is it the chosen one); the usual hour first."""
    current = f"{chosen:%H:%M}" if chosen and chosen != usual else ""
    rows = [("", f"{_hour(usual)} (기본)"), *((hour, _hour(time.fromisoformat(hour))) for hour in others)]
    return [(value, words, value == current) for value, words in rows]


def _hour(moment: time) -> str:
    names = {0: "밤 12시", 12: "낮 12시"}
    half = "오전" if moment.hour < 12 else "저녁" if moment.hour < 21 else "밤"
    return names.get(moment.hour, f"{half} {(moment.hour - 1) % 12 + 1}시")


def _act(request: HttpRequest, message: Message) -> str:
    if not take_token(
        key=f"messaging.preferences:{message.pk}", capacity=HOURLY_CHANGES, per_seconds=3600, now=clock.now()
    ):
        raise TooOften
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise NotUnderstood
    _ACTS[act](request.POST, message, Origin(ChangeSource.LINK, address=address_of(request)))
    return act


def _stop(asked: QueryDict, message: Message, origin: Origin) -> None:
    _switch(message, is_enabled=False, origin=origin)


def _start(asked: QueryDict, message: Message, origin: Origin) -> None:
    _switch(message, is_enabled=True, origin=origin)


def _switch(message: Message, *, is_enabled: bool, origin: Origin) -> None:
    preferences.switch_kind(
        phone_index=bytes(message.phone_index),
        topic=message.topic,
        is_enabled=is_enabled,
        origin=origin,
        now=clock.now(),
    )


def _lift(asked: QueryDict, message: Message, origin: Origin) -> None:
    number = asked.get("opt_out", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotUnderstood
    preferences.lift(phone_index=bytes(message.phone_index), opt_out=int(number), origin=origin, now=clock.now())


def _save(asked: QueryDict, message: Message, origin: Origin) -> None:
    first_means, start, end = (asked.get(name, "") for name in ("first_means", "quiet_from", "quiet_until"))
    if first_means not in Means.values or start not in ("", *EARLIER) or end not in ("", *LATER):
        raise NotUnderstood
    night = windows.windows()[Purpose.ADMINISTRATIVE]
    quiet = windows.Window(
        time.fromisoformat(start) if start else night.start, time.fromisoformat(end) if end else night.until
    )
    choices = preferences.Choices(
        kinds={
            (topic, means.value): field_of(topic, means.value) in asked
            for topic in optional_topics()
            for means in Means
        },
        first_means=Means(first_means),
        quiet=quiet if start or end else None,
    )
    preferences.choose(phone_index=bytes(message.phone_index), choices=choices, origin=origin, now=clock.now())


_ACTS: dict[str, Callable[[QueryDict, Message, Origin], None]] = {
    "stop": _stop,
    "start": _start,
    "lift": _lift,
    "save": _save,
}
