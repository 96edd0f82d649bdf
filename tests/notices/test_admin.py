"""The officials' pages: locked, scoped, audited, complete, and each number is its list."""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from messaging.models import MessageStatus
from notices import queries, services, tabulation
from notices.models import Campaign, PaperBatch, Recipient
from portal.accounts.models import AuditEntry
from portal.core.clock import now as real_now
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import BADA, HANEUL, SOL, World

ONLY_WITHOUT_DOCUMENTS = {"answered", "unanswered", "answered_end", "unanswered_end"}
DEMO = Path(django_settings.BASE_DIR) / "notices" / "reference" / "demo"


PAGES = ("files", "progress", "review", "wording", "tally", "triage", "paper", "live_tally", "live_progress")


@pytest.mark.parametrize("name", PAGES)
def test_a_campaign_is_not_there_for_another_department(office: World, name: str) -> None:
    campaign = office.asking()

    assert signed_in(office.drafter).get(at(name, campaign.pk)).status_code == 200
    assert signed_in(office.stranger).get(at(name, campaign.pk)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_nobody_sees_a_page_without_signing_in(office: World, name: str) -> None:
    campaign = office.asking()

    assert Client().get(at(name, campaign.pk)).status_code == 302


def test_the_list_shows_the_departments_own_campaigns_with_their_numbers(office: World) -> None:
    campaign = office.asking()
    office.reply(HANEUL, "1 900101")

    page = seen(signed_in(office.drafter), at("changelist"))

    assert campaign.number in page
    assert "새 통지 만들기" in page
    assert campaign.number not in seen(signed_in(office.stranger), at("changelist"))


def test_opening_a_campaign_leads_to_its_next_thing(office: World) -> None:
    client = signed_in(office.drafter)
    for stage, page in (("draft", "files"), ("checking", "review"), ("ready", "wording"), ("asking", "tally")):
        campaign: Campaign = getattr(office, stage)()
        response = client.get(reverse("admin:notices_campaign_change", args=[campaign.pk]))
        assert response.headers["Location"] == at(page, campaign.pk)


def upload(client: Client, **changes: object) -> Campaign:
    values: dict[str, object] = {
        "title": "군소음 피해보상금 결정 통지서",
        "legal_basis": "군소음보상법 제14조",
        "asks_from": "2030-01-01T09:00",
        "asks_until": "2030-01-15T18:00",
        "zone_template": "군소음 피해보상금 결정 통지서",
        "qr_key": "sample-key",
        "document": SimpleUploadedFile("통지서.pdf", (DEMO / "notices.pdf").read_bytes()),
        "roster": SimpleUploadedFile("명부.xlsx", (DEMO / "roster.xlsx").read_bytes()),
    }
    client.post(at("add"), {**values, **changes})
    return Campaign.objects.latest("pk")


def test_one_upload_page_starts_the_analysis(office: World) -> None:
    campaign = upload(signed_in(office.drafter))

    assert campaign.state == "reading"
    assert campaign.qr_key == "sample-key"
    assert Recipient.objects.filter(campaign=campaign).count() == 52


def test_a_wrong_roster_is_said_and_the_good_pdf_is_kept(office: World) -> None:
    client = signed_in(office.drafter)

    campaign = upload(client, roster=SimpleUploadedFile("명부.csv", "이름만\n김하늘\n".encode()))

    page = seen(client, at("files", campaign.pk))
    assert campaign.state == "draft"
    assert "명부:" in page
    assert campaign.documents.get().state == "uploaded"
    client.post(
        at("files", campaign.pk),
        {"what": "roster", "roster": SimpleUploadedFile("r.xlsx", (DEMO / "roster.xlsx").read_bytes())},
    )
    campaign.refresh_from_db()
    assert campaign.state == "reading"


def test_an_empty_form_says_what_is_missing_and_makes_nothing(office: World) -> None:
    response = signed_in(office.drafter).post(at("add"), {"title": "통지"})

    assert response.status_code == 200
    assert response.content.decode().count('class="error"') >= 5
    assert not Campaign.objects.exists()


def test_who_may_not_draft_gets_no_upload_page(office: World) -> None:
    office.drafter.groups.clear()

    assert signed_in(office.drafter).get(at("add")).status_code == 403


def test_checking_shows_held_pages_and_broken_rows_in_korean_words(office: World) -> None:
    client = signed_in(office.drafter)
    campaign = upload(client)
    services.work_on_files(now=office.now, seconds=100)

    page = seen(client, at("review", campaign.pk))

    for words in (
        "통지서의 성명이 명부와 다릅니다",
        "같은 관리번호의 통지서가 두 벌 있습니다",
        "유선전화",
        "검수 마침",
    ):
        assert words in page
    held = queries.held_notices(campaign)[0]
    person = seen(client, at("person", campaign.pk, held.recipient_id))
    assert held.recipient.name in person
    picture = client.get(at("page", campaign.pk, held.first_page))
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    assert client.get(at("page", campaign.pk, 999)).status_code == 404


def test_every_look_at_a_person_is_in_the_audit_book(office: World) -> None:
    campaign = office.asking()
    client = signed_in(office.drafter)
    haneul = office.of(campaign, HANEUL)

    seen(client, at("person", campaign.pk, haneul.pk))
    seen(client, at("people", campaign.pk, "asked"))

    looks = list(AuditEntry.objects.order_by("pk").values_list("actor__username", "task", "subject_ids"))
    everybody = list(Recipient.objects.filter(campaign=campaign).order_by("row").values_list("pk", flat=True))
    assert looks == [
        ("drafter", "notices_campaign_person", [haneul.pk]),
        ("drafter", "notices_campaign_people", everybody),
    ]


def test_lists_are_masked(office: World) -> None:
    campaign = office.asking()

    page = seen(signed_in(office.drafter), at("people", campaign.pk, "all"))

    assert "김*늘" in page
    assert "010-****-5678" in page
    assert "김하늘" not in page
    assert "1234" not in page


def test_every_number_of_the_tally_equals_its_list(office: World) -> None:
    campaign = office.asking()
    office.reply(HANEUL, "1 900101")
    office.reply(BADA, "2")
    office.reply(SOL, "1번인지 2번인지 모르겠어요")
    client = signed_in(office.drafter)
    page = seen(client, at("tally", campaign.pk))

    shown = re.findall(r'people/(\w+)/"><span>[^<]*</span><b>([\d,]+)</b>', page)
    assert {name for name, _, _ in tabulation.LINES} - {name for name, _ in shown} == ONLY_WITHOUT_DOCUMENTS
    for name, number in shown:
        counted = queries.people_behind(campaign, name).count()
        assert int(number.replace(",", "")) == counted, name
        assert f"{counted}명</h2>" in seen(client, at("people", campaign.pk, name))


def test_the_sums_are_shown_and_right(office: World) -> None:
    campaign = office.asking()

    page = seen(signed_in(office.drafter), at("tally", campaign.pk))

    assert page.count("맞음") == 7
    assert "어긋남" not in page


def test_live_numbers_answer_304_until_something_changes(office: World) -> None:
    campaign = office.asking()
    client = signed_in(office.drafter)
    first = client.get(at("live_tally", campaign.pk))

    same = client.get(at("live_tally", campaign.pk), headers={"If-None-Match": first.headers["ETag"]})
    office.reply(HANEUL, "2")
    changed = client.get(at("live_tally", campaign.pk), headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert same.content == b""
    assert "data-live-part" in changed.content.decode()


def test_the_tally_costs_a_constant_number_of_queries(office: World, django_assert_max_num_queries: object) -> None:
    campaign = office.asking()
    client = signed_in(office.drafter)

    with django_assert_max_num_queries(30):  # type: ignore[operator]  # a fixture without annotations
        client.get(at("live_tally", campaign.pk))


def test_the_drafter_sees_no_button_to_start_and_the_second_official_does(office: World) -> None:
    campaign = office.ready()
    words = seen(signed_in(office.drafter), at("wording", campaign.pk))
    office.approve(campaign)

    assert "묻기 시작</button>" not in seen(signed_in(office.drafter), at("approval", campaign.pk))
    assert "묻기 시작</button>" in seen(signed_in(office.sender), at("approval", campaign.pk))
    assert "1 동의" in words
    assert "바이트" in words


def test_starting_from_a_stale_page_is_refused_with_a_sentence(office: World) -> None:
    campaign = office.ready()
    office.approve(campaign)

    response = signed_in(office.sender).post(at("launch", campaign.pk), {"manifest": "0" * 64}, follow=True)

    assert "다시 점검하고 결재를 올려 주세요" in response.content.decode()
    assert Campaign.objects.get(pk=campaign.pk).state == "approved"


def test_a_campaign_runs_through_its_buttons(office: World) -> None:
    campaign = office.checking()
    drafter, sender = signed_in(office.drafter), signed_in(office.sender)
    drafter.post(at("settle", campaign.pk))
    campaign.refresh_from_db()
    office.approve(campaign)
    sender.post(at("launch", campaign.pk), {"manifest": campaign.manifest_sha256})
    office.now = real_now()
    office.run(campaign)
    office.arrive(campaign)
    office.reply(HANEUL, "1 900101")
    office.reply(BADA, "1번인지 2번인지 모르겠어요")
    answer = office.undecided(campaign)
    assert "1번인지 2번인지" in seen(drafter, at("triage", campaign.pk))
    drafter.post(at("triage", campaign.pk), {"answer": answer.pk, "meaning": "refuse"})
    drafter.post(at("close_asking", campaign.pk), {"reason": "모두 회신함"})
    campaign.refresh_from_db()
    office.approve(campaign)
    sender.post(at("launch", campaign.pk), {"manifest": campaign.manifest_sha256})
    office.now = real_now()
    office.run(campaign)
    office.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    office.run(campaign)
    sender.post(at("paper", campaign.pk), {"reason": "우체국 접수"})
    drafter.post(at("paper_approve", campaign.pk, 1))
    sender.post(at("close", campaign.pk))

    campaign.refresh_from_db()
    assert campaign.state == "closed"
    assert office.state(campaign, HANEUL) == "delivered"
    assert office.state(campaign, BADA) == "declined"


def test_downloading_a_list_is_written_down_with_its_reason(office: World) -> None:
    campaign = office.asking()
    services.cancel(campaign, reason="취소", by=office.drafter, now=office.now)
    client = signed_in(office.sender)
    client.post(at("paper", campaign.pk), {"reason": "우체국 접수"})
    early = client.get(at("paper_file", campaign.pk, 1, "csv"))
    services.approve_paper(PaperBatch.objects.get(), by=office.drafter, now=office.now)

    response = client.get(at("paper_file", campaign.pk, 1, "csv"))

    assert early.status_code == 302
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "no-store" in response.headers["Cache-Control"]
    look = AuditEntry.objects.latest("pk")
    assert (look.action, look.reason, len(look.subject_ids)) == ("download", "우체국 접수", 3)


@pytest.mark.parametrize(
    "verb", ["settle", "reopen", "close_asking", "launch", "propose", "pause", "resume", "cancel", "close"]
)
def test_looking_changes_nothing(office: World, verb: str) -> None:
    campaign = office.asking()

    assert signed_in(office.drafter).get(at(verb, campaign.pk)).status_code == 405


def test_a_refused_button_says_why(office: World) -> None:
    campaign = office.asking()

    response = signed_in(office.drafter).post(at("close", campaign.pk), follow=True)

    assert "결과가 정해지지 않은 사람" in response.content.decode()


def test_pages_carry_no_inline_script_of_ours(office: World) -> None:
    folder = Path(django_settings.BASE_DIR) / "templates" / "admin" / "notices"

    for template in folder.glob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*src)|\son\w+=|style=", text), template.name


@pytest.mark.parametrize("name", PAGES[:7])
def test_one_primary_button_per_page(office: World, name: str) -> None:
    campaign = office.asking()

    page = seen(signed_in(office.sender), at(name, campaign.pk))

    assert len(re.findall(r'class="nt-btn[^"]* primary"', page)) <= 1
