"""The audit book, rate limits and campaign keys."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from portal.accounts import queries, services
from portal.accounts.models import AuditEntry, DataKey, User

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def look(user: User | None = None, ids: tuple[int, ...] = (1,)) -> None:
    services.record_access(
        actor=user,
        action="view",
        subject_kind="complaint",
        subject_ids=ids,
        task="complaints:case",
        address="10.0.0.1",
        now=NOW,
    )


def test_entries_are_numbered_without_gaps_and_chained() -> None:
    for number in range(3):
        look(ids=(number,))

    assert list(AuditEntry.objects.order_by("id").values_list("id", flat=True)) == [1, 2, 3]
    assert queries.first_broken_audit_entry() is None


@pytest.mark.parametrize(
    "statement", ["update accounts_auditentry set reason = 'x'", "delete from accounts_auditentry"]
)
def test_the_database_refuses_to_change_the_book(statement: str) -> None:
    look()

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update accounts_auditentry set reason = 'nothing' where id = 2", 2),
        ("delete from accounts_auditentry where id = 2", 3),
        ("update accounts_auditentry set at = at - interval '1 day' where id = 1", 1),
    ],
)
def test_the_verifier_names_what_the_owner_of_the_database_changed(statement: str, broken: int) -> None:
    for _ in range(3):
        look()

    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement)

    assert queries.first_broken_audit_entry() == broken


def test_the_chain_verifies_in_any_time_zone() -> None:
    look()

    with connection.cursor() as cursor:
        cursor.execute("set local time zone 'America/New_York'")

    assert queries.first_broken_audit_entry() is None


def test_a_limit_lets_so_many_through_and_refills() -> None:
    def attempt(at: datetime) -> bool:
        return services.take_token(key="track:10.0.0.1", capacity=5, per_seconds=900, now=at)

    assert [attempt(NOW) for _ in range(6)] == [True] * 5 + [False]
    assert attempt(NOW + timedelta(seconds=179)) is False
    assert attempt(NOW + timedelta(seconds=181)) is True
    assert attempt(NOW + timedelta(seconds=181)) is False


def test_a_campaign_key_stays_the_same_until_it_is_destroyed() -> None:
    first = services.data_key(purpose="campaign", object_ref="1", now=NOW)

    assert len(first) == 32
    assert services.data_key(purpose="campaign", object_ref="1", now=NOW) == first
    assert services.data_key(purpose="campaign", object_ref="2", now=NOW) != first
    services.destroy_data_key(purpose="campaign", object_ref="1", now=NOW)
    services.destroy_data_key(purpose="campaign", object_ref="1", now=NOW)
    with pytest.raises(services.KeyDestroyed):
        services.data_key(purpose="campaign", object_ref="1", now=NOW)
    assert DataKey.objects.get(object_ref="1").wrapped is None
