"""The evidence of consent that 행정절차법 제14조 asks for: who, which number, which wording, which reply, when."""

from datetime import datetime, timedelta

from messaging.queries import messages_with
from notices import keys
from notices.models import Answer, Consent, Recipient
from portal.core.clock import day_in_korea

LASTS = timedelta(days=3 * 365)
R = Recipient.State


def record_consent(recipient: Recipient, answer: Answer, *, now: datetime) -> None:
    """Keep what the citizen decided, as her state now says; anything else leaves the evidence as it is."""
    if recipient.state == R.VERIFIED:
        _keep(recipient, answer, Consent.Decision.GIVEN, identity="match", now=now)
    elif recipient.state == R.DECLINED:
        _keep(recipient, answer, Consent.Decision.DECLINED, identity=answer.identity, now=now)
    elif recipient.state == R.REVOKED:
        Consent.objects.filter(recipient=recipient).update(revoked_at=now, revoked_by=answer.reply)


def _keep(recipient: Recipient, answer: Answer, decision: str, *, identity: str, now: datetime) -> None:
    campaign = recipient.campaign
    if decision == Consent.Decision.GIVEN:
        _replace_earlier(recipient, campaign.title, now)
    key = str(keys.MessageKey(campaign.pk, recipient.pk, keys.ASK))
    asked = messages_with([key]).get(key)
    Consent.objects.update_or_create(
        recipient=recipient,
        defaults={
            "campaign": campaign,
            "purpose": campaign.title,
            "department": campaign.department,
            "phone": recipient.phone,
            "phone_index": recipient.phone_index,
            "birth_index": recipient.birth_index,
            "wording": asked.template_version if asked else None,
            "asked": asked,
            "reply": answer.reply,
            "reply_text": answer.value,
            "decision": decision,
            "identity": identity,
            "decided_by": answer.decided_by,
            "given_at": now,
            "expires_on": day_in_korea(now) + LASTS,
            "replaced_at": None,
            "revoked_at": None,
            "revoked_by": None,
        },
    )


def _replace_earlier(recipient: Recipient, purpose: str, now: datetime) -> None:
    """The same person's earlier consent to the same purpose makes room: one stands at a time."""
    same = Consent.objects.filter(purpose=purpose, phone_index=recipient.phone_index, birth_index=recipient.birth_index)
    standing = same.filter(decision=Consent.Decision.GIVEN, revoked_at__isnull=True, replaced_at__isnull=True)
    standing.exclude(recipient=recipient).update(replaced_at=now)
