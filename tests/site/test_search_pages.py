"""The page of results and the suggestions: grouped, marked, and never a dead end."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from chatbot.models import Faq
from complaints.models import Category
from portal.core.clock import day_in_korea, now
from tests.site.guides import make_department, make_faq

pytestmark = pytest.mark.django_db


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r'class="row"[^>]*><b>(.*?)</b>', page)]


def test_results_stand_in_groups_with_the_found_words_marked(client: Client) -> None:
    make_faq()
    make_department()

    page = client.get("/search/?q=대형폐기물").content.decode()

    assert titles(page) == ["대형폐기물은 어떻게 배출하나요?", "청소행정과"]
    assert "<mark>대형폐기물</mark>은 어떻게" in page
    assert 'href="tel:02-120-2140"' in page
    assert re.findall(r'<h2 id="group-(\w+)"', page) == ["guide", "department"]


def test_edit_is_found_by_the_next_search_and_a_withdrawn_answer_is_not(client: Client) -> None:
    faq = make_faq()
    before = client.get("/search/?q=소파").content.decode()
    Faq.objects.filter(pk=faq.pk).update(question="침대는 어떻게 버리나요?", tags=["침대"])
    edited = client.get("/search/?q=침대").content.decode()
    Faq.objects.filter(pk=faq.pk).update(status=Faq.Status.RETIRED)
    after = client.get("/search/?q=침대").content.decode()

    assert titles(before) == ["대형폐기물은 어떻게 배출하나요?"]
    assert titles(edited) == ["침대는 어떻게 버리나요?"]
    assert titles(after) == []


def test_answer_of_another_day_is_not_found(client: Client) -> None:
    make_faq(valid_from=day_in_korea(now()) + timedelta(days=7))
    make_faq(slug="waste-old", valid_to=day_in_korea(now()) - timedelta(days=1))

    assert titles(client.get("/search/?q=대형폐기물").content.decode()) == []


def test_nothing_found_leads_to_a_report_and_the_chat_with_the_same_words(client: Client) -> None:
    page = client.get("/search/?q=뷁뷁 이상해요").content.decode()

    assert "찾지 못했어요" in page
    words = quote("뷁뷁") + "+" + quote("이상해요")
    assert f'href="/complaints/new/?text={words}"' in page
    assert f'href="/chat/?q={words}"' in page


def test_report_begins_with_the_words_that_found_nothing(client: Client) -> None:
    page = client.get("/complaints/new/", {"text": "뷁뷁 이상해요"}).content.decode()

    assert "뷁뷁 이상해요" in page


def test_whole_sentence_is_answered_as_the_chat_would(client: Client) -> None:
    make_faq()
    make_faq(slug="passport-lost", question="여권을 잃어버렸어요.", category="민원·증명", tags=["여권분실", "재발급"])

    page = client.get("/search/?q=여권을 어디서 잃어버렸는지 모르겠어요").content.decode()

    assert titles(page)[0] == "여권을 잃어버렸어요."


def test_chatbot_is_asked_so_often_from_one_address_and_titles_for_ever(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_faq()
    asked: list[str] = []

    def answers_for(query: str) -> list[Faq]:
        asked.append(query)
        return []

    monkeypatch.setattr("portal.site.search_views.ASKED_PER_MINUTE", 2)
    monkeypatch.setattr("chatbot.queries.answers_for", answers_for)

    pages = [client.get("/search/?q=대형폐기물 어떻게 버려요").content.decode() for _ in range(3)]

    assert len(asked) == 2
    assert titles(pages[2]) == ["대형폐기물은 어떻게 배출하나요?"]


def test_kind_of_report_is_found_and_starts_the_form_with_its_name(client: Client) -> None:
    road = make_department("roads", name="도로과", phone="02-120-2150", duties="")
    Category.objects.create(code="road.damage", name="도로 시설물 파손", department=road)

    page = client.get("/search/?q=도로시설물").content.decode()

    assert f'href="/complaints/new/?text={quote("도로")}+' in page


def test_receipt_number_leads_to_its_progress(client: Client) -> None:
    page = client.get("/search/?q=m2611 000123 4").content.decode()

    assert 'href="/complaints/track/?number=M2611-000123-4"' in page


def test_reader_without_a_session_gets_none(client: Client) -> None:
    for path in ("/search/?q=여권", "/search/suggest/?q=여권", "/search/"):
        answer = client.get(path)

        assert not answer.cookies
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_suggestions_are_options_and_end_with_two_ways_on(client: Client) -> None:
    make_faq()

    page = client.get("/search/suggest/?q=eogud").content.decode()

    assert 'data-href="/services/waste-bulky/"' in page
    assert re.findall(r'role="option" id="([\w-]+)"', page)[-2:] == ["option-report", "option-chat"]
    assert page.count('aria-selected="false"') == page.count('role="option"')


def test_what_was_typed_is_text_and_never_markup(client: Client) -> None:
    make_faq(question="<b>굵은</b> 대형폐기물", tags=["대형폐기물"])

    for path in ("/search/?q=<script>대형폐기물", "/search/suggest/?q=<script>대형폐기물"):
        page = client.get(path).content.decode()

        assert "<script>대형" not in page
        assert "<b>굵은</b>" not in page


def test_resident_number_is_not_shown_again(client: Client) -> None:
    page = client.get("/search/?q=제 번호는 900101-1234567").content.decode()

    assert "1234567" not in page


@pytest.mark.parametrize("query", ["%00", "가" * 5000, "%F0%9F%98%80", "' or 1=1 --", "%ED%A0%80"])
def test_ugly_query_is_answered(client: Client, query: str) -> None:
    assert client.get(f"/search/?q={query}").status_code == 200
    assert client.get(f"/search/suggest/?q={query}").status_code == 200
