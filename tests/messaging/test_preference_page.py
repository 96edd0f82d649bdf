"""알림 설정 as a page: the signed link opens it, a look changes nothing, and only its buttons act."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from messaging import delivery, services, topics
from messaging.models import (
    ChangeSource,
    Message,
    OptOut,
    Preference,
    PreferenceChange,
    Subscription,
    TemplateVersion,
)
from messaging.preference_history import Origin
from messaging.preference_links import VALID_FOR, message_of, token_for
from messaging.preference_sheet import sheet_of
from messaging.services import preferences
from portal.core import clock
from portal.core.sealing import blind_phone
from tests.messaging.making import PHONE, make_template, preference_counts, queue, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime")

INDEX = blind_phone(PHONE)
KIND = "notices.reminder"


@pytest.fixture
def client() -> Client:
    """A browser without any cookie."""
    return Client(enforce_csrf_checks=True)


def _alimtalk() -> None:
    make_template(route="alimtalk_then_text", buttons=[{"label": "알림 설정", "url": "#{설정주소}"}])


def _page(message: Message) -> str:
    return reverse("messaging:preferences", args=[token_for(message.key)])


def test_the_button_leads_to_the_page_and_the_same_key_gives_the_same_message() -> None:
    _alimtalk()
    message = queue("with link")

    again = queue("with link")
    delivery.drain(seconds=5)

    assert again == message
    (button,) = told().taken[0].buttons
    assert button.url.endswith(_page(message))
    assert "phone" not in button.url
    assert PHONE[3:] not in button.url


def test_nobody_else_fills_the_address() -> None:
    _alimtalk()

    queue("given", buttons_context={"설정주소": "https://example.com/"})
    delivery.drain(seconds=5)

    assert "example.com" not in told().taken[0].buttons[0].url


def test_an_old_or_changed_address_opens_nothing() -> None:
    make_template()
    message = queue()
    token = token_for(message.key)
    soon, late = message.created_at + VALID_FOR - timedelta(hours=1), message.created_at + VALID_FOR

    assert message_of(token, now=soon) == message
    assert message_of(token, now=late) is None
    for changed in (
        token[:-1],
        token + "A",
        "A" + token[1:] if token[0] != "A" else "B" + token[1:],
        "",
        "한글",
        "a" * 5000,
    ):
        assert message_of(changed, now=soon) is None, changed


def test_every_character_of_the_addresspreference_counts() -> None:
    make_template()
    message = queue()
    token = token_for(message.key)

    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert message_of(token[:place] + other + token[place + 1 :], now=clock.now()) is None


def test_a_look_changes_nothing_and_sets_no_cookie(client: Client) -> None:
    make_template()
    address = _page(queue(topic=KIND))

    for path in (address, f"{address}?act=stop", f"{address}?switch={KIND}:text:off&done=switch"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert not answer.cookies
    assert client.head(address).status_code == 200
    assert client.options(address).status_code == 405
    assert preference_counts() == (0, 0, 0, 0)


def test_the_page_shows_the_matrix_with_articles_and_no_whole_number(client: Client) -> None:
    make_template()

    page = client.get(_page(queue(topic=KIND))).content.decode()

    assert "010-****-5678" in page
    assert "1012345678" not in page
    assert page.count('role="switch"') == 2 * sum(topic.is_optional for topic in topics.topics().values())
    assert "행정절차법 제14조" in page


def test_one_tap_stops_this_kind_without_signing_in(client: Client) -> None:
    make_template()
    message = queue(topic=KIND)

    answer = client.post(_page(message), {"act": "stop"})

    assert answer.status_code == 302
    delivery.drain(seconds=5)
    assert status_of(message) == "suppressed"
    assert "이제 이 알림을 보내지 않습니다." in client.get(answer.url).content.decode()  # type: ignore[attr-defined]


def test_a_kind_locked_by_law_is_not_stopped_by_a_crafted_tap(client: Client) -> None:
    make_template()

    answer = client.post(_page(queue(topic="notices.notice")), {"act": "stop"})

    assert answer.status_code == 422
    assert "법에 따라" in answer.content.decode()
    assert preference_counts() == (0, 0, 0, 0)


def test_each_press_is_saved_at_once_and_pressing_twice_is_harmless(client: Client) -> None:
    make_template()
    address = _page(queue(topic=KIND))

    for posted in (
        {"switch": "notices.consent:alimtalk:off"},
        {"switch": "notices.consent:alimtalk:off"},
        {"first": "text"},
        {"act": "quiet", "quiet_from": "", "quiet_until": "10:00"},
    ):
        assert client.post(address, posted).status_code == 302

    way = Preference.objects.get()
    assert (way.first_means, way.quiet_from, way.quiet_until) == ("text", time(21), time(10))
    assert list(Subscription.objects.values_list("topic", "means", "is_enabled")) == [
        ("notices.consent", "alimtalk", False)
    ]
    page = client.get(address).content.decode()
    assert '<option value="10:00" selected>' in page
    assert page.count("통지서 수신동의 알림톡: 받음 → 받지 않음") == 1


def test_what_was_pressed_is_said_with_a_way_to_take_it_back(client: Client) -> None:
    make_template()
    message = queue(topic=KIND)
    address = _page(message)

    shown = client.get(client.post(address, {"act": "stop"}).headers["Location"]).content.decode()
    change = PreferenceChange.objects.latest("pk").pk
    undone = client.post(address, {"act": "undo", "change": change})

    assert "통지서 재안내 문자: 받음 → 받지 않음" in shown
    assert f'name="change" value="{change}"' in shown
    assert undone.status_code == 302
    assert set(Subscription.objects.values_list("means", "is_enabled")) == {("alimtalk", True), ("text", True)}
    delivery.drain(seconds=5)
    assert status_of(message) == "sent"


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ({"first": "text"}, ("alimtalk", None)),
        ({"act": "quiet", "quiet_from": "20:00", "quiet_until": ""}, ("alimtalk", None)),
    ],
)
def test_way_and_hours_are_taken_back_too(
    client: Client, posted: dict[str, str], expected: tuple[str, time | None]
) -> None:
    make_template()
    address = _page(queue(topic=KIND))
    client.post(address, posted)

    client.post(address, {"act": "undo", "change": PreferenceChange.objects.latest("pk").pk})

    way = Preference.objects.get()
    assert (way.first_means, way.quiet_from) == expected


def test_only_the_latest_press_is_taken_back(client: Client) -> None:
    make_template()
    address = _page(queue(topic=KIND))
    client.post(address, {"first": "text"})
    first = PreferenceChange.objects.get().pk
    client.post(address, {"switch": f"{KIND}:text:off"})

    answer = client.post(address, {"act": "undo", "change": first})

    assert answer.status_code == 422
    assert Preference.objects.get().first_means == "text"


def test_every_kind_on_the_page_shows_what_its_message_looks_like(client: Client) -> None:
    services.load_templates(now=clock.now())
    TemplateVersion.objects.update(review_state="approved", approved_at=clock.now())
    make_template()
    message = queue(topic=KIND)

    sheet = sheet_of(bytes(message.phone_index))
    page = client.get(_page(message)).content.decode()

    shown = {kind.topic: kind.example for kind in (*sheet.kinds, *sheet.locked)}
    assert {topic for topic, example in shown.items() if example is None} == {"api.message"}
    assert "담당자가 정해졌습니다. 민원여권과 이담당 주무관 02-120-0001 (M2611-000123-4)" in page
    assert not [one for one in shown.values() if one and ("#{" in one.text + one.card or "(" in one.text[:3])]


def test_an_opt_out_by_reply_shows_and_is_lifted_there(client: Client) -> None:
    make_template()
    address = _page(queue(topic=KIND))
    wish = services.opt_out(
        phone=PHONE,
        scope=OptOut.Scope.PURPOSE,
        value="administrative",
        source=OptOut.Source.REPLY,
        by=None,
        now=clock.now(),
    )

    assert "문자로 답장해" in client.get(address).content.decode()
    client.post(address, {"act": "lift", "opt_out": wish.pk})

    wish.refresh_from_db()
    assert wish.lifted_at is not None
    assert "문자로 답장해" not in client.get(address).content.decode()


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"act": "everything"},
        {"switch": ""},
        {"switch": "notices.reminder:pigeon:off"},
        {"switch": "notices.reminder:text:maybe"},
        {"switch": "weather:text:off"},
        {"switch": "notices.notice:text:off"},
        {"first": "pigeon"},
        {"act": "quiet"},
        {"act": "quiet", "quiet_from": "03:00", "quiet_until": ""},
        {"act": "undo"},
        {"act": "undo", "change": "1"},
        {"act": "lift"},
        {"act": "lift", "opt_out": "-1"},
        {"act": "lift", "opt_out": "9" * 40},
        {"act": "lift", "opt_out": "1\0"},
        {"act": "lift", "opt_out": "４"},
    ],
)
def test_a_crafted_form_is_refused_in_korean(client: Client, posted: dict[str, str]) -> None:
    make_template()

    answer = client.post(_page(queue(topic=KIND)), posted)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert preference_counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("token", ["x", "a" * 399, "%00", "한글"])
def test_an_address_that_is_none_is_answered_kindly(client: Client, token: str) -> None:
    answer = client.get(f"/alerts/{token}/")

    assert answer.status_code == 404
    assert "열 수 없는 주소예요" in answer.content.decode()


def test_endless_pressing_is_slowed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.preference_views.HOURLY_CHANGES", 2)
    make_template()
    address = _page(queue(topic=KIND))

    statuses = [client.post(address, {"act": act}).status_code for act in ("stop", "start", "stop")]

    assert statuses == [302, 302, 429]


def test_the_page_takes_a_constant_number_of_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_template()
    address = _page(queue(topic=KIND))
    for number in range(12):
        origin = Origin(ChangeSource.LINK)
        preferences.switch_kind(
            phone_index=INDEX, topic=KIND, is_enabled=bool(number % 2), origin=origin, now=clock.now()
        )

    with django_assert_max_num_queries(6):
        page = client.get(address).content.decode()

    assert page.count("<li><b>") == 10


def test_whoever_comes_by_the_link_is_told_that_more_ways_need_signing_in(client: Client) -> None:
    make_template()

    page = client.get(_page(queue(topic=KIND))).content.decode()

    assert "로그인하시면 푸시와 캘린더도 고르실 수 있습니다." in page
    assert 'class="mark"' not in page
    assert "캘린더 켜기" not in page
