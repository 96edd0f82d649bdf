"""알림 설정 as its page shows it: every kind and way of one phone, what was opted out of, and what was changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from messaging import topics
from messaging.beside import Way
from messaging.measuring import fill, usual_values
from messaging.models import (
    ChangeSource,
    Means,
    OptOut,
    Preference,
    PreferenceChange,
    ReviewState,
    Subscription,
    TemplateVersion,
)
from messaging.preference_history import FIRST_MEANS, OFF, ON, OPT_OUT, QUIET_HOURS
from messaging.text import placeholders
from messaging.windows import Window
from portal.core.bilingual import with_josa

MOST_CHANGES = 10
_STATE = {ON: gettext_noop("받음"), OFF: gettext_noop("받지 않음")}
_HOW = {
    ChangeSource.LINK: gettext_noop("이 화면에서"),
    ChangeSource.REPLY: gettext_noop("문자로 답장해"),
    ChangeSource.REFUSAL_LINE: gettext_noop("080 수신거부 전화로"),
    ChangeSource.OFFICIAL: gettext_noop("구청에 말씀하셔서"),
    ChangeSource.CARRIER: gettext_noop("통신사를 통해"),
}
_OPT_OUT_STATE = {ON: gettext_noop("수신거부 신청"), OFF: gettext_noop("수신거부 해제")}


@dataclass(frozen=True, slots=True)
class Switch:
    """One kind by one way. `press`: what its button says to the server, the other state."""

    press: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A message of a kind as it would come, with made-up values: KakaoTalk's card, and the text in its place."""

    title: str
    card: str
    buttons: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind by a way beside messages: whether anything of it comes that way, and whether the way is on."""

    label: str
    is_told: bool
    is_on: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the matrix; a locked one has an article and no switches."""

    topic: str
    label: str
    locked_by: str
    switches: tuple[Switch, ...]
    marks: tuple[Mark, ...]
    example: Example | None

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

    pk: int
    at: datetime
    words: str
    where: str
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page."""

    kinds: tuple[Kind, ...]
    locked: tuple[Kind, ...]
    first_means: str
    quiet: Window | None
    refusals: tuple[Refusal, ...]
    changes: tuple[Line, ...]


def sheet_of(phone_index: bytes, ways: Sequence[Way] = ()) -> Sheet:
    """Everything one phone has chosen, beside its owner's other ways; five queries."""
    rows = Subscription.objects.filter(phone_index=phone_index).values_list("topic", "means", "is_enabled")
    chosen = {(topic, means): is_enabled for topic, means, is_enabled in rows}
    way = Preference.objects.filter(phone_index=phone_index).first()
    examples, known = _examples(), topics.topics().values()
    return Sheet(
        kinds=tuple(_kind(topic, chosen, ways, examples) for topic in known if topic.is_optional),
        locked=tuple(_kind(topic, chosen, ways, examples) for topic in known if topic.locked_by),
        first_means=way.first_means if way else Means.ALIMTALK.value,
        quiet=way.quiet if way else None,
        refusals=tuple(_refusals(OptOut.objects.filter(phone_index=phone_index, lifted_at=None).order_by("pk"))),
        changes=tuple(_lines(phone_index)),
    )


def _kind(
    topic: topics.Topic,
    chosen: Mapping[tuple[str, str], bool],
    ways: Sequence[Way],
    examples: Mapping[str, TemplateVersion],
) -> Kind:
    switches = [(means, chosen.get((topic.name, means.value), True)) for means in Means]
    version = examples.get(topic.example)
    return Kind(
        topic.name,
        topic.label,
        topic.law,
        ()
        if topic.locked_by
        else tuple(
            Switch(f"{topic.name}:{means.value}:{OFF if is_on else ON}", _(means.label), is_on)
            for means, is_on in switches
        ),
        tuple(Mark(way.label, way.tells_of(topic.name), way.is_on) for way in ways),
        _example(version) if version else None,
    )


def _examples() -> Mapping[str, TemplateVersion]:
    """The wordings in use that stand for their kinds, by code."""
    codes = {topic.example for topic in topics.topics().values() if topic.example}
    approved = TemplateVersion.objects.filter(template__code__in=codes, review_state=ReviewState.APPROVED)
    return {version.template.code: version for version in approved.select_related("template").order_by("number")}


def _example(version: TemplateVersion) -> Example:
    words = (version.body, version.fallback_body, *(row["label"] for row in version.buttons))
    values = usual_values([name for text in words for name in placeholders(text)])
    return Example(
        title=version.title,
        card=fill(version.body, values) if version.is_alimtalk else "",
        buttons=tuple(fill(row["label"], values) for row in version.buttons),
        text=fill(version.text_body, values),
    )


def _refusals(wishes: QuerySet[OptOut]) -> Iterator[Refusal]:
    for wish in wishes:
        how = _(_HOW[ChangeSource(wish.source)])
        what = with_josa(_scope(wish.scope, wish.value), "을/를")
        yield Refusal(wish.pk, wish.since, _("%(how)s %(what)s 멈추셨습니다.") % {"how": how, "what": what})


def _scope(scope: str, value: str) -> str:
    match scope:
        case OptOut.Scope.ALL:
            return _("모든 문자와 알림톡")
        case OptOut.Scope.PURPOSE:
            return _("꼭 알려야 하는 것을 뺀 모든 안내")
        case OptOut.Scope.TOPIC:
            return topics.describe(value)
        case _:
            return _("한 번의 발송 건")


def _lines(phone_index: bytes) -> Iterator[Line]:
    changes = PreferenceChange.objects.filter(phone_index=phone_index).order_by("-pk")[:MOST_CHANGES]
    for change in changes:
        is_choice = not change.subject.startswith(f"{OPT_OUT}:")
        yield Line(change.pk, change.at, _words(change), _(change.get_source_display()), is_choice)


def _words(change: PreferenceChange) -> str:
    head, __, rest = change.subject.partition(":")
    if head == OPT_OUT:
        scope, __, value = rest.partition(":")
        return f"{_(_OPT_OUT_STATE[change.after])} ({_scope(scope, value)})"
    if head == FIRST_MEANS:
        return f"{_('먼저 받을 채널')}: {_(Means(change.before).label)} → {_(Means(change.after).label)}"
    if head == QUIET_HOURS:
        before, after = (_hours(hours) for hours in (change.before, change.after))
        return f"{_('조용한 시간')}: {before} → {after}"
    kind = f"{topics.describe(head)} {_(Means(rest).label)}"
    return f"{kind}: {_(_STATE[change.before])} → {_(_STATE[change.after])}"


def _hours(hours: str) -> str:
    return _("기본") if hours in ("", OFF) else hours.replace("-", "~")
