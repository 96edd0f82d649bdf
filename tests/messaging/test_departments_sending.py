"""Whose streams, costs, keys and old rows officials see, and how the lists are found."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from messaging import services
from messaging.models import (
    ApiKey,
    Budget,
    LedgerCount,
    Message,
    Reply,
    Scope,
    Stream,
)
from messaging.scope_queries import DEPARTMENT_OF, of_office
from messaging.services import keys
from portal.accounts.models import Official, User
from portal.core import clock
from tests.messaging.departments import House, hear, house, list_of, page_of, read, said
from tests.messaging.making import make_template, outgoing, queue

pytestmark = pytest.mark.usefixtures("office", "daytime")
__all__ = ["house", "said"]


def test_only_the_own_campaign_s_stream_is_seen_and_stopped(house: House) -> None:
    make_template()
    services.send_many([outgoing("k", stream="campaign:2611-01")], by=None, department=house.roads, now=clock.now())
    queue("topic", department=house.roads)
    own, shared = Stream.objects.get(name="campaign:2611-01"), Stream.objects.get(name="portal.test")
    stop = {"act": "pause", "reason": "실수"}

    assert own.department == house.roads
    assert shared.department is None
    for who, stream, status in (
        ("roads", own, 302), ("parks", own, 404), ("roads", shared, 404), ("admin", shared, 302),
    ):  # fmt: skip
        browser = house.browser(who)
        assert browser.post(page_of("stream", stream.pk), stop).status_code == status
        live = browser.get(reverse("admin:messaging_stream_live", args=[stream.pk]))
        assert live.status_code == (200 if status == 302 else 404)
    assert "2611-01" not in read(house, "parks", list_of("stream"))
    assert "2611-01" in read(house, "roads", list_of("stream"))


def test_a_stream_that_was_stopped_before_it_began_still_finds_its_department(house: House) -> None:
    make_template()
    services.pause(stream="campaign:2611-02", reason="잠시", by=None, now=clock.now())

    services.send_many([outgoing("k", stream="campaign:2611-02")], by=None, department=house.parks, now=clock.now())

    assert Stream.objects.get(name="campaign:2611-02").department == house.parks


def test_costs_budgets_and_keys_are_the_department_s(house: House) -> None:
    month = clock.day_in_korea(clock.now()).replace(day=1)
    for department in (house.roads, house.parks, None):
        LedgerCount.objects.create(
            month=month, department=department, carrier="main", channel="sms", topic="t", leg_count=7, won=70
        )
    for department in (house.roads, house.parks):
        Budget.objects.create(department=department, daily_won=1000)
        keys.issue_key(
            name=f"{department.name} 시스템", department=department, mode=ApiKey.Mode.TEST, scopes=[Scope.READ],
            per_minute=60, by=house.people["admin"], now=clock.now(),
        )  # fmt: skip

    for name in ("ledgercount", "budget", "apikey"):
        table = read(house, "roads", list_of(name)).split("<main")[-1]
        assert "도로과" in table, name
        assert "공원녹지과" not in _without_choices(table), name
        assert "공원녹지과" in read(house, "admin", list_of(name)), name
    sheet = read(house, "roads", list_of("ledgercount") + "?as=csv")
    assert "공원녹지과" not in sheet
    assert "공통" not in sheet
    foreign = ApiKey.objects.get(department=house.parks)
    assert house.browser("roads").get(page_of("apikey", foreign.pk)).status_code == 404


def _without_choices(html: str) -> str:
    """The filter beside a list names every department there is."""
    return html.split('id="changelist-filter"', maxsplit=1)[0]


def test_what_is_no_department_s_is_the_administrators_alone(house: House) -> None:
    for name in ("receipt", "hookreject", "invoice"):
        assert house.browser("roads").get(list_of(name)).status_code == 403
        assert house.browser("examiner").get(list_of(name)).status_code == 403
        assert house.browser("admin").get(list_of(name)).status_code == 200


def test_who_left_the_office_or_has_none_sees_nothing(house: House, said: dict[str, Message]) -> None:
    gone = house.people["roads"]
    Official.objects.filter(user=gone).update(is_active=False)
    nobody = User.objects.create(username="nobody", is_staff=True)
    nobody.groups.set(Group.objects.filter(name="head"))

    for user in (User.objects.get(pk=gone.pk), nobody):
        assert not of_office(Message.objects.all(), user).exists()
        assert not of_office(Reply.objects.all(), user).exists()


@pytest.fixture
def crowd(house: House) -> Callable[[int], None]:
    """More messages of 도로과."""
    make_template()

    def more(count: int) -> None:
        start = Message.objects.count()
        rows = [outgoing(f"crowd{number}") for number in range(start, start + count)]
        services.send_many(rows, by=None, department=house.roads, now=clock.now())

    return more


def test_the_list_takes_the_same_queries_however_long_it_is(
    house: House, crowd: Callable[[int], None], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = house.browser("roads")
    crowd(3)
    browser.get(list_of("message"))
    with CaptureQueriesContext(connection) as few:
        browser.get(list_of("message"))
    crowd(40)

    with django_assert_num_queries(len(few)):
        browser.get(list_of("message"))

    assert len(few) <= 12, [one["sql"][:90] for one in few]


def test_the_newest_of_a_department_are_found_along_an_index(house: House, crowd: Callable[[int], None]) -> None:
    crowd(2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = of_office(Message.objects.all(), house.people["parks"]).order_by("-pk")[:51].explain()

    assert "message_of_department" in plan
    assert "Sort" not in plan


def test_what_was_stored_before_finds_its_department(house: House, said: dict[str, Message]) -> None:
    services.send_many([outgoing("c", stream="campaign:26-1")], by=None, department=house.roads, now=clock.now())
    acknowledged = queue("ack", reference="26-1", to="01033332222")
    answer = hear("네", "a")
    Stream.objects.update(department=None)
    Reply.objects.update(department=None)
    migration = import_module("messaging.migrations.0003_departments_as_known").Migration

    with connection.cursor() as cursor:
        for operation in migration.operations:
            cursor.execute(operation.sql)

    answer.refresh_from_db()
    acknowledged.refresh_from_db()
    assert Stream.objects.get(name="campaign:26-1").department == house.roads
    assert Stream.objects.get(name="portal.test").department is None
    assert acknowledged.department == house.roads
    assert answer.department == house.roads


def test_every_officials_table_of_the_room_that_knows_its_department_is_narrowed() -> None:
    """A model with a department that nobody narrowed would be read by everybody."""
    owned = {model for model in apps.get_app_config("messaging").get_models() if "department" in _columns(model)}
    unseen = {"BudgetDay", "OfficeReply"}  # no page shows them

    assert {model.__name__ for model in owned - set(DEPARTMENT_OF)} == unseen


def _columns(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}
