"""건강: each trouble finds the answers that have it, and each number leads to exactly its list."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.health_queries import TROUBLES, conflicts, troubled
from chatbot.models import Faq, FaqLink
from tests.chatbot.officials import NOW, Office, answer, asked, html, office, phrase, signed_in

__all__ = ["office"]

PAGE = reverse("admin:chatbot_faq_health")


def found(name: str) -> set[str]:
    return set(troubled(Faq.objects.all(), name, now=NOW).values_list("slug", flat=True))


def test_each_trouble_finds_its_answers(office: Office) -> None:
    today = NOW.date()
    answer("stale", "오래된 물음?", office.clean, checked_on=today - timedelta(days=181))
    answer("ending", "끝나는 물음?", office.clean, valid_to=today + timedelta(days=9))
    answer("form", "신청 물음?", office.clean, petition_code="no_such_form")
    linked = answer("linked", "링크 물음?", office.clean, has_sample_facts=True)
    FaqLink.objects.create(faq=linked, label="안내", url="https://www.example.go.kr/a")
    answer("draft", "아직?", office.clean, status="draft", checked_on=None, petition_code="no_such_form")
    asked("소파", decision="direct", faq=office.sofa)

    assert found("stale") == {"stale"}
    assert found("ending") == {"ending"}
    assert found("petition") == {"form"}
    assert found("example") == found("sample") == {"linked"}
    assert found("never_hit") == {"passport", "stale", "ending", "form", "linked"}


def test_a_hub_is_shown_often_and_tapped_rarely(office: Office) -> None:
    for number in range(20):
        turn = asked(f"물음 {number}", decision="chips", shown=(office.sofa, office.passport))
        if number % 2:
            turn.candidates.filter(faq=office.passport).update(tapped_at=NOW)

    assert found("hub") == {"sofa"}


def test_few_ways_of_asking_are_told_against_the_neighbours(office: Office) -> None:
    for number in range(4):
        phrase(office.sofa, f"소파 말 {number}번")
        phrase(answer(f"more-{number}", f"생활 물음 {number}?", office.clean), f"말 {number}")
    answer("poor", "말이 없는 물음?", office.clean)

    assert found("thin") == {"poor"}


def test_two_answers_nobody_can_tell_apart_are_a_pair(office: Office) -> None:
    twin = answer("sofa-2", "대형폐기물은 어떻게 버리나요?", office.passports, tags=["대형폐기물", "소파"])

    pairs = conflicts()

    assert [{one.one.pk, one.other.pk} for one in pairs] == [{office.sofa.pk, twin.pk}]
    assert found("conflict") == {"sofa", "sofa-2"}


def test_every_number_equals_the_list_it_leads_to(office: Office) -> None:
    answer("stale", "오래된 물음?", office.clean, checked_on="2025-01-01")
    answer("sofa-2", "대형폐기물은 어떻게 버리나요?", office.passports, tags=["대형폐기물", "소파"])
    client = signed_in(office.editor)

    for whose in ("all", "mine"):
        troubles = client.get(PAGE, {"whose": whose}).context["troubles"]
        assert len(troubles) == len(TROUBLES)
        for _, count, url in troubles:
            assert (url, client.get(url).context["cl"].result_count) == (url, count)


def test_the_page_takes_the_same_few_queries_however_many_answers(office: Office) -> None:
    client = signed_in(office.editor)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            client.get(PAGE)
        return len(asked_for)

    count()
    few = count()
    for number in range(6):
        answer(f"more-{number}", f"물음 {number}?", office.clean)

    assert count() == few <= 30
    assert "답변 건강" in html(client.get(PAGE))
