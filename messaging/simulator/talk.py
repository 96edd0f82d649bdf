"""Draws one telephone as its citizen sees it: the talk by day and sender, cards, pictures, a box to answer."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from urllib.parse import quote

from messaging.simulator.asking import choices
from messaging.simulator.drawing import clock, dashed, empty, icon, long_day
from messaging.simulator.world import Bubble, Phone

CHANNELS = {"sms": "SMS", "lms": "LMS", "mms": "MMS", "alimtalk": "알림톡"}
SWITCHES = (
    ("off", "전원 끄기", "꺼짐", "문자는 다시 켤 때 도착하고, 알림톡은 전달되지 않습니다."),
    ("no_kakao", "카카오톡 없음", "카카오톡 없음", "알림톡을 보내면 거절됩니다."),
    ("blocked", "채널 차단", "채널 차단", "알림톡이 전달되지 않습니다."),
    ("no_such_number", "없는 번호", "없는 번호", "무엇을 보내도 전달되지 않습니다."),
    ("refuses_080", "080 수신거부", "080 수신거부", "무료 수신거부 전화를 걸어 명단에 올립니다."),
)
LONG, SHOWN = 320, 220
_CALLABLE = re.compile(r"(?<![\d-])(?:0\d{1,2}-)?\d{3,4}-\d{4}(?![\d-])")
_SIGNATURE = re.compile(r"\s*\[([^\[\]]{1,20})\]")


@dataclass(frozen=True, slots=True)
class View:
    """One telephone on a page, and where that page is. `unsent`: replies the district has not heard yet."""

    phone: Phone
    name: str
    offices: Sequence[str]
    now: datetime
    unsent: Collection[str]
    here: str
    leave: str = "/"
    close: str = ""
    heading: str = "h1"


def device(view: View) -> str:
    """The whole telephone."""
    phone, number = view.phone, view.phone.number
    title = view.name or dashed(number)
    under = f"<p>{dashed(number)}</p>" if view.name else ""
    name = f'<{view.heading} id="name-{number}">{escape(title)}</{view.heading}>'
    is_off = "off" in phone.switches
    close = f'<a class="round close" href="{escape(view.close)}" aria-label="{escape(title)} 닫기">{icon("close")}</a>'
    return f"""<section class="device" data-key="{number}" aria-labelledby="name-{number}">
<div class="status" aria-hidden="true"><span class="clock">{view.now:%-H:%M}</span><span class="island"></span>
<span class="signal">LTE<i></i></span></div>
<div class="bar"><a class="round leave" href="{escape(view.leave)}" aria-label="휴대전화 목록">{icon("back")}</a>
{close if view.close else ""}<div class="title">{name}{under}</div>
{_switches(view)}</div>
<div class="marks" id="marks-{number}" data-live>{_marks(phone)}</div>
<div class="screen{" dark" if is_off else ""}" tabindex="0" role="log" aria-label="{escape(title)} 대화">
<div class="roll" id="talk-{number}" data-live>{_off(view) if is_off else _conversation(view)}</div></div>
<div class="foot" id="foot-{number}" data-live>{"" if is_off else _foot(view)}</div></section>"""


def _marks(phone: Phone) -> str:
    return "".join(f"<span>{short}</span>" for name, _, short, _ in SWITCHES if name in phone.switches)


# --- switches -----------------------------------------------------------------------------------------------------


def _switches(view: View) -> str:
    rows = "".join(_switch(view, name, label, effect) for name, label, _, effect in SWITCHES)
    return (
        '<details class="switches"><summary class="round" aria-label="휴대전화 상태 바꾸기">'
        f'{icon("switches")}</summary><div class="sheet" id="sheet-{view.phone.number}" data-live>'
        f'<p class="sheet-title" data-key="title">휴대전화 상태</p>{rows}</div></details>'
    )


def _switch(view: View, name: str, label: str, effect: str) -> str:
    is_on = name in view.phone.switches
    return _form(
        view,
        "switches",
        f'<input type="hidden" name="name" value="{name}">'
        f'<input type="hidden" name="on" value="{"" if is_on else "1"}">'
        f'<button class="switch" role="switch" aria-checked="{"true" if is_on else "false"}">'
        f"<span><b>{label}</b><small>{effect}</small></span><i></i></button>",
        key=name,
    )


def _form(view: View, deed: str, inside: str, *, style: str = "", key: str = "") -> str:
    back = f'<input type="hidden" name="back" value="{escape(view.here)}">'
    style = f' class="{style}"' if style else f' data-key="{key}"' if key else ""
    return f'<form{style} method="post" action="/phones/{view.phone.number}/{deed}/" data-quiet>{back}{inside}</form>'


def _off(view: View) -> str:
    waiting = len(view.phone.waiting)
    sentence = f"기다리는 문자가 {waiting}건 있습니다." if waiting else "켜면 그동안의 문자가 도착합니다."
    turn = '<input type="hidden" name="name" value="off"><input type="hidden" name="on" value=""><button>켜기</button>'
    return (
        f'<div class="off" data-key="off">{icon("power")}<p><strong>전원이 꺼져 있습니다</strong></p><p>{sentence}</p>'
        f"{_form(view, 'switches', turn)}</div>"
    )


# --- the talk -----------------------------------------------------------------------------------------------------


def _conversation(view: View) -> str:
    visible = view.phone.visible
    if not visible:
        return empty("아직 받은 문자가 없습니다", "포털이 이 번호로 보내면 여기에 도착합니다.")
    days = groupby(visible, key=lambda bubble: bubble.at.date())
    items = "".join(
        f'<li class="day" data-key="{day}"><span>{long_day(day)}</span></li>{_bubbles(view, list(bubbles))}'
        for day, bubbles in days
    )
    return f'<ol class="talk">{items}</ol>'


def _bubbles(view: View, bubbles: Sequence[Bubble]) -> str:
    """One day; who speaks is said whenever it changes, where an answer goes only if it goes elsewhere."""
    drawn, speaker, office = [], "", ""
    for bubble in bubbles:
        said = _speaker(bubble)
        repeats = said == speaker if bubble.is_ours else bubble.office == office
        drawn.append(_bubble(view, bubble, "" if repeats else said))
        speaker = said if bubble.is_ours else ""
        office = bubble.office
    return "".join(drawn)


def _speaker(bubble: Bubble) -> str:
    if not bubble.is_ours:
        return f"{dashed(bubble.office)}에 보냄"
    signed = _SIGNATURE.match(bubble.text)
    if bubble.channel == "alimtalk":
        return f"카카오톡 · {signed[1]}" if signed else "카카오톡"
    return f"{signed[1]} · {dashed(bubble.office)}" if signed else dashed(bubble.office)


def _bubble(view: View, bubble: Bubble, speaker: str) -> str:
    key = f' data-key="{escape(bubble.ref)}"'
    if not bubble.is_ours:
        state = "보내는 중" if bubble.ref in view.unsent else "보냄"
        said = f'<p class="speaker">{escape(speaker)}</p>' if speaker else ""
        return f'<li class="mine"{key}>{said}<div class="line">{_text(view, bubble)}{_time(bubble, state)}</div></li>'
    is_card = bubble.channel == "alimtalk"
    said = _face(speaker, is_card=is_card) if speaker else ""
    inside = _card(view, bubble) if is_card else _text(view, bubble)
    style = "theirs kakao" if is_card else "theirs"
    return (
        f'<li class="{style}"{key}>{said}<div class="line">{inside}{_time(bubble, CHANNELS[bubble.channel])}</div></li>'
    )


def _face(speaker: str, *, is_card: bool) -> str:
    sign = icon("phone") if speaker[0].isdigit() else escape(speaker.removeprefix("카카오톡 · ")[:1])
    face = f'<span class="avatar{" kakao" if is_card else ""}" aria-hidden="true">{sign}</span>'
    return f'<p class="speaker">{face}<span>{escape(speaker)}</span></p>'


def _time(bubble: Bubble, beside: str) -> str:
    return f'<time datetime="{bubble.at.isoformat()}">{clock(bubble.at)} · {beside}</time>'


def _text(view: View, bubble: Bubble) -> str:
    count = len(bubble.pictures)
    pictures = "".join(_picture(view, bubble, place, count) for place in range(count))
    title = f'<strong class="title">{escape(bubble.title)}</strong>' if bubble.title else ""
    style = "bubble with-picture" if pictures else "bubble"
    return f'<div class="{style}">{pictures}<div class="words">{title}{_words(bubble.text)}</div></div>'


def _picture(view: View, bubble: Bubble, place: int, count: int) -> str:
    sha256 = bubble.pictures[place]
    alt = f"{bubble.title or '받은'} 그림 {place + 1}/{count}"
    page = f"/pictures/{sha256}/?alt={quote(alt)}&back={quote(view.here, safe='')}"
    return (
        f'<a class="picture" href="{escape(page)}" data-picture>'
        f'<img src="/pictures/{sha256}.jpg" alt="{escape(alt)}, 크게 보기"></a>'
    )


def _words(text: str) -> str:
    """The text; of a long one the beginning, and the rest behind 자세히."""
    if len(text) <= LONG:
        return f"<p>{_dialable(text)}</p>"
    breaks = (text.rfind(sign, SHOWN // 2, SHOWN) + 1 for sign in ("\n", " "))
    cut = next((one for one in breaks if one), SHOWN)
    return (
        f'<p>{_dialable(text[:cut].rstrip())}</p><details class="more"><summary>자세히</summary>'
        f"<p>{_dialable(text[cut:])}</p></details>"
    )


def _dialable(text: str) -> str:
    """Telephones underline numbers that can be called, and never break them."""
    return _CALLABLE.sub(r'<span class="tel">\g<0></span>', escape(text))


def _card(view: View, bubble: Bubble) -> str:
    card = bubble.card
    header = f'<p class="card-header">{escape(card.header)}</p>' if card.header else ""
    title = f'<strong class="title">{escape(bubble.title)}</strong>' if bubble.title else ""
    highlight = (
        f'<div class="highlight"><b>{escape(card.highlight)}</b><small>{escape(card.note)}</small></div>'
        if card.highlight or card.note
        else ""
    )
    rows = "".join(f"<div><dt>{escape(one)}</dt><dd>{escape(text)}</dd></div>" for one, text in card.items)
    items = f'<dl class="items">{rows}</dl>' if rows else ""
    return (
        f'<div class="card"><p class="band">알림톡 도착</p>{header}{highlight}{title}{items}'
        f'<div class="words">{_words(bubble.text)}</div>{_buttons(view, bubble)}</div>'
    )


def _buttons(view: View, bubble: Bubble) -> str:
    links = "".join(
        f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(label)}'
        '<span class="sr-only"> (새 창)</span></a>'
        for label, url in bubble.buttons
    )
    to = f'<input type="hidden" name="to" value="{escape(bubble.office)}">'
    words = "".join(f'<button name="text" value="{escape(one)}">{escape(one)}</button>' for one in bubble.card.keywords)
    taps = _form(view, "replies", to + words) if words else ""
    return f'<div class="links">{links}{taps}</div>' if links or taps else ""


# --- the answer ---------------------------------------------------------------------------------------------------


def _foot(view: View) -> str:
    return _hints(view) + _composer(view)


def _hints(view: View) -> str:
    """One tap for what the latest text itself asks; nothing once it is answered."""
    visible = view.phone.visible
    last = visible[-1] if visible else None
    asked = choices(last.text) if last is not None and last.is_ours and last.channel != "alimtalk" else ()
    if last is None or not asked:
        return ""
    to = f'<input type="hidden" name="to" value="{escape(last.office)}">'
    taps = "".join(
        f'<button name="text" value="{digit}"><b>{digit}</b>{f" {escape(label)}" if label else ""}</button>'
        for digit, label in asked
    )
    return f'<div class="hints" data-key="hints-{escape(last.ref)}">{_form(view, "replies", to + taps)}</div>'


def _composer(view: View) -> str:
    number = view.phone.number
    inside = f"""{_office_field(view.offices)}
<div class="row"><label class="sr-only" for="text-{number}">보낼 문자</label>
<textarea id="text-{number}" name="text" rows="1" maxlength="2000" placeholder="문자 메시지" required></textarea>
<button class="send" aria-label="보내기">{icon("send")}</button></div>"""
    form = _form(view, "replies", inside, style="composer")
    return f'<div data-key="composer-{"-".join(view.offices)}">{form}</div>'


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
