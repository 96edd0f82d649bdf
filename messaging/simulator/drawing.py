"""Draws the handsets: a list of phones, and one phone as its citizen sees it. Every value is escaped here."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from html import escape
from itertools import groupby

from messaging.simulator.world import Bubble, Phone

NameOf = Callable[[str], str]
_SIGNATURE = re.compile(r"\s*\[([^\[\]]{1,20})\]")
_CHANNELS = {"sms": "SMS", "lms": "LMS", "mms": "MMS", "alimtalk": "알림톡"}
_WEEKDAYS = "월화수목금토일"
_SWITCHES = (
    ("off", "전원 끄기", "문자는 다시 켤 때 도착하고, 알림톡은 전달되지 않습니다."),
    ("no_kakao", "카카오톡 없음", "알림톡이 접수에서 거절됩니다."),
    ("blocked", "채널 차단", "알림톡이 전달되지 않습니다."),
    ("no_such_number", "없는 번호", "무엇을 보내도 전달되지 않습니다."),
)
_BADGES = {"off": "꺼짐", "no_kakao": "카카오톡 없음", "blocked": "채널 차단", "no_such_number": "없는 번호"}
_ICONS = {
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>',
    "send": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "switches": '<path d="M4 8h9M19 8h1M4 16h1M11 16h9"/><circle cx="16" cy="8" r="3"/><circle cx="8" cy="16" r="3"/>',
    "power": '<path d="M12 4v8"/><path d="M7.2 7a7 7 0 1 0 9.6 0"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M11 18.5h2"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
}


def _icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_ICONS[name]}</svg>'


def _page(title: str, body: str, *, style: str) -> str:
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{escape(title)}</title><link rel="icon" href="/static/phone.svg">'
        '<link rel="stylesheet" href="/static/handsets.css"><script type="module" src="/static/handsets.js"></script>'
        f'</head><body class="{style}">{body}</body></html>'
    )


def dashed(number: str) -> str:
    """A number as people write it."""
    if len(number) == 8:
        return f"{number[:4]}-{number[4:]}"
    area = 2 if number.startswith("02") else 3
    return f"{number[:area]}-{number[area:-4]}-{number[-4:]}" if len(number) > 8 else number


def _clock(at: datetime) -> str:
    return f"{'오전' if at.hour < 12 else '오후'} {at.hour % 12 or 12}:{at.minute:02}"


def _day(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일 {_WEEKDAYS[day.weekday()]}요일"


def _when(at: datetime, today: date) -> str:
    return _clock(at) if at.date() == today else f"{at.month}월 {at.day}일"


def plain_page(title: str, sentence: str) -> str:
    """A page that says one thing: not found, refused."""
    body = f"""<main class="plain"><h1>{escape(title)}</h1><p>{escape(sentence)}</p>
<p><a href="/">휴대전화 목록</a></p></main>"""
    return _page(title, body, style="list-page")


# --- the list -----------------------------------------------------------------------------------------------------


def phones_page(
    phones: Sequence[Phone], *, total: int, query: str, today: date, name_of: NameOf, problem: str = ""
) -> str:
    """All handsets, newest activity first."""
    counted = f"휴대전화 {total:,}대" if total else "시민의 휴대전화가 여기에 나타납니다"
    body = f"""<header class="top"><p class="kind">통신사 모의기</p><h1>시민의 휴대전화</h1>
<p class="lead">포털이 보낸 문자와 알림톡이 도착하는 곳입니다. 한 대를 골라 시민처럼 답장해 보세요.</p>
<form class="search" method="get" action="/" role="search"><label class="sr-only" for="q">전화번호나 이름 찾기</label>
<input id="q" name="q" type="search" value="{escape(query)}" placeholder="전화번호나 이름" autocomplete="off">
<button aria-label="찾기">{_icon("search")}</button></form></header>
<main id="live" aria-label="휴대전화 목록"><p class="count">{counted}</p>
{_phone_rows(phones, query, today, name_of)}</main>
<footer class="open"><form method="post" action="/phones/"><label for="number">다른 번호의 휴대전화 열기</label>
<div class="row"><input id="number" name="number" inputmode="tel" placeholder="010-1234-5678" autocomplete="off"
required><button>열기</button></div><p class="problem" role="alert">{escape(problem)}</p></form></footer>"""
    return _page("시민의 휴대전화 · 통신사 모의기", body, style="list-page")


def _phone_rows(phones: Sequence[Phone], query: str, today: date, name_of: NameOf) -> str:
    if phones:
        return f'<ul class="phones">{"".join(_phone_row(phone, today, name_of) for phone in phones)}</ul>'
    if query:
        return _empty("찾는 휴대전화가 없습니다", "번호 일부나 이름으로 다시 찾아보세요.")
    return _empty("아직 받은 문자가 없습니다", "포털이 문자를 보내면 받은 휴대전화가 바로 나타납니다.")


def _empty(title: str, sentence: str) -> str:
    return f'<div class="empty">{_icon("phone")}<p><strong>{title}</strong></p><p>{sentence}</p></div>'


def _phone_row(phone: Phone, today: date, name_of: NameOf) -> str:
    visible = phone.visible
    last = visible[-1] if visible else None
    name = name_of(phone.number)
    badges = "".join(f'<span class="badge">{_BADGES[one]}</span>' for one in _BADGES if one in phone.switches)
    snippet = "받은 문자가 없습니다" if last is None else ("" if last.is_ours else "나: ") + _snippet(last)
    when = "" if last is None else f'<time datetime="{last.at.isoformat()}">{_when(last.at, today)}</time>'
    style = "kakao" if last is not None and last.channel == "alimtalk" else "text"
    return (
        f'<li><a href="/phones/{phone.number}/">'
        f'<span class="face {style}" aria-hidden="true">{escape(_face(phone, name))}</span>'
        f'<span class="who">{escape(name or dashed(phone.number))}{_second_line(name, phone)}</span>{when}'
        f'<span class="snippet">{escape(snippet)}</span><span class="badges">{badges}</span></a></li>'
    )


def _face(phone: Phone, name: str) -> str:
    return name[-2:] if name else phone.number[-4:]


def _second_line(name: str, phone: Phone) -> str:
    return f" <small>{dashed(phone.number)}</small>" if name else ""


def _snippet(bubble: Bubble) -> str:
    flat = " ".join(f"{bubble.title} {bubble.text}".split())
    return flat[:60] + ("…" if len(flat) > 60 else "")


# --- one phone ----------------------------------------------------------------------------------------------------


def phone_page(phone: Phone, *, offices: Iterable[str], now: datetime, name: str) -> str:
    """One handset: the conversation, a box to answer, the switches."""
    title = name or dashed(phone.number)
    is_off = "off" in phone.switches
    under = f"<p>{dashed(phone.number)}</p>" if name else ""
    body = f"""<main class="device"><div class="status" aria-hidden="true"><span id="clock">{now:%-H:%M}</span>
<span class="island"></span><span class="signal">LTE<i></i></span></div>
<header class="bar"><a class="round" href="/" aria-label="휴대전화 목록">{_icon("back")}</a>
<div class="title"><h1>{escape(title)}</h1>{under}</div>{_switches(phone)}</header>
<div class="screen"><div class="roll" id="live" role="log" aria-label="대화">
{_off(phone) if is_off else _conversation(phone)}</div></div>
{"" if is_off else _composer(phone, list(offices))}</main>"""
    return _page(f"{title}의 휴대전화", body, style="phone-page")


def _switches(phone: Phone) -> str:
    rows = "".join(_switch(phone, *switch) for switch in _SWITCHES)
    return (
        '<details class="switches"><summary class="round" aria-label="휴대전화 상태 바꾸기">'
        f"{_icon('switches')}</summary>"
        f'<div class="sheet"><p class="sheet-title">휴대전화 상태</p>{rows}</div></details>'
    )


def _switch(phone: Phone, name: str, label: str, effect: str) -> str:
    is_on = name in phone.switches
    return (
        f'<form method="post" action="/phones/{phone.number}/switches/">'
        f'<input type="hidden" name="name" value="{name}">'
        f'<input type="hidden" name="on" value="{"" if is_on else "1"}">'
        f'<button class="switch" role="switch" aria-checked="{"true" if is_on else "false"}">'
        f"<span><b>{label}</b><small>{effect}</small></span><i></i></button></form>"
    )


def _off(phone: Phone) -> str:
    waiting = len(phone.waiting)
    sentence = f"기다리는 문자가 {waiting}건 있습니다." if waiting else "켜면 그동안의 문자가 도착합니다."
    return f"""<div class="off">{_icon("power")}<p><strong>전원이 꺼져 있습니다</strong></p><p>{sentence}</p>
<form method="post" action="/phones/{phone.number}/switches/"><input type="hidden" name="name" value="off">
<input type="hidden" name="on" value=""><button>켜기</button></form></div>"""


def _conversation(phone: Phone) -> str:
    visible = phone.visible
    if not visible:
        return _empty("아직 받은 문자가 없습니다", "포털이 이 번호로 보내면 여기에 도착합니다.")
    days = groupby(visible, key=lambda bubble: bubble.at.date())
    items = "".join(f'<li class="day">{_day(day)}</li>{_bubbles(list(bubbles))}' for day, bubbles in days)
    return f'<ol class="talk">{items}</ol>'


def _bubbles(bubbles: Sequence[Bubble]) -> str:
    """One day; who speaks is said whenever it changes, where an answer goes only if it goes elsewhere."""
    drawn, speaker, office = [], "", ""
    for bubble in bubbles:
        said = _speaker(bubble)
        repeats = said == speaker if bubble.is_ours else bubble.office == office
        drawn.append(_bubble(bubble, "" if repeats else said))
        speaker = said if bubble.is_ours else speaker
        office = bubble.office
    return "".join(drawn)


def _speaker(bubble: Bubble) -> str:
    if not bubble.is_ours:
        return f"{dashed(bubble.office)}에 보냄"
    if bubble.channel != "alimtalk":
        return dashed(bubble.office)
    signed = _SIGNATURE.match(bubble.text)
    return f"카카오톡 · {signed[1]}" if signed else "카카오톡"


def _bubble(bubble: Bubble, speaker: str) -> str:
    side = "theirs" if bubble.is_ours else "mine"
    said = f'<p class="speaker">{escape(speaker)}</p>' if speaker else ""
    inside = _card(bubble) if bubble.channel == "alimtalk" else _text(bubble)
    label = f" · {_CHANNELS[bubble.channel]}" if bubble.is_ours else ""
    time = f'<time datetime="{bubble.at.isoformat()}">{_clock(bubble.at)}{label}</time>'
    return f'<li class="{side}">{said}<div class="line">{inside}{time}</div></li>'


def _text(bubble: Bubble) -> str:
    pictures = "".join(
        f'<a class="picture" href="/pictures/{sha256}.jpg">'
        f'<img src="/pictures/{sha256}.jpg" alt="받은 그림 {number}"></a>'
        for number, sha256 in enumerate(bubble.pictures, 1)
    )
    title = f'<strong class="title">{escape(bubble.title)}</strong>' if bubble.title else ""
    return f'<div class="bubble">{pictures}{title}<p>{escape(bubble.text)}</p></div>'


def _card(bubble: Bubble) -> str:
    title = f'<strong class="title">{escape(bubble.title)}</strong>' if bubble.title else ""
    links = "".join(f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in bubble.buttons)
    buttons = f'<div class="links">{links}</div>' if links else ""
    return f'<div class="card"><p class="band">알림톡 도착</p>{title}<p>{escape(bubble.text)}</p>{buttons}</div>'


def _composer(phone: Phone, offices: Sequence[str]) -> str:
    return f"""<form class="composer" method="post" action="/phones/{phone.number}/replies/">{_office_field(offices)}
<div class="row"><label class="sr-only" for="text">보낼 문자</label>
<textarea id="text" name="text" rows="1" maxlength="2000" placeholder="문자 메시지" required></textarea>
<button class="send" aria-label="보내기">{_icon("send")}</button></div></form>"""


def _office_field(offices: Sequence[str]) -> str:
    """Which of the district's numbers gets the answer."""
    if len(offices) == 1:
        return (
            f'<p class="to">받는 번호 <b>{dashed(offices[0])}</b></p>'
            f'<input type="hidden" name="to" value="{escape(offices[0])}">'
        )
    if not offices:
        return (
            '<label class="to">받는 번호 <input name="to" inputmode="tel" placeholder="구청 번호" autocomplete="off" '
            "required></label>"
        )
    options = "".join(f'<option value="{escape(one)}">{dashed(one)}</option>' for one in offices)
    return f'<label class="to">받는 번호 <select name="to">{options}</select></label>'
