"""Guides in English: shown where English is read, marked as what they are, kept by officials."""

import pytest
from django.test import Client

from chatbot.models import Faq
from portal.accounts.models import User
from portal.site import search_queries, services
from portal.site.models import EnglishGuide
from tests.site.guides import make_faq

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> EnglishGuide:
    return EnglishGuide.objects.create(faq=make_faq(), title="How do I dispose of bulky waste?", body="Register it.")


def read(path: str, language: str) -> str:
    client = Client()
    client.cookies["language"] = language
    return client.get(path).content.decode()


def test_english_reader_sees_english_marked_as_machine_translation_and_the_korean_beside_it(
    guide: EnglishGuide,
) -> None:
    page = read("/services/waste-bulky/", "en")

    assert "<h1>How do I dispose of bulky waste?</h1>" in page
    assert "<p>Register it.</p>" in page
    assert "<details>" in page
    assert "대형폐기물은 어떻게 배출하나요?" in page
    assert "How do I dispose of bulky waste?" in read("/services/", "en")


def test_korean_reader_sees_nothing_of_it(guide: EnglishGuide) -> None:
    for path in ("/services/waste-bulky/", "/services/"):
        assert "bulky waste" not in read(path, "ko")


def test_guide_without_english_stays_korean(client: Client) -> None:
    make_faq()

    assert '<h1><span lang="ko">대형폐기물은' in read("/services/waste-bulky/", "en")


def test_page_says_when_the_korean_has_changed_since(guide: EnglishGuide) -> None:
    before = read("/services/waste-bulky/", "en")
    Faq.objects.filter(pk=guide.faq_id).update(version=2)

    after = read("/services/waste-bulky/", "en")

    assert "notice-box warning" not in before
    assert "notice-box warning" in after


def test_english_words_find_the_guide(guide: EnglishGuide) -> None:
    found = [result.entry.url for result in search_queries.suggestions("bulky waste")]

    assert "/services/waste-bulky/" in found


def test_shipped_english_is_loaded_once_and_never_over_what_officials_wrote() -> None:
    make_faq()
    assert services.load_english_guides() == 1
    EnglishGuide.objects.update(title="Ours")

    assert services.load_english_guides() == 0
    assert EnglishGuide.objects.get().title == "Ours"


def test_official_with_the_right_keeps_it_for_the_korean_of_today(guide: EnglishGuide) -> None:
    Faq.objects.filter(pk=guide.faq_id).update(version=3)
    guide.refresh_from_db()

    with pytest.raises(services.MayNotPublish):
        services.keep_english_guide(guide, by=User.objects.create(username="nobody", is_staff=True))
    services.keep_english_guide(guide, by=User.objects.create(username="boss", is_staff=True, is_superuser=True))

    assert EnglishGuide.objects.get().is_current
