"""A notice through a certified relay: handed over once, whatever is lost, and every fact counted in any order."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from messaging.carriers.base import HookRefused, HookRequest
from messaging.simulator.signing import signature
from notices import balancing, services
from notices.balance_queries import all_facts_of
from notices.models import Campaign, Opening, Recipient, RelayDelivery, RelayEvent
from notices.models.openings import ReadingFile
from notices.relay.identity import KEPT_AS, ci_hmac, without_ci
from notices.services import closing, relaying, showing
from tests.notices.billed import say
from tests.notices.other_ends import HOOK_SECRET, OtherEnd, running
from tests.notices.payers import together
from tests.notices.world import BADA, HANEUL, SOL, Person, World, accept_sample

S = RelayDelivery.State
R = Recipient.State
PDF = b"%PDF-1.4 her own pages"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherEnd]:
    with running("relays", tmp_path_factory.mktemp("relay") / "relay.jsonl") as end:
        yield end


@pytest.fixture
def relay(process: OtherEnd, settings: Settings) -> OtherEnd:
    process.faults()
    settings.NOTICES_RELAY = {"wallet": process.entry}
    settings.NOTICES_CI_KEY = b"k" * 32
    return process


@pytest.fixture
def campaign(world: World) -> Campaign:
    """김하늘 and 박바다 have a CI, 최솔 has none; their notices are about to leave."""
    made = world.checking()
    for person in (HANEUL, BADA):
        say(world.of(made, person), without_ci({"연계정보(CI)": f"ci of {person[0]}"}))
    for one in Recipient.objects.filter(campaign=made):
        notice = one.notices.get()
        files = [showing._New("document", 1, PDF), showing._New("words", 1, b"[]")]
        for file in files:
            showing._keep(notice, [file], now=world.now)
        moment = {"asked_at": world.now, "identified_at": world.now, "verified_at": world.now}
        Recipient.objects.filter(pk=one.pk).update(state=R.QUEUED, ground="reply", **moment)
    return made


def submit(world: World, campaign: Campaign) -> relaying.RelayQueued:
    people = list(Recipient.objects.filter(campaign=campaign).order_by("pk"))
    return relaying.submit_notices(campaign, people, now=datetime.now(UTC))


def work(*, due: bool = False) -> int:
    """One round of the worker; `due` lets the next turn of everything come."""
    if due:
        RelayDelivery.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    return relaying.work_relay(now=datetime.now(UTC), seconds=60)


def of(world: World, campaign: Campaign, person: Person = HANEUL) -> RelayDelivery:
    return RelayDelivery.objects.get(notice__recipient=world.of(campaign, person))


def press(relay: OtherEnd, delivery: RelayDelivery, act: str) -> None:
    ci = relaying.ci_of(delivery.notice.recipient)[:16]
    assert relay.press(f"/wallets/{ci}/{delivery.relay_ref}", act).status_code == 303


def tell(delivery: RelayDelivery, *kinds: str, secret: str = HOOK_SECRET, at: datetime | None = None) -> list[str]:
    moment = (at or datetime.now(UTC)).isoformat()
    ref = delivery.relay_ref or "R1"
    rows = [
        {"event": f"{ref}-{kind}", "key": str(delivery.key), "ref": ref, "kind": kind, "at": moment} for kind in kinds
    ]
    body = json.dumps({"events": rows}).encode()
    headers = {"x-signature": signature(body, secret=secret, at=int(time.time()))}
    now = datetime.now(UTC)
    return relaying.record_relay_events(alias="wallet", call=HookRequest(headers, body, now), now=now)


def test_who_has_a_ci_is_handed_over_and_the_others_take_the_next_step(
    relay: OtherEnd, world: World, campaign: Campaign
) -> None:
    queued = submit(world, campaign)

    assert set(queued.queued) == {world.of(campaign, HANEUL).pk, world.of(campaign, BADA).pk}
    assert queued.unreachable == (world.of(campaign, SOL).pk,)
    assert work() == 2
    delivery = of(world, campaign)
    assert delivery.state == S.ACCEPTED
    assert delivery.document_sha256 == hashlib.sha256(PDF).hexdigest()


def test_each_document_reaches_the_wallet_of_its_owner(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()

    taken = {one["key"]: one["ci_hmac"] for one in relay.truth("taken")}
    for person in (HANEUL, BADA):
        assert taken[str(of(world, campaign, person).key)] == ci_hmac(f"ci of {person[0]}")


def test_the_ci_itself_is_kept_nowhere(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    kept = json.loads(world.of(campaign, HANEUL).extra_text)

    assert list(kept) == [KEPT_AS]
    assert "ci of" not in json.dumps(kept)


def test_without_a_key_a_ci_is_left_out(settings: Settings) -> None:
    settings.NOTICES_CI_KEY = b""

    assert without_ci({"연계정보": "abc", "금액": "1"}) == {"금액": "1"}


def test_queueing_twice_is_one_delivery(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    first, second = submit(world, campaign), submit(world, campaign)

    assert first.queued == second.queued
    assert RelayDelivery.objects.count() == 2


def test_without_a_relay_everybody_takes_the_next_step(world: World, campaign: Campaign, settings: Settings) -> None:
    settings.NOTICES_RELAY = {}

    assert submit(world, campaign).queued == ()
    assert relaying.work_relay(now=world.now) == 0


def test_arrival_and_reading_become_facts_about_the_citizen(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    assert world.state(campaign, HANEUL) == R.SENT
    delivery = of(world, campaign)

    tell(delivery, "arrived")
    assert world.state(campaign, HANEUL) == R.DELIVERED
    tell(delivery, "opened")

    person = world.of(campaign, HANEUL)
    assert (person.state, person.bucket) == (R.OPENED, "electronic")
    assert Opening.objects.get(notice__recipient=person).factor == "relay"


def test_a_reading_told_before_the_arrival_is_a_reading(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    delivery = of(world, campaign)

    tell(delivery, "opened")
    tell(delivery, "arrived")

    delivery.refresh_from_db()
    assert delivery.state == S.OPENED
    assert delivery.arrived_at is not None
    assert world.state(campaign, HANEUL) == R.OPENED


def test_duplicate_news_counts_once(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    delivery = of(world, campaign)

    keys = [tell(delivery, "arrived", "opened") for _ in range(3)]

    assert keys[0] == keys[1] == keys[2], "acknowledged every time, or it comes for ever"
    assert RelayEvent.objects.count() == 2
    assert Opening.objects.count() == 1


def test_an_end_told_late_undoes_no_reading(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    delivery = of(world, campaign)

    tell(delivery, "arrived", "opened")
    tell(delivery, "expired")

    delivery.refresh_from_db()
    assert delivery.state == S.OPENED


def test_a_reading_told_after_the_end_is_a_reading(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    delivery = of(world, campaign)

    tell(delivery, "arrived", "expired")
    tell(delivery, "opened")

    assert world.state(campaign, HANEUL) == R.OPENED


def test_forged_news_is_refused(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()

    with pytest.raises(HookRefused):
        tell(of(world, campaign), "opened", secret="somebody else's")

    assert not Opening.objects.exists()


def test_news_of_a_delivery_nobody_knows_is_kept(relay: OtherEnd, world: World) -> None:
    tell(RelayDelivery(relay_ref="R99999999"), "arrived")

    assert RelayEvent.objects.get().delivery is None


def test_a_person_without_a_wallet_takes_the_next_step(
    relay: OtherEnd, world: World, campaign: Campaign, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("known")
    people = folder / "people.txt"
    people.write_text(relaying.ci_of(world.of(campaign, BADA)))
    with running("relays", folder / "log.jsonl", "--people", str(people)) as strict:
        settings.NOTICES_RELAY = {"wallet": strict.entry}
        submit(world, campaign)
        work()

        delivery = of(world, campaign, HANEUL)
        assert (delivery.state, delivery.reason) == (S.REJECTED, "unknown_ci")
        assert world.state(campaign, HANEUL) == R.UNDELIVERED
        assert of(world, campaign, BADA).state == S.ACCEPTED
        assert world.of(campaign, HANEUL).pk in submit(world, campaign).unreachable


# --- nobody answered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["hang_after", "reset_after", "error_after", "garbage"])
def test_an_answer_that_was_lost_is_asked_about_never_handed_over_again(
    relay: OtherEnd, world: World, campaign: Campaign, fault: str
) -> None:
    relay.faults({"fault": fault, "path": "/deliveries"})
    submit(world, campaign)
    work()
    assert of(world, campaign).state == S.UNKNOWN
    relay.faults()
    before = len(relay.truth("taken"))

    work(due=True)

    assert of(world, campaign).state == S.ARRIVED
    assert len(relay.truth("taken")) == before, "asked, not sent"


def test_what_never_left_waits_for_its_turn(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    relay.faults({"fault": "rate_limit", "path": "/deliveries"})
    submit(world, campaign)
    work()
    assert of(world, campaign).state == S.QUEUED
    relay.faults()

    work(due=True)

    assert of(world, campaign).state == S.ACCEPTED


def test_a_delivery_the_relay_never_saw_is_believed_the_second_time_and_goes_under_its_key(
    relay: OtherEnd, world: World, campaign: Campaign
) -> None:
    relay.faults({"fault": "reset_before", "path": "/deliveries"})
    submit(world, campaign)
    work()
    key = of(world, campaign).key
    relay.faults()
    states = []
    for _ in range(2):
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        RelayDelivery.objects.filter(state=S.UNKNOWN).update(submitted_at=long_ago)
        RelayDelivery.objects.filter(key=key).update(due_at=long_ago)
        RelayDelivery.objects.exclude(key=key).update(due_at=datetime.now(UTC) + timedelta(hours=1))
        work()
        states.append(of(world, campaign).state)

    assert states == [S.UNKNOWN, S.ACCEPTED]
    assert [one["key"] for one in relay.truth("taken")].count(str(key)) == 1


def test_a_worker_killed_between_the_yes_and_the_commit_is_asked_about(
    relay: OtherEnd, world: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    submit(world, campaign)
    monkeypatch.setattr(relaying, "_record", die)
    with pytest.raises(Killed):
        work()
    monkeypatch.undo()
    dead = RelayDelivery.objects.get(state=S.SUBMITTING)
    assert work() == 1, "the other one; the dead worker's still has its lease"

    work(due=True)

    dead.refresh_from_db()
    assert dead.state == S.ARRIVED
    assert [one["key"] for one in relay.truth("taken")].count(str(dead.key)) == 1


def test_news_that_got_lost_is_asked_for(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    relay.faults({"fault": "receipt_unknown"})
    submit(world, campaign)
    work()
    delivery = of(world, campaign)
    press(relay, delivery, "open")

    work(due=True)

    assert world.state(campaign, HANEUL) == R.OPENED


def test_what_nobody_opened_in_time_ends(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    RelayDelivery.objects.update(opens_until=datetime.now(UTC) - timedelta(days=2))

    work(due=True)

    assert of(world, campaign).state == S.EXPIRED
    assert world.state(campaign, HANEUL) == R.DELIVERED


def test_the_certificate_is_kept_sealed(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    work()
    delivery = of(world, campaign)
    press(relay, delivery, "open")
    work(due=True)

    work(due=True)

    delivery.refresh_from_db()
    assert delivery.certificate.startswith(b"%PDF-")
    assert b"%PDF-" not in bytes(delivery.certificate_sealed)
    assert delivery.document_sha256.encode() in delivery.certificate
    work(due=True)
    assert RelayDelivery.objects.get(pk=delivery.pk).tried_count == delivery.tried_count, "there is nothing left to do"


# --- what may happen meanwhile ----------------------------------------------------------------------------------------


def test_a_paused_campaign_hands_nothing_over(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    Campaign.objects.filter(pk=campaign.pk).update(paused_at=world.now, pause_reason="확인")

    assert work() == 0


def test_who_was_taken_out_meanwhile_gets_nothing(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    before = len(relay.truth("taken"))
    closing.cancel(campaign, reason="잘못된 자료", by=world.drafter, now=world.now)

    work()

    assert len(relay.truth("taken")) == before
    assert set(RelayDelivery.objects.values_list("state", "reason")) == {(S.REJECTED, "not_wanted")}


def test_a_document_that_is_not_provably_hers_stays_here(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)
    before = len(relay.truth("taken"))
    ReadingFile.objects.filter(kind="document").update(sha256="0" * 64)

    work()

    assert len(relay.truth("taken")) == before
    assert set(RelayDelivery.objects.values_list("reason", flat=True)) == {"no_document"}


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_hand_over_each_document_once(relay: OtherEnd, world: World, campaign: Campaign) -> None:
    submit(world, campaign)

    done = together(*[work] * 3)
    connection.close()

    assert sum(int(str(one)) for one in done) == 2
    keys = [one["key"] for one in relay.truth("taken")]
    assert all(keys.count(str(one.key)) == 1 for one in RelayDelivery.objects.all())


def by_relay(world: World) -> Campaign:
    """최솔 and 박바다 have no telephone; only 최솔 is known to the relay."""
    made = world.checking(
        (HANEUL, BADA, SOL), consent="none", legal_basis="지방세기본법 제30조", ladder="legal", samples=False
    )
    for person in (SOL, HANEUL):
        say(world.of(made, person), without_ci({"연계정보(CI)": f"ci of {person[0]}"}))
    no_phone = Recipient.objects.filter(pk__in=[world.of(made, SOL).pk, world.of(made, BADA).pk])
    no_phone.update(state=R.NO_MOBILE, bucket="paper", reason="phone_empty", phone_index=None, phone_sealed=b"")
    accept_sample(made, by=world.drafter, now=world.now)
    services.settle_checking(made, by=world.drafter, now=world.now)
    return made


def test_who_has_no_telephone_but_a_ci_gets_hers_through_the_relay(relay: OtherEnd, world: World) -> None:
    made = by_relay(world)
    assert (world.state(made, SOL), world.state(made, BADA)) == ("addressable", "no_mobile")

    world.launch(made)
    world.run(made)

    waiting = RelayDelivery.objects.values_list("notice__recipient", flat=True)
    assert set(waiting) == {world.of(made, SOL).pk, world.of(made, HANEUL).pk}
    assert world.of(made, BADA).bucket == "paper"
    assert not balancing.broken(balancing.identities(all_facts_of(made)))


def test_checked_again_she_has_no_telephone_again(relay: OtherEnd, world: World) -> None:
    made = by_relay(world)

    services.reopen_checking(made, by=world.drafter, now=world.now)

    sol = world.of(made, SOL)
    assert (sol.state, sol.bucket, sol.reason) == ("no_mobile", "paper", "phone_empty")


def test_where_consent_is_asked_nobody_without_a_telephone_is_reached(relay: OtherEnd, world: World) -> None:
    made = world.checking(ladder="legal", samples=False)
    say(world.of(made, SOL), without_ci({"연계정보(CI)": "ci"}))
    people = Recipient.objects.filter(pk=world.of(made, SOL).pk)
    people.update(state=R.NO_MOBILE, bucket="paper", reason="phone_empty", phone_index=None, phone_sealed=b"")
    accept_sample(made, by=world.drafter, now=world.now)

    services.settle_checking(made, by=world.drafter, now=world.now)

    assert world.state(made, SOL) == "no_mobile"
