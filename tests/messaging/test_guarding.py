"""A restored database: nothing leaves before an official looked, and nothing twice after that."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from messaging import delivery, guarding, reconciling, services
from messaging.carriers.base import Accepted
from messaging.models import Attempt, ClusterIdentity, Dispatch, Stream
from messaging.permissions import NotAllowed
from messaging.queries import database_clock
from portal.core import clock
from tests.messaging.making import age, leg_of, make_official, make_template, outgoing, phone_of, queue, status_of, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office", "daytime")]


@pytest.fixture(autouse=True)
def mark(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host of its own, whose marks are kept although a test's transaction never commits."""
    settings.STATE_DIR = tmp_path
    settings.MESSAGING_LEASE_SECONDS = 60
    monkeypatch.setattr("django.db.transaction.on_commit", lambda work, **_: work())
    return tmp_path / "messaging-mark.json"


def _send(key: str = "one") -> None:
    queue(key, to=phone_of(key))
    assert delivery.drain(seconds=2) == 1


def _go_back(mark: Path, by: int = 10) -> None:
    """As if the books were those of some events ago."""
    known = json.loads(mark.read_text("utf-8"))
    mark.write_text(json.dumps({**known, "events": known["events"] + by}), "utf-8")


def _is_open() -> bool:
    queue("probe", to=phone_of("probe"))
    return delivery.drain(seconds=1) > 0


def test_the_first_claim_gives_the_database_its_identity(mark: Path) -> None:
    make_template()

    _send()

    identity = ClusterIdentity.objects.get()
    assert identity.fingerprint.count("/") == 2
    known = guarding.read_mark()
    assert known is not None
    assert known.identity == str(identity.pk)


def test_books_that_went_back_stop_everything_and_say_so(mark: Path) -> None:
    make_template()
    _send()
    _go_back(mark)

    assert not _is_open()

    assert Stream.objects.filter(paused_at=None).count() == 0
    assert {stream.pause_reason for stream in Stream.objects.all()} == {guarding.RESTORED}


def test_what_another_process_sends_while_this_one_looks_is_no_alarm(
    mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_template()
    _send()
    look = guarding._present

    def look_while_another_sends() -> object:
        seen = look()
        _go_back(mark)  # the other's mark is past what was seen here
        return seen

    monkeypatch.setattr(guarding, "_present", look_while_another_sends)

    guarding.refuse_restored()


def test_a_stream_that_is_new_since_then_sends_nothing_either(mark: Path) -> None:
    make_template()
    _send()
    _go_back(mark)
    delivery.drain(seconds=1)

    queue("new", stream="fresh")

    assert delivery.drain(seconds=1) == 0


def test_another_cluster_is_noticed_without_the_file(mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_template()
    _send()
    mark.unlink()
    monkeypatch.setattr(guarding, "_FINGERPRINT", "'another/1/5'")

    assert not _is_open()


def test_where_the_identity_may_not_be_read_the_file_alone_watches(mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_may_read_identity", lambda user: False)
    make_template()
    _send()
    assert ClusterIdentity.objects.get().fingerprint == ""
    _send("two")
    _go_back(mark)

    assert not _is_open()


@pytest.mark.parametrize("content", [None, "", "{", '{"identity": 1}'])
def test_a_lost_or_broken_file_stops_nothing(mark: Path, content: str | None) -> None:
    make_template()
    _send()
    if content is None:
        mark.unlink()
    else:
        mark.write_text(content, "utf-8")

    assert _is_open()


def test_a_full_disk_stops_nothing(mark: Path, settings: Settings) -> None:
    mark.parent.joinpath("a file").touch()
    settings.STATE_DIR = mark.parent / "a file" / "no folder"
    make_template()

    _send()


def test_the_mark_only_rises(mark: Path) -> None:
    make_template()
    _send()
    known = guarding.read_mark()
    assert known is not None

    guarding._keep(guarding.Mark(known.identity, known.events - 1, known.at))

    assert guarding.read_mark() == known


def test_after_the_acknowledgement_carriers_are_asked_and_nobody_gets_it_twice(mark: Path) -> None:
    make_template()
    _send("before")
    rows = [outgoing("left"), outgoing("waits")]
    services.send_many(rows, by=None, now=clock.now() - timedelta(minutes=2))
    left, waits = (Attempt.objects.get(message__key=key) for key in ("left", "waits"))
    told().known[left.pk] = Accepted("ref-left")
    told().capabilities = told().capabilities.__class__(
        **{name: getattr(told().capabilities, name) for name in told().capabilities.__slots__ if name != "knows_legs"},
        knows_legs=True,
    )
    _go_back(mark)
    assert delivery.drain(seconds=1) == 0
    by = make_official("official", "sender")

    since = clock.now() - timedelta(minutes=5)
    count = services.acknowledge_restore(since=since, reason="백업 복원", by=by, now=clock.now())
    for _ in range(3):
        age(Dispatch.objects.filter(status="unknown"), timedelta(minutes=2))
        reconciling.reconcile()
    delivery.drain(seconds=2)

    left.refresh_from_db()
    waits.refresh_from_db()
    assert count == 2
    assert (left.status, left.vendor_ref) == ("accepted", "ref-left")
    assert waits.status == "accepted"
    assert [leg.id for leg in told().taken][1:] == [waits.pk]
    assert _is_open()


def test_what_no_carrier_can_tell_waits_for_a_person(mark: Path) -> None:
    make_template()
    _send("before")
    message = queue("perhaps", to=phone_of("perhaps"))
    _go_back(mark)
    delivery.drain(seconds=1)
    by = make_official("official", "sender")

    services.acknowledge_restore(since=database_clock(), reason="백업 복원", by=by, now=clock.now())
    age(Dispatch.objects.filter(status="unknown"), timedelta(seconds=2))
    reconciling.reconcile()

    assert status_of(message) == "unresolved"
    assert len(told().taken) == 1
    assert _is_open()


def test_another_host_with_an_old_mark_goes_on_after_the_acknowledgement(mark: Path) -> None:
    make_template()
    _send()
    _go_back(mark)
    elsewhere = mark.read_text("utf-8")
    delivery.drain(seconds=1)
    by = make_official("official", "sender")
    services.acknowledge_restore(since=clock.now(), reason="백업 복원", by=by, now=clock.now())

    mark.write_text(elsewhere, "utf-8")

    assert _is_open()


def test_the_acknowledgement_needs_a_role_a_reason_and_an_occasion(mark: Path) -> None:
    make_template()
    _send()
    by = make_official("official", "sender")
    with pytest.raises(services.NotRestored):
        services.acknowledge_restore(since=clock.now(), reason="그냥", by=by, now=clock.now())
    _go_back(mark)
    with pytest.raises(services.ReasonMissing):
        services.acknowledge_restore(since=clock.now(), reason=" ", by=by, now=clock.now())
    with pytest.raises(NotAllowed):
        services.acknowledge_restore(
            since=clock.now(), reason="확인", by=make_official("clerk", "officer"), now=clock.now()
        )


def test_the_command_names_who_answers_for_it(mark: Path) -> None:
    make_template()
    _send()
    message = queue("perhaps", to=phone_of("perhaps"))
    _go_back(mark)
    delivery.drain(seconds=1)
    make_official("official", "sender")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("reconcile_messages", "--since", "2026-11-22T03:00")

    asked = ["--since", "2026-11-22T03:00", "--by", "official", "--reason", "새벽 복원"]
    call_command("reconcile_messages", *asked, stdout=out)

    assert "물어볼 것 1건" in out.getvalue()
    assert ClusterIdentity.objects.order_by("-seen_at")[0].reason == "새벽 복원"
    assert leg_of(message).status in ("unknown", "unresolved")


def test_without_a_restore_the_command_only_reconciles() -> None:
    out = io.StringIO()

    call_command("reconcile_messages", stdout=out)

    assert "담당자 확인 필요 0건" in out.getvalue()
