"""The control desk: what goes wrong on purpose, how fast reports come, whether the crowd answers, and the figures."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from messaging.simulator import board
from messaging.simulator.crowd import ANSWERS, Crowd, Mix
from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import read_rule
from messaging.simulator.truth import Event, wall_clock

SLOWEST_REPORT = 30.0
CROWD_MOST = 100_000
PULSE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """One mishap an official can order in a sentence; `{}` is where its number goes."""

    name: str
    sentence: str
    rule: Callable[[int], Mapping[str, Any]]
    usual: int = 0
    most: int = 0


PRESETS = (
    Preset(
        "cut",
        "다음 호출 {} 번은 받아 놓고 응답 없이 끊기",
        lambda n: {"fault": "reset_after", "times": n},
        3,
        1000,
    ),
    Preset("hang_up", "다음 호출 {} 번은 받지 않고 끊기", lambda n: {"fault": "reset_before", "times": n}, 3, 999),
    Preset("errors", "호출의 {} %는 500 오류", lambda n: {"fault": "error_before", "probability": n / 100}, 10, 100),
    Preset(
        "lies", "호출의 {} %는 받아 놓고 500 오류", lambda n: {"fault": "error_after", "probability": n / 100}, 10, 100
    ),
    Preset(
        "busy",
        "다음 호출 {} 번은 429 (2초 뒤 다시)",
        lambda n: {"fault": "rate_limit", "times": n, "retry_after": 2},
        5,
        999,
    ),
    Preset("slow", "모든 호출에 {} 초 늦게 응답", lambda n: {"fault": "delay", "seconds": n}, 3, 60),
    Preset(
        "garbage", "다음 호출 {} 번은 알 수 없는 내용으로 응답", lambda n: {"fault": "garbage", "times": n}, 3, 1000
    ),
    Preset(
        "blind",
        "다음 결과 조회 {} 번은 500 오류",
        lambda n: {"fault": "error_before", "method": "GET", "times": n},
        3,
        999,
    ),
    Preset("refusals", "문자의 {} %를 거절", lambda n: {"fault": "partial_refusal", "share": n / 100}, 20, 100),
    Preset("hidden", "조회에 {} 분 동안 안 보이게", lambda n: {"fault": "look_up_lag", "seconds": n * 60}, 5, 1440),
    Preset("late", "결과 보고를 {} 분 늦게", lambda n: {"fault": "receipt_late", "seconds": n * 60}, 60, 5760),
    Preset("thrice", "결과 보고를 세 번씩", lambda _: {"fault": "receipt_duplicated"}),
    Preset("reordered", "결과 보고의 순서를 뒤바꾸기", lambda _: {"fault": "receipt_reordered"}),
    Preset("forged", "위조된 결과 보고 섞기", lambda _: {"fault": "receipt_forged"}),
    Preset("echo", "답장을 세 번씩 전하기", lambda _: {"fault": "reply_tripled"}),
)


class Desk:
    """Draws the desk and does what its buttons ask."""

    def __init__(self, exchange: Exchange, crowd: Crowd) -> None:
        self._exchange = exchange
        self._crowd = crowd
        self._usual_delay = exchange.receipt_delay
        self._deeds = 0
        self._beats: dict[int, dict[str, int]] = {}
        exchange.listeners.append(self._heard)

    def _heard(self, event: Event) -> None:
        """Counts by second, for the last minute only."""
        if event["event"] in ("accept", "reply"):
            second = int(wall_clock().timestamp())
            of_second = self._beats.setdefault(second, {"accept": 0, "reply": 0})
            of_second[event["event"]] += 1
            for old in [one for one in self._beats if one <= second - PULSE_SECONDS]:
                del self._beats[old]

    def version(self) -> str:
        """Changes whenever the page would."""
        now = int(wall_clock().timestamp())
        moving = now if any(second > now - PULSE_SECONDS - 1 for second in self._beats) else 0
        struck = sum(rule.struck for rule in self._exchange.faults.rules)
        crowd = f"{self._crowd.is_running:d}.{self._crowd.thinking_count}"
        return f"{self._exchange.world.version}-{self._deeds}-{struck}-{crowd}-{moving}"

    def page(self) -> str:
        """The desk as it stands."""
        now = int(wall_clock().timestamp())
        none = {"accept": 0, "reply": 0}
        beats = [self._beats.get(second, none) for second in range(now - PULSE_SECONDS + 1, now + 1)]
        return board.desk_page(
            world=self._exchange.world,
            rules=self._exchange.faults.rules,
            presets=[(one.name, one.sentence, one.usual, one.most) for one in PRESETS],
            delay=self._exchange.receipt_delay,
            slowest=SLOWEST_REPORT,
            crowd=self._crowd,
            crowd_most=CROWD_MOST,
            beats=[(one["accept"], one["reply"]) for one in beats],
        )

    def audit(self) -> bytes:
        """What `audit` says of the log, from memory, with the other counts."""
        tally = self._exchange.world.tally
        found = {
            "accepted": tally.accepted,
            "doubled": sorted(tally.doubled),
            "missing": [],
            "extra": [],
            "delivered": tally.delivered,
            "undelivered": tally.undelivered,
            "refused": tally.refused,
            "replied": tally.replied,
            "unsubscribed": len(self._exchange.world.unsubscribed),
            "last_seq": self._exchange.world.version,
            "at": wall_clock().isoformat(timespec="seconds"),
        }
        return json.dumps(found, ensure_ascii=False, indent=2).encode()

    def do(self, deed: str, form: Mapping[str, str]) -> bool:
        """One button; False if the desk has no such button."""
        deeds: dict[str, Callable[[Mapping[str, str]], None]] = {
            "faults/": self._spoil,
            "faults/mend/": self._mend,
            "delay/": self._delay,
            "crowd/start/": self._start_crowd,
            "crowd/stop/": lambda _: self._crowd.stop(),
            "reset/": self._reset,
        }
        if deed not in deeds:
            return False
        deeds[deed](form)
        self._deeds += 1
        return True

    def _spoil(self, form: Mapping[str, str]) -> None:
        preset = next((one for one in PRESETS if one.name == form.get("name")), None)
        if preset is not None:
            count = int(_number(form.get("count"), least=1, most=preset.most or 1, usual=preset.usual))
            self._exchange.faults.rules.append(read_rule(dict(preset.rule(count))))

    def _mend(self, form: Mapping[str, str]) -> None:
        """Take one rule out of force; if the list changed meanwhile, nothing happens."""
        rules = self._exchange.faults.rules
        place = int(_number(form.get("place"), least=0, most=len(rules), usual=len(rules)))
        if place < len(rules) and rules[place].fault == form.get("fault"):
            del rules[place]

    def _delay(self, form: Mapping[str, str]) -> None:
        usual = self._exchange.receipt_delay
        self._exchange.receipt_delay = _number(form.get("seconds"), least=0, most=SLOWEST_REPORT, usual=usual)

    def _start_crowd(self, form: Mapping[str, str]) -> None:
        shares = {one: _number(form.get(one), least=0, most=100, usual=0) for one in ANSWERS}
        mix = self._crowd.mix
        fastest = _number(form.get("fastest"), least=0, most=3600, usual=mix.fastest)
        slowest = _number(form.get("slowest"), least=0, most=3600, usual=mix.slowest)
        size = int(_number(form.get("size"), least=1, most=CROWD_MOST, usual=52))
        known = shares if any(shares.values()) else mix.shares
        self._crowd.start(size=size, mix=Mix(known, min(fastest, slowest), max(fastest, slowest)))

    def _reset(self, _: Mapping[str, str]) -> None:
        self._exchange.faults.replace([])
        self._exchange.receipt_delay = self._usual_delay
        self._crowd.stop()


def _number(text: str | None, *, least: float, most: float, usual: float) -> float:
    """The number somebody typed, brought within its limits; the usual one for anything else."""
    try:
        number = float(text or "")
    except ValueError:
        return usual
    return usual if isnan(number) else min(max(number, least), most)
