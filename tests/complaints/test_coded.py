"""취하 and another phone: only with a fresh code of a text message, on one's own case."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint, Revision, StageChange
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.guards import note_proof
from portal.accounts.models import PhoneProof
from portal.core import clock
from portal.core.privacy import mask_phone
from tests.complaints.conftest import World
from tests.complaints.pages import TRACK, html, send

NEW_PHONE = "010-9876-5432"


@pytest.fixture
def filed(world: World, client: Client) -> Complaint:
    """A complaint from this very browser."""
    send(client)
    return Complaint.objects.get()


def page(complaint: Complaint, name: str) -> str:
    return reverse(f"complaints:{name}", args=[complaint.number])


def sent_code() -> str:
    """The six digits as the phone shows them."""
    message = Message.objects.filter(topic="messaging.code").latest("pk")
    found = re.search(r"\d{6}", message.body)
    assert found
    return found[0]


def wrong() -> str:
    return f"{(int(sent_code()) + 1) % 1_000_000:06}"


def ask(client: Client, complaint: Complaint, name: str, **values: str) -> Any:
    return client.post(page(complaint, name), values)


def answer(client: Client, complaint: Complaint, name: str, code: str) -> Any:
    return client.post(page(complaint, name), {"code": code})


def fresh(client: Client) -> None:
    """She has just given a code."""
    session = client.session
    note_proof(session, now=clock.now())
    session.save()


def owner(world: World) -> Client:
    """김하늘, who has just signed in."""
    client = Client()
    client.force_login(world.haneul)
    fresh(client)
    return client


def test_a_case_is_withdrawn_with_the_code_that_came_to_its_phone(client: Client, filed: Complaint) -> None:
    asked = ask(client, filed, "withdraw")
    assert mask_phone(filed.phone) in html(client.get(asked["Location"]))
    assert PhoneProof.objects.get().phone == filed.phone

    done = answer(client, filed, "withdraw", sent_code())

    assert done.status_code == 302
    filed.refresh_from_db()
    assert filed.stage == Stage.WITHDRAWN
    assert "취하했습니다" in html(client.get(done["Location"]))


def test_looking_at_the_page_sends_nothing_and_withdraws_nothing(client: Client, filed: Complaint) -> None:
    assert client.get(page(filed, "withdraw")).status_code == 200

    assert not PhoneProof.objects.exists()
    filed.refresh_from_db()
    assert filed.is_open


def test_a_wrong_code_is_said_beside_its_box_and_nothing_happens(client: Client, filed: Complaint) -> None:
    ask(client, filed, "withdraw")

    refused = answer(client, filed, "withdraw", wrong())

    assert refused.status_code == 422
    assert "4번 더" in html(refused)
    filed.refresh_from_db()
    assert filed.is_open


def test_a_code_for_one_case_and_one_errand_opens_no_other(client: Client, world: World, filed: Complaint) -> None:
    send(client, body="놀이터 그네가 부서졌어요")
    other = Complaint.objects.exclude(pk=filed.pk).get()
    ask(client, filed, "withdraw")

    assert answer(client, other, "withdraw", sent_code()).status_code == 422
    assert "/sign-in/" in answer(client, filed, "phone", sent_code())["Location"]

    assert set(Complaint.objects.values_list("is_open", flat=True)) == {True}


def test_a_code_is_good_once_and_only_one_of_two_presses_counts(client: Client, filed: Complaint) -> None:
    ask(client, filed, "withdraw")
    code = sent_code()

    answer(client, filed, "withdraw", code)
    again = answer(client, filed, "withdraw", code)

    assert again.status_code == 302  # to the case, which is over
    assert StageChange.objects.filter(complaint=filed, step="withdraw").count() == 1


def test_a_second_press_keeps_the_box_for_the_code_that_is_on_its_way(client: Client, filed: Complaint) -> None:
    ask(client, filed, "withdraw")

    shown = html(client.get(ask(client, filed, "withdraw")["Location"]))

    assert PhoneProof.objects.count() == 1
    assert "one-time-code" in shown
    assert answer(client, filed, "withdraw", sent_code()).status_code == 302
    filed.refresh_from_db()
    assert filed.stage == Stage.WITHDRAWN


def test_another_phone_hears_of_the_case_after_its_own_code_and_the_old_one_is_told(world: World) -> None:
    complaint, her = world.file(by=world.haneul), owner(world)
    old = complaint.phone
    ask(her, complaint, "phone", phone=NEW_PHONE)
    assert PhoneProof.objects.get().phone == "+821098765432"

    assert answer(her, complaint, "phone", sent_code()).status_code == 302

    complaint.refresh_from_db()
    assert complaint.phone == "+821098765432"
    assert Revision.objects.filter(complaint=complaint, field="phone").exists()
    assert Message.objects.filter(reference=complaint.number).latest("pk").phone == old


def test_a_number_that_is_none_is_refused_and_no_code_leaves(world: World) -> None:
    complaint, her = world.file(by=world.haneul), owner(world)

    refused = ask(her, complaint, "phone", phone="02-120")

    assert refused.status_code == 422
    assert not PhoneProof.objects.exists()


def test_neither_device_nor_number_and_phone_lead_a_case_to_another_phone(client: Client, filed: Complaint) -> None:
    stranger = Client()
    stranger.post(TRACK, {"number": filed.number, "phone": "010-1234-5678"})

    for somebody in (client, stranger):
        assert somebody.get(page(filed, "detail")).status_code == 200
        assert "/sign-in/" in ask(somebody, filed, "phone", phone=NEW_PHONE)["Location"]

    assert not PhoneProof.objects.exists()


def test_whoever_signs_in_with_another_phone_changes_nothing(world: World, client: Client, filed: Complaint) -> None:
    client.force_login(world.bada)
    fresh(client)

    assert ask(client, filed, "phone", phone=NEW_PHONE)["Location"] == page(filed, "detail")
    assert not PhoneProof.objects.exists()


def test_digits_are_remembered_as_long_as_the_case_they_opened(client: Client, filed: Complaint) -> None:
    neighbour = Client()
    link = reverse("complaints:link", args=[filed.token])
    for _press in range(3):
        neighbour.post(link, {"digits": filed.phone[-4:]})

    assert neighbour.session["complaints.digits"] == neighbour.session["complaints"] == [filed.pk]


@pytest.mark.parametrize("name", ["withdraw", "phone"])
def test_a_stranger_is_asked_for_number_and_phone(world: World, client: Client, filed: Complaint, name: str) -> None:
    assert {"withdraw": TRACK, "phone": "/sign-in/"}[name] in Client().get(page(filed, name))["Location"]


@pytest.mark.parametrize("name", ["withdraw", "phone"])
def test_a_case_without_a_phone_has_neither(world: World, client: Client, name: str) -> None:
    send(client, phone="")
    complaint = Complaint.objects.get()

    assert client.get(page(complaint, name)).status_code == 302
    assert page(complaint, name) not in html(client.get(page(complaint, "detail")))
