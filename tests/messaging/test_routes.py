"""Which leg comes first, and which failure calls for the next."""

import pytest

from messaging import routes
from messaging.models import Channel, ReasonKind, Route


def test_ninety_bytes_are_one_short_text_and_ninety_one_a_long_one() -> None:
    step = routes.ROUTES[Route.TEXT][0]

    assert routes.channel_of(step, "가" * 45) == Channel.SMS
    assert routes.channel_of(step, "가" * 45 + "a") == Channel.LMS


@pytest.mark.parametrize("kind", ["not_on_kakao", "blocked_by_user", "unreachable", "carrier"])
def test_a_person_who_cannot_be_reached_on_kakao_gets_a_text(kind: str) -> None:
    step = routes.step_after(Route.ALIMTALK_THEN_TEXT, 1, kind)

    assert step is not None
    assert step.kind == "text"


@pytest.mark.parametrize(
    "kind", ["", "template", "sender", "content", "account", "spam_blocked", "no_such_number", "wrong_image"]
)
def test_our_own_mistakes_never_fall_back(kind: str) -> None:
    assert routes.step_after(Route.ALIMTALK_THEN_TEXT, 1, kind) is None


@pytest.mark.parametrize("kind", ReasonKind.values)
def test_no_route_goes_on_for_ever(kind: str) -> None:
    assert all(routes.step_after(route, len(steps), kind) is None for route, steps in routes.ROUTES.items())


def test_every_route_has_a_first_leg() -> None:
    assert set(routes.ROUTES) == set(Route.values)
    assert all(steps and not steps[0].on for steps in routes.ROUTES.values())
