"""Officials sign in with a password and something they have; neither opens anything alone."""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from portal.accounts import second_factor
from portal.accounts.models import AuditEntry, User
from portal.core.sealing import blind_phone
from portal.site.demo.people import give_factor, totp_secret_of

pytestmark = pytest.mark.django_db
PASSWORD = "새빛구-시험용-비밀번호-1"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def damdang() -> User:
    return User.objects.create_user("damdang", password=PASSWORD, is_staff=True, is_superuser=True)


def password_given(name: str = "damdang", password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/admin/login/?next=/admin/accounts/department/", {"username": name, "password": password})
    return client


def code_at(secret: str, moment: datetime) -> str:
    return str(format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30)))


def enrolled(client: Client, moment: datetime) -> tuple[str, list[str]]:
    """The secret read off the page, and the recovery codes shown after it."""
    page = client.get("/admin/login/enrol/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    secret = found[1].replace(" ", "")
    done = client.post("/admin/login/enrol/", {"code": code_at(secret, moment)}).content.decode()
    return secret, re.findall(r"<li>(\d{8})</li>", done)


def test_the_first_administrator_enrols_and_comes_in(damdang: User) -> None:
    with time_machine.travel(NOW, tick=False):
        client = password_given()
        assert client.get("/admin/").status_code == 302

        secret, codes = enrolled(client, NOW)

        assert len(set(codes)) == 10
        assert client.get("/admin/").status_code == 200
        stored = Authenticator.objects.get(type="totp").data["secret"]
        assert secret not in stored
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from django_session where session_data like %s", [f"%{secret}%"])
            assert cursor.fetchone() == (0,)


def test_a_wrong_first_code_enrols_nothing(damdang: User) -> None:
    client = password_given()
    client.get("/admin/login/enrol/")

    answer = client.post("/admin/login/enrol/", {"code": "000000"})

    assert answer.status_code == 422
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_password_and_code_open_the_page_that_was_asked_for(damdang: User) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        client = password_given()
        assert client.get("/admin/accounts/department/").status_code == 302

        answer = client.post("/admin/login/second/", {"code": code_at(totp_secret_of("damdang"), NOW)})

        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/accounts/department/")
        assert client.get("/admin/accounts/department/").status_code == 200
    assert AuditEntry.objects.filter(action="sign_in", actor=damdang).count() == 1


def test_a_code_is_good_once(damdang: User) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        code = code_at(totp_secret_of("damdang"), NOW)
        assert password_given().post("/admin/login/second/", {"code": code}).status_code == 302

        assert password_given().post("/admin/login/second/", {"code": code}).status_code == 422


def test_a_code_of_two_minutes_ago_is_too_old_and_of_half_a_minute_is_not(damdang: User) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        old = code_at(totp_secret_of("damdang"), NOW - timedelta(minutes=2))
        drifted = code_at(totp_secret_of("damdang"), NOW - timedelta(seconds=30))
        client = password_given()

        assert client.post("/admin/login/second/", {"code": old}).status_code == 422
        assert client.post("/admin/login/second/", {"code": drifted}).status_code == 302


def test_five_wrong_codes_stop_the_right_one(damdang: User) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        client = password_given()
        for _ in range(second_factor.TRIES):
            client.post("/admin/login/second/", {"code": "000000"})

        answer = client.post("/admin/login/second/", {"code": code_at(totp_secret_of("damdang"), NOW)})

        assert answer.status_code == 422
        assert "15분쯤 뒤에" in answer.content.decode()
    assert AuditEntry.objects.filter(action="sign_in_failed").count() == second_factor.TRIES + 1


def test_a_recovery_code_is_crossed_out(damdang: User) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        _, codes = enrolled(password_given(), NOW)
        traveller.shift(60)

        assert password_given().post("/admin/login/second/", {"code": codes[3]}).status_code == 302
        assert password_given().post("/admin/login/second/", {"code": codes[3]}).status_code == 422


def test_the_step_between_is_over_after_ten_minutes(damdang: User) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False) as traveller:
        client = password_given()
        traveller.shift(601)

        answer = client.post("/admin/login/second/", {"code": code_at(totp_secret_of("damdang"), NOW)})

        assert answer.headers["Location"] == "/admin/login/"


def test_nobody_gets_to_the_second_step_without_the_first(damdang: User) -> None:
    give_factor(damdang)

    for path in ("/admin/login/second/", "/admin/login/enrol/"):
        assert Client().get(path).headers["Location"] == "/admin/login/"
        assert password_given(password="틀린 비밀번호").get(path).headers["Location"] == "/admin/login/"


def test_whoever_has_a_factor_enrols_no_second_one_with_the_password_alone(damdang: User) -> None:
    give_factor(damdang)

    assert password_given().get("/admin/login/enrol/").headers["Location"] == "/admin/login/"


def test_the_demo_writes_the_number_itself_and_a_real_district_never(damdang: User, settings: Settings) -> None:
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        code = code_at(totp_secret_of("damdang"), NOW)
        settings.DISTRICT_IS_DEMO = False
        assert code not in password_given().get("/admin/login/second/").content.decode()

        settings.DISTRICT_IS_DEMO = True
        assert code in password_given().get("/admin/login/second/").content.decode()


def test_visitors_of_the_demo_come_in_with_the_same_number(damdang: User, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    give_factor(damdang)
    with time_machine.travel(NOW, tick=False):
        code = code_at(totp_secret_of("damdang"), NOW)
        for _ in range(4):
            visitor = password_given()
            assert code in visitor.get("/admin/login/second/").content.decode()
            assert visitor.post("/admin/login/second/", {"code": code}).status_code == 302

        refused = password_given().post("/admin/login/second/", {"code": "000000"})
        assert (refused.status_code, code in refused.content.decode()) == (422, True)


def test_a_locked_name_is_unlocked_by_another_administrator(damdang: User) -> None:
    chief = User.objects.create_user("chief", password=PASSWORD, is_staff=True, is_superuser=True)
    for _ in range(5):
        password_given(password="틀린 비밀번호")
    assert password_given().get("/admin/login/enrol/").status_code == 302
    client = Client()
    client.force_login(chief)

    client.post("/admin/accounts/user/", {"action": "unlock", "_selected_action": [damdang.pk]})

    assert password_given().get("/admin/login/enrol/").status_code == 200
    assert AuditEntry.objects.filter(actor=chief, reason="로그인 잠금을 풂").exists()


def test_a_lost_telephone_is_forgotten_by_a_colleague_but_not_by_oneself(damdang: User) -> None:
    chief = User.objects.create_user("chief", password=PASSWORD, is_staff=True, is_superuser=True)
    give_factor(damdang)
    give_factor(chief)
    client = Client()
    client.force_login(chief)
    chosen = {"action": "forget_second_factor", "_selected_action": [damdang.pk, chief.pk]}

    client.post("/admin/accounts/user/", chosen)

    assert not second_factor.has_factor(damdang)
    assert second_factor.has_factor(chief)


def test_the_last_administrator_is_helped_on_the_server(damdang: User) -> None:
    give_factor(damdang)

    call_command("forget_second_factor", "damdang", verbosity=0)

    assert not second_factor.has_factor(damdang)
    with pytest.raises(CommandError):
        call_command("forget_second_factor", "nobody")


def test_an_official_stays_eight_hours_at_most(damdang: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as traveller:
        client.force_login(damdang)
        for _ in range(19):
            assert client.get("/admin/accounts/department/").status_code == 200
            traveller.shift(25 * 60)
        traveller.shift(6 * 60)

        assert client.get("/admin/accounts/department/").status_code == 302


def test_elsewhere_the_officials_pages_do_not_exist(damdang: User, settings: Settings) -> None:
    settings.ADMIN_ALLOWED_NETWORKS = [ip_network("10.1.0.0/16")]
    outside, inside = Client(), Client(REMOTE_ADDR="10.1.2.3")

    for path in ("/admin/", "/admin/login/", "/admin/login/second/"):
        assert outside.get(path).status_code == 404
        assert inside.get(path).status_code in (200, 302)
    assert outside.get("/").status_code == 200


def test_a_passkey_of_her_days_as_a_citizen_is_no_factor_and_keeps_nobody_out(damdang: User) -> None:
    Authenticator.objects.create(user=damdang, type=Authenticator.Type.WEBAUTHN, data={})

    assert password_given().get("/admin/login/enrol/").status_code == 200


def test_rights_are_taken_away_from_who_is_a_citizen_with_the_same_number(damdang: User) -> None:
    phone, index = "+821012345678", blind_phone("+821012345678")
    official = User.objects.create_user("road-1", is_staff=True, phone=phone, phone_index=index)
    User.objects.create_user("c-1", phone=phone, phone_index=index)
    client = Client()
    client.force_login(damdang)

    answer = client.post(f"/admin/accounts/user/{official.pk}/change/", {"username": "road-1", "is_active": "on"})

    official.refresh_from_db()
    assert answer.status_code == 302
    assert (official.is_staff, official.phone, official.phone_index) == (False, "", None)
