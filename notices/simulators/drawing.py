"""The sheet every page of these simulators is drawn on, Korean amounts and times."""

from datetime import datetime
from html import escape

from messaging.simulator.truth import KST
from messaging.simulator.wire import Answer


def page(title: str, body: str, *, brand: str, status: int = 200) -> Answer:
    """A whole document."""
    document = (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{escape(title)} · {escape(brand)}</title><link rel="stylesheet" href="/provider.css">'
        f'</head><body><header><p>{escape(brand)}</p><p class="mark">시험용</p></header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = (("cache-control", "no-store"), ("referrer-policy", "no-referrer"))
    return Answer(status, document.encode(), "text/html; charset=utf-8", headers)


def see_other(place: str) -> Answer:
    """The way on after a form."""
    return Answer(303, b"", "text/plain", (("location", place),))


def facts(rows: list[tuple[str, str]]) -> str:
    """A list of names and values."""
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>' for name, value in rows)}</dl>"


def button(label: str, act: str, *, style: str = "") -> str:
    """One button of a form that says what to do."""
    return f'<button class="{style}" name="act" value="{act}">{escape(label)}</button>'


def won(amount: int) -> str:
    """1,234원."""
    return f"{amount:,}원"


def moment(text: str) -> str:
    """An ISO moment as Koreans write it."""
    at = datetime.fromisoformat(text).astimezone(KST)
    return f"{at.year}. {at.month}. {at.day}. {at:%H:%M}"
