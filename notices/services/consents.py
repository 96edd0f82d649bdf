"""The evidence of consent that 행정절차법 제14조 asks for: who, which number, which wording, which reply, when."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from messaging.queries import messages_with
from notices import keys
from notices.models import Answer, Campaign, Consent, Option, Recipient
from notices.services.sending import withdraw
from notices.services.steps import locked, move, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

R = Recipient.State
WAVE = 5_000


class NotGiven(Refused):
    """There is no consent to be taken back."""

    sentence = "이미 철회했거나 동의하지 않은 기록입니다."


def record_consent(recipient: Recipient, answer: Answer, *, meaning: str, is_identified: bool, now: datetime) -> None:
    """Keep what the citizen decided, as her answer now stands; what changes nothing leaves the evidence as it is."""
    known = Consent.objects.filter(recipient=recipient).first()
    standing = known if known is not None and known.is_given else None
    if meaning == Option.Meaning.CONSENT and is_identified and standing is None:
        _keep(recipient, answer, Consent.Decision.GIVEN, identity="match", now=now)
    elif meaning == Option.Meaning.REFUSE and standing is not None:
        Consent.objects.filter(recipient=recipient).update(revoked_at=now, revoked_by=answer.reply)
        _take_out(standing, now=now, by=answer.decided_by)
    elif meaning == Option.Meaning.REFUSE and known is None:
        _keep(recipient, answer, Consent.Decision.DECLINED, identity=answer.identity, now=now)


def _keep(recipient: Recipient, answer: Answer, decision: str, *, identity: str, now: datetime) -> None:
    campaign = recipient.campaign
    is_given = decision == Consent.Decision.GIVEN
    if is_given:
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
            "expires_on": day_in_korea(now) + timedelta(days=settings.NOTICES_CONSENT_DAYS) if is_given else None,
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


def _standing(campaign: Campaign, now: datetime) -> QuerySet[Consent]:
    """Consents of the same department to the same purpose that nobody has taken back and no time has ended."""
    given = Consent.objects.filter(decision=Consent.Decision.GIVEN, revoked_at__isnull=True, replaced_at__isnull=True)
    return given.filter(
        department=campaign.department_id, purpose=campaign.purpose, expires_on__gte=day_in_korea(now)
    ).exclude(birth_index=None)


@transaction.atomic
def use_standing_consents(campaign: Campaign, *, now: datetime) -> int:
    """
    Where earlier consents are relied on: who gave one for this number and birth date is sent to, the rest get letters.

    Returns for how many it was decided, at most one wave.
    """
    if campaign.consent != Campaign.Consent.STANDING or campaign.state != Campaign.State.SENDING:
        return 0
    waiting = Recipient.objects.filter(campaign=campaign, state=R.ADDRESSABLE).select_for_update(
        no_key=True, of=("self",)
    )
    wave = list(waiting.select_related("campaign").order_by("pk")[:WAVE])
    indexes = {one.phone_index for one in wave}
    known = _standing(campaign, now).filter(phone_index__in=indexes).values_list("phone_index", "birth_index")
    given = {(bytes(phone), bytes(birth or b"")) for phone, birth in known}
    has_given = [one for one in wave if (bytes(one.phone_index or b""), bytes(one.birth_index or b"")) in given]
    rest = [one for one in wave if one not in has_given]
    facts: dict[str, Any] = {"ground": Recipient.Ground.STANDING, "verified_at": now, "identified_at": now}
    move(has_given, R.VERIFIED, cause="standing_consent", now=now, **facts)
    move(rest, R.SILENT, cause="standing_consent", now=now, reason="no_consent")
    return len(wave)


@transaction.atomic
def revoke_consent(consent: Consent, *, reason: str, by: User, now: datetime) -> None:
    """
    Take a consent back for a citizen who asked the office to: nothing that has not left yet is sent on its ground.

    :raises NotAllowed: if `by` is of another department or may not, or gives no reason
    :raises NotGiven: if there is nothing to be taken back
    """
    official_for(by, consent.campaign, CAMPAIGN_STEPS["close_asking"])
    if not reason.strip():
        raise NotAllowed("철회하는 사유를 적어 주세요.")
    standing = Consent.objects.filter(pk=consent.pk, decision=Consent.Decision.GIVEN, revoked_at__isnull=True)
    facts = {"revoked_at": now, "revoked_by_official": by, "revoke_reason": reason.strip()[:200]}
    if standing.update(**facts) != 1:
        raise NotGiven
    _take_out(consent, now=now, by=by)


def _take_out(consent: Consent, *, now: datetime, by: User | None) -> None:
    """Whoever waits to be sent something on the ground of this consent is sent nothing any more."""
    same = Q(phone_index=consent.phone_index, birth_index=consent.birth_index, ground=Recipient.Ground.STANDING)
    same &= Q(campaign__purpose=consent.purpose, campaign__department=consent.department_id)
    hers = Q(pk=consent.recipient_id) | same
    waiting = Recipient.objects.filter(hers, state__in=[R.VERIFIED, R.QUEUED]).values_list("pk", flat=True)
    for recipient in locked(list(waiting)):
        if recipient.state == R.VERIFIED or (recipient.state == R.QUEUED and withdraw(recipient, now=now)):
            move([recipient], R.REVOKED, cause="consent_revoked", now=now, by=by, reason="revoked")
