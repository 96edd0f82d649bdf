"""The officials' API: what a key may do and see, and what becomes of an order."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from messaging import delivery, receiving, services
from messaging.models import ApiKey, Message, Scope, SenderNumber
from messaging.services.keys import AlreadyRevoked, revoke_key
from portal.accounts.models import AuditEntry
from portal.core import clock
from tests.messaging import offices
from tests.messaging.making import PHONE, make_official, queue, receipt, reply, told
from tests.messaging.offices import TEMPLATE, make_key, make_wording, order, row, system

pytestmark = pytest.mark.usefixtures("office", "daytime")

CALLS = {
    "send": (Scope.SEND, lambda one, pk: one.post(order())),
    "cancel": (Scope.SEND, lambda one, pk: one.delete(f"/api/v1/messages/{pk}")),
    "read": (Scope.READ, lambda one, pk: one.get(f"/api/v1/messages/{pk}")),
    "list": (Scope.READ, lambda one, pk: one.get("/api/v1/messages")),
    "replies": (Scope.REPLIES, lambda one, pk: one.get("/api/v1/replies")),
    "templates": (Scope.TEMPLATES, lambda one, pk: one.get("/api/v1/templates")),
}


# what a key may do


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("call", list(CALLS))
def test_a_key_does_exactly_what_its_scopes_say(call: str, scope: Scope) -> None:
    make_wording()
    (message,) = system().send()
    needed, ask = CALLS[call]

    answer = ask(system(scope), message["id"])

    assert (answer.status < 300) == (scope == needed)
    if scope != needed:
        assert answer.status == 403
        assert needed.value in answer.data["detail"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer nonsense",
        "Basic c290b25n",
        "Bearer sotong_live_00000000_" + "a" * 43,
        "Bearer sotong_live_0000\x00000_" + "a" * 43,
        "Bearer " + "a" * 5000,
    ],
)
def test_without_a_good_key_nothing_opens(header: str) -> None:
    headers = {"Authorization": header} if header else {}

    answer = Client().get("/api/v1/messages", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_is_kept_as_a_hash_and_compared_whole() -> None:
    key, text = make_key()

    assert text.startswith(f"{key.prefix}_")
    assert text.removeprefix(f"{key.prefix}_") not in str(ApiKey.objects.values().get())
    last = "a" if text[-1] != "a" else "b"
    assert offices.System(text[:-1] + last).get("/api/v1/messages").status == 401
    assert offices.System(text).get("/api/v1/messages").status == 200


def test_a_revoked_key_and_the_key_of_a_closed_department_open_nothing() -> None:
    key, text = make_key()
    other, other_text = make_key(department="closed")
    official = make_official()
    revoke_key(key=key, by=official, now=clock.now())
    other.department.is_active = False
    other.department.save()

    assert offices.System(text).get("/api/v1/messages").status == 401
    assert offices.System(other_text).get("/api/v1/messages").status == 401
    with pytest.raises(AlreadyRevoked):
        revoke_key(key=key, by=official, now=clock.now())


def test_the_last_use_is_noted() -> None:
    key, text = make_key()

    offices.System(text).get("/api/v1/messages")

    key.refresh_from_db()
    assert key.last_used_at is not None


def test_too_many_requests_are_told_when_to_come_back() -> None:
    caller = system(per_minute=3)

    answers = [caller.get("/api/v1/messages") for _ in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "20"
    assert "Retry-After" in answers[-1].data["detail"]
    assert system(per_minute=3).get("/api/v1/messages").status == 200


# what becomes of an order


def test_an_order_is_queued_row_by_row() -> None:
    make_wording()

    answer = system().post(order(row(reference="A-1"), row("010-1234-567"), row(name=""), row("01098765432")))

    assert answer.status == 201
    assert (answer.data["accepted_count"], answer.data["refused_count"]) == (2, 2)
    assert [(one["row"], one["reference"]) for one in answer.data["messages"]] == [(1, "A-1"), (4, "")]
    assert [(one["row"], one["field"]) for one in answer.data["refusals"]] == [(2, "to"), (3, "variables.이름")]
    message = Message.objects.get(reference="A-1")
    assert (message.topic, message.lane, message.phone) == ("api.message", 1, PHONE)
    assert message.department is not None
    assert message.department.code == "library"


def test_an_order_nobody_can_get_is_a_problem_with_rows() -> None:
    make_wording()

    answer = system().post(order(row("02-120-0000"), row(name="😀")))

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.fields == [(1, "to"), (2, "variables")]
    assert not Message.objects.exists()


def test_more_than_a_hundred_travel_with_the_campaigns() -> None:
    make_wording()

    system().send(*(row(f"0101234{number:04d}") for number in range(101)))

    assert set(Message.objects.values_list("lane", flat=True)) == {2}


def test_a_thousand_rows_are_taken_and_one_more_is_not() -> None:
    make_wording()
    rows = [row(f"0101234{number:04d}") for number in range(1001)]

    assert len(system().send(*rows[:1000])) == 1000
    answer = system().post(order(*rows))

    assert answer.status == 422
    assert answer.fields == [(None, "recipients")]
    assert "1,000" in answer.data["errors"][0]["detail"]


def test_unknown_variables_name_their_row() -> None:
    make_wording()
    strange = {**row(), "variables": {"이름": "김하늘", "주소": "x"}}

    answer = system().post(order(row(), strange))

    assert [(one["row"], one["field"]) for one in answer.data["refusals"]] == [(2, "variables.주소")]


@pytest.mark.parametrize("name", ["기관", "설정주소"])
def test_nobody_fills_what_is_ours(name: str) -> None:
    make_wording()

    answer = system().post(order({"to": PHONE, "variables": {"이름": "김하늘", name: "속임수"}}))

    assert answer.fields == [(1, f"variables.{name}")]


@pytest.mark.parametrize("code", ["complaints.received", "messaging.answer", "nothing", "offices.", "offices.draft"])
def test_only_wordings_open_to_offices_are_sent(code: str) -> None:
    services.load_templates(now=clock.now())

    answer = system().post(order(template=code))

    assert answer.fields == [(None, "template")]


def test_a_code_or_an_emergency_is_not_for_systems() -> None:
    make_wording(purpose="emergency")

    assert system().post(order()).fields == [(None, "template")]
    assert system().get("/api/v1/templates").data == {"templates": []}


@pytest.mark.parametrize("change", ["unknown", "suspended", "expired"])
def test_only_a_registered_sender_is_sent_from(change: str) -> None:
    make_wording()
    number = SenderNumber.objects.get().number
    if change == "suspended":
        SenderNumber.objects.update(status="suspended")
    if change == "expired":
        SenderNumber.objects.update(expires_on=clock.day_in_korea(clock.now()) - timedelta(days=1))

    answer = system().post(order(sender_number="02-999-9999" if change == "unknown" else number))

    assert answer.fields == [(None, "sender_number")]


def test_a_registered_sender_is_used() -> None:
    make_wording()
    number = SenderNumber.objects.get().number

    (message,) = system().send(sender_number=f"{number[:2]}-{number[2:]}")

    assert system().get(f"/api/v1/messages/{message['id']}").data["sender_number"] == number


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (0, True), (364, True), (366, False)])
def test_an_order_waits_for_its_time_within_a_year(days: int, is_taken: bool) -> None:
    make_wording()
    due_at = clock.now() + timedelta(days=days)
    SenderNumber.objects.update(expires_on=clock.day_in_korea(due_at) + timedelta(days=400))

    answer = system().post(order(due_at=due_at.isoformat()))

    assert (answer.status == 201) == is_taken
    if not is_taken:
        assert answer.fields == [(None, "due_at")]


# what a key sees


def test_a_department_sees_only_its_own_messages_and_replies() -> None:
    make_wording()
    ours, theirs, test = system(), system(department="traffic"), system(mode="test")
    (message,) = ours.send()
    queue_of_the_house = make_wording

    assert queue_of_the_house is not None
    for stranger in (theirs, test):
        assert stranger.get(f"/api/v1/messages/{message['id']}").status == 404
        assert stranger.delete(f"/api/v1/messages/{message['id']}").status == 404
        assert stranger.get("/api/v1/messages").data["messages"] == []
        assert stranger.get("/api/v1/replies").data["replies"] == []
    assert len(system().get("/api/v1/messages").data["messages"]) == 1
    assert ours.get(f"/api/v1/messages/{uuid4()}").status == 404


def test_messages_of_the_house_are_nobodys_business() -> None:
    from tests.messaging.making import make_template

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
    from messaging.queries import board

    make_wording()
    system(mode="test").send(row("01000000004"))
    delivery.drain(seconds=5)

    assert board().unresolved_leg_count == 0


# templates and schema


def test_the_wordings_say_what_to_fill() -> None:
    make_wording(body="[#{기관}] #{이름}님, #{일시}에 오세요.", buttons=[{"label": "알림 설정", "url": "#{설정주소}"}], route="alimtalk_then_text")  # fmt: skip

    (wording,) = system().get("/api/v1/templates").data["templates"]

    assert (wording["code"], wording["variables"]) == (TEMPLATE, ["이름", "일시"])


def test_the_schema_is_valid_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_schema_is_open_and_names_the_key() -> None:
    answer = Client().get("/api/schema/")

    assert answer.status_code == 200
    document = answer.json()
    assert set(document["paths"]) == {
        "/api/v1/messages",
        "/api/v1/messages/{message_id}",
        "/api/v1/replies",
        "/api/v1/templates",
    }
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
