"""Long replies in pieces, and carriers that give events no name: each text once, whole, and never a half one counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from messaging import receiving, services, storing
from messaging.carriers.base import Part, ReplyEvent
from messaging.models import Reply, ReplyPart, SenderNumber
from portal.core import clock
from tests.messaging.making import reply

pytestmark = pytest.mark.usefixtures("office", "handlers")
NAMES = iter(range(1_000_000))


def _part(
    number: int, total: int, text: str, *, reference: str = "7", key: str | None = None, sender: str = "01012345678"
) -> ReplyEvent:
    whole = reply(text, f"part {next(NAMES)}" if key is None else key, sender=sender)
    return ReplyEvent(
        whole.event_key, whole.to_number, sender, text, whole.occurred_at, "{}", Part(reference, number, total)
    )


def _take(*events: ReplyEvent, now: datetime | None = None) -> None:
    services.record_replies(carrier="main", events=events, now=now or clock.now())


def _texts() -> list[str]:
    return [one.text for one in Reply.objects.order_by("pk")]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_in_any_order_are_one_reply(order: Sequence[int]) -> None:
    words = {1: "가로등이 ", 2: "며칠째 ", 3: "꺼져 있어요"}

    for number in order:
        assert not Reply.objects.exists()
        _take(_part(number, 3, words[number]))

    found = Reply.objects.get()
    assert (found.text, found.is_complete) == ("가로등이 며칠째 꺼져 있어요", True)
    assert found.to_number == SenderNumber.objects.get()


def test_repeated_parts_change_nothing_before_or_after_the_last_one() -> None:
    first, second = _part(1, 2, "안녕"), _part(2, 2, "하세요")

    for event in (first, first, second, second, first):
        _take(event)

    assert _texts() == ["안녕하세요"]


def test_parts_without_a_name_redelivered_within_seconds_change_nothing() -> None:
    first, second = _part(1, 2, "안녕", key=""), _part(2, 2, "하세요", key="")

    for event in (first, first, second, second, first):
        _take(event)

    assert _texts() == ["안녕하세요"]
    assert ReplyPart.objects.filter(reply=None).count() == 0


def test_two_people_may_use_the_same_reference() -> None:
    _take(_part(1, 2, "하나"), _part(1, 2, "둘", sender="01099998888"))
    _take(_part(2, 2, " 끝"), _part(2, 2, " 끝", sender="01099998888"))

    assert sorted(_texts()) == ["둘 끝", "하나 끝"]


def test_a_missing_part_is_waited_for_ten_minutes_and_then_what_came_is_delivered_as_incomplete() -> None:
    now = clock.now()
    _take(_part(1, 3, "동의합니다"), _part(3, 3, "는 아니에요"), now=now)

    storing.join_stale_parts(now=now + timedelta(minutes=9))
    assert not Reply.objects.exists()
    storing.join_stale_parts(now=now + timedelta(minutes=10))
    storing.join_stale_parts(now=now + timedelta(minutes=30))

    found = Reply.objects.get()
    assert (found.text, found.is_complete) == ("동의합니다…는 아니에요", False)
    assert found.received_at == now


def test_a_reference_that_comes_round_again_loses_nothing() -> None:
    _take(_part(1, 2, "어제 한 말"))

    _take(_part(1, 2, "오늘 한 "), _part(2, 2, "말"))

    assert [(one.text, one.is_complete) for one in Reply.objects.order_by("pk")] == [
        ("어제 한 말…", False),
        ("오늘 한 말", True),
    ]


@pytest.mark.parametrize(("number", "total"), [(7, 3), (0, 2), (1, 1), (1, 4000)])
def test_an_impossible_part_is_a_whole_text(number: int, total: int) -> None:
    _take(_part(number, total, "안녕하세요"))

    assert _texts() == ["안녕하세요"]


def test_a_resident_number_cut_in_two_is_masked_and_stays_in_no_part() -> None:
    _take(_part(1, 2, "제 번호는 900101-12"), _part(2, 2, "34567 입니다"))

    assert "1234567" not in _texts()[0]
    assert "900101" in _texts()[0]
    assert set(ReplyPart.objects.values_list("text_sealed", flat=True)) == {b""}


def test_the_same_words_without_a_name_within_seconds_are_one_text_and_a_minute_later_another() -> None:
    now = clock.now()
    again = reply("1", "")

    for seconds in (0, 0, 4, 61):
        _take(again, now=now + timedelta(seconds=seconds))
    _take(reply("1", "", sender="01099998888"), reply("2", ""), reply("2", ""), now=now)

    assert sorted(_texts()) == ["1", "1", "1", "2"]


def test_the_sweep_joins_what_waited_too_long() -> None:
    _take(_part(1, 2, "끝이 없는 말"), now=clock.now() - timedelta(minutes=11))

    receiving.handle_pending(now=clock.now())

    assert Reply.objects.get().handled_at is not None
