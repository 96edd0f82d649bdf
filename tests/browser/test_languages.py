"""The site in English on a phone: nothing left in Korean, nothing cut off, and the switch loses neither page nor words."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visit

PAGES = (
    "/",
    "/complaints/new/",
    "/complaints/track/",
    "/sign-in/",
    "/menu/",
    "/look/",
    "/complaints/parking/",
    "/chat/",
)
# Text a reader meets: what is hidden, and what says of itself that it is Korean, does not count.
KOREAN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (/[가-힣]/.test(node.data) && !parent.closest("script, style, [lang=ko]")) found.push(node.data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [alt], [title]")) {
    if (one.closest("[lang=ko]")) continue;
    for (const name of ["aria-label", "alt", "title"]) {
      const words = one.getAttribute(name) ?? "";
      if (/[가-힣]/.test(words.replaceAll("새빛구", ""))) found.push(words);
    }
  }
  return found.filter((words) => /[가-힣]/.test(words.replaceAll("새빛구", "").replaceAll("한빛시", "")));
}"""
# A language that needs two fifths more room: each sentence says its beginning again.
LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.data.trim()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    const words = node.data.trim();
    node.data += ` ${words.slice(0, Math.ceil(words.length * 0.4))}`;
  }
}"""
EXAMPLES = re.compile(r"여권|대형폐기물|도로과|12가 3456")


@pytest.fixture
def english(visit: Visit, page: Page, live_server: LiveServer) -> Visit:
    page.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    return visit


@pytest.mark.parametrize("path", PAGES)
def test_page_is_english_throughout_and_fits_the_phone(english: Visit, path: str) -> None:
    page = english(path)

    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate(KOREAN) == []
    placeholders = page.locator("[placeholder]").evaluate_all("all => all.map((one) => one.placeholder)")
    assert [words for words in placeholders if re.search("[가-힣]", EXAMPLES.sub("", words))] == []
    assert not re.search("[가-힣]", page.title().replace("새빛구", ""))
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("path", PAGES)
def test_two_fifths_more_text_still_fits_the_narrowest_phone(english: Visit, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    english(path)

    page.evaluate(LONGER)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_switch_keeps_the_page_and_what_was_typed(visit: Visit) -> None:
    page = visit("/complaints/track/")
    page.get_by_label("접수번호").fill("M2611-000123-4")
    page.get_by_label("휴대전화 번호").fill("010-1234-5678")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_label("Report number")).to_have_value("M2611-000123-4")
    expect(page.get_by_label("Mobile number")).to_have_value("010-1234-5678")
    assert page.url.endswith("/complaints/track/")
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_label("접수번호")).to_have_value("M2611-000123-4")


def test_switch_keeps_a_half_written_report(visit: Visit) -> None:
    page = visit("/complaints/new/")
    page.get_by_label("무슨 일인가요?").fill("가로등이 꺼졌습니다")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_label("What is the matter?")).to_have_value("가로등이 꺼졌습니다")


def test_modules_speak_english_too(english: Visit) -> None:
    page = english("/favourites/")

    page.get_by_role("button", name="Move Chatbot up").click()

    expect(page.locator("[data-said]")).to_have_text("Chatbot moved to place 5.")


def test_refused_form_is_refused_in_english(english: Visit) -> None:
    page = english("/complaints/track/")

    page.get_by_role("button", name="See the report").click()

    expect(page.get_by_role("alert")).to_contain_text("Please enter your report number.")
    assert page.evaluate(KOREAN) == []


def test_switch_works_without_script(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ko-KR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{live_server.url}/search/?q=zzzz")

    page.get_by_role("button", name="English").click()

    assert page.url.endswith("/search/?q=zzzz")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing found")
    context.close()
