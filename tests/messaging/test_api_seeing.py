"""The officials' API: what a key sees, replies it may fetch, and keys that only rehearse."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from messaging import delivery, receiving, services
from messaging.models import Message, Reply, Scope
from messaging.queries import board
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.messaging.making import make_template, queue, receipt, reply, told
from tests.messaging.offices import make_wording, row, system

pytestmark = pytest.mark.usefixtures("office", "daytime")


# what a key sees


def test_a_department_sees_only_its_own_messages_and_replies() -> None:
    make_wording()
    ours, theirs, test = system(), system(department="traffic"), system(mode="test")
    (message,) = ours.send()

    for stranger in (theirs, test):
        assert stranger.get(f"/api/v1/messages/{message['id']}").status == 404
        assert stranger.delete(f"/api/v1/messages/{message['id']}").status == 404
        assert stranger.get("/api/v1/messages").data["messages"] == []
        assert stranger.get("/api/v1/replies").data["replies"] == []
    assert len(system().get("/api/v1/messages").data["messages"]) == 1
    assert ours.get(f"/api/v1/messages/{uuid4()}").status == 404


def test_messages_of_the_house_are_nobodys_business() -> None:
    make_template()
    message = queue()

    assert system().get("/api/v1/messages").data["messages"] == []
    assert system().get(f"/api/v1/messages/{message.sealed_id}").status == 404


def test_the_outcome_is_shown_with_its_legs() -> None:
    make_wording()
    caller = system()
    (message,) = caller.send(row(reference="A-1"))
    delivery.drain(seconds=5)
    leg = Message.objects.get().attempts.get()
    services.record_receipts(carrier="main", events=[receipt(leg)], now=clock.now())
    receiving.fold_receipts(now=clock.now())

    shown = caller.get(f"/api/v1/messages/{message['id']}").data

    assert (shown["status"], shown["status_label"], shown["reference"]) == ("delivered", "전달", "A-1")
    assert [(one["channel"], one["status"]) for one in shown["legs"]] == [("sms", "delivered")]
    assert shown["to"] == "010-****-5678"
    assert "김하늘" not in str(shown)


def test_whole_numbers_need_their_scope_and_leave_a_line_in_the_book() -> None:
    make_wording()
    (message,) = system().send()
    assert not AuditEntry.objects.filter(task="api:message").exists()

    shown = system(Scope.READ, Scope.UNMASK).get(f"/api/v1/messages/{message['id']}").data

    assert shown["to"] == "01012345678"
    line = AuditEntry.objects.get(task="api:message")
    assert line.subject_ids == [Message.objects.get().pk]
    assert "sotong_live_" in line.reason
    assert "1012345678" not in str(AuditEntry.objects.values().get(pk=line.pk))


def test_pages_follow_a_cursor_without_repeating_or_hiding() -> None:
    make_wording()
    caller = system()
    caller.send(*(row(reference=f"R{number}") for number in range(5)))

    first = caller.get("/api/v1/messages", limit=2).data
    caller.send(row(reference="late"))
    second = caller.get("/api/v1/messages", limit=2, cursor=first["next_cursor"]).data
    third = caller.get("/api/v1/messages", limit=2, cursor=second["next_cursor"]).data

    seen = [one["reference"] for page in (first, second, third) for one in page["messages"]]
    assert seen == ["R4", "R3", "R2", "R1", "R0"]
    assert third["next_cursor"] is None


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"limit": "٣"}, {"cursor": "!"}, {"cursor": "한"}, {"cursor": "LTE"}, {"cursor": "A" * 9000}, {"cursor": "\0"}])  # fmt: skip
@pytest.mark.parametrize("path", ["messages", "replies"])
def test_a_crafted_page_is_refused(path: str, query: dict[str, str]) -> None:
    answer = system().get(f"/api/v1/{path}", **query)

    assert answer.status == 422
    assert answer.fields == [(None, next(iter(query)))]


def test_pages_take_a_constant_number_of_queries(django_assert_num_queries: Any) -> None:
    make_wording()
    caller = system(Scope.SEND, Scope.READ)
    caller.send(*(row() for _ in range(3)))
    caller.get("/api/v1/messages")

    with django_assert_num_queries(4):  # key, token, messages, legs
        caller.get("/api/v1/messages")
    caller.send(*(row() for _ in range(40)))
    with django_assert_num_queries(4):
        assert len(caller.get("/api/v1/messages").data["messages"]) == 43


# cancelling and replies


def test_what_waits_is_cancelled_and_twice_is_harmless() -> None:
    make_wording()
    caller = system()
    (message,) = caller.send(due_at=(clock.now() + timedelta(days=1)).isoformat())

    answers = [caller.delete(f"/api/v1/messages/{message['id']}") for _ in range(2)]

    assert [(one.status, one.data["status"]) for one in answers] == [(200, "cancelled")] * 2


def test_what_left_cannot_be_cancelled() -> None:
    make_wording()
    caller = system()
    (message,) = caller.send()
    delivery.drain(seconds=5)

    answer = caller.delete(f"/api/v1/messages/{message['id']}")

    assert answer.status == 409
    assert answer.data["detail"] == services.AlreadyLeft.sentence


def _answered(*texts: str, sender: str = "01012345678") -> None:
    delivery.drain(seconds=5)
    events = [reply(text, f"{text}-{sender}", sender=sender) for text in texts]
    services.record_replies(carrier="main", events=events, now=clock.now())
    receiving.handle_replies(now=clock.now())


def test_replies_are_fetched_once_each_in_their_order() -> None:
    make_wording()
    caller = system()
    (message,) = caller.send(row(reference="A-1"))
    _answered("네", "주차 되나요?")

    first = caller.get("/api/v1/replies", limit=1).data
    second = caller.get("/api/v1/replies", cursor=first["next_cursor"]).data
    nothing = caller.get("/api/v1/replies", cursor=second["next_cursor"]).data
    _answered("고맙습니다")
    later = caller.get("/api/v1/replies", cursor=nothing["next_cursor"]).data

    assert (first["has_more"], second["has_more"]) == (True, False)
    assert [one["text"] for page in (first, second, nothing, later) for one in page["replies"]] == [
        "네",
        "주차 되나요?",
        "고맙습니다",
    ]
    assert first["replies"][0]["message_id"] == message["id"]
    assert first["replies"][0]["reference"] == "A-1"
    assert first["replies"][0]["sender"] == "010-****-5678"
    assert AuditEntry.objects.filter(task="api:replies").count() == 3


def test_another_department_never_sees_the_reply() -> None:
    make_wording()
    system().send()
    _answered("네")

    assert system(department="traffic").get("/api/v1/replies").data["replies"] == []
    assert system(mode="test").get("/api/v1/replies").data["replies"] == []


def test_a_real_reply_never_ends_in_a_test_keys_hands() -> None:
    make_wording()
    test = system(mode="test")
    test.send()

    _answered("여기 가로등이 고장 났어요")

    assert Reply.objects.get().message is None
    assert test.get("/api/v1/replies").data["replies"] == []


def test_a_stop_to_an_offices_message_is_obeyed() -> None:
    make_wording()
    caller = system()
    caller.send()
    _answered("문자 그만 보내세요")

    caller.send()
    delivery.drain(seconds=5)

    assert [one["status"] for one in caller.get("/api/v1/messages").data["messages"]] == ["suppressed", "sent"]


# test keys


@pytest.mark.parametrize(
    ("number", "status", "leg"),
    [
        ("01012345678", "delivered", "delivered"),
        ("01000000002", "failed", "undelivered"),
        ("01000000003", "failed", "rejected"),
        ("01000000004", "unresolved", "unresolved"),
    ],
)
@pytest.mark.parametrize("route", ["text", "alimtalk_then_text"])
def test_a_test_key_reaches_no_carrier(number: str, status: str, leg: str, route: str) -> None:
    make_wording(route=route)
    caller = system(mode="test")
    (message,) = caller.send(row(number))

    delivery.drain(seconds=5)

    assert told().taken == []
    shown = caller.get(f"/api/v1/messages/{message['id']}").data
    assert (shown["status"], [one["status"] for one in shown["legs"]]) == (status, [leg])
    assert shown["is_test"] is True


def test_tests_and_messages_in_one_drain_do_not_mix() -> None:
    make_wording()
    live, test = system(), system(mode="test")
    live.send(row("01011112222"))
    test.send(row("01033334444"))

    delivery.drain(seconds=5)

    assert [leg.to for leg in told().taken] == ["01011112222"]


def test_an_unresolved_test_troubles_no_official() -> None:
    make_wording()
    system(mode="test").send(row("01000000004"))
    delivery.drain(seconds=5)

    root = User.objects.create(username="root", password="!", is_staff=True, is_superuser=True)
    assert board(root).unresolved_leg_count == 0
