"""Passkeys with a telephone's own lock: registered on one's own page, and one tap from then on."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging import services
from portal.accounts import citizens
from portal.accounts.guards import note_proof
from portal.accounts.models import User
from portal.accounts.proofs import ProvenPhone
from portal.core import clock
from portal.core.sealing import blind_phone
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations

PHONE = "+821012345678"


@pytest.fixture
def haneul(db: None) -> User:
    """김하늘 has proven her phone once."""
    services.load_reference(now=clock.now())
    services.load_templates(now=clock.now())
    proven = ProvenPhone(PHONE, blind_phone(PHONE), "sign_in", "", datetime(2026, 11, 1, tzinfo=UTC))
    return citizens.sign_up_or_in(proven=proven, now=clock.now())


@pytest.fixture
def telephone(page: Page) -> Iterator[None]:
    """A telephone that holds passkeys, and whose owner's thumb is on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.send("WebAuthn.disable")


def come_in(page: Page, live_server: LiveServer, user: User) -> None:
    """She is signed in, and gave a code a moment ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    note_proof(session, now=clock.now())
    session.save()
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])


@pytest.mark.usefixtures("telephone")
def test_a_passkey_is_registered_and_signs_in_with_one_tap(
    visit: Visit, page: Page, live_server: LiveServer, haneul: User
) -> None:
    come_in(page, live_server, haneul)
    visit("/me/passkeys/")
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.get_by_role("button", name="이 기기에 패스키 등록").click()
    expect(page.get_by_text("패스키를 등록했습니다")).to_be_visible()
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])

    page.context.clear_cookies()
    visit("/sign-in/?next=/me/sessions/")
    page.get_by_role("button", name="패스키로 로그인").click()

    expect(page.get_by_role("heading", name="로그인 기기")).to_be_visible()
    visit("/me/passkeys/")
    page.get_by_role("button", name="지우기").click()
    expect(page.get_by_text("아직 등록한 패스키가 없습니다")).to_be_visible()


@pytest.mark.usefixtures("telephone")
def test_a_passkey_of_somebody_who_left_opens_nothing(
    visit: Visit, page: Page, live_server: LiveServer, haneul: User
) -> None:
    come_in(page, live_server, haneul)
    visit("/me/passkeys/")
    page.get_by_role("button", name="이 기기에 패스키 등록").click()
    expect(page.get_by_text("패스키를 등록했습니다")).to_be_visible()
    visit("/me/leave/")
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.get_by_role("button", name="탈퇴하기").click()
    expect(page.get_by_text("탈퇴했습니다")).to_be_visible()

    visit("/sign-in/")
    page.get_by_role("button", name="패스키로 로그인").click()

    expect(page.get_by_text("이 패스키로 로그인하지 못했습니다")).to_be_visible()
    expect(page.get_by_role("heading", name="휴대전화로 로그인")).to_be_visible()
