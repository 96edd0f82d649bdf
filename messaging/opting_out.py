"""수신거부: who does not want which messages. Checked at the claim, by blind index."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from messaging import topics
from messaging.carriers.base import UnsubscribeEvent
from messaging.models import Attempt, ChangeSource, LegStatus, Message, OptOut, Purpose, Reply
from messaging.preference_history import OFF, ON, OPT_OUT, Origin, write_down
from messaging.settling import Change, settle
from portal.accounts.models import User
from portal.core.errors import Refused
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.sealing import blind_phone

_NEVER = {Purpose.CODE, Purpose.EMERGENCY}  # a code was asked for a second ago; an emergency outranks the wish


class OnlyByHerself(Refused):
    """What somebody declared herself, she alone takes back."""

    sentence = "시민이 회신이나 080으로 직접 하신 수신거부는 본인만 알림 설정 화면에서 풀 수 있습니다."


def opted_out(messages: Iterable[Message]) -> set[int]:
    """
    Positions of the messages their recipients have opted out of.

    An answer to the citizen's own act, and what the law locks on, is stopped only by an opt-out from everything.
    """
    rows = list(messages)
    wishes: dict[bytes, set[tuple[str, str]]] = defaultdict(set)
    indexes = {bytes(message.phone_index) for message in rows}
    for index, scope, value in OptOut.objects.filter(phone_index__in=indexes, lifted_at__isnull=True).values_list(
        "phone_index", "scope", "value"
    ):
        wishes[bytes(index)].add((scope, value))
    return {place for place, message in enumerate(rows) if _applies(wishes[bytes(message.phone_index)], message)}


def _applies(wishes: set[tuple[str, str]], message: Message) -> bool:
    if not wishes or message.purpose in _NEVER:
        return False
    covering = {(OptOut.Scope.ALL.value, "")}
    if message.purpose != Purpose.ANSWER and not topics.is_locked(message.topic):
        covering |= {
            (OptOut.Scope.PURPOSE.value, message.purpose),
            (OptOut.Scope.TOPIC.value, message.topic),
            (OptOut.Scope.STREAM.value, message.stream.name),
        }
    return not wishes.isdisjoint(covering)


@transaction.atomic
def opt_out(
    *,
    phone: str,
    scope: OptOut.Scope,
    value: str = "",
    source: OptOut.Source,
    by: User | None,
    now: datetime,
    reply: Reply | None = None,
) -> OptOut:
    """
    Register that a phone wants no more messages of a scope, and stop those that still wait.

    Waiting legs are locked here and at the claim, so a dispatch made after this commit cannot hold the number.
    """
    index = blind_phone(phone)
    wish, is_new = OptOut.objects.get_or_create(
        phone_index=index,
        scope=scope,
        value=value,
        lifted_at=None,
        defaults={"source": source, "since": now, "reply": reply, "created_by": by},
    )
    if is_new:
        write_down(index, _subject(wish), OFF, ON, origin=Origin(ChangeSource(source), by), now=now)
    waiting = list(
        Attempt.objects.filter(message__phone_index=index, status=LegStatus.QUEUED)
        .select_related("message__stream")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    unwanted = opted_out(leg.message for leg in waiting)
    settle([Change(waiting[place].pk, LegStatus.SUPPRESSED) for place in unwanted], cause="opt_out")
    return wish


@transaction.atomic(savepoint=False)
def record_unsubscribes(*, events: Sequence[UnsubscribeEvent], now: datetime) -> None:
    """
    Register who rang the free 080 line. Repeating a call, or a whole list, changes nothing.

    The line asks for no kind of message: it refuses everything. A refusal older than the moment the citizen took it
    back herself is yesterday's news, however often a carrier's list repeats it.
    """
    rung: dict[str, datetime] = {}
    for event in events:
        try:
            phone = parse_mobile(event.from_number)
        except PhoneRefused:
            continue  # nobody we could text
        rung[phone] = max(event.occurred_at, rung.get(phone, event.occurred_at))
    for phone, at in sorted(rung.items()):
        taken_back = OptOut.objects.filter(phone_index=blind_phone(phone), scope=OptOut.Scope.ALL, lifted_at__gte=at)
        if not taken_back.exists():
            opt_out(phone=phone, scope=OptOut.Scope.ALL, source=OptOut.Source.REFUSAL_LINE, by=None, now=now)


@transaction.atomic
def lift_opt_out(*, wish: OptOut, now: datetime, origin: Origin) -> None:
    """
    End an opt-out at the citizen's own wish.

    :raises OnlyByHerself: if an official would lift what the citizen declared by reply or on the refusal line
    """
    if origin.by is not None and wish.source != OptOut.Source.OFFICIAL:
        raise OnlyByHerself
    if OptOut.objects.filter(pk=wish.pk, lifted_at=None).update(lifted_at=now):
        write_down(bytes(wish.phone_index), _subject(wish), ON, OFF, origin=origin, now=now)


def _subject(wish: OptOut) -> str:
    return f"{OPT_OUT}:{wish.scope}:{wish.value}"
