"""The front door, the honest texts, and every page that says something went wrong."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.core.context import the_district
from portal.site import views

PAGES = (
    *("/", "/menu/", "/help/", "/privacy/", "/accessibility/", "/dev/components/", "/admin/login/", "/offline/"),
    *("/search/", "/search/?q=여권", "/services/", "/departments/", "/look/", "/favourites/"),
)
CODES = ("400", "403", "404", "405", "409", "413", "422", "429", "500", "503")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_page_is_open_to_anybody_with_one_heading_and_help_in_the_same_place(
    client: Client, path: str, settings: Settings
) -> None:
    settings.DISTRICT_IS_DEMO = True

    answer = client.get(path)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(re.findall(r"<h1\b", page)) == 1
    assert page.count('class="help-line"') == 1
    assert f'href="tel:{settings.DISTRICT_PHONE}"' in page
    assert '<html lang="ko">' in page


def test_home_asks_what_is_wanted_and_offers_one_way_to_report(client: Client) -> None:
    page = client.get("/").content.decode()

    assert "무엇을 도와드릴까요?" in page
    assert page.count('class="cta"') == 1
    assert '<form class="search-box" role="search" method="get" action="/search/"' in page


def test_anonymous_home_sets_no_cookie_and_may_be_kept_by_the_back_button(client: Client) -> None:
    answer = client.get("/")

    assert not answer.cookies
    assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_every_favourite_leads_to_a_page_that_answers(client: Client, db: None) -> None:
    page = client.get("/").content.decode()

    targets = re.findall(r'class="tile" href="([^"]+)"', page)
    assert len(targets) == 8
    for target in targets:
        assert client.get(target.replace("&amp;", "&"), follow=True).status_code == 200, target


def test_demo_says_it_is_make_believe_and_a_real_district_does_not(client: Client, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    made_up = client.get("/").content.decode()
    settings.DISTRICT_IS_DEMO = False
    real = client.get("/").content.decode()

    assert "가상의" in made_up
    assert "가상의" not in real
    assert "담당 공무원 화면" not in real


def test_only_a_government_says_it_is_one(client: Client, settings: Settings) -> None:
    sentence = "공식 전자정부 누리집"
    settings.DISTRICT_IS_GOVERNMENT = False
    office = client.get("/").content.decode()
    settings.DISTRICT_IS_GOVERNMENT = True
    government = client.get("/").content.decode()

    assert sentence not in office
    assert sentence in government


def test_gallery_of_parts_exists_only_in_the_demo(client: Client, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = False

    assert client.get("/dev/components/").status_code == 404


def test_every_refusal_can_be_looked_at_in_the_demo_only(client: Client, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    shown = [client.get(f"/dev/components/{code}/") for code in CODES]
    settings.DISTRICT_IS_DEMO = False

    assert [answer.status_code for answer in shown] == [200] * len(CODES)
    assert client.get("/dev/components/404/").status_code == 404


def test_robots_stay_out_of_personal_pages(client: Client) -> None:
    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /c/" in answer.content.decode()


def test_policy_allows_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_log_in_page_keeps_the_strict_policy(client: Client, db: None) -> None:
    assert "unsafe" not in client.get("/admin/login/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("code", CODES)
def test_refusal_is_a_whole_page_without_request_session_or_database(code: str) -> None:
    page = render_to_string(f"{code}.html", {"district": the_district()})

    assert len(re.findall(r"<h1\b", page)) == 1
    assert code in page
    assert settings.DISTRICT_PHONE in page
    assert 'class="btn"' in page


def test_missing_page_offers_the_words_of_its_address(client: Client) -> None:
    answer = client.get("/guide/여권/2024/")

    assert answer.status_code == 404
    assert 'value="guide 여권"' in answer.content.decode()


def test_too_much_at_once_is_called_so(rf: RequestFactory) -> None:
    assert views.bad_request(rf.get("/"), RequestDataTooBig()).status_code == 413
    assert views.bad_request(rf.get("/"), ValueError()).status_code == 400


def test_crash_page_carries_a_reference_and_no_trace(rf: RequestFactory) -> None:
    answer = views.server_error(rf.get("/"))

    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()


def test_text_survives_a_page_that_grew_old(settings: Settings) -> None:
    strict = Client(enforce_csrf_checks=True)
    body = "새빛로 12 앞 보도블록이 깨져 있어요. 제 번호는 900101-1234567 입니다."

    answer = strict.post("/chat/turns/", {"text": body, "intake_key": "0c9cbbd0-7d4c-4a52-9d6a-9a1b6a2a8a11"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "페이지가 오래되었습니다" in page
    assert "보도블록이 깨져 있어요" in page
    assert "1234567" not in page
    assert "0c9cbbd0" not in page


def test_password_is_never_handed_back() -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/admin/login/", {"username": "admin", "password": "비밀번호가아주길다란문장"})

    assert answer.status_code == 403
    assert "아주길다란" not in answer.content.decode()


def test_templates_hold_no_inline_script_style_or_foreign_address() -> None:
    wrong = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=[\"']|hx-on|https?://|javascript:", re.IGNORECASE
    )
    root = Path(settings.BASE_DIR) / "templates"

    found = [path.name for path in root.rglob("*.html") if wrong.search(path.read_text("utf-8"))]

    assert found == []


def test_styles_and_scripts_name_no_other_host_and_stay_small() -> None:
    root = Path(settings.BASE_DIR) / "static"
    files = [*root.glob("css/*.css"), *root.glob("js/*.js"), *root.glob("img/*.svg")]

    assert files
    for path in files:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text), path.name
    citizens = sum((root / "css" / name).stat().st_size for name in ("tokens.css", "base.css", "components.css"))
    assert citizens < 25_000
