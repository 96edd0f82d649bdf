"""동별 응답: counts by 동 with small groups put together, and a vote's only when it is over."""

from notices.models import Campaign, Recipient
from notices.plans import PlannedOption, PlannedQuestion
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import BADA, HANEUL, World

ASKED = PlannedQuestion("어디가 좋습니까?", options=(PlannedOption(1, "도서관"), PlannedOption(2, "놀이터")))


def answered(office: World, kind: str) -> Campaign:
    campaign = office.asking(kind=kind, title="마을 사업", identity="none", questions=(ASKED,))
    for one in Recipient.objects.filter(campaign=campaign):
        one.address = "새빛구 가온동 1"
        one.save(update_fields=["address_sealed"])
    office.reply(HANEUL, "1")
    office.reply(BADA, "2")
    return campaign


def test_few_answers_of_one_dong_are_put_together(office: World) -> None:
    campaign = answered(office, "survey")
    client = signed_in(office.drafter)

    page = seen(client, at("areas", campaign.pk))

    assert at("areas", campaign.pk) in seen(client, at("tally", campaign.pk))
    assert "어디가 좋습니까?" in page
    assert "그 밖" in page
    assert "가온동" not in page


def test_a_vote_that_goes_on_shows_no_areas(office: World) -> None:
    campaign = answered(office, "vote")
    client = signed_in(office.drafter)

    answer = client.get(at("areas", campaign.pk), follow=True)

    assert "투표 결과는 마감한 뒤에" in answer.content.decode()
    assert at("areas", campaign.pk) not in seen(client, at("tally", campaign.pk))


def test_another_department_sees_no_areas(office: World) -> None:
    campaign = answered(office, "survey")

    assert signed_in(office.stranger).get(at("areas", campaign.pk)).status_code == 404
