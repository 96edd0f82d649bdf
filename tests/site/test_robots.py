"""Programs that look ahead only ever GET: whatever secret address they fetch, every row stays as it was."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from messaging.models import Message
from messaging.preference_links import token_for
from notices.models import Recipient
from portal.core.sealing import blind_phone
from portal.site.models import CalendarFeed
from tests.complaints.conftest import HANEUL, World
from tests.notices.world import World as Notices
from tests.site.test_mine import arrived, client, office, tell, user, world  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
# Who fetches how often is counted, and the machinery notes that it lives; neither is about anybody's secret.
COUNTED = ("accounts_ratebucket", "accounts_heartbeat", "django_session")
LOOKS: tuple[dict[str, str], ...] = ({}, {"user-agent": "kakaotalk-scrap/1.0"}, {"purpose": "prefetch"})


def rows() -> dict[str, str]:
    """Every table, as one fingerprint of all it holds."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        tables = [name for (name,) in cursor.fetchall() if name not in COUNTED]
        found = {}
        for table in tables:
            cursor.execute(f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture
def addresses(client: Client, world: World, office: Notices) -> list[str]:  # noqa: F811  (the fixtures above)
    """Every kind of secret address we send to somebody."""
    case = world.file(by=user())
    bill = arrived(office, world)
    line = Recipient.objects.get(bills=bill)
    message = tell(world, HANEUL, "preview")
    Message.objects.filter(pk=message.pk).update(status="delivered", delivered_at=world.now)
    client.post("/me/calendar/", {"act": "open"})
    bada = Recipient.objects.get(phone_index=blind_phone("+821087654321"))  # nobody has opened hers from a list
    return [
        f"/c/{case.token}/",
        client.post("/me/notices/", {"open": line.pk}).headers["Location"],
        f"/pay/{bill.token}/",
        f"/pay/{bada.bills.get().token}/",
        f"/alerts/{token_for(message.key)}/",
        f"/calendar/{CalendarFeed.objects.get().token}.ics",
    ]


def test_link_previews_leave_all_rows_unchanged(addresses: list[str], world: World) -> None:  # noqa: F811
    before = rows()

    with time_machine.travel(world.now + timedelta(hours=3), tick=False):
        for address in addresses:
            for headers in LOOKS:
                assert Client().get(address, headers=headers).status_code == 200, address
                assert Client().head(address, headers=headers).status_code == 200, address
                Client().get(f"{address}?act=stop&act=pay&done=stop", headers=headers)

    changed = [table for table, fingerprint in rows().items() if before[table] != fingerprint]
    assert changed == []


def test_no_search_engine_keeps_them_and_no_cache_between(addresses: list[str]) -> None:
    for address in addresses:
        answer = Client().get(address)

        assert "noindex" in answer.headers["X-Robots-Tag"], address
        assert "private" in answer.headers["Cache-Control"], address
        assert set(answer.cookies) <= {"csrf"}, address
