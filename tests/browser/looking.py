"""How a page is looked at: accessibility rules, width, targets, and what covers what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
STRICT = (*WCAG, "best-practice")


@contextmanager
def keeping_to_itself(page: Page, *, is_ours: Callable[[str], bool]) -> Iterator[None]:
    """Afterwards: nobody else was asked for anything, and the browser had nothing to complain about."""
    foreign: list[str] = []
    complaints: list[str] = []

    def note_request(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")) and not is_ours(request.url):
            foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        # Chromium reports a page answered with 4xx as an error of its own
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    page.on("request", note_request)
    page.on("console", note_message)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    yield

    assert foreign == []
    assert complaints == []


STICKING = "position => { for (const bar of document.querySelectorAll('.send')) bar.style.position = position; }"


def violations(
    page: Page,
    *,
    rules: tuple[str, ...] = STRICT,
    allowed: frozenset[str] = frozenset(),
    only: tuple[str, ...] = (),
) -> list[str]:
    """What axe finds, as `rule: element` lines; with `only`, by these rules alone."""
    wanted = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": list(rules)}
    page.evaluate(STICKING, "static")  # what scrolls below the bar is no smaller for being half behind it just now
    response: dict[str, Any] = Axe().run(page, options={"runOnly": wanted}).response
    page.evaluate(STICKING, "")
    return [
        f"{found['id']}: {node['html'][:120]}"
        for found in response["violations"]
        if found["id"] not in allowed
        for node in found["nodes"]
    ]


def undescribed(page: Page) -> list[str]:
    """
    What a refused form leaves unsaid to somebody who cannot see it.

    axe finds none of it: fields marked invalid whose description lacks the message, messages that belong to no field, a
    summary whose links lead nowhere, and a title that does not tell.
    """
    found: list[str] = page.evaluate(
        """() => {
            const short = one => one.outerHTML.slice(0, 120);
            const describing = one => [one, one.closest("fieldset")].flatMap(
                each => (each?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
            const invalid = [...document.querySelectorAll("[aria-invalid=true]")];
            const said = invalid.flatMap(describing);
            const isError = id => (document.getElementById(id)?.textContent.trim().length ?? 0) > 0 && /error/.test(id);
            return [
                ...invalid.filter(one => !describing(one).some(isError)).map(one => "no message: " + short(one)),
                ...[...document.querySelectorAll("main .error[id]")].filter(one => !said.includes(one.id))
                    .map(one => "a message of no field: " + short(one)),
                ...[...document.querySelectorAll(".error-summary a")]
                    .filter(one => !document.getElementById(one.hash.slice(1)))
                    .map(one => "leads nowhere: " + short(one)),
                ...(document.querySelector(".error-summary") === document.activeElement ? [] : ["focus is elsewhere"]),
                ...(/^(오류|Error): /.test(document.title) ? [] : ["the title does not say it: " + document.title]),
            ];
        }"""
    )
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    # of the root: a telephone's window grows with a page that is too wide, and the root stays as wide as the screen
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, wider)


# What a finger or an eye meets: a control hidden behind its label (a file input) is as large as the label.
_SHOWN = """control => {
    const size = one => one.getBoundingClientRect().width * one.getBoundingClientRect().height;
    const labels = control.type === "hidden" ? [] : [...(control.labels ?? [])];
    return [control, ...labels].reduce((best, one) => (size(one) > size(best) ? one : best));
}"""


def small_targets(page: Page, *, least: int = 24) -> list[str]:
    """Links, buttons and controls smaller than `least` pixels either way, words inside sentences aside."""
    found: list[str] = page.evaluate(
        f"""least => {{
            const shown = {_SHOWN};
            return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")]
                .filter(e => e.checkVisibility({{visibilityProperty: true}}))
                .filter(e => !e.closest("p, .skip, [aria-hidden=true]"))
                .filter(e => {{
                    const box = shown(e).getBoundingClientRect();
                    return box.width < least || box.height < least;
                }})
                .map(e => e.outerHTML.slice(0, 120));
        }}""",
        least,
    )
    return found


def focus_stops(page: Page, *, most: int = 60) -> list[dict[str, Any]]:
    """Tab through the page: for each stop, what has the focus, and whether all of it can be seen."""
    page.evaluate("document.activeElement?.blur()")
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            f"""() => {{
                const focused = document.activeElement;
                if (!focused || focused === document.body) return null;
                const isTiny = focused.getBoundingClientRect().height < 2;
                const target = isTiny ? ({_SHOWN})(focused) : focused;
                const box = target.getClientRects()[0] ?? target.getBoundingClientRect();
                const middle = box.top + box.height / 2;
                const seen = [.1, .5, .9].map(part => document.elementFromPoint(box.left + box.width * part, middle));
                const style = getComputedStyle(target);
                return {{
                    what: focused.outerHTML.slice(0, 120),
                    isSeen: seen.every(hit => hit !== null && (target === hit || target.contains(hit))),
                    isOutlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                }};
            }}"""
        )
        if stop is None:
            break
        stops.append(stop)
    return stops
