"""Which legs a message may take: AlimTalk first, a text when the person cannot be reached there. Pure."""

from dataclasses import dataclass

from messaging.models import Channel, ReasonKind, Route
from messaging.text import SMS_BYTES, count_bytes

# Template, sender, content and account errors never fall back: 51,000 long texts for a typo is a budget accident.
FALLBACK_KINDS = frozenset(
    {ReasonKind.NOT_ON_KAKAO, ReasonKind.BLOCKED_BY_USER, ReasonKind.UNREACHABLE, ReasonKind.CARRIER}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One leg of a route. `on`: the failures of the leg before that call for this one."""

    kind: str  # alimtalk, text or mms
    on: frozenset[ReasonKind] = frozenset()


ROUTES: dict[str, tuple[Step, ...]] = {
    Route.ALIMTALK_THEN_TEXT: (Step("alimtalk"), Step("text", on=FALLBACK_KINDS)),
    Route.TEXT: (Step("text"),),
    Route.MMS: (Step("mms"),),
}


def channel_of(step: Step, text: str) -> Channel:
    """The channel a step takes for a text already in cp949 characters: SMS up to 90 bytes, LMS above."""
    if step.kind == "text":
        return Channel.SMS if count_bytes(text) <= SMS_BYTES else Channel.LMS
    return Channel(step.kind)


def step_after(route: str, ordinal: int, reason_kind: str) -> Step | None:
    """The leg that follows the failed leg `ordinal` (counted from 1), if that failure calls for one."""
    following = ROUTES[route][ordinal : ordinal + 1]
    if following and reason_kind in following[0].on:
        return following[0]
    return None


def may_go_by_text(route: str) -> bool:
    """Whether any leg of the route is a text message, so that its wording must fit cp949 and carry no link."""
    return any(step.kind != "alimtalk" for step in ROUTES[route])
