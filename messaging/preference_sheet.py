"""알림 설정 as its page shows it: every kind and way of one phone, what was opted out of, and what was changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from messaging import topics
from messaging.models import ChangeSource, Means, OptOut, Preference, PreferenceChange, Subscription
from messaging.preference_history import FIRST_MEANS, OFF, ON, OPT_OUT, QUIET_HOURS
from messaging.windows import Window
from portal.core.hangul import josa

MOST_CHANGES = 10
_STATE = {ON: "받음", OFF: "받지 않음"}
_HOW = {
    ChangeSource.LINK: "이 화면에서",
    ChangeSource.REPLY: "문자로 답장해",
    ChangeSource.REFUSAL_LINE: "080 수신거부 전화로",
    ChangeSource.OFFICIAL: "구청에 말씀하셔서",
    ChangeSource.CARRIER: "통신사를 통해",
}
_OPT_OUT_STATE = {ON: "신청", OFF: "해제"}


@dataclass(frozen=True, slots=True)
class Switch:
    """One kind by one way."""

    name: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the matrix; a locked one has an article and no switches."""

    topic: str
    label: str
    locked_by: str
    switches: tuple[Switch, ...]

    @property
    def is_on(self) -> bool:
        """Whether any way is open."""
        return bool(self.locked_by) or any(switch.is_on for switch in self.switches)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An opt-out in force: since when, and how and what in words."""

    pk: int
    since: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change, in words."""

    at: datetime
    words: str
    where: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page."""

    kinds: tuple[Kind, ...]
    locked: tuple[Kind, ...]
    first_means: str
    quiet: Window | None
    refusals: tuple[Refusal, ...]
    changes: tuple[Line, ...]


def field_of(topic: str, means: str) -> str:
    """What a switch is called in the form."""
    return f"{topic}:{means}"


def optional_topics() -> list[str]:
    """The kinds people may switch off, in the order of topics.toml."""
    return [topic.name for topic in topics.topics().values() if topic.is_optional]


def sheet_of(phone_index: bytes) -> Sheet:
    """Everything one phone has chosen; four queries."""
    rows = Subscription.objects.filter(phone_index=phone_index).values_list("topic", "means", "is_enabled")
    chosen = {(topic, means): is_enabled for topic, means, is_enabled in rows}
    way = Preference.objects.filter(phone_index=phone_index).first()
    return Sheet(
        kinds=tuple(_kind(topic, chosen) for topic in topics.topics().values() if topic.is_optional),
        locked=tuple(_kind(topic, chosen) for topic in topics.topics().values() if topic.locked_by),
        first_means=way.first_means if way else Means.ALIMTALK.value,
        quiet=way.quiet if way else None,
        refusals=tuple(_refusals(OptOut.objects.filter(phone_index=phone_index, lifted_at=None).order_by("pk"))),
        changes=tuple(_lines(phone_index)),
    )


def _kind(topic: topics.Topic, chosen: dict[tuple[str, str], bool]) -> Kind:
    switches = tuple(
        Switch(field_of(topic.name, means.value), means.label, chosen.get((topic.name, means.value), True))
        for means in Means
    )
    return Kind(topic.name, topic.description, topic.locked_by, () if topic.locked_by else switches)


def _refusals(wishes: QuerySet[OptOut]) -> Iterator[Refusal]:
    for wish in wishes:
        what = josa(_scope(wish.scope, wish.value), "을/를")
        yield Refusal(wish.pk, wish.since, f"{_HOW[ChangeSource(wish.source)]} {what} 멈추셨습니다.")


def _scope(scope: str, value: str) -> str:
    match scope:
        case OptOut.Scope.ALL:
            return "모든 문자와 알림톡"
        case OptOut.Scope.PURPOSE:
            return "꼭 알려야 하는 것을 뺀 모든 안내"
        case OptOut.Scope.TOPIC:
            return topics.describe(value)
        case _:
            return "한 번의 발송 건"


def _lines(phone_index: bytes) -> Iterator[Line]:
    changes = PreferenceChange.objects.filter(phone_index=phone_index).order_by("-pk")[:MOST_CHANGES]
    for change in changes:
        yield Line(change.at, _words(change), change.get_source_display())


def _words(change: PreferenceChange) -> str:
    head, _, rest = change.subject.partition(":")
    if head == OPT_OUT:
        scope, _, value = rest.partition(":")
        return f"수신거부 {_OPT_OUT_STATE[change.after]} ({_scope(scope, value)})"
    if head == FIRST_MEANS:
        return f"먼저 받을 채널: {Means(change.before).label} → {Means(change.after).label}"
    if head == QUIET_HOURS:
        before, after = (_hours(hours) for hours in (change.before, change.after))
        return f"조용한 시간: {before} → {after}"
    return f"{topics.describe(head)} {Means(rest).label}: {_STATE[change.before]} → {_STATE[change.after]}"


def _hours(hours: str) -> str:
    return "기본" if hours in ("", OFF) else hours.replace("-", "~")
