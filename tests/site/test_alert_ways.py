"""Push and the calendar in 알림 설정: on or off for each kind, why, and where that is changed."""

import re

import pytest
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from messaging import topics
from portal.core import clock
from portal.site import alert_ways, pushing
from portal.site.models import PushEndpoint
from tests.complaints.conftest import World
from tests.site.test_mine import client, page, user, world  # noqa: F401  (fixtures)
from tests.site.test_pushing import Service, service  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def marks(words: str, topic: str) -> list[str]:
    """What a line of the matrix says of push and of the calendar."""
    row = words[words.index(f'id="{topic}"') :].split("</tr>", maxsplit=1)[0]
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r'class="mark">(.*?)</td>', row, re.DOTALL)]


def test_both_stand_beside_every_kind_and_say_that_they_are_off(client: Client) -> None:  # noqa: F811
    words = page(client, "/me/alerts/")

    assert '<th scope="col" role="columnheader">푸시</th>' in words
    assert '<th scope="col" role="columnheader">캘린더</th>' in words
    assert words.count('class="mark"') == 2 * sum(
        one.is_optional or bool(one.locked_by) for one in topics.topics().values()
    )
    assert marks(words, "complaints.stage") == ["꺼짐", "꺼짐"]
    assert marks(words, "api.message") == ["꺼짐", "–해당 없음"]
    assert words.count('role="switch"') == 2 * sum(one.is_optional for one in topics.topics().values())


def test_calendar_leads_to_the_place_that_turns_it_on_and_shows_where_it_is(client: Client) -> None:  # noqa: F811
    before = page(client, "/me/alerts/")
    client.post("/me/calendar/", {"act": "open"})
    after = page(client, "/me/alerts/")

    assert 'href="/me/calendar/">캘린더 켜기</a>' in before
    assert "켜시면 기한이 쓰시는 캘린더에 저절로 들어갑니다." in before
    assert marks(after, "notices.reminder")[1] == "켜짐"
    assert marks(after, "api.message")[1] == "–해당 없음"
    assert 'href="/me/calendar/">캘린더 바꾸기</a>' in after


def test_push_says_why_it_is_off_in_each_case(
    client: Client,  # noqa: F811
    world: World,  # noqa: F811
    service: Service,  # noqa: F811
    settings: Settings,
) -> None:
    newcomer = page(client, "/me/alerts/")
    world.file(body="가로등이 꺼졌어요", by=user())
    offered = page(client, "/me/alerts/")
    key = client.session.session_key or ""
    pushing.keep_endpoint(user=user(), subscription=service.subscription, session_key=key, now=clock.now())
    on = page(client, "/me/alerts/")
    settings.PUSH_VAPID_KEY = ""
    never = page(client, "/me/alerts/")

    assert "민원을 한 번 신청하신 뒤에 켤 수 있습니다." in newcomer
    assert 'href="/complaints/new/">민원 신청</a>' in newcomer
    assert 'href="/me/push/">푸시 켜기</a>' in offered
    assert marks(on, "api.message") == ["켜짐", "–해당 없음"]
    assert "기기 1대로 받고 있습니다." in on
    assert "이 누리집은 아직 푸시를 보내지 않습니다." in never
    assert "/me/push/" not in never


def test_a_shared_device_offers_no_push(
    client: Client,  # noqa: F811
    service: Service,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.accounts.sessions.is_shared", lambda session: True)
    request = HttpRequest()
    request.session = client.session

    found = alert_ways.push(request, user())

    assert (found.is_on, found.words, found.url) == (False, "공용 기기에서는 켤 수 없습니다.", "")
    assert not PushEndpoint.objects.exists()


def test_every_dated_kind_is_one_that_people_can_choose_or_must_get() -> None:
    known = topics.topics()

    assert all(known[name].is_optional or known[name].locked_by for name in alert_ways.DATED)
