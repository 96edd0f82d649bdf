"""Kakao and Naver: as far as the redirect, and what happens when somebody comes back from it."""

from typing import Any

import pytest
import time_machine
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.core import clock
from portal.core.sealing import blind
from portal.site.social import Introductions
from tests.site.test_sign_in import browser, letters, sent_code, sign_in  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]
KEYS = {"client_id": "our-key", "secret": "our-secret"}
HOSTS = {"kakao": "https://kauth.kakao.com/oauth/authorize", "naver": "https://nid.naver.com/oauth2.0/authorize"}


@pytest.fixture
def with_keys(settings: Settings) -> None:
    """A district that has registered with both."""
    settings.SIGNIN_PROVIDERS = {"kakao": KEYS, "naver": KEYS}
    settings.SOCIALACCOUNT_PROVIDERS = {name: {"APPS": [{**KEYS, "key": ""}]} for name in HOSTS}


def come_back(client: Client, monkeypatch: pytest.MonkeyPatch, uid: str = "4711") -> Any:
    """What the provider's answer leads to; the provider itself is not asked."""

    def answered(_: object, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = SocialAccount(provider="kakao", uid=uid, extra_data={"nickname": "하늘"})
        with pytest.raises(ImmediateHttpResponse) as led:
            Introductions().pre_social_login(request, SocialLogin(account=account))
        response: HttpResponse = led.value.response
        return response

    monkeypatch.setattr("allauth.socialaccount.providers.oauth2.views.OAuth2CallbackView.dispatch", answered)
    return client.get("/sign-in/kakao/callback/?code=x&state=y")


@pytest.mark.usefixtures("with_keys")
@pytest.mark.parametrize("name", list(HOSTS))
def test_the_button_leads_to_the_provider(name: str) -> None:
    assert f'action="/sign-in/{name}/"' in browser().get("/sign-in/").content.decode()

    answer = browser().post(f"/sign-in/{name}/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(HOSTS[name])
    assert "client_id=our-key" in answer.headers["Location"]
    assert f"%2Fsign-in%2F{name}%2Fcallback%2F" in answer.headers["Location"]
    assert browser().get(f"/sign-in/{name}/").status_code == 405


@pytest.mark.parametrize("path", ["/sign-in/kakao/", "/sign-in/naver/", "/sign-in/kakao/callback/"])
def test_without_keys_there_is_no_such_page(path: str) -> None:
    assert browser().get(path).status_code == 404
    assert browser().post(path).status_code == 404
    assert "카카오" not in browser().get("/sign-in/").content.decode()


@pytest.mark.usefixtures("with_keys")
def test_the_first_time_the_phone_is_proven_and_then_never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    first = come_back(client, monkeypatch)
    assert (first.status_code, first.headers["Location"]) == (302, "/sign-in/")
    assert client.get("/me/").status_code == 302
    sign_in(client, is_linked="on")

    later = browser()
    second = come_back(later, monkeypatch)

    assert (second.status_code, second.headers["Location"]) == (302, "/me/")
    assert later.get("/me/").status_code == 200
    linked = SocialAccount.objects.get()
    assert (linked.user.phone, linked.extra_data) == ("+821012345678", {})
    assert linked.uid == blind("kakao:4711", context="socialaccount.uid").hex()


@pytest.mark.usefixtures("with_keys")
def test_a_stranger_at_the_provider_is_a_stranger_here(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    come_back(client, monkeypatch)
    sign_in(client, is_linked="on")

    other = browser()

    assert come_back(other, monkeypatch, uid="4712").headers["Location"] == "/sign-in/"
    assert other.get("/me/").status_code == 302


@pytest.mark.usefixtures("with_keys")
def test_a_link_to_an_official_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    come_back(client, monkeypatch)
    sign_in(client, is_linked="on")
    User.objects.update(is_staff=True)

    later = browser()

    assert come_back(later, monkeypatch).headers["Location"] == "/sign-in/"
    assert "_auth_user_id" not in later.session


@pytest.mark.usefixtures("with_keys")
def test_refusing_there_leads_back_here() -> None:
    answer = browser().get("/sign-in/kakao/callback/?error=access_denied")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/")


@pytest.mark.usefixtures("with_keys")
def test_what_somebody_else_left_in_the_browser_is_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    come_back(client, monkeypatch)
    client.post("/sign-in/", {"phone": "010-1234-5678"})
    page = client.get("/sign-in/code/").content.decode()
    client.post("/sign-in/code/", {"code": sent_code()})

    assert "카카오 계정을 연결해" in page
    assert "checked" not in page
    assert client.get("/me/").status_code == 200
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("with_keys")
def test_who_came_from_a_provider_is_forgotten_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        come_back(client, monkeypatch)
        traveller.shift(601)
        client.post("/sign-in/", {"phone": "010-1234-5678"})
        page = client.get("/sign-in/code/").content.decode()
        client.post("/sign-in/code/", {"code": sent_code(), "is_linked": "on"})

    assert "카카오" not in page
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("with_keys")
def test_a_link_is_seen_and_cut_on_ones_own_page(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    come_back(client, monkeypatch)
    sign_in(client, is_linked="on")
    assert "카카오 계정 연결" in client.get("/me/").content.decode()

    client.post("/me/", {"unlink": "kakao"})

    assert "카카오 계정 연결" not in client.get("/me/").content.decode()
    assert come_back(browser(), monkeypatch).headers["Location"] == "/sign-in/"
