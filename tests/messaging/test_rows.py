"""One bad row never stops the others, and each refusal names its row, its field and what to do."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from messaging import delivery, services
from messaging.models import Attempt, Message, SenderNumber, Stream
from portal.core import clock
from tests.messaging.making import make_template, outgoing, queue, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
BODY = "[#{기관}] #{이름}님, #{안내}"
GOOD = {"이름": "김하늘", "안내": "내일 오세요."}


def refusals(**bad: Any) -> list[tuple[int, str, str]]:
    """What is said of the second of three rows; the others are always queued."""
    rows = [replace(outgoing(f"row-{number}"), context=GOOD) for number in (1, 2, 3)]
    rows[1] = replace(rows[1], **bad)

    sent = services.send_many(rows, by=None, now=clock.now())

    assert sent.queued_count == 2
    assert set(Message.objects.values_list("key", flat=True)) == {"row-1", "row-3"}
    return [(one.row, one.field, one.sentence) for one in sent.refusals]


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"안내": "#{이름}"}, "context.안내", "#{안내} 값에 쓸 수 없는 치환변수가 들어 있습니다."),
        ({"안내": "둘\n줄"}, "context.안내", "#{안내} 값에 쓸 수 없는 줄바꿈이 들어 있습니다."),
        ({"안내": "둘\r줄"}, "context.안내", "#{안내} 값에 쓸 수 없는 줄바꿈이 들어 있습니다."),
        ({"안내": "둘\u2028줄"}, "context.안내", "#{안내} 값에 쓸 수 없는 줄바꿈이 들어 있습니다."),
        ({"이름": "하\u202e늘"}, "context.이름", "#{이름} 값에 쓸 수 없는 보이지 않는 글자가 들어 있습니다."),
        ({"이름": "하\u200b늘"}, "context.이름", "#{이름} 값에 쓸 수 없는 보이지 않는 글자가 들어 있습니다."),
        ({"이름": "하\u2066늘"}, "context.이름", "#{이름} 값에 쓸 수 없는 보이지 않는 글자가 들어 있습니다."),
        ({"이름": " "}, "context.이름", "치환변수 #{이름}이 비어 있습니다."),
        ({"안내": ""}, "context.안내", "치환변수 #{안내}가 비어 있습니다."),
        (
            {"안내": "좋아요😀"},
            "context.안내",
            "문자메시지로 보낼 수 없는 글자가 있습니다: “😀” (GRINNING FACE)",
        ),
        ({"안내": "http://a.kr"}, "context", "문자메시지에는 인터넷 주소를 넣을 수 없습니다. 알림톡 버튼을 쓰세요."),
        ({"안내": "가" * 1000}, "context", "본문이 너무 깁니다: 2,019바이트 (한도 2,000바이트)."),
    ],
)
def test_a_bad_value_is_named(values: Mapping[str, str], field: str, sentence: str) -> None:
    make_template(body=BODY)

    ((row, where, said),) = refusals(context={**GOOD, **values})

    assert (row, where) == (2, field)
    assert said == sentence


def test_an_alimtalk_that_grows_too_long_is_named() -> None:
    make_template(body=BODY, route="alimtalk_then_text", fallback_body="[#{기관}] #{이름}님")

    assert refusals(context={**GOOD, "안내": "가" * 1000}) == [
        (2, "context", "본문이 너무 깁니다: 1,012자 (한도 1,000자).")
    ]


@pytest.mark.parametrize("number", ["02-120-0000", "15881234", "+1 212 555 0100", "050-1234-5678", "말"])
def test_what_is_no_mobile_of_ours_is_named(number: str) -> None:
    make_template(body=BODY)

    ((row, field, sentence),) = refusals(to=number)

    assert (row, field) == (2, "to")
    assert sentence


@pytest.mark.parametrize(("days", "length", "is_refused"), [(30, 15, True), (30, 14, False), (0, 15, False)])
def test_a_new_sender_number_sends_only_short_values(
    settings: Settings, days: int, length: int, is_refused: bool
) -> None:
    settings.MESSAGING_NEW_SENDER_DAYS = days
    make_template(body=BODY)
    row = replace(outgoing("one"), context={**GOOD, "안내": "가" * length})

    sent = services.send_many([row], by=None, now=clock.now())

    assert bool(sent.refusals) == is_refused
    if is_refused:
        assert sent.refusals[0].field == "context.안내"
        assert sent.refusals[0].sentence == (
            "#{안내} 값이 너무 깁니다: 15자. 새로 등록한 발신번호로는 14자까지만 보낼 수 있습니다."
        )


def test_a_sender_number_grows_old(settings: Settings) -> None:
    settings.MESSAGING_NEW_SENDER_DAYS = 30
    make_template(body=BODY)
    SenderNumber.objects.update(registered_on=clock.day_in_korea(clock.now()) - timedelta(days=30))
    row = replace(outgoing("one"), context={**GOOD, "안내": "가" * 15})

    assert services.send_many([row], by=None, now=clock.now()).refusals == []


@pytest.mark.parametrize(
    "change", [{"status": "suspended"}, {"expires_on": "2020-01-01", "registered_on": "2019-01-01"}]
)
def test_no_text_leaves_from_a_number_that_lost_its_registration(change: dict[str, str]) -> None:
    make_template()
    message = queue()
    SenderNumber.objects.update(**change)

    delivery.drain(seconds=5)

    assert (told().taken, status_of(message)) == ([], "failed")
    assert Attempt.objects.get().reason == "발신번호가 등록되어 있지 않거나 유효기간이 지났습니다."
    assert Stream.objects.get(name="portal.test").paused_at is not None
