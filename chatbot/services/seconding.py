"""
Where another agency is to be rung up, two people stand for the number: one writes it, another dials it.

Two stand for taking it down as well: whoever finds no number rings nobody up.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from chatbot.models import Faq, FaqProposal, FaqRevision
from chatbot.permissions import check_keeps
from chatbot.services.publishing import (
    Content,
    OutOfDate,
    content_from,
    content_of,
    needs_second,
    publish_faq,
    retire_faq,
    sends_elsewhere,
)
from portal.accounts.models import User


@transaction.atomic
def put_forward(
    *, faq: Faq, content: Content, phrasings: Iterable[str], seen: int, reason: str, by: User, now: datetime
) -> FaqRevision | None:
    """
    Publish an answer; what sends people to another agency waits for a second official, and None is returned.

    What citizens are told stays as it was until then. A later proposal takes the place of the one before.

    :raises NotYours: if another department answers for it
    :raises OutOfDate: if somebody published since version `seen`
    """
    if not needs_second(faq, content):
        return publish_faq(faq=faq, content=content, phrasings=phrasings, seen=seen, reason=reason, by=by, now=now)
    check_keeps(by, faq)
    if Faq.objects.select_for_update(of=("self",)).get(pk=faq.pk).version != seen:
        raise OutOfDate
    wanted = {"snapshot": asdict(content), "phrasings": list(phrasings), "seen": seen, "reason": reason}
    stamp = {"proposed_by": by, "proposed_at": now, "is_retirement": False}
    FaqProposal.objects.update_or_create(faq=faq, defaults={**wanted, **stamp})
    return None


@transaction.atomic
def take_down(*, faq: Faq, seen: int, reason: str, by: User, now: datetime) -> bool:
    """
    Give an answer no more; what sends people to another agency waits for a second official. Whether it is down.

    :raises NotYours: if another department answers for it
    :raises OutOfDate: if somebody published since version `seen`
    """
    locked = Faq.objects.select_for_update(of=("self",)).get(pk=faq.pk)
    check_keeps(by, locked)
    if locked.version != seen:
        raise OutOfDate
    if locked.status != Faq.Status.PUBLISHED or not sends_elsewhere(locked):
        retire_faq(faq=locked, reason=reason, by=by, now=now)
        return True
    wanted = {"snapshot": asdict(content_of(locked)), "phrasings": [], "seen": seen, "reason": reason}
    stamp = {"proposed_by": by, "proposed_at": now, "is_retirement": True}
    FaqProposal.objects.update_or_create(faq=locked, defaults={**wanted, **stamp})
    return False


@transaction.atomic
def second(*, proposal: FaqProposal, seen_at: str, by: User, now: datetime) -> FaqRevision:
    """
    Publish what another official put forward, or take down what she wanted down.

    :param seen_at: `proposed_at`, in ISO, of what she looked at: a later proposal stands in the same row
    :raises NeedsSecond: if it is one's own
    :raises NotYours: if another department answers for it
    :raises OutOfDate: if the answer was published otherwise meanwhile, or something else put forward
    """
    rows = FaqProposal.objects.select_for_update(of=("self",)).select_related("faq", "proposed_by")
    held = rows.filter(pk=proposal.pk).first()
    if held is None or held.proposed_at.isoformat() != seen_at:
        raise OutOfDate
    writer = held.proposed_by.get_full_name() or held.proposed_by.username
    if held.is_retirement:
        retire_faq(
            faq=held.faq,
            reason=f"내리자고 한 사람 {writer}. {held.reason}"[:200],
            seen=held.seen,
            by=by,
            now=now,
            proposed_by=held.proposed_by,
        )
        revision = held.faq.revisions.latest("version")
    else:
        revision = publish_faq(
            faq=held.faq,
            content=content_from(held.snapshot),
            phrasings=held.phrasings,
            seen=held.seen,
            reason=f"작성 {writer}. {held.reason}"[:200],
            by=by,
            now=now,
            proposed_by=held.proposed_by,
        )
    FaqProposal.objects.filter(pk=held.pk).delete()
    return revision


@transaction.atomic
def turn_down(*, proposal: FaqProposal, by: User) -> None:
    """
    Forget a proposal; whoever wrote it may too.

    :raises NotYours: if another department answers for it
    """
    check_keeps(by, proposal.faq)
    FaqProposal.objects.filter(pk=proposal.pk).delete()
