"""Pausing and resuming a carrier, and its papers: what an official decides about a line."""

from datetime import date, datetime

from django.db import transaction

from messaging import tasks
from messaging.carriers import registry
from messaging.health import locked_state
from messaging.permissions import require_decider
from messaging.services.deciding import ReasonMissing
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused


class UnknownCarrier(Refused):
    """No carrier of this name is in the settings."""

    sentence = "설정에 없는 통신사입니다."


@transaction.atomic
def pause_carrier(*, alias: str, reason: str, by: User, now: datetime) -> None:
    """
    Nothing more leaves by it; what waits goes on with the next carrier. A second pause keeps the first reason.

    :raises NotAllowed: without a role for it
    :raises ReasonMissing:
    :raises UnknownCarrier:
    """
    require_decider(by)
    if not reason.strip():
        raise ReasonMissing
    state = locked_state(_known(alias))
    if state.paused_at is None:
        state.paused_at, state.paused_by, state.pause_reason = now, by, reason.strip()[:200]
        state.save()
        ring(tasks.drain)


@transaction.atomic
def resume_carrier(*, alias: str, by: User, now: datetime) -> None:
    """
    Let a carrier go on, with a breaker as new.

    :raises NotAllowed: without a role for it
    :raises UnknownCarrier:
    """
    require_decider(by)
    state = locked_state(_known(alias))
    state.paused_at = state.paused_by = state.breaker_since = state.breaker_until = None
    state.pause_reason = state.recent_calls = state.last_error = ""
    state.breaker_count = 0
    state.save()
    ring(tasks.drain)


@transaction.atomic
def equip_carrier(
    *, alias: str, daily_cap: int | None, certificate_number: str, certificate_until: date | None, by: User
) -> None:
    """
    Its daily cap, and the 전송자격인증 without which nothing leaves by it.

    :raises NotAllowed: without a role for it
    :raises UnknownCarrier:
    """
    require_decider(by)
    state = locked_state(_known(alias))
    state.daily_cap = daily_cap
    state.certificate_number, state.certificate_until = certificate_number, certificate_until
    state.save(update_fields=["daily_cap", "certificate_number", "certificate_until"])


def _known(alias: str) -> str:
    if alias not in registry.aliases():
        raise UnknownCarrier
    return alias
