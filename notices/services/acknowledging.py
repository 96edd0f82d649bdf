"""What we say back to a citizen who answered: at most once per decision, and never to unclear texts or "stop"."""

from datetime import datetime

from messaging import services as messaging
from messaging.models import Reply
from notices import keys, wording
from notices.models import Answer, Campaign, Recipient
from notices.tabulation import WRONG_BIRTHS_ALLOWED

_VERDICTS = (wording.GIVEN, wording.DECLINED, wording.BY_MAIL)
MOST_ANSWERS = 8  # a phone that answers by itself must not keep a conversation going
R = Recipient.State


def acknowledge(recipient: Recipient, answer: Answer, *, before: str, now: datetime) -> None:
    """Tell the citizen what her reply did, if it did something, or what is still missing."""
    template = _template(recipient, answer, before)
    if not template or answer.label == "opt_out":
        return
    if answer.reply is not None and not _may_tell(answer.reply, template, now):
        return
    position = Answer.objects.filter(recipient=recipient).count()
    if position > MOST_ANSWERS:
        return
    campaign = recipient.campaign
    messaging.send(
        to=recipient.phone,
        template=template,
        context=wording.words_of(campaign),
        topic="notices.consent",
        reference=campaign.number,
        key=str(keys.MessageKey(campaign.pk, recipient.pk, keys.ANSWER, position)),
        by=answer.decided_by,
        now=now,
    )


def _may_tell(reply: Reply, template: str, now: datetime) -> bool:
    """Verdicts at most once in ten minutes; what we still need from her whenever she writes, but no machine."""
    templates = _VERDICTS if template in _VERDICTS else ()
    return messaging.may_acknowledge(reply=reply, templates=templates, now=now)


def _template(recipient: Recipient, answer: Answer, before: str) -> str:
    has_moved = recipient.state != before
    if has_moved and recipient.state == R.VERIFIED:
        return wording.GIVEN
    if has_moved and recipient.state in (R.DECLINED, R.REVOKED):
        return wording.DECLINED
    if has_moved and recipient.state == R.IDENTITY_MISMATCH:
        return wording.BY_MAIL
    if recipient.campaign.state != Campaign.State.ASKING or recipient.state not in (R.ASKING, R.AGREED):
        return ""
    if answer.label in ("consent", "identity") and answer.identity == "mismatch":
        return wording.BIRTH_DIFFERS if recipient.wrong_birth_count < WRONG_BIRTHS_ALLOWED else ""
    if answer.label == "consent":
        return wording.BIRTH_NEEDED if recipient.state == R.AGREED else ""
    is_first_puzzle = not Answer.objects.filter(recipient=recipient, label="unrelated").exclude(pk=answer.pk).exists()
    return wording.UNCLEAR if answer.label == "unrelated" and is_first_puzzle else ""
