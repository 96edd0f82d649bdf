"""Notices, alerts, guides and the chat for who reads English: nothing Korean without saying so, at 320 px as well."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from chatbot import services as chatbot
from notices.models import Bill
from portal.core import clock
from portal.site.models import EnglishGuide
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, violations
from tests.browser.test_bill import bill, provider  # noqa: F401  (fixtures)
from tests.browser.test_preferences import _open as open_preferences
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.other_ends import OtherEnd
from tests.site.guides import make_department, make_faq

UNMARKED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: at, textContent: text } = walk.currentNode;
    if (/[가-힣]/.test(text) && !at.closest('[lang=ko], script, style, .masthead, [data-language], .bubble-me')) found.push(text.trim());
  }
  return found;
}"""
OURS = ("새빛구", "한빛시", "김하늘")  # names of the district and of people are content


@pytest.fixture(autouse=True)
def english(page: Page, live_server: LiveServer) -> None:
    page.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])


def look(page: Page) -> None:
    left = [text for text in page.evaluate(UNMARKED) if not any(name in text for name in OURS)]
    assert left == []
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == 0


def test_chat_speaks_english_and_says_that_its_answers_are_korean(visit: Visit) -> None:
    make_faq(department=make_department())
    chatbot.build_index(now=clock.now())
    page = visit("/chat/")
    look(page)

    page.get_by_label("Question").fill("대형폐기물 버리는 법")
    page.get_by_role("button", name="Send").click()
    page.locator(".said").last.wait_for()

    look(page)
    assert page.locator("[href='tel:1345']").count() == 1


def test_guide_in_english(visit: Visit) -> None:
    EnglishGuide.objects.create(
        faq=make_faq(department=make_department(), has_sample_facts=True), title="Bulky waste", body="Register it."
    )

    look(visit("/services/waste-bulky/"))


def test_alert_settings_in_english(visit: Visit) -> None:
    look(open_preferences(visit, has_refused=True))


def test_bill_in_english(visit: Visit, provider: OtherEnd, bill: Bill) -> None:  # noqa: F811
    page = visit(f"/pay/{bill.token}/")
    look(page)

    page.locator("#id_birth").fill("900101")
    page.locator(".box button").click()
    page.locator(".bill-sum").wait_for()

    look(page)
