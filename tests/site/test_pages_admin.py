"""The officials' site: who gets in, what stands in the sidebar, and that it speaks Korean."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from pytest_django import Settings

from portal.accounts.models import Department, Official, RateBucket, User
from portal.site import admin_menu
from portal.site.forms import TRIES_PER_PAIR

pytestmark = pytest.mark.django_db

PASSWORD = "새빛구-시험용-비밀번호-1"


def official(username: str, *, role: str = "", is_superuser: bool = False) -> User:
    """Somebody who works for the district."""
    user = User(username=username, is_staff=True, is_superuser=is_superuser)
    user.set_password(PASSWORD)
    user.save()
    department, _ = Department.objects.get_or_create(name="도로과", defaults={"code": "road", "phone": "02-120-0100"})
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0101")
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def signed_in(user: User) -> Client:
    """A browser of that person."""
    client = Client()
    client.force_login(user)
    return client


def test_every_line_of_the_sidebar_has_a_page() -> None:
    models = [entry.model for _, entries in admin_menu.JOBS for entry in entries]

    missing = [model for model in models if not admin.site.is_registered(apps.get_model(model))]

    assert missing == []


def test_administrator_finds_every_job_and_each_line_opens() -> None:
    client = signed_in(official("boss", is_superuser=True))

    page = client.get("/admin/")

    groups = page.context["sidebar_navigation"]
    assert [group["title"] for group in groups] == ["업무", "발송", "챗봇", "관리"]
    for group in groups:
        for line in group["items"]:
            assert client.get(line["link"]).status_code == 200, line["title"]


def test_official_without_any_right_sees_the_board_only() -> None:
    page = signed_in(official("newcomer")).get("/admin/")

    lines = [line["title"] for group in page.context["sidebar_navigation"] for line in group["items"]]
    assert lines == ["현황판"]


def test_citizen_with_a_session_gets_the_log_in_page() -> None:
    citizen = User.objects.create(username="haneul")

    answer = signed_in(citizen).get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/admin/login/")
    assert "볼 수 없는 화면" in answer.content.decode()


def test_only_pages_behind_the_log_in_carry_unfolds_policy() -> None:
    client = signed_in(official("boss", is_superuser=True))

    inside = client.get("/admin/").headers["Content-Security-Policy"]
    outside = client.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "style-src 'self' 'unsafe-inline'" in inside
    assert "default-src 'self'" in inside
    assert "unsafe" not in outside


def test_a_password_alone_opens_nothing_but_the_way_to_a_second_factor() -> None:
    official("damdang")
    client = Client()

    answer = client.post("/admin/login/?next=/admin/", {"username": "damdang", "password": PASSWORD})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/login/enrol/"
    assert client.get("/admin/").status_code == 302


def test_wrong_password_says_the_same_for_known_and_unknown_names() -> None:
    official("damdang")

    known = Client().post("/admin/login/", {"username": "damdang", "password": "틀린 비밀번호"}).content.decode()
    unknown = Client().post("/admin/login/", {"username": "nobody", "password": "틀린 비밀번호"}).content.decode()

    sentence = "아이디 또는 비밀번호가 맞지 않아요"
    assert sentence in known
    assert sentence in unknown
    assert "<title>오류: " in known


def test_guessing_is_stopped_even_when_the_last_guess_is_right() -> None:
    official("damdang")
    client = Client()
    for _ in range(TRIES_PER_PAIR):
        client.post("/admin/login/", {"username": "damdang", "password": "틀린 비밀번호"})

    answer = client.post("/admin/login/", {"username": "damdang", "password": PASSWORD})

    assert answer.status_code == 200
    assert "여러 번 틀려서" in answer.content.decode()


def test_other_people_at_the_same_address_still_get_in() -> None:
    official("damdang")
    official("other")
    client = Client()
    for _ in range(TRIES_PER_PAIR + 1):
        client.post("/admin/login/", {"username": "damdang", "password": "틀린 비밀번호"})

    answer = client.post("/admin/login/?next=/admin/", {"username": "other", "password": PASSWORD})

    assert answer.status_code == 302


def test_demo_wears_its_label_and_a_real_district_does_not(settings: Settings) -> None:
    client = signed_in(official("boss", is_superuser=True))

    settings.DISTRICT_IS_DEMO = True
    demo = client.get("/admin/").content.decode()
    settings.DISTRICT_IS_DEMO = False
    real = client.get("/admin/").content.decode()

    assert "시험 운영" in demo
    assert "시험 운영" not in real


# --- Korean -----------------------------------------------------------------------------------------------------------


def test_day_of_the_week_is_one_syllable() -> None:
    with translation.override("ko"):
        assert date_format(datetime(2026, 11, 24, tzinfo=UTC), "Y. n. j.(D)") == "2026. 11. 24.(화)"


def test_tokens_of_the_log_in_hold_no_name() -> None:
    official("damdang")
    Client().post("/admin/login/", {"username": "damdang", "password": "틀린 비밀번호"})

    assert not RateBucket.objects.filter(key__contains="damdang").exists()
