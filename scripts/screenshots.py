"""Takes the README's pictures from the running demo with the system's Chromium, as a citizen and as an official."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "img"
PHONE = (390, 844)
DESK = (1280, 800)
SCREENS = {
    "home": "/",
    "search": "/search/?q=대형페기물",
    "guide": "/services/waste-bulky/",
    "report": "/complaints/new/",
    "case": "",
    "chat": "/chat/?q=대형폐기물은 어떻게 버리나요?",
    "map": "/complaints/map/",
    "me": "/me/",
    "bills": "/me/bills/",
    "alerts": "/me/alerts/",
    "certificates": "/me/certificates/",
    "news": "/news/",
}
CODE = re.compile(r"#(\d{6})")
NUMBER = re.compile(r"\d{10,11}")
CODE_SECONDS = 120  # a demo that has just begun has other texts to send first
COLOURS = 128  # of a picture: a third of the size, and nobody sees the difference
BEST_STAGES = ("inspecting", "reviewing", "assigned", "resolved")  # some of the way done, some of it still to come


def main() -> int:
    """Every picture, one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://localhost:8000", help="where ./run serves the portal")
    parser.add_argument("--handsets", default="http://localhost:8100", help="where ./run serves the handsets")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("Chromium이 없습니다. CHROMIUM=경로로 알려 주세요.", file=sys.stderr)
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        try:
            citizens_side(browser, options.site.rstrip("/"), options.handsets.rstrip("/"))
            officials_side(browser, options.site.rstrip("/"))
        except BrowserError as error:
            print(f"{error.message.splitlines()[0]}\n./run 이 켜져 있는지 확인해 주세요.", file=sys.stderr)
            return 1
        finally:
            browser.close()
    return 0


def citizens_side(browser: Browser, site: str, handsets: str) -> None:
    """The twelve main screens by day and by night, and the handset of whoever is signed in."""
    with screen(browser, PHONE) as page:
        case = message_about_a_case(page, handsets)
        take(page, "handset")
        state = signed_in(page, site)
    for ending, scheme in (("", "light"), ("-dark", "dark")):
        with screen(browser, PHONE, scheme, state=state) as page:
            for name, path in SCREENS.items():
                page.goto(case if name == "case" else site + path)
                if name == "chat" and not page.locator(".said[data-seq]").count():
                    page.get_by_role("button", name="보내기").click()
                    page.locator(".said[data-seq]").first.wait_for()
                take(page, name + ending)


def signed_in(page: Page, site: str) -> StorageState:
    """Sign in as whose handset is open: ask for a code, and read it where it arrives."""
    handset = page.url
    number = NUMBER.findall(handset)[-1]
    known = CODE.findall(page.locator("main").inner_text())
    page.goto(f"{site}/sign-in/?next=/me/")
    page.get_by_label("휴대전화 번호").fill(number)
    page.get_by_role("button", name="인증번호 받기").click()
    waiting = page.url
    for _ in range(CODE_SECONDS):
        page.goto(handset)
        found = CODE.findall(page.locator("main").inner_text())
        if found != known:
            break
        page.wait_for_timeout(1000)
    else:
        raise SystemExit("인증번호가 휴대전화에 오지 않았습니다. 발송 일꾼이 돌고 있는지 확인해 주세요.")
    page.goto(waiting)
    page.get_by_label("인증번호 6자리").fill(found[-1])
    page.get_by_role("button", name="로그인").click()
    page.wait_for_url("**/me/")
    return page.context.storage_state()


def officials_side(browser: Browser, site: str) -> None:
    """The board, the worklist, a case, and a campaign that is being answered."""
    with at_the_desk(browser, site, "examiner") as page:
        take(page, "officials")
        page.goto(f"{site}/admin/complaints/complaint/?tab=all")
        take(page, "officials-worklist")
        page.locator("[data-open]").first.click()
        page.wait_for_url("**/case/")
        take(page, "officials-case")
    with at_the_desk(browser, site, "notice") as page:
        page.goto(f"{site}/admin/notices/campaign/")
        page.locator("#result_list th a, [data-campaign] a").first.click()
        take(page, "officials-campaign")


@contextmanager
def at_the_desk(browser: Browser, site: str, official: str) -> Iterator[Page]:
    """An official, signed in with both factors."""
    with screen(browser, DESK) as page:
        page.goto(f"{site}/admin/")
        page.get_by_label("아이디").fill(official)
        page.get_by_label("비밀번호").fill(password(official))
        page.get_by_role("button", name="로그인").click()
        page.get_by_role("button", name="확인하고 들어가기").click()  # the demo writes the second factor itself
        page.wait_for_url("**/admin/")
        yield page


def message_about_a_case(page: Page, handsets: str) -> str:
    """Open the handset whose latest message is about the case best worth showing; the address behind its button."""
    page.goto(handsets)
    phones = [str(row.get_attribute("href")) for row in page.locator(".phones a").all()]
    found: dict[str, tuple[str, str]] = {}
    for phone in phones:
        page.goto(handsets + phone)
        for button in page.locator('.links a[href*="/c/"]').all()[-1:]:
            link = str(button.get_attribute("href"))
            page.goto(link)
            stage = str(page.locator(".badge").first.get_attribute("class")).rpartition("badge-")[2]
            found.setdefault(stage, (phone, link))
        if BEST_STAGES[0] in found:
            break
    best = next((found[stage] for stage in BEST_STAGES if stage in found), None)
    if best is None:
        raise SystemExit("민원 알림이 도착한 휴대전화가 없습니다. 시범 자료가 채워진 뒤 다시 해 주세요.")
    page.goto(handsets + best[0])
    return best[1]


def password(official: str) -> str:
    """What the demo chose for that official."""
    printed = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "demo_logins"], capture_output=True, text=True, check=True
    ).stdout
    return next(line.split()[1] for line in printed.splitlines() if line.startswith(official))


@contextmanager
def screen(
    browser: Browser, size: tuple[int, int], scheme: str = "light", *, state: StorageState | None = None
) -> Iterator[Page]:
    """A page of that size, at twice the pixels on a telephone."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size == PHONE else 1,
        is_mobile=size == PHONE,
        has_touch=size == PHONE,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        color_scheme="dark" if scheme == "dark" else "light",
        storage_state=state,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def take(page: Page, name: str) -> None:
    """Write docs/img/NAME.png in few colours."""
    page.wait_for_load_state("networkidle")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
