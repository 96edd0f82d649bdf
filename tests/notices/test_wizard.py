"""The steps of the wizard follow the kind, say what they wait for, and what an official should do next."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from messaging import services as messaging
from messaging.models import OptOut
from notices import charts, exclusion_queries, queries, services, wizard
from notices.models import Campaign
from notices.plans import PlannedOption, PlannedQuestion
from portal.core.clock import now as real_now
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import BADA, HANEUL, SOL, World

YES_NO = (PlannedQuestion("좋았습니까?", options=(PlannedOption(1, "예"), PlannedOption(2, "아니요"))),)


def steps(campaign: Campaign, **have: bool) -> dict[str, wizard.Step]:
    found = wizard.steps_of(campaign, **{"has_people": False, "has_document": False, **have})
    return {one.name: one for one in found}


def test_every_kind_has_its_own_steps() -> None:
    survey = Campaign(kind="survey", state="draft", has_paper=False)
    notice = Campaign(kind="notice", state="draft", has_paper=True)

    assert list(steps(survey)) == ["plan", "roster", "exclusions", "wording", "approval", "tally", "balance"]
    assert {"files", "review", "openings", "paper"} <= set(steps(notice))


def test_a_step_is_done_due_or_says_what_it_waits_for() -> None:
    notice = Campaign(kind="notice", state="checking", has_paper=True)

    found = steps(notice, has_people=True, has_document=True)

    assert [found[name].progress for name in ("plan", "roster", "files", "review")] == ["done", "done", "done", "now"]
    assert found["approval"].waits_for
    assert not found["tally"].is_open


@pytest.mark.parametrize("state", Campaign.State.values)
@pytest.mark.parametrize("kind", Campaign.Kind.values)
def test_no_state_of_any_kind_is_without_steps_and_a_page_to_be_on(kind: str, state: str) -> None:
    campaign = Campaign(kind=kind, state=state, asks_until=real_now() + timedelta(days=1))

    assert steps(campaign)
    assert wizard.home_of(campaign)
    assert wizard.next_of(campaign, {}).words


def test_what_was_acknowledged_in_words_can_be_posted_and_closed(office: World) -> None:
    campaign = office.asking(
        (HANEUL, BADA), kind="acknowledge", title="예비군 편성", words="3중대에 편성되었습니다.", identity="none"
    )
    office.run(campaign)
    office.arrive(campaign)
    office.tick(hours=1)
    services.close_asking(campaign, by=office.drafter, now=office.now, reason="모두 알림")
    campaign.refresh_from_db()
    assert steps(campaign, has_people=True)["paper"].is_open
    assert wizard.next_of(campaign, queries.counts_of(campaign)).can_list

    batch = services.export_paper(campaign, reason="우체국 접수", by=office.sender, now=office.now)
    services.approve_paper(batch, by=office.drafter, now=office.now)
    services.close(campaign, by=office.drafter, now=office.now)

    assert (batch.row_count, Campaign.objects.get(pk=campaign.pk).state) == (2, "closed")


def test_exclusions_count_exactly_whom_they_list(office: World) -> None:
    twin = ("김바위", date(1992, 2, 2), HANEUL[2])
    campaign = office.listed((HANEUL, twin, BADA, ("강산들", date(1970, 5, 5), "")), kind="survey", questions=YES_NO)
    client = signed_in(office.drafter)

    lines = exclusion_queries.exclusions_of(campaign)

    counts = {one.name: one.count for one in lines}
    assert (counts["shared"], counts["no_mobile"], counts["opted_out"]) == (2, 1, 0)
    assert "1명" in seen(client, at("exclusions", campaign.pk))
    for one in lines:
        assert f"{one.count}명</h2>" in seen(client, at("left_out", campaign.pk, one.name))


def test_who_opted_out_of_everything_is_counted(office: World) -> None:
    campaign = office.listed((HANEUL, BADA), kind="survey", questions=YES_NO)
    messaging.opt_out(
        phone=HANEUL[2], scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=office.drafter, now=office.now
    )

    assert [one.key for one in exclusion_queries.people_left_out(campaign, "opted_out")] == ["2026-00000001"]


def test_a_citizen_is_found_by_number_or_whole_name_and_never_by_an_address(office: World) -> None:
    campaign = office.checking()
    client = signed_in(office.drafter)
    haneul = office.of(campaign, HANEUL)

    for who in ("2026-00000001", "김하늘", " 김 하늘 "):
        response = client.post(at("find", campaign.pk), {"who": who})
        assert response.headers["Location"] == at("person", campaign.pk, haneul.pk)
    assert "명부에 없습니다" in client.post(at("find", campaign.pk), {"who": "김하"}, follow=True).content.decode()
    assert client.get(at("find", campaign.pk)).status_code == 405
    assert signed_in(office.stranger).post(at("find", campaign.pk), {"who": "김하늘"}).status_code == 404


def test_the_list_of_a_reason_costs_a_constant_number_of_queries(
    office: World, django_assert_max_num_queries: object
) -> None:
    campaign = office.listed((HANEUL, BADA, SOL), kind="survey", questions=YES_NO)
    client = signed_in(office.drafter)

    with django_assert_max_num_queries(26):  # type: ignore[operator]  # a fixture without annotations
        client.get(at("exclusions", campaign.pk))


def test_the_funnel_draws_only_what_its_kind_does() -> None:
    survey, notice = Campaign(kind="survey"), Campaign(kind="notice", consent="ask")

    drawn = charts.funnel(notice, {"asked": 200, "replied": 50, "verified": 40})

    assert [one.name for one in charts.funnel(survey, {})] == ["asked", "ask_delivered", "replied", "answered"]
    assert [(one.name, one.percent) for one in drawn][:4] == [
        ("asked", 100),
        ("ask_delivered", 0),
        ("replied", 25),
        ("verified", 20),
    ]


def test_replies_are_drawn_by_the_hour_and_after_two_days_by_the_day() -> None:
    first = real_now().replace(minute=0, second=0, microsecond=0)

    hourly = charts.columns({first: 4, first + timedelta(hours=3): 2})
    daily = charts.columns({first: 4, first + timedelta(days=3): 2})

    assert hourly is not None
    assert daily is not None
    assert (hourly.unit, [one.count for one in hourly.columns]) == ("시간", [4, 0, 0, 2])
    assert (daily.unit, [one.count for one in daily.columns], daily.total) == ("날", [4, 0, 0, 2], 6)
    assert charts.columns({}) is None


def test_money_is_compared_with_a_letter_for_everybody() -> None:
    campaign = Campaign(kind="notice", mail_won=2_800)

    found = charts.money(campaign, {"all": 10, "state:excluded": 2, "bucket:paper": 1}, text_won=Decimal(440))

    assert (found.mail_won, found.total_won, found.percent) == (22_400, Decimal(3_240), 14)
    assert found.is_cheaper
