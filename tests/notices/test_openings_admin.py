"""열람: what officials see of openings, and how they open a link again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices import opening_queries
from notices.models import Campaign, NoticeLink, Recipient
from notices.services.opening import record_opening
from portal.accounts.models import AuditEntry, User
from tests.notices.reading import Reader, delivered
from tests.notices.world import World


@pytest.fixture
def campaign(world: World) -> Campaign:
    return world.checking()


@pytest.fixture
def readers(world: World, campaign: Campaign) -> list[Reader]:
    return [delivered(campaign, world, at=at) for at in range(3)]


def page(client: Client, campaign: Campaign, *, by: User) -> Any:
    client.force_login(by)
    return client.get(reverse("admin:notices_campaign_openings", args=[campaign.pk]))


def test_unopened_people_are_listed_masked_and_the_look_is_audited(
    client: Client, world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    record_opening(readers[0].recipient, factor="reply", evidence="reply:1", now=world.now)

    text = page(client, campaign, by=world.drafter).content.decode()

    assert "미열람 2명" in text
    assert "박*다" in text
    assert "김*늘" not in text
    assert "김하늘" not in text
    assert set(AuditEntry.objects.latest("pk").subject_ids) == {readers[1].recipient.pk, readers[2].recipient.pk}


def test_another_department_sees_nothing(client: Client, world: World, campaign: Campaign) -> None:
    assert page(client, campaign, by=world.stranger).status_code in (403, 404)


def test_a_blocked_link_is_opened_again_with_a_reason(
    client: Client, world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    NoticeLink.objects.filter(notice=readers[1].notice).update(failed_count=10, blocked_at=world.now)
    link = readers[1].link
    assert "막힘" in page(client, campaign, by=world.drafter).content.decode()
    path = reverse("admin:notices_campaign_unlock", args=[campaign.pk, link.pk])

    client.post(path, {"reason": ""})
    assert readers[1].link.blocked_at is not None
    client.post(path, {"reason": "전화로 주소와 가족 이름을 확인"})

    opened = NoticeLink.objects.get(pk=link.pk)
    assert opened.blocked_at is None
    assert opened.failed_count == 0
    assert opened.unlocked_by == world.drafter
    assert AuditEntry.objects.filter(action="unlock_link", reason__startswith="전화로").count() == 1


def test_a_link_of_another_department_cannot_be_opened(
    client: Client, world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    NoticeLink.objects.filter(notice=readers[1].notice).update(blocked_at=world.now)
    client.force_login(world.stranger)

    client.post(reverse("admin:notices_campaign_unlock", args=[campaign.pk, readers[1].link.pk]), {"reason": "그냥"})

    assert readers[1].link.blocked_at is not None


def test_the_page_of_a_person_tells_her_openings(
    client: Client, world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    record_opening(readers[0].recipient, factor="reply", evidence="reply:1", now=world.now)
    client.force_login(world.drafter)

    answer = client.get(reverse("admin:notices_campaign_person", args=[campaign.pk, readers[0].recipient.pk]))

    assert "문자 회신" in answer.content.decode()
    assert "열 수 있음" in answer.content.decode()


def test_first_openings_are_counted_by_korean_hour_and_day(
    world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    record_opening(readers[0].recipient, factor="reply", evidence="reply:1", now=world.now)  # noon in Korea
    record_opening(readers[0].recipient, factor="reply", evidence="reply:2", now=world.now + timedelta(hours=1))
    record_opening(readers[1].recipient, factor="reply", evidence="reply:3", now=world.now + timedelta(hours=13))

    hours = [(row.at.strftime("%d %H"), row.count) for row in opening_queries.openings_by_hour(campaign)]
    days = [(row.at.day, row.count) for row in opening_queries.openings_by_day(campaign)]

    assert hours == [("03 12", 1), ("04 01", 1)]
    assert days == [(3, 1), (4, 1)]


def test_a_citizen_finds_what_was_sent_to_her_phone(world: World, campaign: Campaign, readers: list[Reader]) -> None:
    index = readers[0].recipient.phone_index
    citizen = User.objects.create(username="citizen", phone_index=index, date_joined=world.now - timedelta(days=365))
    nobody = User.objects.create(username="nobody")

    assert [one.pk for one in opening_queries.notices_of(citizen)] == [readers[0].recipient.pk]
    assert not opening_queries.notices_of(nobody).exists()
    User.objects.filter(pk=citizen.pk).update(date_joined=world.now + timedelta(days=365))
    citizen.refresh_from_db()
    assert not opening_queries.notices_of(citizen).exists()  # the number was somebody else's then
    assert [one.pk for one in opening_queries.notices_to_phone(readers[1].recipient.phone)] == [readers[1].recipient.pk]


def test_unopened_are_those_who_have_it_and_have_not_looked(
    world: World, campaign: Campaign, readers: list[Reader]
) -> None:
    record_opening(readers[0].recipient, factor="reply", evidence="reply:1", now=world.now)
    Recipient.objects.filter(pk=readers[1].recipient.pk).update(state="undelivered", bucket="paper")

    assert [one.pk for one in opening_queries.unopened_of(campaign)] == [readers[2].recipient.pk]
