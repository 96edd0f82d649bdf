"""What is sensitive asks again after ten minutes; leaving takes everything that may go, at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from messaging.models import Message
from portal.accounts.models import AuditEntry, Device, User
from portal.certificates.models import Certificate
from portal.core.sealing import blind_phone
from tests.complaints.conftest import build_world
from tests.site.test_sign_in import HANEUL, PC, browser, letters, sent_code, sign_in  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SENSITIVE = ("/me/passkeys/", "/me/leave/")


@pytest.mark.parametrize("path", SENSITIVE)
def test_ten_minutes_after_signing_in_a_code_is_asked_for_again(path: str) -> None:
    client = browser()
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(client)
        traveller.shift(599)
        assert client.get(path).status_code == 200
        traveller.shift(2)
        sent = client.get(path)
        assert sent.headers["Location"].startswith("/sign-in/again/?next=")
        page = client.get(sent.headers["Location"]).content.decode()
        assert "010-****-5678" in page
        assert Message.objects.filter(topic="messaging.code").count() == 1  # a look sends nothing

        assert client.post("/sign-in/again/", {"again": "1"}).status_code == 200
        wrong = client.post("/sign-in/again/", {"code": f"{(int(sent_code()) + 1) % 1_000_000:06}"})
        assert wrong.status_code == 422
        assert client.get(path).status_code == 302
        right = client.post("/sign-in/again/", {"code": sent_code()})

        assert (right.status_code, right.headers["Location"]) == (302, path)
        assert client.get(path).status_code == 200


def test_the_code_of_a_sign_in_is_no_code_for_something_sensitive() -> None:
    client = browser()
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(client)
        traveller.shift(700)
        client.post("/sign-in/", {"phone": HANEUL})

        answer = client.post("/sign-in/again/", {"code": sent_code()})

        assert answer.status_code == 422
        assert client.get("/me/leave/").status_code == 302


@pytest.mark.parametrize("path", SENSITIVE)
def test_strangers_and_officials_are_sent_to_sign_in(path: str) -> None:
    client = browser()
    assert client.get(path).headers["Location"].startswith("/sign-in/?next=")

    client.force_login(User.objects.create(username="damdang", is_staff=True))
    assert client.get(path).headers["Location"].startswith("/sign-in/?next=")


def test_leaving_ends_every_session_and_keeps_no_name_or_number() -> None:
    phone, pc = browser(), browser(PC)
    with time_machine.travel(NOW, tick=False) as traveller:
        sign_in(pc)
        traveller.shift(60)
        sign_in(phone)
        user = User.objects.get(phone_index=blind_phone("+821012345678"))
        Authenticator.objects.create(user=user, type="webauthn", data={})
        page = phone.get("/me/leave/").content.decode()
        phone.post("/me/leave/")

        user.refresh_from_db()
        assert "법에 따라 남는 것" in page
        assert (user.is_active, user.phone, user.name, user.phone_index) == (False, "", "", None)
        assert (pc.get("/me/").status_code, phone.get("/me/").status_code) == (302, 302)
        assert not Device.objects.exists()
        assert not Authenticator.objects.exists()
        assert not Session.objects.filter(session_key=pc.cookies["session"].value).exists()
        assert AuditEntry.objects.filter(action="erase", actor=user).count() == 1


@pytest.mark.parametrize("issued_at", [NOW, None])
def test_whoever_leaves_hears_first_of_the_certificates_that_go(issued_at: datetime | None) -> None:
    client = browser()
    with time_machine.travel(NOW, tick=False):
        sign_in(client)
        user = User.objects.get(phone_index=blind_phone("+821012345678"))
        made = Certificate(owner=user, requested_at=NOW, wanted_index=b"w" * 16, code_index=b"c" * 16)
        if issued_at is not None:
            made.state, made.issued_at = Certificate.State.ISSUED, issued_at
            made.expires_at = issued_at + timedelta(days=90)
            made.sha256 = made.seal_sha256 = "0" * 64
            made.byte_count = 1
        Certificate.objects.bulk_create([made])

        page = client.get("/me/leave/").content.decode()

    for gone in ("푸시 알림", "챗봇과 나눈 대화", "전자증명서 파일, 아직 열리지 않은 제출 링크"):
        assert gone in page
    assert ("전자증명서 1건: 다시 받을 수 없으니 먼저 내려받아 두세요." in page) == (issued_at is not None)


def test_after_leaving_the_number_begins_anew_and_old_cases_stay_where_they_are() -> None:
    world = build_world()
    client = browser()
    with time_machine.travel(world.now, tick=False) as traveller:
        case = world.file()
        sign_in(client)
        assert case.number in client.get("/me/").content.decode()
        client.post("/me/leave/")
        traveller.shift(60)

        sign_in(client)

        assert case.number not in client.get("/me/").content.decode()
        case.refresh_from_db()
        assert case.phone == "+821012345678"


def test_a_look_at_leaving_changes_nothing() -> None:
    client = browser()
    sign_in(client)

    client.get("/me/leave/")
    client.head("/me/leave/")

    assert client.get("/me/").status_code == 200
