"""Draws the wall: the list of telephones with what is new on each, and some of them side by side."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from urllib.parse import urlencode

from messaging.simulator.drawing import dashed, empty, icon, masthead, sheet, short_when
from messaging.simulator.talk import SWITCHES, View, device
from messaging.simulator.world import Bubble, Phone, Tally

NameOf = Callable[[str], str]
MOST = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address of the wall asks for: numbers shown, how many side by side (0 = what fits), a search, a page."""

    show: tuple[str, ...] = ()
    count: int = 0
    query: str = ""
    page: int = 1

    def address(self, **changes: object) -> str:
        """The wall with something else chosen."""
        facts = {"show": self.show, "count": self.count, "query": self.query, "page": self.page, **changes}
        show, page = facts["show"], facts["page"]
        wanted = {
            "show": ",".join(show) if isinstance(show, tuple) else "",
            "n": facts["count"] or "",
            "q": facts["query"],
            "page": "" if page == 1 else page,
        }
        kept = {name: value for name, value in wanted.items() if value}
        return f"/?{urlencode(kept, safe=',')}" if kept else "/"

    def adding(self, number: str) -> str:
        """The wall with this telephone first; the last one makes room."""
        others = tuple(one for one in self.show if one != number)
        return self.address(show=(number, *others)[: self.count or MOST])


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list."""

    phones: Sequence[Phone]
    total: int
    per_page: int
    today: date
    name_of: NameOf
    unread_of: Callable[[Phone], int]
    tally: Tally


def wall_page(choice: Choice, found: Found, views: Sequence[View], problem: str = "") -> str:
    """The list on the left, the telephones on the right; on a small screen one of the two."""
    chosen = " chosen" if choice.show or choice.count else ""
    body = f"""{masthead("/", title="시민의 휴대전화", beside=_counts(found.tally) + _how_many(choice))}
<main id="main" class="hall"><aside class="rail" aria-label="휴대전화 목록">{_search(choice)}
<div id="phones" data-live>{_count(choice, found)}{_rows(choice, found)}{_pager(choice, found)}</div>
{_open_another(choice, problem)}</aside>
<section class="wall" aria-label="나란히 놓은 휴대전화">{_devices(views)}</section></main>"""
    return sheet("시민의 휴대전화 · 통신사 모의기", body, style=f"wall-page{chosen}")


def phone_page(view: View) -> str:
    """One telephone alone."""
    title = view.name or dashed(view.phone.number)
    return sheet(f"{title}의 휴대전화", f'<main class="alone">{device(view)}</main>', style="phone-page")


def _devices(views: Sequence[View]) -> str:
    if views:
        return "".join(map(device, views))
    return empty("시민의 휴대전화가 여기에 놓입니다", "포털이 문자를 보내면 받은 휴대전화가 나타납니다.")


def _counts(tally: Tally) -> str:
    facts = (("받은 문자", tally.delivered), ("보낸 답장", tally.replied))
    figures = "".join(f"<div><dt>{label}</dt><dd>{count:,}</dd></div>" for label, count in facts)
    return f'<dl class="counts" id="counts" data-live>{figures}</dl>'


def _how_many(choice: Choice) -> str:
    links = "".join(
        f'<a href="{escape(choice.address(count=count))}"{" aria-current=true" if count == choice.count else ""}'
        f' aria-label="{count}대 나란히">{count}</a>'
        for count in range(1, MOST + 1)
    )
    words = '<span aria-hidden="true">나란히</span>'
    return f'<nav class="how-many" id="how-many" aria-label="나란히 놓을 수" data-live>{words}{links}</nav>'


def _search(choice: Choice) -> str:
    show = f'<input type="hidden" name="show" value="{escape(",".join(choice.show))}">' if choice.show else ""
    count = f'<input type="hidden" name="n" value="{choice.count}">' if choice.count else ""
    return f"""<form class="search" method="get" action="/" role="search">{show}{count}
<label class="sr-only" for="q">번호, 이름, 문자 내용 찾기</label>
<input id="q" name="q" type="search" value="{escape(choice.query)}" placeholder="번호, 이름, 문자 내용"
autocomplete="off"><button aria-label="찾기">{icon("search")}</button></form>"""


def _count(choice: Choice, found: Found) -> str:
    if choice.query:
        words = f"‘{escape(choice.query)}’ {found.total:,}대"
        words += f' · <a href="{escape(choice.address(query="", page=1))}">모두 보기</a>'
    else:
        words = f"휴대전화 {found.total:,}대" if found.total else "시민의 휴대전화가 여기에 나타납니다"
    return f'<p class="count" data-key="count">{words}</p>'


def _rows(choice: Choice, found: Found) -> str:
    if found.phones:
        rows = "".join(_row(phone, choice, found) for phone in found.phones)
        return f'<ul class="phones" data-key="rows">{rows}</ul>'
    if choice.query:
        return empty("찾는 휴대전화가 없습니다", "번호 일부, 이름, 문자 속 낱말로 다시 찾아보세요.", sign="search")
    return empty("아직 받은 문자가 없습니다", "포털이 문자를 보내면 받은 휴대전화가 바로 나타납니다.")


def _row(phone: Phone, choice: Choice, found: Found) -> str:
    visible = phone.visible
    last = _matching(visible, choice.query) or (visible[-1] if visible else None)
    name, number, unread = found.name_of(phone.number), phone.number, found.unread_of(phone)
    marks = "".join(f"<span>{short}</span>" for switch, _, short, _ in SWITCHES if switch in phone.switches)
    snippet = "받은 문자가 없습니다" if last is None else _snippet(last, choice.query)
    when = "" if last is None else f'<time datetime="{last.at.isoformat()}">{short_when(last.at, found.today)}</time>'
    style = " kakao" if last is not None and last.channel == "alimtalk" else ""
    small = f" <small>{dashed(number)}</small>" if name else ""
    new = f'<span class="unread"><span class="sr-only">안 읽음 </span>{unread}</span>' if unread else ""
    current = " aria-current=true" if number in choice.show else ""
    return (
        f'<li data-key="{number}"><a href="{escape(choice.adding(number))}"{current}>'
        f'<span class="face{style}" aria-hidden="true">{escape(name[-2:] if name else number[-4:])}</span>'
        f'<span class="who">{escape(name or dashed(number))}{small}</span>{when}'
        f'<span class="snippet">{snippet}</span>{new}<span class="marks">{marks}</span></a></li>'
    )


def _matching(bubbles: Sequence[Bubble], query: str) -> Bubble | None:
    """The newest message that holds the words searched for."""
    return next((one for one in reversed(bubbles) if one.says(query)), None) if query else None


def _snippet(bubble: Bubble, query: str) -> str:
    flat = " ".join(f"{bubble.title} {bubble.text}".split())
    place = max(0, flat.find(query) - 8) if query else 0
    cut = ("…" if place else "") + flat[place : place + 60] + ("…" if len(flat) > place + 60 else "")
    shown = escape(cut)
    if query:
        shown = re.sub(re.escape(escape(query)), lambda hit: f"<mark>{hit[0]}</mark>", shown)
    return shown if bubble.is_ours else f"나: {shown}"


def _pager(choice: Choice, found: Found) -> str:
    last = -(-found.total // found.per_page)
    if last <= 1:
        return ""
    before = (
        f'<a href="{escape(choice.address(page=choice.page - 1))}">이전</a>' if choice.page > 1 else "<span></span>"
    )
    after = (
        f'<a href="{escape(choice.address(page=choice.page + 1))}">다음</a>' if choice.page < last else "<span></span>"
    )
    return (
        f'<nav class="pager" data-key="pager" aria-label="목록 쪽">{before}<span>{choice.page:,} / {last:,}쪽</span>'
        f"{after}</nav>"
    )


def _open_another(choice: Choice, problem: str) -> str:
    said = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return f"""<form class="open" method="post" action="/phones/"><label for="number">다른 번호의 휴대전화 열기</label>
<input type="hidden" name="back" value="{escape(choice.address())}"><div class="row"><input id="number" name="number"
inputmode="tel" placeholder="010-1234-5678" autocomplete="off" required><button>열기</button></div>{said}</form>"""
