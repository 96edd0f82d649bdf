"""Draws the control desk: figures, the last minute, mishaps to order, the crowd, and what has just happened."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from messaging.simulator.crowd import ANSWERS, Crowd
from messaging.simulator.drawing import empty, icon, masked, masthead, sheet
from messaging.simulator.faults import Rule
from messaging.simulator.talk import CHANNELS, SWITCHES
from messaging.simulator.truth import Event
from messaging.simulator.world import World

_ANSWERS = {
    "consent": "동의",
    "refuse": "미동의",
    "silent": "답 없음",
    "unclear": "애매한 답",
    "wrong_birth": "생년월일 틀림",
    "reminded": "두 번째 물음에 동의",
    "other_person": "번호 주인 바뀜",
}
_FAULTS = {
    "delay": "{seconds:g}초 늦게 응답",
    "error_before": "500 오류",
    "rate_limit": "429 (너무 많음)",
    "unauthorized": "401 (열쇠가 틀림)",
    "hang_before": "받지 않고 응답 없음",
    "reset_before": "받지 않고 끊기",
    "hang_after": "받아 놓고 응답 없음",
    "reset_after": "받아 놓고 응답 없이 끊기",
    "error_after": "받아 놓고 500 오류",
    "garbage": "알 수 없는 내용으로 응답",
    "wrong_types": "형식이 틀린 응답",
    "huge": "1MB가 넘는 응답",
    "slow": "한 글자씩 느리게 응답",
    "partial_refusal": "문자의 {percent:g}% 거절",
    "look_up_lag": "조회에 {minutes:g}분 동안 안 보임",
    "forget_key": "받은 것을 잊음",
    "receipt_duplicated": "결과 보고를 세 번씩",
    "receipt_reordered": "결과 보고의 순서가 뒤바뀜",
    "receipt_early": "응답보다 먼저 결과 보고",
    "receipt_late": "결과 보고를 {minutes:g}분 늦게",
    "receipt_unknown": "모르는 번호의 결과 보고",
    "receipt_forged": "위조된 결과 보고",
    "receipt_stale": "옛 결과 보고",
    "reply_tripled": "답장을 세 번씩",
    "balance_gone": "잔액 부족",
    "clock_skewed": "시계가 틀림",
    "review_rejected": "템플릿 검수 반려",
}
_REASONS = {
    "2001": "휴대전화 번호가 아님",
    "2002": "등록되지 않은 발신번호",
    "2101": "내용 없음",
    "2102": "내용이 너무 김",
    "2103": "제목이 너무 김",
    "2104": "휴대전화가 못 쓰는 글자",
    "2201": "템플릿 없음",
    "2202": "알림톡이 너무 김",
    "2203": "버튼이 잘못됨",
    "3101": "카카오톡 없음",
    "3102": "채널 차단",
    "3103": "없는 번호",
    "3104": "전원 꺼짐",
    "9001": "통신사 일시 장애",
}
_SHORT = {
    "delay": "늦게 응답",
    "partial_refusal": "거절",
    "look_up_lag": "조회에 안 보임",
    "receipt_late": "늦은 결과 보고",
}
_MARKS = {"forged": "위조된 결과 보고를 보냄", "stale": "옛 결과 보고를 보냄"}


def desk_page(
    *,
    world: World,
    rules: Sequence[Rule],
    presets: Sequence[tuple[str, str, int, int]],
    delay: float,
    slowest: float,
    crowd: Crowd,
    crowd_most: int,
    beats: Sequence[tuple[int, int]],
) -> str:
    """The whole desk."""
    body = f"""{masthead("/desk/", title="통신사 관제판", beside=_reset())}
<main id="main" class="desk"><div id="figures" class="figures" data-live>{_figures(world)}</div>
<section class="panel pulse" aria-labelledby="pulse-title"><h2 id="pulse-title">{icon("clock")}지난 1분</h2>
<div id="pulse" data-live>{_pulse(beats)}</div></section>
<section class="panel events" aria-labelledby="events-title"><h2 id="events-title">{icon("list")}방금 일어난 일</h2>
<ol id="events" tabindex="0" aria-label="최근 {world.recent.maxlen}건" data-live>{_events(world.recent)}</ol></section>
<section class="panel faults" aria-labelledby="faults-title"><h2 id="faults-title">{icon("fault")}일부러 고장 내기</h2>
<div id="rules" data-live>{_rules(rules)}</div>{"".join(_preset(*preset) for preset in presets)}</section>
<div class="side">
<section class="panel" aria-labelledby="delay-title"><h2 id="delay-title">{icon("clock")}결과 보고 시간</h2>
{_delay(delay, slowest)}</section>
<section class="panel" aria-labelledby="crowd-title"><h2 id="crowd-title">{icon("people")}답장하는 시민들</h2>
<div id="crowd" data-live>{_crowd_state(crowd)}</div>{_crowd(crowd, crowd_most)}</section>
<section class="panel" aria-labelledby="audit-title"><h2 id="audit-title">{icon("download")}감사 기록</h2>
<p class="note">진실 기록에서 센 결과입니다. 포털의 장부와 맞춰 볼 수 있습니다.</p>
<a class="button plain" href="/desk/audit.json" download>감사 결과 내려받기 (JSON)</a></section></div></main>"""
    return sheet("통신사 관제판", body, style="desk-page")


def _form(deed: str, inside: str, style: str = "") -> str:
    style = f' class="{style}"' if style else ""
    return f'<form{style} method="post" action="/desk/{deed}" data-quiet>{inside}</form>'


def _reset() -> str:
    return _form("reset/", '<button class="button plain">모두 정상으로</button>', "reset")


# --- figures ------------------------------------------------------------------------------------------------------


def _figures(world: World) -> str:
    tally = world.tally
    waiting = tally.accepted - tally.delivered - tally.undelivered
    doubled, lost = len(tally.doubled), tally.refused + tally.undelivered
    proof = ("같은 문자를 두 번 받음", "bad") if doubled else ("한 통도 없음", "proof")
    facts = (
        ("접수", tally.accepted, f"결과를 기다리는 문자 {waiting:,}", ""),
        ("전달", tally.delivered, "휴대전화에 도착", "good"),
        ("답장", tally.replied, f"포털이 가져갈 보고 {len(world.unposted):,}", ""),
        ("거절 · 전달 실패", lost, f"거절 {tally.refused:,} · 실패 {tally.undelivered:,}", ""),
        ("080 수신거부", len(world.unsubscribed), "명단에 있는 번호", ""),
        ("두 번 받은 문자", doubled, *proof),
    )
    return "".join(
        f'<div class="figure {style}" data-key="{label}"><span>{label}</span><b>{count:,}</b>'
        f"<small>{below}</small></div>"
        for label, count, below, style in facts
    )


def _pulse(beats: Sequence[tuple[int, int]]) -> str:
    """A bar a second: texts taken, and answers over them."""
    top = max((max(beat) for beat in beats), default=0) or 1
    bars = "".join(
        f'<rect class="{style}" x="{place * 10 + 1}" y="{100 - height:.1f}" width="8" height="{height:.1f}" rx="2"/>'
        for place, beat in enumerate(beats)
        for style, count in (("taken", beat[0]), ("said", beat[1]))
        if (height := 96 * count / top)
    )
    taken, said = (sum(beat[kind] for beat in beats) for kind in (0, 1))
    peak = top if taken or said else 0
    words = f"1분 동안 접수 {taken:,}건, 답장 {said:,}건. 가장 많을 때 1초에 {peak:,}건."
    size = f'viewBox="0 0 {len(beats) * 10} 100" preserveAspectRatio="none"'
    return (
        f'<svg {size} role="img" aria-label="{words}">{bars}</svg>'
        f'<p class="legend" data-key="legend"><span class="taken">접수 <b>{taken:,}</b></span>'
        f'<span class="said">답장 <b>{said:,}</b></span><span>가장 많을 때 1초에 <b>{peak:,}</b></span></p>'
    )


# --- what has just happened ---------------------------------------------------------------------------------------


def _events(recent: Sequence[Event]) -> str:
    if not recent:
        return f"<li>{empty('아직 조용합니다', '포털이 문자를 보내면 여기에 한 줄씩 나타납니다.', sign='list')}</li>"
    return "".join(_event(event) for event in reversed(recent))


def _event(event: Event) -> str:
    kind, sentence, style = _STORIES.get(event["event"], _noted)(event)
    who = f" <span>{masked(event['number'])}</span>" if "number" in event else ""
    at = datetime.fromisoformat(event["time"])
    return (
        f'<li data-key="{event["seq"]}"><time datetime="{event["time"]}">{at:%H:%M:%S}</time>'
        f'<b class="{style}">{kind}</b><span class="what">{escape(sentence)}{who}</span></li>'
    )


Story = tuple[str, str, str]


def _accepted(event: Event) -> Story:
    return "접수", f"{CHANNELS[event['channel']]} {event['bytes']:,}바이트", "taken"


def _refused(event: Event) -> Story:
    return "거절", f"{CHANNELS[event['channel']]} · {_reason(event)}", "wrong"


def _reported(event: Event) -> Story:
    if event["mark"]:
        return "장애", _MARKS[event["mark"]], "fault"
    if event["outcome"] == "delivered":
        return "전달", "휴대전화에 도착", "good"
    return "실패", _reason(event), "wrong"


def _reason(event: Event) -> str:
    return _REASONS.get(event["code"], f"사유 {event['code']}")


def _answered(event: Event) -> Story:
    return "답장", f"{len(event['text']):,}글자를 보냄", "said"


def _fetched(event: Event) -> Story:
    return "보고", f"포털이 {len(event['ids']):,}건을 가져감", "calm"


def _switched(event: Event) -> Story:
    if event["name"] == "off":
        return "상태", "전원을 끔" if event["on"] else "전원을 켬", "calm"
    label = next((short for name, _, short, _ in SWITCHES if name == event["name"]), event["name"])
    return "상태", f"{label} {'설정' if event['on'] else '해제'}", "calm"


def _unsubscribed(event: Event) -> Story:
    return "080", "수신거부 등록" if event["on"] else "수신거부 해지", "fault"


def _struck(event: Event) -> Story:
    fault: str = event["fault"]
    return "장애", {**_FAULTS, **_SHORT}.get(fault, fault), "fault"


def _noted(_: Event) -> Story:
    return "기록", "그림, 묶음, 템플릿을 적어 둠", "calm"


_STORIES: dict[str, Callable[[Event], Story]] = {
    "accept": _accepted,
    "refuse": _refused,
    "receipt": _reported,
    "reply": _answered,
    "posted": _fetched,
    "switch": _switched,
    "unsubscribe": _unsubscribed,
    "fault": _struck,
}


# --- mishaps ------------------------------------------------------------------------------------------------------


def _rules(rules: Sequence[Rule]) -> str:
    if not rules:
        return '<p class="all-well" data-key="none">지금은 모두 정상입니다.</p>'
    rows = "".join(
        f'<li data-key="{place}-{rule.fault}"><span><b>{escape(describe(rule))}</b>'
        f"<small>{rule.struck:,}번 일어남</small></span>{_mend(rule, place)}</li>"
        for place, rule in enumerate(rules)
    )
    return f'<ul class="rules" data-key="rules">{rows}</ul>'


def _mend(rule: Rule, place: int) -> str:
    hidden = (
        f'<input type="hidden" name="place" value="{place}"><input type="hidden" name="fault" value="{rule.fault}">'
    )
    label = escape(f"{describe(rule)} 고치기")
    return _form("faults/mend/", f'{hidden}<button class="button plain" aria-label="{label}">고치기</button>')


def describe(rule: Rule) -> str:
    """A rule in force in one line of Korean."""
    words = [
        _FAULTS.get(rule.fault, rule.fault).format(
            seconds=rule.seconds, minutes=rule.seconds / 60, percent=rule.share * 100
        )
    ]
    if rule.method == "GET":
        words.insert(0, "결과 조회")
    if rule.times:
        left = rule.times - rule.struck
        words.append(f"앞으로 {left:,}번" if left > 0 else "다 일어남")
    if rule.nth:
        words.append(f"{', '.join(map(str, rule.nth))}번째")
    if rule.every:
        words.append(f"{rule.every}번에 한 번")
    if rule.probability < 1:
        words.append(f"{rule.probability * 100:g}%")
    if rule.number:
        words.append(masked(rule.number))
    return " · ".join(words)


def _preset(name: str, sentence: str, usual: int, most: int) -> str:
    before, _, after = sentence.partition("{}")
    label = escape(sentence.replace("{} ", "몇 "))
    field = (
        f'<input type="number" name="count" value="{usual}" min="1" max="{most}" required aria-label="{label}">'
        if most
        else ""
    )
    return _form(
        "faults/",
        f'<input type="hidden" name="name" value="{name}"><p>{escape(before)}{field}{escape(after)}</p>'
        f'<button class="button" aria-label="{label}, 켜기">켜기</button>',
        "preset",
    )


# --- reports and the crowd ----------------------------------------------------------------------------------------


def _delay(delay: float, slowest: float) -> str:
    return _form(
        "delay/",
        f'<label for="seconds">문자를 받고 <output id="delay-now" for="seconds">{delay:g}</output>초 뒤에 결과를 '
        "알립니다</label>"
        f'<input id="seconds" name="seconds" type="range" min="0" max="{slowest:g}" step="0.5" value="{delay:g}"'
        ' data-output="delay-now"><div class="ends" aria-hidden="true"><span>바로</span>'
        f'<span>{slowest:g}초</span></div><button class="button">적용</button>',
        "slider",
    )


def _crowd_state(crowd: Crowd) -> str:
    if not crowd.is_running:
        return '<p class="state" data-key="off"><i></i>쉬고 있습니다</p>'
    stop = _form("crowd/stop/", '<button class="button plain">멈추기</button>')
    return (
        f'<div class="state on" data-key="on"><p><i></i>시민 {crowd.size:,}명까지 답장하는 중'
        f"<small>답장을 쓰고 있는 사람 {crowd.thinking_count:,}명</small></p>{stop}</div>"
    )


def _crowd(crowd: Crowd, most: int) -> str:
    total = sum(crowd.mix.shares.values()) or 1
    shares = "".join(
        _amount(_ANSWERS[one], one, f"{100 * crowd.mix.shares.get(one, 0) / total:.0f}", unit="%", most=100)
        for one in ANSWERS
    )
    fastest = _amount("빠르면", "fastest", f"{crowd.mix.fastest:g}", unit="초", most=3600)
    slowest = _amount("늦으면", "slowest", f"{crowd.mix.slowest:g}", unit="초", most=3600)
    return _form(
        "crowd/start/",
        _amount("시민 수", "size", str(crowd.size or 52), unit="명", most=most)
        + f"<fieldset><legend>어떻게 답할까요</legend>{shares}</fieldset>"
        f"<fieldset><legend>답장까지 걸리는 시간</legend>{fastest}{slowest}</fieldset>"
        '<p class="note">이미 와 있는 질문에도 답합니다. 명단에 있는 시민은 명단대로 답합니다.</p>'
        '<button class="button">답장 시작</button>',
        "crowd",
    )


def _amount(label: str, name: str, value: str, *, unit: str, most: int) -> str:
    """A labelled number with its unit."""
    field = f'<input type="number" name="{name}" min="0" max="{most}" step="any" value="{value}">'
    return f"<label>{label}<span>{field} {unit}</span></label>"
