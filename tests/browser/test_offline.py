"""A telephone without a network: a report is written, waits, and leaves once when the reader says so."""

import io
import re

import pytest
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from complaints.models import Complaint
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations

WORDS = "인도 보도블록이 깨져서 유모차가 지나가기 힘들어요."
PHONE = "010-1234-5678"
NEW = "/complaints/new/"
NUMBER = re.compile(r"M\d{4}-\d{6}-\d")
DRAFT = "localStorage.getItem('complaint-draft')"
SHELF = """() => new Promise(done => {
    const request = indexedDB.open("sotong-report", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onsuccess = () => {
        const found = request.result.transaction("files").objectStore("files").get("chosen");
        found.onsuccess = () => done(found.result ? found.result.files.length : 0);
    };
})"""
AGED = """days => {
    const draft = JSON.parse(localStorage.getItem("complaint-draft"));
    localStorage.setItem("complaint-draft", JSON.stringify({...draft, at: draft.at - days * 86400000}));
}"""


@pytest.fixture
def district() -> None:
    """Whoever receives a report."""
    call_command("setup", verbosity=0)


@pytest.fixture
def installed(visit: Visit) -> Visit:
    """The service worker has taken its place, as after a first visit."""
    page = visit("/offline/")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    return visit


def picture() -> FilePayload:
    """A photo as a telephone sends it."""
    content = io.BytesIO()
    Image.effect_noise((1200, 900), 40).convert("RGB").save(content, "JPEG", quality=92)
    return {"name": "sidewalk.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def write(page: Page, *, photos: int = 0, phone: str = PHONE) -> None:
    """A report as a citizen types it."""
    if photos:
        page.locator("input[type=file]").set_input_files([picture() for _ in range(photos)])
        expect(page.locator(".photos li")).to_have_count(photos)
    page.get_by_label("어디인가요?").fill("새빛로 12 새빛초등학교 앞")
    page.get_by_label("무슨 일인가요?").fill(WORDS)
    page.get_by_label("휴대전화 번호").fill(phone)


def send(page: Page) -> None:
    """The one button."""
    page.get_by_role("button", name="보내기", exact=True).click()


def knows_it_is_offline(page: Page, context: BrowserContext) -> None:
    """A renderer that started a moment ago may not have heard of it."""
    if page.evaluate("() => navigator.onLine"):
        context.set_offline(False)
        context.set_offline(True)
    page.wait_for_function("() => !navigator.onLine")


def nothing_is_left(page: Page) -> None:
    """Neither words nor photos stay on the device; the page erases them after it has been shown."""
    page.wait_for_function(f"() => {DRAFT} === null")
    page.wait_for_function(f"() => ({SHELF})().then(count => count === 0)")


def test_report_written_without_a_network_leaves_once_when_it_is_back(
    district: None, installed: Visit, page: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    knows_it_is_offline(installed(NEW), context)
    write(page, photos=2)

    send(page)

    waiting = page.locator("[data-unsent]")
    expect(waiting).to_contain_text("연결되면 보내드려요")
    expect(page.get_by_role("button", name="지금 보내기")).to_have_count(0)
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.reload()  # the page was closed in the meantime
    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    expect(page.locator(".photos li")).to_have_count(2)
    assert Complaint.objects.count() == 0

    context.set_offline(False)
    expect(page.get_by_role("button", name="지금 보내기")).to_be_visible()
    assert Complaint.objects.count() == 0, "not before the reader says so"
    by_hand = context.new_page()
    by_hand.goto(page.url)
    expect(by_hand.locator(".photos li")).to_have_count(2)
    send(by_hand)
    expect(by_hand.locator(".confirmation .number")).to_have_text(NUMBER)
    nothing_is_left(by_hand)
    page.locator(".report").evaluate("form => form.requestSubmit()")  # and again from the page that still has it

    expect(page.locator(".confirmation .number")).to_have_text(by_hand.locator(".confirmation .number").inner_text())
    complaint = Complaint.objects.get()
    assert (complaint.body, complaint.attachments.count()) == (WORDS, 2)
    nothing_is_left(page)


def test_refused_report_keeps_everything_and_says_why(
    district: None, installed: Visit, page: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    knows_it_is_offline(installed(NEW), context)
    write(page, photos=1, phone="02-120-0000")
    send(page)
    context.set_offline(False)

    page.get_by_role("button", name="지금 보내기").click()

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    assert '"state":"editing"' in page.evaluate(DRAFT)
    page.get_by_label("휴대전화 번호").fill(PHONE)
    send(page)
    expect(page.locator(".confirmation .number")).to_have_text(NUMBER)
    assert Complaint.objects.get().attachments.count() == 1
    nothing_is_left(page)


def test_home_tells_of_a_report_that_waits(visit: Visit, page: Page) -> None:
    visit(NEW)
    page.get_by_label("무슨 일인가요?").fill(WORDS)
    expect(page.locator("[data-saved]")).to_contain_text("임시 저장됨")
    page.goto(page.url.replace(NEW, "/"))
    expect(page.locator("[data-waiting]")).to_be_hidden()

    page.evaluate("""() => {
        const draft = JSON.parse(localStorage.getItem("complaint-draft"));
        localStorage.setItem("complaint-draft", JSON.stringify({...draft, state: "sending"}));
    }""")
    page.reload()

    page.get_by_role("link", name="쓰시던 민원이 이 기기에 있어요").click()
    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    expect(page.get_by_role("button", name="지금 보내기")).to_be_visible()
    assert violations(page) == []


def test_draft_is_erased_on_the_readers_word_and_after_a_month(visit: Visit, page: Page) -> None:
    page = visit(NEW)
    write(page, photos=1)
    expect(page.locator("[data-saved]")).to_contain_text("임시 저장됨")
    assert PHONE not in page.evaluate(DRAFT)
    page.on("dialog", lambda dialog: dialog.accept())

    page.get_by_role("button", name="지우기", exact=True).click()

    expect(page.get_by_label("무슨 일인가요?")).to_have_value("")
    nothing_is_left(page)
    page.get_by_label("무슨 일인가요?").fill(WORDS)
    expect(page.locator("[data-saved]")).to_contain_text("임시 저장됨")
    page.evaluate(AGED, 29)
    page.reload()
    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    page.evaluate(AGED, 31)
    page.reload()
    expect(page.get_by_label("무슨 일인가요?")).to_have_value("")
    page.wait_for_function(f"() => {DRAFT} === null")


def test_nothing_is_kept_on_a_shared_device(visit: Visit, page: Page, context: BrowserContext) -> None:
    page = visit(NEW)
    context.add_cookies([{"name": "shared", "value": "1", "url": page.url}])

    write(page, photos=1)
    page.wait_for_timeout(1500)  # longer than the pause after the last key

    assert (page.evaluate(DRAFT), page.evaluate(SHELF)) == (None, 0)
    expect(page.locator("[data-saved]")).to_be_empty()


def test_a_shared_device_keeps_no_favourites_visits_or_words(visit: Visit, page: Page, context: BrowserContext) -> None:
    page = visit("/offline/")
    page.evaluate("""() => {
        const chat = [{label: "챗봇", url: "/chat/", icon: "chat"}];
        localStorage.setItem("favourites", JSON.stringify(chat));
        localStorage.setItem("visits", JSON.stringify({"/chat/": {weight: 9, at: Date.now()}}));
        localStorage.setItem("recent-searches", JSON.stringify(["개명 신청"]));
    }""")
    context.add_cookies([{"name": "shared", "value": "1", "url": page.url.removesuffix("offline/")}])

    visit("/")
    assert page.locator("[data-quick] a").count() == 6
    page.locator("[data-recommend] a").first.click()
    visit("/favourites/")
    page.get_by_role("button", name="챗봇 빼기").click()
    expect(page.locator("[data-chosen] li")).to_have_count(5)
    visit("/")
    page.get_by_role("combobox").fill("이혼")
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/search/**")

    kept = page.evaluate("() => Object.keys(localStorage)")
    assert set(kept) & {"favourites", "favourites-untold", "visits", "recent-searches", "followers"} == set()


def test_signing_out_erases_what_was_kept(visit: Visit, page: Page) -> None:
    page = visit(NEW)
    write(page, photos=1)
    page.wait_for_function(f"words => {DRAFT}?.includes(words)", arg=WORDS)

    page.evaluate("""() => {
        const form = document.querySelector(".report");
        form.action = "/sign-out/";
        form.noValidate = true;
        HTMLFormElement.prototype.submit.call(form);
    }""")

    page.wait_for_url(lambda url: url.endswith("/") and NEW not in url)
    nothing_is_left(page)


def test_without_a_network_any_other_page_says_so(installed: Visit, page: Page, context: BrowserContext) -> None:
    context.set_offline(True)

    installed("/me/")

    expect(page.get_by_role("heading", level=1)).to_have_text("인터넷이 끊겼어요")
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.get_by_role("link", name="민원 쓰기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("민원 신청")


def test_enter_while_a_syllable_is_composed_sends_nothing(visit: Visit, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.is_navigation_request() else None)
    page = visit("/")
    composer = page.context.new_cdp_session(page)
    for path, field in (("/", "[role=combobox]"), ("/chat/", "textarea"), (NEW, "[name=place]")):
        page = visit(path)
        page.locator(field).first.focus()
        sent.clear()

        composer.send("Input.imeSetComposition", {"text": "여ㄱ", "selectionStart": 2, "selectionEnd": 2})
        composer.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
        )
        page.locator(field).first.evaluate(
            "field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
        )
        page.wait_for_timeout(300)

        assert sent == [], path
        expect(page.locator(field).first).to_have_value("여ㄱ")
