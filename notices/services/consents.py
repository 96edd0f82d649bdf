"""The evidence of consent that 행정절차법 제14조 asks for: who, which number, which wording, which reply, when."""

from datetime import datetime, timedelta

from messaging.queries import messages_with
from notices import keys
from notices.models import Answer, Consent, Option, Recipient
from portal.core.clock import day_in_korea

LASTS = timedelta(days=3 * 365)


def record_consent(recipient: Recipient, answer: Answer, *, meaning: str, is_identified: bool, now: datetime) -> None:
    """Keep what the citizen decided, as her answer now stands; what changes nothing leaves the evidence as it is."""
    known = Consent.objects.filter(recipient=recipient).first()
    is_given = known is not None and known.decision == Consent.Decision.GIVEN and known.revoked_at is None
    if meaning == Option.Meaning.CONSENT and is_identified and not is_given:
        _keep(recipient, answer, Consent.Decision.GIVEN, identity="match", now=now)
    elif meaning == Option.Meaning.REFUSE and is_given:
        Consent.objects.filter(recipient=recipient).update(revoked_at=now, revoked_by=answer.reply)
    elif meaning == Option.Meaning.REFUSE and known is None:
        _keep(recipient, answer, Consent.Decision.DECLINED, identity=answer.identity, now=now)


def _keep(recipient: Recipient, answer: Answer, decision: str, *, identity: str, now: datetime) -> None:
    campaign = recipient.campaign
    if decision == Consent.Decision.GIVEN:
        _replace_earlier(recipient, campaign.purpose, now)
    key = str(keys.MessageKey(campaign.pk, recipient.pk, keys.ASK))
    asked = messages_with([key]).get(key)
    Consent.objects.update_or_create(
        recipient=recipient,
        defaults={
            "campaign": campaign,
            "purpose": campaign.purpose,
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
