"""Reads about consents: a department's, one person's, and one as a line of evidence."""

from django.db.models import Q, QuerySet

from notices.models import Consent
from portal.accounts.models import Department
from portal.core.clock import in_korea
from portal.core.phones import PhoneRefused, display, parse_mobile
from portal.core.sealing import blind_phone


def consents_of(department: Department) -> QuerySet[Consent]:
    """A department's consents, newest first."""
    found = Consent.objects.filter(department=department).order_by("-pk")
    return found.select_related("campaign", "asked", "wording__template", "revoked_by_official")


def search(consents: QuerySet[Consent], words: str) -> QuerySet[Consent]:
    """Those of a campaign, a purpose, or exactly one phone."""
    if not words:
        return consents
    try:
        return consents.filter(phone_index=blind_phone(parse_mobile(words)))
    except PhoneRefused:
        return consents.filter(Q(campaign__number__iexact=words) | Q(purpose__icontains=words))


def of_same_person(consents: QuerySet[Consent], one: Consent) -> QuerySet[Consent]:
    """Everything the same person said from the same phone; without a known birth date only this one."""
    if one.birth_index is None:
        return consents.filter(pk=one.pk)
    return consents.filter(phone_index=one.phone_index, birth_index=one.birth_index).order_by("pk")


def evidence(one: Consent) -> tuple[str, ...]:
    """What 행정절차법 제14조 제3항 wants kept, as one line."""
    asked_at = f"{in_korea(one.asked.created_at):%Y-%m-%d %H:%M}" if one.asked else ""
    revoked = f"{in_korea(one.revoked_at):%Y-%m-%d %H:%M} {one.revoke_reason}".strip() if one.revoked_at else ""
    return (
        one.purpose,
        one.campaign.number,
        one.campaign.legal_basis,
        display(one.phone),
        one.shown,
        {"match": "확인", "missing": "안 함", "mismatch": "불일치"}.get(one.identity, one.identity),
        asked_at,
        one.asked.body if one.asked else "",
        one.reply_text,
        f"{in_korea(one.given_at):%Y-%m-%d %H:%M}",
        one.expires_on.isoformat() if one.expires_on else "",
        revoked,
    )
