"""Takes the README's pictures from the running demo with the system's Chromium, as a citizen and as an official."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "img"
PHONE = (390, 844)
DESK = (1280, 800)
OFFICIAL = "examiner"  # sees every department
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
            citizens_side(browser, options.site, options.handsets)
            officials_side(browser, options.site)
        except BrowserError as error:
            print(f"{error.message.splitlines()[0]}\n./run 이 켜져 있는지 확인해 주세요.", file=sys.stderr)
            return 1
        finally:
            browser.close()
    return 0


def citizens_side(browser: Browser, site: str, handsets: str) -> None:
    """The front door by day and by night, an answer, a handset, and the case its message leads to."""
    for name, scheme in (("home", "light"), ("home-dark", "dark")):
        with screen(browser, PHONE, scheme) as page:
            page.goto(site)
            take(page, name)
    with screen(browser, PHONE) as page:
        page.goto(f"{site}/chat/?q=대형폐기물은 어떻게 버리나요?")
        take(page, "chat")
    with screen(browser, PHONE) as page:
        link = message_about_a_case(page, handsets)
        take(page, "handset")
        page.goto(link)
        take(page, "phone")


def officials_side(browser: Browser, site: str) -> None:
    """The board."""
    with screen(browser, DESK) as page:
        page.goto(f"{site}/admin/")
        page.get_by_label("아이디").fill(OFFICIAL)
        page.get_by_label("비밀번호").fill(password())
        page.get_by_role("button", name="로그인").click()
        page.wait_for_url("**/admin/")
        take(page, "officials")


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


def password() -> str:
    """What the demo chose for our official."""
    printed = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "demo_logins"], capture_output=True, text=True, check=True
    ).stdout
    return next(line.split()[1] for line in printed.splitlines() if line.startswith(OFFICIAL))


@contextmanager
def screen(browser: Browser, size: tuple[int, int], scheme: str = "light") -> Iterator[Page]:
    """A page of that size, at twice the pixels on a telephone."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size == PHONE else 1,
        is_mobile=size == PHONE,
        has_touch=size == PHONE,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        color_scheme="dark" if scheme == "dark" else "light",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def take(page: Page, name: str) -> None:
    """Write docs/img/NAME.png with 256 colours: a third of the size, and nobody sees the difference."""
    page.wait_for_load_state("networkidle")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
