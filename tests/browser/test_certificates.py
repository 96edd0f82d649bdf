"""전자증명서 on the phone and on a desk: issued, handed in, verified; one changed byte is refused."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from complaints.workflow import Stage
from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.models import Certificate, CertificateShare
from portal.certificates.printing import Unprintable
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations
from tests.certificates.conftest import citizen, issued, seal_file, signed_in, wanted  # noqa: F401  (one is a fixture)
from tests.certificates.reading import with_one_byte_changed
from tests.complaints.conftest import World, build_world

PICTURES = os.environ.get("CERTIFICATE_PICTURES")
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


@pytest.fixture(autouse=True)
def seal_key(seal_file: Path, settings: Settings, live_server: LiveServer) -> None:  # noqa: F811  (the fixture above)
    settings.SEAL_KEY_FILE, settings.SITE_URL = str(seal_file), live_server.url


@pytest.fixture
def haneul(page: Page, live_server: LiveServer) -> User:
    """김하늘, signed in a moment ago."""
    return enter(page, live_server, citizen("haneul", "010-1234-5678", "김하늘"))


def enter(page: Page, site: LiveServer, user: User) -> User:
    cookie = signed_in(user).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": cookie, "url": site.url}])
    return user


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def had(owner: User, subject: str = "M1") -> Certificate:
    """A certificate she has. Made in a thread of its own: the seal wants an event loop, and Playwright holds ours."""

    def make() -> Certificate:
        try:
            return issued(owner, now=clock.now(), subject=subject)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


def check(page: Page, name: str = "") -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page, least=24) == []
    if name:
        picture(page, name)


def case_of(world: World, user: User) -> str:
    """A case of hers, received and with an officer."""
    case = world.at(Stage.ASSIGNED)
    case.citizen = user
    case.save(update_fields=["citizen"])
    return case.number


@pytest.mark.parametrize("size", SIZES)
def test_issue_download_verify_and_one_changed_byte_is_refused(
    visit: Visit, page: Page, live_server: LiveServer, tmp_path: Path, size: str
) -> None:
    page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
    world = build_world()
    number = case_of(world, enter(page, live_server, world.haneul))
    visit("/me/certificates/")
    check(page, f"wallet-empty-{size}")

    page.get_by_role("link", name="민원 접수증").click()
    expect(page.get_by_text(number)).to_be_visible()
    check(page, f"new-{size}")
    page.get_by_role("button", name="발급").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("민원 접수증")
    check(page, f"detail-{size}")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF 내려받기").click()
    file = tmp_path / "증명서.pdf"
    download.value.save_as(file)

    page.get_by_role("link", name="진위확인").click()
    expect(page.get_by_role("heading", name="발급한 증명서가 맞습니다")).to_be_visible()
    check(page, f"verified-{size}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_label("PDF 고르기").set_input_files(file)
    expect(page.get_by_role("status").filter(has_text="같은 파일입니다")).to_be_visible()
    check(page, f"same-{size}")
    changed = tmp_path / "바뀐 증명서.pdf"
    changed.write_bytes(with_one_byte_changed(file.read_bytes()))
    page.get_by_label("PDF 고르기").set_input_files(changed)

    expect(page.get_by_role("status").filter(has_text="다른 파일입니다")).to_be_visible()
    check(page, f"different-{size}")
    assert sent == []  # neither file left the device


@pytest.mark.parametrize("size", SIZES)
def test_hand_in_by_link_and_it_opens_once(
    visit: Visit, page: Page, haneul: User, browser: Browser, live_server: LiveServer, size: str
) -> None:
    page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
    certificate = had(haneul)
    visit(f"/me/certificates/{certificate.sealed_id}/")
    page.get_by_role("link", name="제출하기").click()
    page.get_by_role("button", name="제출 링크 만들기").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, f"hand-in-refused-{size}")
    page.get_by_label("받는 곳").fill("한빛은행 새빛지점")
    page.get_by_label("용도").fill("전세자금대출 심사")
    page.get_by_role("button", name="제출 링크 만들기").click()
    expect(page.get_by_role("img", name="QR")).to_be_visible()
    check(page, f"link-{size}")
    address = page.get_by_label("제출 주소").input_value()

    bank = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ko-KR").new_page()
    bank.goto(address)
    check(bank, f"receive-{size}")
    bank.get_by_role("button", name="증명서 열기").click()
    expect(bank.get_by_text("김하늘")).to_be_visible()
    check(bank, f"taken-{size}")
    other = browser.new_context(viewport={"width": 390, "height": 844}, locale="ko-KR").new_page()
    other.goto(address)
    expect(other.get_by_role("heading", name="이미 제출되었습니다")).to_be_visible()
    check(other, f"handed-in-{size}")

    page.goto(f"{live_server.url}/me/certificates/{certificate.sealed_id}/")
    expect(page.get_by_text("받는 곳에서 열람")).to_be_visible()
    check(page, f"book-{size}")
    bank.context.close()
    other.context.close()


@pytest.mark.parametrize("name", ["wallet", "good", "revoked", "failed", "verify-revoked", "gone", "foreign"])
def test_every_state_is_readable_in_every_light(visit: Visit, page: Page, haneul: User, name: str) -> None:
    visit(_place(haneul, name))
    check(page, name)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    picture(page, f"{name}-dark")
    page.emulate_media(color_scheme="light", contrast="more")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == 0


def _place(haneul: User, name: str) -> str:
    """Where a certificate, or none, stands in this state."""
    now = clock.now()
    if name in ("gone", "foreign"):
        return {"gone": f"/s/{'0' * 32}/", "foreign": "/me/certificates/new/demo.residence/"}[name]
    if name == "failed":
        failed = services.request(wanted(), owner=haneul, now=now)
        Certificate.objects.filter(pk=failed.pk).update(state="failed", failure=Unprintable.sentence)
        return f"/me/certificates/{failed.sealed_id}/"
    certificate = had(haneul)
    services.share(certificate, receiver="아주 긴 이름의 기관 " * 3, purpose="용도", device="아이폰", now=now)
    if "revoked" in name:
        changes = {"state": "revoked", "revoked_at": now, "revoked_reason": "부서를 잘못 적었습니다."}
        Certificate.objects.filter(pk=certificate.pk).update(**changes)
    if name == "verify-revoked":
        return f"/verify/{certificate.code}/"
    return "/me/certificates/" if name == "wallet" else f"/me/certificates/{certificate.sealed_id}/"


def test_without_javascript_everything_but_the_comparison_works(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="ko-KR")
    page = context.new_page()
    haneul = enter(page, live_server, citizen("haneul", "010-1234-5678", "김하늘"))
    page.goto(f"{live_server.url}/me/certificates/new/demo.residence/")
    page.get_by_role("button", name="발급").click()
    page.get_by_role("link", name="제출하기").click()
    page.get_by_label("받는 곳").fill("한빛은행")
    page.get_by_role("button", name="제출 링크 만들기").click()
    page.goto(page.get_by_label("제출 주소").input_value())
    page.get_by_role("button", name="증명서 열기").click()
    expect(page.get_by_text("김하늘")).to_be_visible()

    page.get_by_role("link", name="진위확인").click()
    page.get_by_text("직접 견주기").click()

    expect(page.get_by_text(Certificate.objects.get(owner=haneul).sha256)).to_be_visible()
    expect(page.get_by_label("PDF 고르기")).to_be_hidden()
    waiting = services.request(wanted(), owner=haneul, now=clock.now())
    page.goto(f"{live_server.url}/me/certificates/{waiting.sealed_id}/")
    expect(page.get_by_role("link", name="다시 보기")).to_be_visible()
    assert CertificateShare.objects.get().opened_at is not None
    context.close()
