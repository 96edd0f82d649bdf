"""수신거부: who does not want which messages. Checked at the claim, by blind index."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from messaging import topics
from messaging.models import Attempt, LegStatus, Message, OptOut, Purpose, Reply
from messaging.settling import Change, settle
from portal.accounts.models import User
from portal.core.sealing import blind_phone

_NEVER = {Purpose.CODE, Purpose.EMERGENCY}  # a code was asked for a second ago; an emergency outranks the wish


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
    wish, _ = OptOut.objects.get_or_create(
        phone_index=index,
        scope=scope,
        value=value,
        lifted_at=None,
        defaults={"source": source, "since": now, "reply": reply, "created_by": by},
    )
    waiting = list(
        Attempt.objects.filter(message__phone_index=index, status=LegStatus.QUEUED)
        .select_related("message__stream")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    unwanted = opted_out(leg.message for leg in waiting)
    settle([Change(waiting[place].pk, LegStatus.SUPPRESSED) for place in unwanted], cause="opt_out")
    return wish


@transaction.atomic
def lift_opt_out(*, wish: OptOut, now: datetime) -> None:
    """End an opt-out at the citizen's own wish."""
    OptOut.objects.filter(pk=wish.pk, lifted_at=None).update(lifted_at=now)
