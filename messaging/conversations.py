"""Reads of the officials' inbox: one thread per citizen, paged by key, and who has looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, QuerySet

from messaging.models import Attempt, Channel, Message, MessageStatus, Reply, Route, TriageDecision
from messaging.queries import latest_of_each, replies_for_officials
from messaging.scope_queries import of_office
from portal.accounts.models import AuditEntry, User

PER_PAGE = 30
WAITING, ALL, UNKNOWN, STUCK = "waiting", "all", "unknown", "stuck"
VIEWS: Final = {WAITING: "답장 대기", ALL: "모든 대화", UNKNOWN: "모르는 번호로 온 것", STUCK: "처리 오류"}
_TONES = {
    MessageStatus.DELIVERED.value: "good",
    MessageStatus.FAILED.value: "bad",
    MessageStatus.UNRESOLVED.value: "warn",
    MessageStatus.HELD.value: "warn",
}


def replies_of(user: User) -> QuerySet[Reply]:
    """What citizens wrote, as far as it is this official's to read."""
    return of_office(Reply.objects.all(), user)


def replies_shown(view: str, user: User) -> QuerySet[Reply]:
    """The texts a view of the inbox draws from; our own words coming back are in none of them."""
    hers = replies_of(user)
    if view == ALL:
        return hers.exclude(rule=Reply.OWN_NUMBER)
    if view == UNKNOWN:
        return replies_for_officials(hers).filter(to_number=None)
    if view == STUCK:
        return hers.filter(handled_at=None, tries_count__gt=0)
    return replies_for_officials(hers)


def threads(
    view: str, user: User, *, phone_index: bytes | None = None, before: int | None = None, at_most: int = PER_PAGE
) -> tuple[list[Reply], int | None]:
    """The latest text of each citizen, newest first, and the key behind which the next page begins."""
    rows = latest_of_each(replies_shown(view, user))
    if phone_index is not None:
        rows = rows.filter(phone_index=phone_index)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("message", "handled_by", "to_number").order_by("-pk")[: at_most + 1])
    return found[:at_most], found[at_most - 1].pk if len(found) > at_most else None


def neighbours(reply: Reply, user: User) -> tuple[int | None, int | None]:
    """The threads waiting before and behind this one: newer, older."""
    waiting = replies_for_officials(replies_of(user)).exclude(phone_index=reply.phone_index)
    newer = waiting.filter(pk__gt=reply.pk).order_by("pk").values_list("pk", flat=True).first()
    older = waiting.filter(pk__lt=reply.pk).order_by("-pk").values_list("pk", flat=True).first()
    return newer, older


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text of a conversation, in either direction. `reply` is 0 for ours."""

    at: datetime
    is_ours: bool
    text: str
    title: str = ""
    is_card: bool = False
    buttons: tuple[str, ...] = ()
    way: str = ""
    state: str = ""
    tone: str = ""
    by: str = ""
    message: int = 0
    reply: int = 0
    label: str = ""
    is_complete: bool = True
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a conversation, oldest first. `before`: key of what came earlier, '' at the very beginning."""

    bubbles: Sequence[Bubble]
    before: str

    @property
    def replies(self) -> list[int]:
        """Whose texts are shown: for the audit book."""
        return [one.reply for one in self.bubbles if one.reply]

    @property
    def messages(self) -> list[int]:
        """Ours, likewise."""
        return [one.message for one in self.bubbles if one.message]


def conversation(phone_index: bytes, user: User, *, before: str = "", at_most: int = PER_PAGE) -> Page:
    """
    What passed between the official's department and one phone, the latest page first.

    :param before: the key of an earlier page
    """
    sent, received = _said_with(phone_index, user)
    sent = sent.filter(is_test=False)
    key = _key(before)
    if key is not None:
        sent, received = sent.filter(pk__lt=key[0]), received.filter(pk__lt=key[1])
    legs = Prefetch("attempts", Attempt.objects.order_by("ordinal"))
    ours = sent.select_related("template_version", "created_by").prefetch_related(legs).order_by("-pk")[: at_most + 1]
    theirs = received.order_by("-pk")[: at_most + 1]
    bubbles = [_ours(one) for one in ours] + [_theirs(one) for one in theirs]
    bubbles.sort(key=lambda one: (one.at, one.is_ours), reverse=True)
    shown = bubbles[:at_most]
    earlier = ""
    if len(bubbles) > at_most:
        oldest_sent = min((one.message for one in shown if one.message), default=key[0] if key else _END)
        oldest_received = min((one.reply for one in shown if one.reply), default=key[1] if key else _END)
        earlier = f"{oldest_sent}.{oldest_received}"
    return Page(shown[::-1], earlier)


_END = 2**62


def _key(before: str) -> tuple[int, int] | None:
    sent, _, received = before.partition(".")
    if not (sent.isascii() and sent.isdecimal() and received.isascii() and received.isdecimal()):
        return None
    return min(int(sent[:19]), _END), min(int(received[:19]), _END)


def _ours(message: Message) -> Bubble:
    legs = list(message.attempts.all())
    last = legs[-1] if legs else None
    is_card = message.route == Route.ALIMTALK_THEN_TEXT and (last is None or last.channel == Channel.ALIMTALK)
    return Bubble(
        at=message.created_at,
        is_ours=True,
        text=message.shown_body,
        title=message.template_version.title,
        is_card=is_card,
        buttons=tuple(row["label"] for row in message.template_version.buttons) if is_card else (),
        way=last.get_channel_display() if last else "",
        state=message.get_status_display(),
        tone=_TONES.get(message.status, ""),
        by=message.created_by.get_full_name() if message.created_by else "",
        message=message.pk,
        is_erased=message.erased_at is not None,
    )


def _theirs(reply: Reply) -> Bubble:
    return Bubble(
        at=reply.received_at,
        is_ours=False,
        text=reply.text,
        reply=reply.pk,
        label=reply.label,
        is_complete=reply.is_complete,
        is_erased=reply.erased_at is not None,
    )


def _said_with(phone_index: bytes, user: User) -> tuple[QuerySet[Message], QuerySet[Reply]]:
    """What the official may read of it: her department's words, what was answered, and what those texts answer."""
    received = replies_of(user).filter(phone_index=phone_index)
    to_her = Message.objects.filter(phone_index=phone_index)
    hers = of_office(to_her, user)
    return hers | to_her.filter(pk__in=received.values("message")), received


def conversation_tag(phone_index: bytes, user: User) -> str:
    """Changes whenever something new stands in the conversation, or one of ours moved."""
    sent, received = _said_with(phone_index, user)
    newest = received.order_by("-pk").values_list("pk", flat=True).first()
    ours = sent.order_by("-pk").values_list("pk", "status")[:PER_PAGE]
    return f"{newest}|{list(ours)}"


def inbox_tag(view: str, user: User) -> str:
    """Changes whenever a text comes into or leaves the top of a view."""
    return str(list(replies_shown(view, user).order_by("-pk").values_list("pk", flat=True)[: PER_PAGE + 1]))


def looks_at(replies: Sequence[int], *, at_most: int = 10) -> list[AuditEntry]:
    """Who looked at these texts when, the latest first; the same deed of one person within a minute is shown once."""
    looks = AuditEntry.objects.filter(subject_kind="messaging.reply", subject_ids__overlap=list(replies))
    found: dict[tuple[object, ...], AuditEntry] = {}
    for look in looks.order_by("-pk")[: at_most * 10]:
        minute = look.at.replace(second=0, microsecond=0)
        found.setdefault((look.actor_id, look.action, look.reason, minute), look)
    return list(found.values())[:at_most]


def replies_to_decide(
    user: User, *, before: int | None = None, at_most: int = PER_PAGE
) -> tuple[list[Reply], int | None]:
    """Unclear texts that wait for an official, newest first, and the key of the next page."""
    rows = replies_of(user).filter(needs_triage=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    earlier = Prefetch("decisions", TriageDecision.objects.select_related("by").order_by("-pk"))
    found = list(rows.select_related("message").prefetch_related(earlier).order_by("-pk")[: at_most + 1])
    return found[:at_most], found[at_most - 1].pk if len(found) > at_most else None


def triage_tag(user: User) -> str:
    """Changes whenever the top of the list does."""
    waiting = replies_of(user).filter(needs_triage=True)
    return str(list(waiting.order_by("-pk").values_list("pk", flat=True)[:PER_PAGE]))


def to_decide_count(user: User, *, at_most: int = 1000) -> int:
    """How many wait, counted to a thousand along a partial index."""
    return replies_of(user).filter(needs_triage=True).order_by()[:at_most].count()


def decisions_so_far(user: User, *, at_most: int = 20) -> list[TriageDecision]:
    """The latest decisions about the texts that are hers to read, with whose they are."""
    rows = of_office(TriageDecision.objects.select_related("by", "reply"), user)
    return list(rows.order_by("-pk")[:at_most])
