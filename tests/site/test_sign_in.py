"""Signing in by code: one phone, six digits, and nothing that tells strangers who is known."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from complaints.models import Complaint
from messaging import services as messaging
from messaging.models import Message, TemplateVersion
from portal.accounts.models import Device, User
from portal.core import clock
from tests.complaints.conftest import build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]
HANEUL, BADA = "010-1234-5678", "010-8765-4321"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def letters(db: None) -> None:
    """The wordings and the sender number an installation starts with."""
    messaging.load_reference(now=clock.now())
    messaging.load_templates(now=clock.now())


def browser(agent: str = IPHONE) -> Client:
    return Client(headers={"user-agent": agent})


def sent_code() -> str:
    message = Message.objects.filter(topic="messaging.code").latest("pk")
    found = re.search(r"#(\d{6})$", message.body)
    assert found, message.body
    return found[1]


def sign_in(client: Client, phone: str = HANEUL, **more: str) -> None:
    client.post("/sign-in/", {"phone": phone})
    answer = client.post("/sign-in/code/", {"code": sent_code(), **more})
    assert answer.status_code == 302, answer.content.decode()


def test_the_text_is_one_part_in_the_first_lane_and_telephones_can_read_it() -> None:
    browser().post("/sign-in/", {"phone": HANEUL})

    message = Message.objects.get()
    assert (message.lane, message.purpose, message.route) == (0, "code", "text")
    assert message.body.splitlines()[-1] == f"@localhost #{sent_code()}"
    assert len(message.body.encode("cp949")) <= 90
    assert message.expires_at - message.due_at == timedelta(minutes=3)


def test_phone_and_code_sign_in_and_lead_to_where_she_wanted_to_go() -> None:
    client = browser()
    assert client.get("/me/").headers["Location"] == "/sign-in/?next=%2Fme%2F"
    client.get("/sign-in/?next=/me/sessions/")

    first = client.post("/sign-in/", {"phone": HANEUL})
    page = client.get("/sign-in/code/").content.decode()
    second = client.post("/sign-in/code/", {"code": sent_code()})

    assert (first.status_code, first.headers["Location"]) == (302, "/sign-in/code/")
    assert "010-****-5678" in page
    assert 'autocomplete="one-time-code"' in page
    assert (second.status_code, second.headers["Location"]) == (302, "/me/sessions/")
    assert client.get("/me/").status_code == 200


def test_another_house_is_no_next() -> None:
    client = browser()
    client.get("/sign-in/?next=https://evil.example/")
    client.post("/sign-in/", {"phone": HANEUL})

    answer = client.post("/sign-in/code/", {"code": sent_code()})

    assert answer.headers["Location"] == "/me/"


def test_known_and_unknown_numbers_get_the_same_page() -> None:
    sign_in(browser(), HANEUL)
    pages = []
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        for phone in (HANEUL, "010-1111-5678"):
            client = browser()
            first = client.post("/sign-in/", {"phone": phone})
            page = client.get("/sign-in/code/")
            wrong = client.post("/sign-in/code/", {"code": f"{(int(sent_code()) + 1) % 1_000_000:06}"})
            texts = [re.sub(r'name="csrfmiddlewaretoken"[^>]*>', "", one.content.decode()) for one in (page, wrong)]
            pages.append((first.status_code, first.headers["Location"], page.status_code, wrong.status_code, texts))

    assert pages[0] == pages[1]


def test_a_wrong_code_says_how_many_tries_are_left_and_marks_the_page() -> None:
    client = browser()
    client.post("/sign-in/", {"phone": HANEUL})

    answer = client.post("/sign-in/code/", {"code": f"{(int(sent_code()) + 1) % 1_000_000:06}"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "4번 더" in text
    assert "<title>오류: " in text
    assert "_auth_user_id" not in client.session


def test_a_code_is_of_no_use_in_another_browser() -> None:
    browser().post("/sign-in/", {"phone": HANEUL})

    stranger = browser()
    answer = stranger.post("/sign-in/code/", {"code": sent_code()})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/")


def test_asking_too_soon_is_refused_kindly() -> None:
    client = browser()
    client.post("/sign-in/", {"phone": HANEUL})

    answer = client.post("/sign-in/code/", {"again": "1"})

    assert answer.status_code == 429
    assert "잠시 뒤에" in answer.content.decode()
    assert Message.objects.count() == 1


def test_another_code_takes_the_place_of_the_first() -> None:
    client = browser()
    client.post("/sign-in/", {"phone": HANEUL})
    first = sent_code()
    with time_machine.travel(clock.now() + timedelta(seconds=31), tick=False):
        assert client.post("/sign-in/code/", {"again": "1"}).status_code == 200
        second = sent_code()
        if first != second:
            assert client.post("/sign-in/code/", {"code": first}).status_code == 422
        assert client.post("/sign-in/code/", {"code": second}).status_code == 302


@pytest.mark.parametrize("phone", ["02-120-0000", "abc", ""])
def test_what_is_no_mobile_number_is_refused_beside_the_field(phone: str) -> None:
    answer = browser().post("/sign-in/", {"phone": phone})

    assert answer.status_code == 422
    assert 'id="id_phone_error"' in answer.content.decode()


def test_ninety_days_roll_on_with_every_visit_and_end_without_one() -> None:
    client = browser()
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(client)
        traveller.move_to(NOW + timedelta(days=80))
        assert client.get("/me/").status_code == 200
        traveller.move_to(NOW + timedelta(days=160))
        assert client.get("/me/").status_code == 200
        traveller.move_to(NOW + timedelta(days=251))
        assert client.get("/me/").status_code == 302


def test_a_shared_device_forgets_her_with_the_window_and_after_two_hours() -> None:
    client = browser()
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(client, is_shared="on")
        assert client.cookies["session"]["expires"] == ""
        traveller.move_to(NOW + timedelta(minutes=119))
        assert client.get("/me/").status_code == 200
        traveller.move_to(NOW + timedelta(minutes=121))
        assert client.get("/me/").status_code == 302


def test_devices_are_listed_and_ended_one_by_one_or_all_at_once() -> None:
    phone, pc, third = browser(), browser(PC), browser(PC)
    with time_machine.travel(NOW, tick=False) as traveller:
        for minutes, client in enumerate((phone, pc, third)):
            traveller.move_to(NOW + timedelta(minutes=minutes))
            sign_in(client)
        page = phone.get("/me/sessions/").content.decode()
        assert page.count("윈도우 컴퓨터 · 크롬</b>") == 2
        assert page.count("아이폰 · 사파리</b>") == 1

        theirs = Device.objects.order_by("-last_seen_at")[0]
        phone.post("/me/sessions/", {"device": str(theirs.pk)})
        assert (third.get("/me/").status_code, pc.get("/me/").status_code) == (302, 200)
        phone.post("/me/sessions/", {"device": "others"})
        assert (pc.get("/me/").status_code, phone.get("/me/").status_code) == (302, 200)


def test_nobody_ends_a_strangers_session() -> None:
    hers, mine = browser(), browser(PC)
    sign_in(hers, HANEUL)
    sign_in(mine, BADA)

    answer = mine.post("/me/sessions/", {"device": str(Device.objects.get(user__devices__name__contains="아이폰").pk)})

    assert answer.status_code == 404
    assert hers.get("/me/").status_code == 200


def test_a_new_device_is_told_and_one_known_again_is_not() -> None:
    phone, pc = browser(), browser(PC)
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(phone)
        traveller.shift(60)
        sign_in(pc)
        traveller.shift(60)
        pc.post("/sign-out/")
        sign_in(pc)

    (told,) = Message.objects.filter(topic="portal.sign_in")
    assert "윈도우 컴퓨터 · 크롬" in told.body
    assert told.phone == "+821012345678"


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept() -> None:
    client = browser()
    sign_in(client)

    answer = client.post("/sign-out/")

    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert client.get("/me/").status_code == 302
    assert not Session.objects.exists()


def test_personal_pages_are_kept_by_nobody() -> None:
    client = browser()
    sign_in(client)

    for path in ("/me/", "/me/sessions/", "/sign-in/", "/sign-in/again/"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_an_official_at_work_is_no_citizen() -> None:
    client = browser()
    client.force_login(User.objects.create(username="damdang", is_staff=True))

    assert client.get("/me/").status_code == 302


def test_what_was_filed_with_the_phone_before_is_hers_after_signing_in() -> None:
    world = build_world()
    mine, others = world.file(), world.file(phone="+821087654321")
    old = world.file("오래전 신고")
    client = browser()
    with time_machine.travel(world.now + timedelta(days=1), tick=False):
        Complaint.objects.filter(pk=old.pk).update(submitted_at=world.now - timedelta(days=200))
        sign_in(client)
        page = client.get("/me/").content.decode()

        assert mine.number in page
        assert others.number not in page
        assert old.number not in page
        assert client.get(f"/complaints/{mine.number}/").status_code == 200
        assert client.get(f"/complaints/{others.number}/").status_code == 302


def test_an_address_that_is_no_path_is_no_next() -> None:
    client = browser()
    client.get("/sign-in/?next=foo")
    client.post("/sign-in/", {"phone": HANEUL})

    answer = client.post("/sign-in/code/", {"code": sent_code()})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")


def test_who_signs_in_over_somebody_elses_session_finds_her_device_and_can_end_it() -> None:
    tablet, phone = browser(PC), browser()
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(tablet, HANEUL)
        sign_in(phone, BADA)
        traveller.shift(60)
        sign_in(tablet, BADA)

        assert "윈도우 컴퓨터 · 크롬</b>" in phone.get("/me/sessions/").content.decode()
        phone.post("/me/sessions/", {"device": "others"})
        assert (tablet.get("/me/").status_code, phone.get("/me/").status_code) == (302, 200)


def test_a_text_that_cannot_be_sent_keeps_nobody_from_signing_in() -> None:
    phone, pc = browser(), browser(PC)
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(phone)
        traveller.shift(60)
        TemplateVersion.objects.filter(template__code="portal.new_device").update(review_state="dormant")
        sign_in(pc, is_shared="on")

        assert pc.get("/me/").status_code == 200
        assert pc.cookies["session"]["expires"] == ""
    assert not Message.objects.filter(topic="portal.sign_in").exists()


def test_a_citizen_who_is_given_rights_is_not_let_in_by_her_old_session() -> None:
    client = browser()
    sign_in(client)

    User.objects.update(is_staff=True, is_superuser=True)

    assert client.get("/admin/accounts/department/").status_code == 302
    assert "_auth_user_id" not in client.session
