"""A citizen with a telephone's browser and no JavaScript."""

import re
from html import unescape
from types import TracebackType
from typing import Any

import httpx


class Citizen:
    """Keeps cookies, follows redirects, fills in what a page hides in its forms."""

    def __init__(self, site: str) -> None:
        self.browser = httpx.Client(base_url=site, follow_redirects=True, trust_env=False, timeout=120)

    def __enter__(self) -> "Citizen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.browser.close()

    def open(self, path: str) -> str:
        """The page, which must be there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def send(self, path: str, page: str, *, files: Any = None, **typed: str) -> httpx.Response:
        """Fill in the form of `page` that goes to `path` and asks for what was typed, and press its button."""
        return self.browser.post(path, data={**hidden_fields(page, path, set(typed)), **typed}, files=files)


def hidden_fields(page: str, action: str, asked: set[str]) -> dict[str, str]:
    """The hidden inputs of the last such form; a form without an action goes to its own page."""
    found: dict[str, str] = {}
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        goes_there = f'action="{action}"' in attributes or "action=" not in attributes
        if goes_there and all(f'name="{name}"' in inside for name in asked):
            found = {}
            for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", inside):
                name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
                if name:
                    found[name[1]] = unescape(value[1]) if value else ""
    assert found, f"no form of the page goes to {action} and asks for {sorted(asked)}"
    return found
