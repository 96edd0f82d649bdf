"""The officials' API: what a key may do, and what becomes of an order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from messaging import services
from messaging.models import ApiKey, Message, Scope, SenderNumber
from messaging.services.keys import AlreadyRevoked, revoke_key
from portal.core import clock
from tests.messaging.making import PHONE, make_official
from tests.messaging.offices import TEMPLATE, Answer, System, make_key, make_wording, order, row, system

pytestmark = pytest.mark.usefixtures("office", "daytime")

Ask = Callable[[System, str], Answer]
CALLS: dict[str, tuple[Scope, Ask]] = {
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


def test_head_needs_the_scope_of_get() -> None:
    _, text = make_key(Scope.SEND)
    _, reader = make_key(Scope.READ)

    statuses = [Client().head("/api/v1/messages", headers={"Authorization": f"Bearer {one}"}) for one in (text, reader)]

    assert [answer.status_code for answer in statuses] == [403, 200]


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
    assert System(text[:-1] + last).get("/api/v1/messages").status == 401
    assert System(text).get("/api/v1/messages").status == 200


def test_a_revoked_key_and_the_key_of_a_closed_department_open_nothing() -> None:
    key, text = make_key()
    other, other_text = make_key(department="closed")
    official = make_official()
    revoke_key(key=key, by=official, now=clock.now())
    other.department.is_active = False
    other.department.save()

    assert System(text).get("/api/v1/messages").status == 401
    assert System(other_text).get("/api/v1/messages").status == 401
    with pytest.raises(AlreadyRevoked):
        revoke_key(key=key, by=official, now=clock.now())


def test_the_last_use_is_noted() -> None:
    key, text = make_key()

    System(text).get("/api/v1/messages")

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
    assert answer.fields == [(1, "to"), (2, "variables.이름")]
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
        "/api/v1/chat/turns/",
    }
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"


@pytest.mark.parametrize("due_at", ["0001-01-01", "0001-01-01T00:00:00", "9999-12-31T23:59:59-09:00"])
def test_a_time_outside_of_all_calendars_is_refused_in_words(due_at: str) -> None:
    make_wording()

    answer = system().post(order(due_at=due_at))

    assert answer.status == 422
