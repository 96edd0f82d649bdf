"""Phone-sized Chromium. Without a browser these tests are left out, and the last line says how many."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from portal.accounts.models import Department, Official, User
from portal.site.demo.people import give_factor
from tests.browser.looking import keeping_to_itself

# Playwright keeps an event loop in this thread, and Django then refuses to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
HERE = Path(__file__).parent
OURS = ("localhost", "127.0.0.1")
PASSWORD = "새빛구-시험용-비밀번호-1"
_left_out: list[str] = []
expect.set_options(timeout=30_000)  # ms: what is expected comes at once, except on a machine that has much else to do

Visit = Callable[[str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and leave it out where there is none."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None:
                _left_out.append(item.nodeid)
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Nobody should believe these ran."""
    if _left_out:
        terminalreporter.write_line(
            f"브라우저 시험 {len(_left_out)}건을 하지 못했습니다: Chromium이 없습니다 (CHROMIUM=경로로 알려 주세요)."
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, as quiet as it can be made."""
    switches = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": switches.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A telephone in Korea."""
    return {
        **browser_context_args,
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "locale": "ko-KR",
        "timezone_id": "Asia/Seoul",
    }


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    """The gallery of parts is open, and the banner of the demo is part of every picture."""
    settings.DISTRICT_IS_DEMO = True


@pytest.fixture
def visit(page: Page, live_server: LiveServer) -> Iterator[Visit]:
    """Open a path; the page asks nobody else for anything."""

    def open_path(path: str) -> Page:
        page.goto(live_server.url + path)
        return page

    with keeping_to_itself(page, is_ours=lambda url: any(f"//{host}:" in url for host in OURS)):
        yield open_path


def sign_in(page: Page, site: str, user: User) -> None:
    """An official signs in with both factors; the demo's page writes the second one into the box."""
    user.set_password(PASSWORD)
    user.save()
    give_factor(user)
    page.goto(f"{site}/admin/login/")
    page.get_by_label("아이디").fill(user.username)
    page.get_by_label("비밀번호").fill(PASSWORD)
    page.get_by_role("button", name="로그인").click()
    page.get_by_role("button", name="확인하고 들어가기").click()
    page.wait_for_url("**/admin/")


@pytest.fixture
def signed_in(visit: Visit, page: Page, live_server: LiveServer) -> Visit:
    """이담당, an administrator of 도로과, is signed in."""
    user = User.objects.create(username="damdang", is_staff=True, is_superuser=True)
    user.groups.add(Group.objects.get_or_create(name="administrator")[0])
    department = Department.objects.create(code="road", name="도로과", phone="02-120-0100")
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0101")
    sign_in(page, live_server.url, user)
    return visit
