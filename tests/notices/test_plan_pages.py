"""Making a survey, a vote or a plain text in the admin, and changing its plan."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from notices.models import Campaign
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import World

ROSTER = "관리번호,성명,생년월일,휴대전화\n2026-00000015,김하늘,1990-01-01,010-1234-5678\n"
VOTE: dict[str, Any] = {
    "kind": "vote",
    "title": "마을 사업 고르기",
    "legal_basis": "주민참여 조례 제5조",
    "identity": "none",
    "asks_from": "2030-01-01T09:00",
    "asks_until": "2030-01-15T18:00",
    "text1": "무엇을 먼저 지을까요?",
    "answer1": "choice",
    "options1": "마을 도서관 = 도서관, 책방\n2. 놀이터",
    "required1": "on",
}


def test_a_vote_is_made_with_its_roster_on_one_page(office: World) -> None:
    client = signed_in(office.drafter)
    roster = SimpleUploadedFile("명부.csv", ROSTER.encode(), content_type="text/csv")

    assert "설문" in seen(client, at("new_plan"))
    response = client.post(at("new_plan"), {**VOTE, "roster": roster})

    campaign = Campaign.objects.get()
    assert (response.status_code, campaign.kind, campaign.state) == (302, "vote", "ready")
    options = campaign.questions.get().options.order_by("digit")
    assert [(one.digit, one.label, one.synonyms) for one in options] == [
        (1, "마을 도서관", ["도서관", "책방"]),
        (2, "놀이터", []),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"options1": "하나"}, "2개에서 9개"),
        ({"text1": ""}, "물음을 적어"),
        ({"asks_until": "2020-01-01T09:00"}, "뒤여야"),
    ],
)
def test_what_makes_no_sense_is_said_on_the_page(office: World, changes: dict[str, str], sentence: str) -> None:
    client = signed_in(office.drafter)

    response = client.post(at("new_plan"), {**VOTE, **changes})

    assert sentence in response.content.decode()
    assert not Campaign.objects.exists()


def test_the_plan_is_shown_as_it_was_typed_and_can_be_changed(office: World) -> None:
    client = signed_in(office.drafter)
    client.post(at("new_plan"), VOTE)
    campaign = Campaign.objects.get()

    shown = seen(client, at("plan", campaign.pk))
    client.post(at("plan", campaign.pk), {**VOTE, "title": "우리 마을 사업"})

    campaign.refresh_from_db()
    assert "마을 도서관 = 도서관, 책방" in shown
    assert campaign.title == "우리 마을 사업"


def test_only_the_department_changes_its_plan(office: World) -> None:
    signed_in(office.drafter).post(at("new_plan"), VOTE)
    campaign = Campaign.objects.get()

    assert signed_in(office.stranger).post(at("plan", campaign.pk), VOTE).status_code == 404


@pytest.mark.parametrize("page", ["wording", "tally", "triage", "plan"])
def test_the_pages_of_a_survey_are_drawn_without_a_document(office: World, page: str) -> None:
    campaign = office.asking(kind="rsvp", title="민방위 교육", identity="none")

    assert "민방위 교육" in seen(signed_in(office.drafter), at(page, campaign.pk))
