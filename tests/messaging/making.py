"""A carrier that does as it is told, and short ways to queue a message."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zlib import crc32

from django.contrib.auth.models import Group
from django.db import connection

from messaging import services
from messaging.carriers import registry
from messaging.carriers.base import (
    Accepted,
    Call,
    Capabilities,
    Found,
    HookRequest,
    HookResponse,
    Leg,
    NotFound,
    Outcome,
    ReceiptEvent,
    Rejected,
    Remember,
    ReplyEvent,
    nothing_to_remember,
)
from messaging.models import (
    Attempt,
    CarrierState,
    Dispatch,
    Message,
    OptOut,
    Preference,
    PreferenceChange,
    Receipt,
    Subscription,
    Template,
    TemplateVersion,
)
from portal.accounts.models import Department, Official, User
from portal.core import clock

TOLD = "tests.messaging.making.Told"
PHONE = "+821012345678"
Submit = Callable[[Sequence[Leg], UUID], Mapping[UUID, Outcome]]


def every_channel(batch_size: int) -> dict[str, int]:
    """The same batch size on each channel."""
    return dict.fromkeys(("sms", "lms", "mms", "alimtalk"), batch_size)


class Told:
    """Remembers what it took; `next_calls` says what the following calls do, then it accepts everything."""

    hook_path_secrets = ("told",)

    def __init__(
        self,
        *,
        outcome: Literal["key", "reference", "group", "time", "none"] = "reference",
        batch_size: int = 200,
    ) -> None:
        self.capabilities = Capabilities(
            batch_sizes=every_channel(batch_size),
            outcome=outcome,
            receipts="push",
            replies=True,
            tps=1_000_000,
        )
        self.taken: list[Leg] = []
        self.calls: list[int] = []
        self.next_calls: list[Submit] = []
        self.known: dict[UUID, Found] = {}
        self.asked: list[UUID] = []

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        self.calls.append(len(legs))
        if self.next_calls:
            return self.next_calls.pop(0)(legs, key)
        return self.take(legs)

    def take(self, legs: Sequence[Leg]) -> dict[UUID, Outcome]:
        self.taken.extend(legs)
        outcomes: dict[UUID, Outcome] = {leg.id: Accepted(f"ref-{leg.id}") for leg in legs}
        self.known.update(outcomes)
        return outcomes

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        self.asked.append(call.key)
        return {leg: self.known.get(leg, NotFound()) for leg in call.legs}

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        return ()

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        return ()

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        return HookResponse(200, b"{}")


def certify(*aliases: str) -> None:
    """A 전송자격인증 for carriers that are not the simulator's own plug."""
    until = clock.day_in_korea(clock.now()) + timedelta(days=365)
    for alias in aliases:
        CarrierState.objects.update_or_create(
            alias=alias, defaults={"certificate_number": "KISA-2026-1", "certificate_until": until}
        )


def told(alias: str = "main") -> Told:
    """The carrier under test."""
    carrier = registry.carrier(alias)
    assert isinstance(carrier, Told)
    return carrier


def rejecting(kind: Any, *, code: str = "3101") -> Submit:
    """A call that refuses every leg."""
    return lambda legs, key: {leg.id: Rejected(code, kind, True, "거절") for leg in legs}


def raising(error: Exception, *, after_taking: bool = False) -> Submit:
    """A call that fails, perhaps after the carrier took everything."""

    def submit(legs: Sequence[Leg], key: UUID) -> Mapping[UUID, Outcome]:
        if after_taking:
            told().take(legs)
        raise error

    return submit


def make_template(
    code: str = "portal.test",
    *,
    body: str = "[#{기관}] #{이름}님, 안내드립니다.",
    route: str = "text",
    purpose: str = "administrative",
    fallback_body: str = "",
    buttons: Sequence[Mapping[str, str]] = (),
) -> TemplateVersion:
    """An approved wording; a second call with the same code makes the next version."""
    template, _ = Template.objects.get_or_create(code=code)
    return TemplateVersion.objects.create(
        template=template,
        number=template.versions.count() + 1,
        title="안내",
        purpose=purpose,
        route=route,
        body=body,
        fallback_body=fallback_body,
        buttons=list(buttons),
        review_state="approved",
        approved_at=clock.now(),
        created_at=clock.now(),
    )


def queue(key: str = "one", **changes: Any) -> Message:
    """One queued message to PHONE."""
    wanted: dict[str, Any] = {
        "to": PHONE,
        "template": "portal.test",
        "context": {"이름": "김하늘"},
        "topic": "portal.test",
        "reference": "M2611-000001-1",
        "key": key,
        "by": None,
        "now": clock.now(),
    }
    return services.send(**{**wanted, **changes})


def phone_of(key: str) -> str:
    """A phone of its own for each key: one number may be written to only so often."""
    return f"+8210{20000000 + crc32(key.encode()) % 70000000}"


def outgoing(key: str, **changes: Any) -> services.Outgoing:
    """One row for send_many; each key has a phone of its own."""
    wanted: dict[str, Any] = {
        "to": phone_of(key),
        "template": "portal.test",
        "context": {"이름": "김하늘"},
        "topic": "portal.test",
        "reference": "M2611-000001-1",
        "key": key,
    }
    return services.Outgoing(**{**wanted, **changes})


def make_official(username: str = "official", *roles: str) -> User:
    """An official of one department, with roles."""
    user = User.objects.create(username=username, is_staff=True, is_superuser=True)
    department, _ = Department.objects.get_or_create(code="minwon", defaults={"name": "민원여권과", "phone": "02-120"})
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0001")
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def leg_of(message: Message, ordinal: int = 1) -> Attempt:
    """A leg as the database has it now."""
    return Attempt.objects.get(message=message, ordinal=ordinal)


def status_of(message: Message) -> str:
    """The message's status as the database has it now."""
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def receipt(
    leg: Attempt,
    event_key: str = "event",
    *,
    outcome: Literal["delivered", "undelivered"] = "delivered",
    kind: Any = "",
    by_reference: bool = False,
) -> ReceiptEvent:
    """What a carrier reports about a leg, by our reference or by its own."""
    return ReceiptEvent(
        event_key=event_key,
        vendor_ref=leg.vendor_ref if by_reference else "",
        leg=None if by_reference else leg.pk,
        outcome=outcome,
        code="",
        reason_kind=kind,
        occurred_at=clock.now(),
        raw="{}",
    )


def reply(text: str, event_key: str = "reply", *, sender: str = "01012345678", to: str = "") -> ReplyEvent:
    """A citizen's text to the district's number."""
    from django.conf import settings

    number = to or "".join(filter(str.isdigit, settings.DISTRICT_PHONE))
    return ReplyEvent(event_key, number, sender, text, clock.now(), "{}")


def age(dispatches: Iterable[Dispatch], by: timedelta) -> None:
    """Make calls older on the database's clock: what waits for time to pass has waited."""
    ids = [dispatch.pk for dispatch in dispatches]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_dispatch SET lease_until = lease_until - %s::interval, "
            "submitted_at = submitted_at - %s::interval, next_check_at = next_check_at - %s::interval, "
            "first_missing_at = first_missing_at - %s::interval WHERE id = ANY(%s)",
            [f"{by.total_seconds()} seconds"] * 4 + [ids],
        )


def unfolded_count() -> int:
    """Receipts nobody has used yet."""
    return Receipt.objects.filter(folded_at=None).count()


def long_ago() -> datetime:
    """A moment well before any test."""
    return clock.now() - timedelta(days=3)


def preference_counts() -> tuple[int, int, int, int]:
    """What people have chosen: switches, ways, lines of history, opt-outs in force."""
    return (
        Subscription.objects.count(),
        Preference.objects.count(),
        PreferenceChange.objects.count(),
        OptOut.objects.filter(lifted_at=None).count(),
    )
