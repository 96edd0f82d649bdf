"""회신 분류: what an official says an unclear reply means. Her word can be taken back until its owner is told."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from messaging import tallying, topics
from messaging.models import OptOut, Purpose, Reply, TriageDecision
from messaging.opting_out import opt_out
from messaging.queries import database_clock
from portal.accounts.models import User
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)
GRACE = timedelta(seconds=20)  # citizens are texted about what we made of their words: a slip must not reach them
TELL_AGAIN = timedelta(minutes=1)
Verdict = TriageDecision.Verdict
NOT_IN_FORCE = (Verdict.UNDONE, Verdict.OVERTAKEN)


class AlreadyDecided(Refused):
    """Nobody waits for a decision about this reply any more."""

    sentence = "다른 담당자가 먼저 판단했거나, 시민이 새로 답했습니다."


class TooLateToUndo(Refused):
    """The decision has taken effect, or is somebody else's."""

    sentence = "판단이 이미 반영되어 되돌릴 수 없습니다. 시민에게 안내 문자가 나갔을 수 있습니다."


@transaction.atomic
def ask_for_decision(*, reply: Reply) -> None:
    """A reply's owner wants an official to say what it means."""
    if Reply.objects.filter(pk=reply.pk, needs_triage=False).update(needs_triage=True) and reply.message_id:
        tallying.count_to_decide({reply.message_id: 1})


@transaction.atomic
def need_no_decision(*, replies: Collection[int]) -> None:
    """The owner needs no decision about these replies any more: the citizen said it clearly, or it is too late."""
    rows = Reply.objects.filter(pk__in=replies)
    waiting = list(
        rows.filter(needs_triage=True).order_by("pk").select_for_update(no_key=True).values_list("pk", "message_id")
    )
    _drop_untold(replies)
    Reply.objects.filter(pk__in=[pk for pk, _ in waiting]).update(needs_triage=False)
    gone = Counter(message for _, message in waiting if message is not None)
    tallying.count_to_decide({message: -count for message, count in gone.items()})


def _drop_untold(replies: Collection[int]) -> None:
    """A decision nobody was told about never takes effect, and the row that says so keeps whose it was."""
    untold = TriageDecision.objects.filter(reply__in=replies, reply__decide_at__isnull=False)
    newest = untold.order_by("reply", "-pk").distinct("reply").values_list("reply_id", "by_id")
    at = database_clock()
    TriageDecision.objects.bulk_create(
        TriageDecision(reply_id=reply, verdict=Verdict.OVERTAKEN, by_id=by, at=at) for reply, by in list(newest)
    )
    Reply.objects.filter(pk__in=replies, decide_at__isnull=False).update(decide_at=None)


@transaction.atomic
def decide_reply(*, reply: Reply, verdict: str, by: User, now: datetime) -> TriageDecision:
    """
    Say what an unclear reply means. Its owner is told after a moment in which it can be taken back.

    :raises AlreadyDecided: if no decision is wanted
    :raises Refused: if its owner does not let this official decide
    """
    owner = topics.decision_handler(reply.topic)
    if owner is None or verdict not in Verdict.values or verdict in NOT_IN_FORCE:
        raise AlreadyDecided
    _, check = owner
    check(reply=reply, by=by)
    waiting = Reply.objects.filter(pk=reply.pk, needs_triage=True)
    if waiting.update(needs_triage=False, decide_at=now + GRACE) != 1:
        raise AlreadyDecided
    if reply.message_id:
        tallying.count_to_decide({reply.message_id: -1})
    return TriageDecision.objects.create(reply=reply, verdict=verdict, by=by, at=now)


@transaction.atomic
def undo_decision(*, decision: TriageDecision, by: User, now: datetime) -> None:
    """
    Take back one's own decision before anybody was told.

    :raises TooLateToUndo:
    """
    untold = Reply.objects.filter(pk=decision.reply_id, decide_at__gt=now, decisions__by=by)
    newest = TriageDecision.objects.filter(reply=decision.reply_id).order_by("-pk").first()
    if newest != decision or decision.by_id != by.pk or not untold.exists():
        raise TooLateToUndo
    if Reply.objects.filter(pk=decision.reply_id, decide_at__gt=now).update(needs_triage=True, decide_at=None) != 1:
        raise TooLateToUndo
    TriageDecision.objects.create(reply_id=decision.reply_id, verdict=Verdict.UNDONE, by=by, at=now)
    message = Reply.objects.values_list("message_id", flat=True).get(pk=decision.reply_id)
    if message:
        tallying.count_to_decide({message: 1})


@transaction.atomic
def note_decision(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
    """The owner's own page decided: the row that says who and when, unless it was we who told the owner."""
    newest = TriageDecision.objects.filter(reply=reply).order_by("-pk").values_list("verdict", "by_id").first()
    is_ours = newest in {(verdict, by.pk), (Verdict.OPT_OUT.value, by.pk)}
    if is_ours and Reply.objects.filter(pk=reply.pk, decide_at__isnull=False).exists():
        return
    need_no_decision(replies=[reply.pk])
    tallying.count_decision(TriageDecision.objects.create(reply=reply, verdict=verdict, by=by, at=now))


def tell_decisions(*, now: datetime) -> None:
    """Tell owners what officials decided, once it can no longer be taken back."""
    for reply in list(Reply.objects.filter(decide_at__lte=now).order_by("decide_at")[:500]):
        try:
            _tell(reply, now)
        except Refused as refused:  # the campaign ended or the citizen spoke meanwhile: an official reads why
            _log.warning("decision_refused", reply=reply.pk, reason=type(refused).__name__)
            _refuse(reply, refused.sentence, now)
        except Exception:  # noqa: BLE001 — the loop's edge: one room's broken handler must not silence the others
            _log.exception("decision_untold", reply=reply.pk)
            Reply.objects.filter(pk=reply.pk, decide_at__lte=now).update(decide_at=now + TELL_AGAIN)


@transaction.atomic
def _refuse(reply: Reply, sentence: str, now: datetime) -> None:
    if Reply.objects.filter(pk=reply.pk, decide_at__lte=now).update(error=sentence[:200]):
        _drop_untold([reply.pk])


@transaction.atomic
def _tell(reply: Reply, now: datetime) -> None:
    decision = TriageDecision.objects.select_related("by").filter(reply=reply).order_by("-pk")[0]
    owner = topics.decision_handler(reply.topic)
    if owner is not None:
        handler, _ = owner
        handler(reply=reply, verdict=decision.verdict, by=decision.by, now=now)
    if decision.verdict == Verdict.OPT_OUT:
        opt_out(
            phone=reply.phone,
            scope=OptOut.Scope.PURPOSE,
            value=Purpose.ADMINISTRATIVE.value,
            source=OptOut.Source.REPLY,
            by=decision.by,
            now=now,
            reply=reply,
        )
    if Reply.objects.filter(pk=reply.pk, decide_at__lte=now).update(decide_at=None):
        tallying.count_decision(decision)
