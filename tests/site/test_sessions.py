"""How long a session lives, for whom."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from portal.accounts.models import User

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def official() -> Client:
    user = User.objects.create_user("lee", password="long enough for a test", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    return client


def opens(client: Client, **headers: str) -> bool:
    return client.get("/admin/accounts/department/", headers=headers).status_code == 200


def test_an_officials_session_ends_after_a_pause(official: Client) -> None:
    idle = timedelta(minutes=settings.OFFICIAL_IDLE_MINUTES)
    with time_machine.travel(NOW, tick=False) as clock:
        assert opens(official)
        clock.shift(idle - timedelta(minutes=1))
        assert opens(official)
        clock.shift(idle - timedelta(minutes=1))
        assert opens(official)

        clock.shift(idle + timedelta(minutes=1))

        assert not opens(official)


def test_a_page_that_refreshes_itself_is_no_sign_of_life(official: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert opens(official)
        for _ in range(settings.OFFICIAL_IDLE_MINUTES):
            clock.shift(timedelta(minutes=1))
            opens(official, **{"X-Requested-With": "live"})

        clock.shift(timedelta(minutes=1))

        assert not opens(official)


def test_a_citizens_device_is_remembered_for_months() -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.post("/chat/turns/", {"text": "여권", "request_key": uuid4()})
        clock.shift(timedelta(days=60))

        assert "여권" in client.get("/chat/").content.decode()
