"""통신사: what officials see of each line, and what only some of them may do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from messaging import delivery, services
from messaging.carriers.base import OutcomeUnknown
from messaging.models import CarrierState, Stream
from portal.accounts.models import AuditEntry
from portal.core import clock
from tests.messaging.making import make_official, make_template, outgoing, queue, raising, rejecting, told

pytestmark = pytest.mark.usefixtures("office", "daytime")


@pytest.fixture
def client() -> Client:
    """A browser of 최팀장, who may decide."""
    browser = Client()
    browser.force_login(make_official("head", "head"))
    return browser


def _page() -> str:
    return reverse("admin:messaging_carrierstate_change", args=[CarrierState.objects.get(alias="main").pk])


def test_every_carrier_of_the_settings_is_listed_even_before_its_first_call(client: Client) -> None:
    CarrierState.objects.all().delete()

    shown = client.get(reverse("admin:messaging_carrierstate_changelist")).content.decode()

    assert "main" in shown
    assert "전송자격인증 없음" in shown


def test_the_page_shows_the_codes_of_today(client: Client) -> None:
    make_template()
    queue()
    told().next_calls = [rejecting("content", code="2104")]
    delivery.drain(seconds=2)

    shown = client.get(_page()).content.decode()

    assert "2104" in shown
    assert "정상" in shown


def test_a_carrier_is_paused_with_a_reason_and_resumed_and_both_are_written_down(client: Client) -> None:
    client.post(_page(), {"act": "pause", "reason": ""})
    assert CarrierState.objects.get(alias="main").paused_at is None

    client.post(_page(), {"act": "pause", "reason": "계약 변경"})
    shown = client.get(_page()).content.decode()
    client.post(_page(), {"act": "resume", "reason": "변경 끝"})

    assert "계약 변경" in shown
    assert CarrierState.objects.get(alias="main").paused_at is None
    reasons = AuditEntry.objects.filter(subject_kind="messaging.carrier").values_list("reason", flat=True)
    assert {"계약 변경", "변경 끝"} <= set(reasons)


def test_the_certificate_needs_its_number_and_its_expiry(client: Client) -> None:
    until = clock.day_in_korea(clock.now()) + timedelta(days=30)

    refused = client.post(_page(), {"act": "equip", "certificate_number": "KISA-9", "certificate_until": ""})
    client.post(_page(), {"act": "equip", "certificate_number": "KISA-9", "certificate_until": until, "daily_cap": 900})

    assert "함께 적어 주세요" in refused.content.decode()
    state = CarrierState.objects.get(alias="main")
    assert (state.certificate_number, state.certificate_until, state.daily_cap) == ("KISA-9", until, 900)


def test_without_the_role_the_page_has_no_switches_and_none_work() -> None:
    clerk = Client()
    clerk.force_login(make_official("clerk", "officer"))

    shown = clerk.get(_page()).content.decode()
    clerk.post(_page(), {"act": "pause", "reason": "궁금해서"})

    assert "멈추기" not in shown
    assert CarrierState.objects.get(alias="main").paused_at is None


def test_a_campaign_that_tries_its_first_legs_says_so_and_can_be_released(client: Client) -> None:
    make_template()
    rows = (outgoing(f"k{n}", topic="notices.notice", stream="campaign:a") for n in range(60))
    services.send_many(rows, by=None, now=clock.now())
    told().next_calls = [raising(OutcomeUnknown("reset"))]
    delivery.drain(seconds=2)
    stream = Stream.objects.get(name="campaign:a")
    page = reverse("admin:messaging_stream_change", args=[stream.pk])

    shown = client.get(page).content.decode()
    client.post(page, {"act": "release", "reason": "통신사와 확인함"})

    assert "먼저 보낸 50건" in shown
    stream.refresh_from_db()
    assert stream.released_at is not None
