"""Every page of the citizens' site, from the URL configuration: read by axe in each light and language, small and large."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Page, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from chatbot.models import FaqFacet
from portal.accounts import proofs
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.site.models import Post
from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, small_targets, undescribed, violations
from tests.site.ownership import OWNER, Ownership, build
from tests.site.routes_expected import CITIZENS_PAGES, declared
from tests.site.test_pushing import vapid_key

SMALL, PHONE = ViewportSize(width=320, height=568), ViewportSize(width=390, height=844)
# All that a change of colours can break; and a rule that axe keeps apart.
COLOURS = ("color-contrast", "link-in-text-block", "label-content-name-mismatch")
AGAIN = "/sign-in/again/"
LONG = "가나다라마바사아자차카타파하" * 12 + " https://example.invalid/" + "long" * 40
# Routes without a page of their own to look at, by the reason why.
NO_PAGE = {
    "read by programs, not by people": """
        site:suggest site:sitemap site:robots site:feed site:livez site:readyz site:manifest site:worker
        site:calendar_feed complaints:places complaints:nearby complaints:map_data complaints:map_lines
        complaints:open311:discovery complaints:open311:services complaints:open311:service complaints:open311:requests complaints:open311:request
        complaints:open311:token complaints:open311:nowhere chatbot:api chatbot:kakao messaging:hook
        messaging:api:messages messaging:api:message messaging:api:replies messaging:api:templates messaging:api:schema
        messaging:api:nowhere notices:payment_hook notices:relay_hook
    """,
    "a picture or a file": """
        complaints:photo complaints:file complaints:blank notices:picture notices:document chatbot:picture
        certificates:document certificates:received_document
    """,
    "takes a form and leads on to a page that is looked at": """
        site:visits site:language site:sign_out site:my_favourites site:sign_in_passkey chatbot:turn chatbot:feedback
        notices:short notices:bill_returned
    """,
    "leads away to the provider of another sign-in, and back": """
        kakao_login kakao_callback naver_login naver_callback
    """,
    "the offline page, looked at under its own address": "site:offline_in",
}


def _posts(own: Ownership) -> None:
    """One ordinary piece of news, and a job whose words know no end."""
    department, by = own.rows["department"], own.user("admin")
    today = day_in_korea(clock.now())
    for kind, slug, title, body in (
        ("news", "snow", "눈이 오면 내 집 앞부터", "## 왜\n- 미끄러워요\n\n함께 치워요."),
        ("job", "library", LONG[:80], LONG * 3),
    ):
        Post.objects.create(
            kind=kind,
            slug=slug,
            title=title,
            summary=title[:100],
            body=body,
            department=department,
            published_on=today,
            changed_at=clock.now(),
            changed_by=by,
        )


def addresses(own: Ownership) -> dict[str, tuple[str, ...]]:
    """Where each page is found; twice or more where its states have addresses of their own."""
    case, paths = f"/complaints/{own.rows['complaint'].number}/", own.paths
    return {
        "site:home": ("/",),
        "site:menu": ("/menu/",),
        "site:help": ("/help/",),
        "site:privacy": ("/privacy/",),
        "site:accessibility": ("/accessibility/",),
        "site:search": ("/search/", "/search/?q=대형폐기물", "/search/?q=뷁뷁", f"/search/?q={LONG}"),
        "site:guides": ("/services/",),
        "site:guide": ("/services/waste-bulky/",),
        "site:departments": ("/departments/",),
        "site:news": ("/news/",),
        "site:news_post": ("/news/snow/",),
        "site:job": ("/jobs/",),
        "site:job_post": ("/jobs/library/",),
        "site:moving_in": ("/moving-in/",),
        "site:status": ("/status/",),
        "site:look": ("/look/",),
        "site:favourites": ("/favourites/",),
        "site:offline": ("/offline/",),
        "site:components": ("/dev/components/", "/no-such-page/"),
        "site:refusal": tuple(f"/dev/components/{code}/" for code in (400, 403, 405, 409, 413, 422, 429, 500, 503)),
        "site:sign_in": ("/sign-in/",),
        "site:sign_in_code": ("/sign-in/code/",),
        "site:sign_in_again": (AGAIN,),
        "site:me": ("/me/",),
        "site:devices": ("/me/sessions/",),
        "site:passkeys": ("/me/passkeys/",),
        "site:leave": ("/me/leave/",),
        "site:my_complaints": ("/me/complaints/",),
        "site:my_notices": ("/me/notices/",),
        "site:my_bills": ("/me/bills/",),
        "site:messages": ("/me/messages/",),
        "site:calendar": ("/me/calendar/",),
        "site:download": ("/me/download/",),
        "site:push": ("/me/push/",),
        "site:certificate_new": ("/me/certificates/new/",),
        "certificates:wallet": ("/me/certificates/",),
        "messaging:my_preferences": ("/me/alerts/",),
        "messaging:preferences": (paths["messaging:preferences"], "/alerts/nobodys/"),
        "complaints:new": ("/complaints/new/", f"/complaints/new/?text={LONG}"),
        "complaints:parking": ("/complaints/parking/",),
        "complaints:track": ("/complaints/track/",),
        "complaints:link": (f"/c/{own.rows['complaint'].token}/",),
        "complaints:following": ("/complaints/following/",),
        "complaints:map": ("/complaints/map/",),
        "complaints:detail": (case,),
        "complaints:due": (f"{case}due/",),
        "complaints:edit": (f"{case}edit/",),
        "complaints:phone": (f"{case}phone/",),
        "complaints:withdraw": (f"{case}withdraw/",),
        "certificates:detail": (paths["certificates:detail"],),
        "certificates:hand_in": (paths["certificates:hand_in"],),
        "certificates:link": (paths["certificates:link"],),
        "certificates:receive": tuple(
            paths[name] for name in ("certificates:receive", "hand-in that waits", "hand-in taken back")
        ),
        "notices:verify": ("/verify/",),
        "notices:verify_code": (paths["notices:verify_code"], "/verify/ABCD-EFGH-IJKL/"),
        "notices:link": (paths["notices:link"],),
        "notices:bill": (paths["notices:bill"], "/pay/nobodys/"),
        "chatbot:chat": ("/chat/", "/chat/?q=대형폐기물"),
        "chatbot:resume": (paths["chatbot:resume"], paths["form given up"]),
        "chatbot:map": (paths["chatbot:map"],),
    }


@pytest.fixture
def own(db: None, settings: Settings, tmp_path: Path, live_server: LiveServer) -> Ownership:
    """Everything there is."""
    settings.MEDIA_DIR, settings.SITE_URL, settings.PUSH_VAPID_KEY = tmp_path, live_server.url, vapid_key()
    made = build()
    _posts(made)
    FaqFacet.objects.create(faq=made.rows["faq"], kind="fee", text=LONG[:200])
    return made


@pytest.fixture
def opened(visit: Visit, own: Ownership, page: Page, live_server: LiveServer) -> Visit:
    """
    The browser of 윤초롱, let in everywhere: her notice, her bill and what she handed in are open, a code was sent.

    No page asks her again who she is, but for the one that does nothing else.
    """
    client, now = Client(), clock.now()
    client.force_login(own.user("owner"))
    session = client.session
    session["sign_in.handle"] = proofs.begin(phone=OWNER[2], purpose="sign_in", address="203.0.113.9", now=now).handle
    session.save()
    for path, typed in own.openings:
        client.get(path)
        client.post(path, typed)
    site = urlsplit(live_server.url)
    for name, cookie in client.cookies.items():
        path = str(cookie["path"] or "/")
        page.context.add_cookies([{"name": name, "value": cookie.value, "domain": str(site.hostname), "path": path}])

    def open_path(path: str) -> Page:
        session["proven_at"] = 0 if path == AGAIN else int(now.timestamp())
        session.save()
        return visit(path)

    return open_path


def test_every_page_is_looked_at(own: Ownership) -> None:
    pages = set(declared(CITIZENS_PAGES)) - set(" ".join(NO_PAGE.values()).split())

    assert pages == set(addresses(own)), (
        "say in addresses() where the page is found, or in NO_PAGE why nobody looks at it"
    )


def _faults(page: Page, path: str) -> Iterator[str]:
    """One page in every light, at every width and by the keyboard."""
    yield from _strayed(page, path)
    yield from (f"light {found}" for found in violations(page))
    page.emulate_media(color_scheme="dark")
    yield from (f"dark {found}" for found in violations(page, only=COLOURS))
    page.emulate_media(color_scheme="light", contrast="more")
    yield from (f"contrast {found}" for found in violations(page, only=COLOURS))
    page.emulate_media(contrast="no-preference")
    for stop in focus_stops(page, most=80):
        if not stop["isSeen"] or not stop["isOutlined"]:
            yield f"focus {'covered' if not stop['isSeen'] else 'not outlined'}: {stop['what']}"
    page.set_viewport_size(SMALL)
    yield from _narrow_faults(page, "320 px")
    page.set_viewport_size(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if wider := overflow(page):
        yield f"twice the text: {wider} px too wide"


def _strayed(page: Page, path: str) -> Iterator[str]:
    """What leads elsewhere is not the page that was meant."""
    if urlsplit(page.url).path != quote(urlsplit(path).path):
        yield f"leads to {urlsplit(page.url).path}"


def _narrow_faults(page: Page, where: str) -> Iterator[str]:
    if wider := overflow(page):
        yield f"{where}: {wider} px too wide"
    yield from (f"{where} small: {found}" for found in small_targets(page))


@pytest.mark.timeout(1800)  # some forty pages each, tabbed through, read by axe three times and looked at at two widths
@pytest.mark.parametrize("part", ["site", "rooms"])
def test_every_page_can_be_read_touched_and_tabbed_through(opened: Visit, own: Ownership, part: str) -> None:
    found = []
    for name, paths in addresses(own).items():
        for path in paths if name.startswith("site:") == (part == "site") else ():
            page = opened(path)
            found += [f"{path[:60]} {fault}" for fault in _faults(page, path)]
            page.set_viewport_size(PHONE)

    assert found == []


@pytest.mark.timeout(1800)  # some sixty pages again
def test_every_page_can_be_read_in_english(opened: Visit, own: Ownership, page: Page, live_server: LiveServer) -> None:
    page.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    page.set_viewport_size(SMALL)
    found = []
    kept_on_the_device = {"site:offline": ("/offline/en/",)}  # the only page whose language is part of its address
    for paths in (addresses(own) | kept_on_the_device).values():
        page = opened(paths[0])
        if page.locator("html").get_attribute("lang") != "en":
            found.append(f"{paths[0]} is not in English")
        found += [f"{paths[0][:60]} {fault}" for fault in _english_faults(page, paths[0])]

    assert found == []


def _english_faults(page: Page, path: str) -> Iterator[str]:
    yield from _strayed(page, path)
    yield from violations(page)
    yield from _narrow_faults(page, "320 px")


FORMS = ("/complaints/new/", "/complaints/track/", "/sign-in/")
_SEND_EMPTY = """() => {
    const isTyped = "input:not([type=hidden]):not([type=search]), textarea, select";
    const form = [...document.querySelectorAll("main form")].find(one => one.querySelector(isTyped));
    for (const field of form.querySelectorAll(isTyped)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = false;
        else field.value = "";
    }
    HTMLFormElement.prototype.submit.call(form);
}"""


def test_every_refused_form_says_beside_each_field_what_is_wrong(opened: Visit) -> None:
    found = []
    for path in FORMS:
        page = opened(path)
        with page.expect_navigation():
            page.evaluate(_SEND_EMPTY)
        if page.locator("[aria-invalid=true]").count() == 0:
            found.append(f"{path} refuses nothing")
        found += [f"{path} {fault}" for fault in (*undescribed(page), *_faults(page, path))]
        page.set_viewport_size(PHONE)

    assert found == []
