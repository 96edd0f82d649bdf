"""알림 설정: what a person switches on and off for her own phone, each change written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_noop

from messaging import topics
from messaging.models import (
    Attempt,
    LegStatus,
    Means,
    OptOut,
    Preference,
    PreferenceChange,
    Subscription,
)
from messaging.opting_out import lift_opt_out
from messaging.preference_history import FIRST_MEANS, OFF, ON, OPT_OUT, QUIET_HOURS, Origin, write_down
from messaging.windows import Window
from portal.core.errors import Refused


class LockedByLaw(Refused):
    """The law wants this kind of message to reach people."""

    sentence = gettext_noop("법에 따라 보내 드리는 알림이라 끌 수 없습니다.")


class NotYours(Refused):
    """The opt-out belongs to another phone, or is lifted already."""

    sentence = gettext_noop("이미 풀린 수신거부입니다.")


class TooLate(Refused):
    """Something else was chosen since, or there is nothing to take back."""

    sentence = gettext_noop("그 뒤에 다른 것을 바꾸셔서 되돌릴 수 없습니다. 이 화면에서 다시 골라 주세요.")


@dataclass(frozen=True, slots=True)
class Choices:
    """
    What somebody pressed; the rest stays as it is.

    `kinds`: (topic, means) → on or off. `quiet` None: only the law's night.
    """

    kinds: Mapping[tuple[str, str], bool]
    first_means: Means | None = None
    quiet: Window | Literal["as it is"] | None = "as it is"


@transaction.atomic
def choose(*, phone_index: bytes, choices: Choices, origin: Origin, now: datetime) -> int:
    """
    Put choices in force from the next dispatch on; how many of them are new.

    :raises LockedByLaw: if one of them would switch off what the law keeps on
    """
    _wait_for_claims(phone_index)
    return (
        _switch(phone_index, choices.kinds, origin, now)
        + (_prefer(phone_index, choices.first_means, origin, now) if choices.first_means else 0)
        + (_rest(phone_index, choices.quiet, origin, now) if choices.quiet != "as it is" else 0)
    )


@transaction.atomic
def undo(*, phone_index: bytes, change: int, origin: Origin, now: datetime) -> None:
    """
    Take back the latest press, with everything it changed.

    :param change: the newest line of the history as the page showed it
    :raises TooLate: if it is not the newest any more, or was an opt-out
    """
    _wait_for_claims(phone_index)
    history = PreferenceChange.objects.filter(phone_index=phone_index)
    latest = history.order_by("-pk").first()
    if latest is None or latest.pk != change or latest.subject.startswith(f"{OPT_OUT}:"):
        raise TooLate
    before = {row.subject: row.before for row in history.filter(at=latest.at)}
    first, quiet = before.pop(FIRST_MEANS, ""), before.pop(QUIET_HOURS, None)
    kinds = {(topic, means): value == ON for (topic, _, means), value in _split(before)}
    choices = Choices(kinds, Means(first) if first else None, "as it is" if quiet is None else _window(quiet))
    choose(phone_index=phone_index, choices=choices, origin=origin, now=now)


def _split(before: Mapping[str, str]) -> list[tuple[tuple[str, str, str], str]]:
    return [(subject.rpartition(":"), value) for subject, value in before.items()]


def _window(hours: str) -> Window | None:
    start, _, until = hours.partition("-")
    return Window(time.fromisoformat(start), time.fromisoformat(until)) if until else None


@transaction.atomic
def switch_kind(*, phone_index: bytes, topic: str, is_enabled: bool, origin: Origin, now: datetime) -> None:
    """
    One tap: every way of one kind off, or on again.

    :raises LockedByLaw:
    """
    _wait_for_claims(phone_index)
    _switch(phone_index, {(topic, means.value): is_enabled for means in Means}, origin, now)


@transaction.atomic
def lift(*, phone_index: bytes, opt_out: int, origin: Origin, now: datetime) -> None:
    """
    The person herself wants to be written to again.

    :raises NotYours:
    """
    wish = (
        OptOut.objects.select_for_update(no_key=True)
        .filter(pk=opt_out, phone_index=phone_index, lifted_at=None)
        .first()
    )
    if wish is None:
        raise NotYours
    lift_opt_out(wish=wish, now=now, origin=origin)


def _wait_for_claims(phone_index: bytes) -> None:
    """A dispatch under way keeps its legs locked: whatever is claimed after our commit obeys the new choice."""
    waiting = Attempt.objects.filter(message__phone_index=phone_index, status=LegStatus.QUEUED)
    list(waiting.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))


def _switch(phone_index: bytes, kinds: Mapping[tuple[str, str], bool], origin: Origin, now: datetime) -> int:
    known = {
        (row.topic, row.means): row.is_enabled
        for row in Subscription.objects.select_for_update(no_key=True).filter(phone_index=phone_index)
    }
    changed = {kind: wanted for kind, wanted in kinds.items() if known.get(kind, True) != wanted}
    for (topic, means), wanted in changed.items():
        if not topics.topic(topic).is_optional:
            raise LockedByLaw
        Subscription.objects.update_or_create(
            phone_index=phone_index,
            topic=topic,
            means=means,
            defaults={"is_enabled": wanted, "source": origin.source, "changed_at": now},
        )
        before, after = (OFF, ON) if wanted else (ON, OFF)
        write_down(phone_index, f"{topic}:{means}", before, after, origin=origin, now=now)
    return len(changed)


def _prefer(phone_index: bytes, means: Means, origin: Origin, now: datetime) -> int:
    known = Preference.objects.filter(phone_index=phone_index).first()
    before = known.first_means if known else Means.ALIMTALK.value
    if before == means:
        return 0
    Preference.objects.update_or_create(phone_index=phone_index, defaults={"first_means": means, "changed_at": now})
    write_down(phone_index, FIRST_MEANS, before, means.value, origin=origin, now=now)
    return 1


def _rest(phone_index: bytes, quiet: Window | None, origin: Origin, now: datetime) -> int:
    known = Preference.objects.filter(phone_index=phone_index).first()
    before = _hours(known.quiet_from, known.quiet_until) if known else ""
    after = _hours(quiet.start, quiet.until) if quiet else ""
    if before == after:
        return 0
    Preference.objects.update_or_create(
        phone_index=phone_index,
        defaults={
            "quiet_from": quiet.start if quiet else None,
            "quiet_until": quiet.until if quiet else None,
            "changed_at": now,
        },
    )
    write_down(phone_index, QUIET_HOURS, before, after or OFF, origin=origin, now=now)
    return 1


def _hours(start: time | None, until: time | None) -> str:
    return f"{start:%H:%M}-{until:%H:%M}" if start and until else ""
