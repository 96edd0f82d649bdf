"""The citizen's language is a cookie; officials' pages, and what is kept or sent, stay Korean."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from portal.core.languages import house_language
from portal.core.templatetags.languages import korean

pytestmark = pytest.mark.django_db
PAGES = (
    *(
        "/",
        "/menu/",
        "/help/",
        "/privacy/",
        "/accessibility/",
        "/offline/",
        "/search/",
        "/search/?q=zzzz",
        "/services/",
    ),
    *(
        "/departments/",
        "/look/",
        "/favourites/",
        "/news/",
        "/jobs/",
        "/moving-in/",
        "/sign-in/",
        "/status/",
        "/verify/",
    ),
    *("/complaints/new/", "/complaints/track/", "/complaints/map/", "/complaints/parking/", "/complaints/following/"),
    *("/chat/", "/nowhere/"),
)
# The switch back, and words one types in Korean.
NAMES = re.compile(r"여권|대형폐기물|도로과|12가 3456")
VOID = {"meta", "link", "input", "img", "br", "hr", "use", "path", "circle", "polygon", "source"}
READ_ALOUD = ("aria-label", "alt", "title", "placeholder", "content", "data-refused")


class KoreanLeft(HTMLParser):
    """Hangul that does not say of itself that it is Korean."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        says = dict(attrs)
        is_korean = says.get("lang") == "ko" or (bool(self.open) and self.open[-1])
        if not is_korean:
            self.found += [words for name in READ_ALOUD if (words := says.get(name) or "") and self._is_left(words)]
        if tag not in VOID:
            self.open.append(is_korean or tag in ("script", "style"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1]) and self._is_left(data):
            self.found.append(data.strip())

    def _is_left(self, words: str) -> bool:
        return bool(re.search("[가-힣]", NAMES.sub("", words)))


def english() -> Client:
    client = Client()
    client.cookies["language"] = "en"
    return client


def test_korean_is_spoken_until_somebody_asks_otherwise(client: Client) -> None:
    answer = client.get("/help/", headers={"Accept-Language": "en-GB,en"})

    assert '<html lang="ko">' in answer.content.decode()
    assert answer.headers["Content-Language"] == "ko"
    assert "Cookie" in answer.headers["Vary"]


def test_one_press_changes_the_language_and_leads_back_with_the_words_searched_for(client: Client) -> None:
    found = "/search/?q=%EC%97%AC%EA%B6%8C"
    page = client.get(found).content.decode()
    assert 'action="/language/"' in page
    assert 'name="next" value="/search/"' in page

    wanted = {"language": "en", "next": "/search/"}
    answer = client.post("/language/", wanted, headers={"Referer": f"http://testserver{found}"})
    elsewhere = client.post("/language/", wanted, headers={"Referer": "http://example.com/search/?q=1"})

    assert (answer.status_code, answer.headers["Location"]) == (302, found)
    assert elsewhere.headers["Location"] == "/search/"
    after = client.get("/help/")
    assert '<html lang="en">' in after.content.decode()
    assert 'value="ko" lang="ko">한국어<' in after.content.decode()
    assert after.headers["Content-Language"] == "en"


def test_switch_needs_no_token_and_sets_no_other_cookie() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/language/", {"language": "en"})

    assert answer.headers["Location"] == "/"
    assert list(answer.cookies) == ["language"]


@pytest.mark.parametrize(("asked", "back"), [("fr", "/help/"), ("", "/help/"), ("en", "https://example.com/")])
def test_unknown_language_changes_nothing_and_no_switch_leads_away(client: Client, asked: str, back: str) -> None:
    answer = client.post("/language/", {"language": asked, "next": back})

    assert answer.headers["Location"] in ("/help/", "/")
    assert ("language" in answer.cookies) == (asked == "en")


def test_officials_pages_stay_korean_without_a_switch() -> None:
    page = english().get("/admin/login/").content.decode()

    assert '<html lang="ko">' in page
    assert "data-language" not in page
    assert "아이디" in page


def test_unknown_cookie_is_korean(client: Client) -> None:
    client.cookies["language"] = "../../etc"

    assert '<html lang="ko">' in client.get("/").content.decode()


def test_refusals_speak_the_readers_language() -> None:
    page = english().get("/nowhere/").content.decode()

    assert '<html lang="en">' in page


def test_language_of_one_request_does_not_reach_the_next(client: Client) -> None:
    english().get("/")

    assert '<html lang="ko">' in client.get("/").content.decode()


def test_what_is_kept_or_sent_is_worded_in_korean() -> None:
    with override("en"):
        assert gettext("본문으로 건너뛰기") == "Skip to main content"
        with house_language():
            assert gettext("본문으로 건너뛰기") == "본문으로 건너뛰기"


def test_content_that_stays_korean_says_so_on_an_english_page_only() -> None:
    assert korean("도로과 <b>") == "도로과 &lt;b&gt;"
    with override("en"):
        assert korean("도로과 <b>") == '<span lang="ko">도로과 &lt;b&gt;</span>'
        assert korean("Roads & more") == "Roads &amp; more"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_but_marked_content_is_left_in_korean_on_an_english_page(path: str) -> None:
    answer = english().get(path, headers={"Accept": "text/html"})

    assert answer.status_code in (200, 404)
    assert KoreanLeft(answer.content.decode()).found == []


def test_menus_are_found_by_their_english_name_and_answer_in_the_readers_language(client: Client) -> None:
    found = english().get("/search/?q=illegal parking").content.decode()
    korean_page = client.get("/search/?q=illegal parking").content.decode()

    assert "Report <mark>illegal parking</mark>" in found or "Report illegal parking" in found
    assert "With two photos it is handled without a visit." in found
    assert "불법 주정차 신고" in korean_page
    assert "사진 두 장이면 담당자가 나가 보지 않아도 돼요." in korean_page
