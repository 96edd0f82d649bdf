"""What the database itself refuses, whoever asks."""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction

from notices import queries, services
from notices.models import Answer, Campaign, CampaignChange, Count, Notice, Recipient, RecipientChange
from tests.notices.world import HANEUL, SOL, World


def refused(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError:
        return True
    return False


def test_a_final_state_has_exactly_its_bucket(world: World) -> None:
    campaign = world.asking((HANEUL,))
    person = Recipient.objects.filter(campaign=campaign)

    assert refused(lambda: person.update(state="declined"))
    assert refused(lambda: person.update(bucket="paper"))
    assert refused(lambda: person.update(state="declined", bucket="electronic"))
    assert refused(lambda: person.update(state="invented", bucket=None))
    assert not refused(lambda: person.update(state="declined", bucket="paper"))


def test_nobody_is_sent_to_without_an_identified_consent(world: World) -> None:
    campaign = world.asking((HANEUL,))
    person = Recipient.objects.filter(campaign=campaign)

    assert refused(lambda: person.update(state="queued"))
    assert refused(lambda: person.update(state="verified", verified_at=world.now))
    assert not refused(lambda: person.update(state="verified", verified_at=world.now, identified_at=world.now))


def test_the_drafter_cannot_approve_her_own_campaign_even_in_the_database(world: World) -> None:
    campaign = Campaign.objects.filter(pk=world.ready().pk)

    assert refused(lambda: campaign.update(state="asking"))
    assert refused(
        lambda: campaign.update(state="asking", asks_approved_by=world.drafter, approved_manifest_sha256="1" * 64)
    )
    assert not refused(
        lambda: campaign.update(state="asking", asks_approved_by=world.sender, approved_manifest_sha256="1" * 64)
    )
    assert refused(lambda: campaign.update(sends_approved_by=world.drafter))


def test_one_citizen_has_one_proved_notice(world: World) -> None:
    campaign = world.checking((HANEUL,))
    proved = Notice.objects.get(recipient__campaign=campaign)

    def second() -> None:
        Notice.objects.create(
            recipient=proved.recipient, document=proved.document, pages=[9], first_page=9, state="proved"
        )

    assert refused(second)


def test_a_held_notice_says_why(world: World) -> None:
    notice = Notice.objects.filter(recipient__campaign=world.checking((HANEUL,)))

    assert refused(lambda: notice.update(state="held"))
    assert not refused(lambda: notice.update(state="held", reasons=["name_differs"]))


def test_history_cannot_be_edited(world: World) -> None:
    campaign = world.asking((HANEUL,))
    world.reply(HANEUL, "2")

    assert RecipientChange.objects.filter(recipient__campaign=campaign).exists()
    assert refused(lambda: RecipientChange.objects.update(note="x"))
    assert refused(lambda: RecipientChange.objects.all()._raw_delete("default"))
    assert refused(lambda: CampaignChange.objects.update(note="x"))
    assert refused(lambda: CampaignChange.objects.all()._raw_delete("default"))


def test_a_reply_counts_once_and_one_answer_stands(world: World) -> None:
    campaign = world.asking((HANEUL,))
    world.reply(HANEUL, "2")
    answer = Answer.objects.get(recipient=world.of(campaign, HANEUL))

    def copy() -> None:
        Answer.objects.create(
            recipient=answer.recipient,
            question=answer.question,
            source="reply",
            reply=answer.reply,
            label="consent",
            at=world.now,
        )

    assert refused(copy)


def test_counters_follow_every_change_of_rows(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "2")

    counted, rows = queries.counts_of(campaign), queries.recounted(campaign)

    assert {name: counted[name] for name in rows} == rows
    assert (counted["asked"], counted["replied"], counted["state:declined"]) == (3, 1, 1)


def test_counters_survive_being_added_up(world: World) -> None:
    campaign = world.asking()
    before = queries.counts_of(campaign)
    Count.objects.bulk_create(Count(campaign=campaign, metric="probe", delta=delta) for delta in [1, -1] * 150)

    services.run_campaigns(now=world.now)

    after = queries.counts_of(campaign)
    assert Count.objects.filter(campaign=campaign).count() < 40
    assert {name: count for name, count in before.items() if count} == after


def test_counters_forget_deleted_people(world: World) -> None:
    campaign = world.checking((HANEUL, SOL))

    Recipient.objects.filter(campaign=campaign).delete()

    assert not any(queries.counts_of(campaign).values())


def test_nothing_personal_stands_in_clear_in_the_tables(world: World) -> None:
    world.asking()
    world.reply(HANEUL, "동의 900101 김하늘입니다")
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_name like 'notices_%'")
        tables = [row[0] for row in cursor.fetchall()]
        dump = ""
        for table in tables:
            cursor.execute(f"select t::text from {table} as t")  # noqa: S608
            dump += "\n".join(row[0] for row in cursor.fetchall())

    for secret in ("김하늘", "1012345678", "900101", "1990-01-01"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
