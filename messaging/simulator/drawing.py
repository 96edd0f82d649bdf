"""What every page of the simulator is drawn with: the sheet around it, icons, Korean numbers and times."""

from datetime import date, datetime
from html import escape

_WEEKDAYS = "월화수목금토일"
_ICONS = {
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>',
    "send": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "switches": '<path d="M4 8h9M19 8h1M4 16h1M11 16h9"/><circle cx="16" cy="8" r="3"/><circle cx="8" cy="16" r="3"/>',
    "power": '<path d="M12 4v8"/><path d="M7.2 7a7 7 0 1 0 9.6 0"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M11 18.5h2"/>',
    "desk": '<path d="M4 18a8 8 0 1 1 16 0"/><path d="M12 18l3.5-6.5"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5a6.5 6.5 0 0 1 13 0"/>'
    '<path d="M15.5 5.4a3.5 3.5 0 0 1 0 6.2M18 14.2a6.5 6.5 0 0 1 3.5 5.3"/>',
    "fault": '<path d="M13 2.5L5 13.5h6l-1 8 8-11h-6z"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "list": '<path d="M8.5 6H20M8.5 12H20M8.5 18H20M4 6h.5M4 12h.5M4 18h.5"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14"/>',
}


def icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_ICONS[name]}</svg>'


def sheet(title: str, body: str, *, style: str) -> str:
    """A whole document."""
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{escape(title)}</title><link rel="icon" href="/static/phone.svg">'
        '<link rel="stylesheet" href="/static/base.css"><link rel="stylesheet" href="/static/phone.css">'
        '<link rel="stylesheet" href="/static/desk.css"><script type="module" src="/static/handsets.js"></script>'
        f'</head><body class="{style}">{body}</body></html>'
    )


def masthead(here: str, *, title: str, beside: str = "") -> str:
    """The line above the wall and the desk: where we are, the way to the other one, and how it goes."""
    places = (("/", "phone", "휴대전화"), ("/desk/", "desk", "관제판"))
    links = "".join(
        f'<a href="{place}"{" aria-current=page" if place == here else ""}>{icon(sign)}{label}</a>'
        for place, sign, label in places
    )
    return (
        '<a class="skip" href="#main">본문으로 건너뛰기</a><header class="masthead">'
        f'<div class="brand"><p>통신사 모의기</p><h1>{escape(title)}</h1></div>{beside}'
        f'<nav aria-label="화면">{links}</nav></header>'
    )


def empty(title: str, sentence: str, *, sign: str = "phone") -> str:
    return f'<div class="empty">{icon(sign)}<p><strong>{title}</strong></p><p>{sentence}</p></div>'


def plain_page(title: str, sentence: str) -> str:
    """A page that says one thing: not found, refused."""
    body = f"""<main class="notice"><h1>{escape(title)}</h1><p>{escape(sentence)}</p>
<p><a href="/">휴대전화 목록</a></p></main>"""
    return sheet(title, body, style="plain-page")


def picture_page(sha256: str, *, alt: str, back: str) -> str:
    """One received picture in full size."""
    file = f"/pictures/{sha256}.jpg"
    body = f"""<main class="picture-full"><h1 class="sr-only">{escape(alt)}</h1>
<a class="round" href="{escape(back)}" aria-label="닫기">{icon("close")}</a>
<a class="whole" href="{file}" aria-label="그림 파일 열기"><img src="{file}" alt="{escape(alt)}"></a></main>"""
    return sheet(alt, body, style="picture-page")


def dashed(number: str) -> str:
    """A number as people write it."""
    if len(number) == 8:
        return f"{number[:4]}-{number[4:]}"
    area = 2 if number.startswith("02") else 3
    return f"{number[:area]}-{number[area:-4]}-{number[-4:]}" if len(number) > 8 else number


def masked(number: str) -> str:
    """A citizen's number on a screen that many people see."""
    return f"{number[:3]}-****-{number[-4:]}"


def clock(at: datetime) -> str:
    return f"{'오전' if at.hour < 12 else '오후'} {at.hour % 12 or 12}:{at.minute:02}"


def long_day(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일 {_WEEKDAYS[day.weekday()]}요일"


def short_when(at: datetime, today: date) -> str:
    """The time today, the day before that."""
    return clock(at) if at.date() == today else f"{at.month}월 {at.day}일"
