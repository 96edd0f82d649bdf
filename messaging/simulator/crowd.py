"""A crowd of make-believe citizens who answer what asks for an answer, each in their own words and time."""

import asyncio
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from messaging.simulator.exchange import Exchange
from messaging.simulator.truth import Event
from messaging.simulator.world import Bubble

# `reminded` says yes when asked a second time; `other_person` has somebody's old number and never knows her birth date.
ANSWERS = ("consent", "refuse", "silent", "unclear", "wrong_birth", "reminded", "other_person")
SHARES: Mapping[str, float] = {"consent": 0.64, "refuse": 0.12, "silent": 0.14, "unclear": 0.06, "wrong_birth": 0.04}
AT_A_TIME = 200
_ASKS = re.compile(r"\d\s*[.:)번]?\s*(?:미?동의|찬성|참석|확인)|답장|회신|다시 보내")
_ASKS_AGAIN = re.compile(r"확인되지 않습니다")
_ASKS_TO_CONFIRM = re.compile(r"'확인'이라고")
_CHOICE = re.compile(r"(\d)\s*[.:)번]?\s*(미동의|동의|찬성|반대|불참|참석)")
_OFFERED = re.compile(r"(\d) ([^/\n]+?)(?= / \d | 가운데)")
_POSITIVE = ("동의", "찬성", "참석")
_CONFIRMED = ("확인", "확인", "확인했습니다", "네 확인했습니다", "확인요", "")
_UNCLEAR = ("이게 뭔가요?", "ㅇㅇ", "나중에 할게요", "12", "동의 안하면 어떻게 되나요", "전화 주세요")


class BadMix(ValueError):
    """The mix or the list of people is not in the documented shape."""


@dataclass(frozen=True, slots=True)
class Person:
    """What one citizen knows about themself and means to answer."""

    answer: str
    birth: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """How a crowd without names behaves: shares of each answer, and seconds until it comes."""

    shares: Mapping[str, float]
    fastest: float = 2.0
    slowest: float = 40.0


def read_mix(path: Path | None) -> Mix:
    """
    A TOML file with [shares] of consent, refuse, silent, unclear, wrong_birth and [delay] fastest, slowest.

    :raises BadMix: for other words or a share below zero
    """
    if path is None:
        return Mix(SHARES)
    found = tomllib.loads(path.read_text("utf-8"))
    shares, delay = found.get("shares", SHARES), found.get("delay", {})
    if not set(shares) <= set(ANSWERS) or min(shares.values()) < 0 or not set(delay) <= {"fastest", "slowest"}:
        raise BadMix(f"[shares] of {', '.join(ANSWERS)} and [delay] fastest, slowest are expected")
    return Mix(shares, **delay)


class People:
    """The file that says who has which number: one JSON object a line, read again whenever it changes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int] = (0, 0)
        self._known: dict[str, Person] = {}

    def find(self, number: str) -> Person | None:
        """The person with this number, if the file names one."""
        self._refresh()
        return self._known.get(number)

    def name_of(self, number: str) -> str:
        """The person's name, or ''."""
        person = self.find(number)
        return person.name if person else ""

    def __bool__(self) -> bool:
        self._refresh()
        return bool(self._known)

    def _refresh(self) -> None:
        if self._path is None or not self._path.exists():
            return
        facts = self._path.stat()
        stamp = (facts.st_mtime_ns, facts.st_size)
        if stamp == self._stamp:
            return
        try:
            rows = [json.loads(line) for line in self._path.read_text("utf-8").splitlines() if line.strip()]
            self._known = dict(_person(row) for row in rows)
        except (ValueError, KeyError, TypeError) as error:  # half written: the next question reads it again
            print(f"{self._path}: {error}", file=sys.stderr, flush=True)
            return
        self._stamp = stamp


def _person(row: Mapping[str, Any]) -> tuple[str, Person]:
    answer = row.get("answer", "silent")
    if answer not in ANSWERS:
        raise BadMix(f"answer must be one of {', '.join(ANSWERS)}")
    number = re.sub(r"^\+82", "0", row["number"])
    return number, Person(answer, birth=row.get("birth", ""), name=row.get("name", ""))


class Crowd:
    """Hears what arrives on handsets and answers for up to `size` citizens, while it is running."""

    def __init__(self, exchange: Exchange, people: People, *, size: int, mix: Mix, seed: int) -> None:
        self.size = size
        self.mix = mix
        self._exchange = exchange
        self._people = people
        self._seed = seed
        self._is_stopped = False
        self._is_open = False
        self._members: set[str] = set()
        self._heard: Counter[tuple[str, str]] = Counter()
        self._pending: set[asyncio.Task[None]] = set()
        self._catching_up: asyncio.Task[None] | None = None
        exchange.listeners.append(self._arrived)

    @property
    def is_running(self) -> bool:
        return self.size > 0 and not self._is_stopped

    @property
    def thinking_count(self) -> int:
        """Citizens whose answer is on its way."""
        return len(self._pending)

    def start(self, *, size: int, mix: Mix) -> None:
        """Answer as this mix, strangers beside the people of a list, and what lies unanswered on the handsets, too."""
        self.stop()
        self.size, self.mix, self._is_stopped, self._is_open = size, mix, False, True
        self._catching_up = asyncio.get_running_loop().create_task(self._catch_up())

    def stop(self) -> None:
        """Say nothing more; what was not sent yet is forgotten, so another start may answer it."""
        for task in self._pending:
            task.cancel()
        if self._catching_up is not None:
            self._catching_up.cancel()
        self._members.clear()
        self._heard.clear()
        self._is_stopped = True

    async def _catch_up(self) -> None:
        """Read what lies on the handsets, letting the carrier answer others in between."""
        for place, phone in enumerate(list(self._exchange.world.phones.values()), 1):
            visible = phone.visible
            if visible and visible[-1].is_ours:
                self._consider(phone.number, visible[-1])
            if place % AT_A_TIME == 0:
                await asyncio.sleep(0)

    def _arrived(self, event: Event) -> None:
        if event["event"] != "receipt" or event["mark"] or event["outcome"] != "delivered":
            return
        bubble = self._exchange.world.bubble(event["ref"])
        if bubble is not None:
            self._consider(event["number"], bubble)

    def _consider(self, number: str, bubble: Bubble) -> None:
        """Think about one text: is it a question, and is this number one of us?"""
        if not self.is_running or bubble.channel == "alimtalk" or not _ASKS.search(bubble.text):
            return
        if not self._belongs(number):
            return
        person = self._people.find(number) or self._stranger(number)
        chance = Random(f"{self._seed}/{number}/{bubble.text}")
        text = words(person, bubble.text, chance, before=self._heard[number, bubble.text])
        self._heard[number, bubble.text] += 1
        if text:
            wait = self.mix.fastest + (self.mix.slowest - self.mix.fastest) * chance.random() ** 2
            task = asyncio.get_running_loop().create_task(self._answer(number, bubble, text, wait))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    def _belongs(self, number: str) -> bool:
        """Named people take part; strangers only where no list says otherwise, or the crowd was opened to all."""
        if number not in self._members:
            is_stranger = not self._is_open and self._people and self._people.find(number) is None
            if len(self._members) >= self.size or is_stranger:
                return False
            self._members.add(number)
        return True

    def _stranger(self, number: str) -> Person:
        chance = Random(f"{self._seed}/{number}")
        answers = list(self.mix.shares)
        return Person(chance.choices(answers, [self.mix.shares[one] for one in answers])[0])

    async def _answer(self, number: str, bubble: Bubble, text: str, wait: float) -> None:
        await asyncio.sleep(wait)
        phone = self._exchange.world.phone(number)
        has_answered = any(not one.is_ours and one.at >= bubble.at for one in phone.bubbles)
        if has_answered or "off" in phone.switches:
            return  # a person at the handset was faster, or it is off
        self._exchange.reply(number=number, to=bubble.office, text=text)


def words(person: Person, question: str, chance: Random, *, before: int = 0) -> str:
    """What this person texts back to a question heard so many times before; '' from whoever says nothing."""
    if _ASKS_AGAIN.search(question):
        return f"1 {_wrong(person.birth)}" if person.answer == "other_person" else ""
    if person.answer == "silent" or before != (person.answer == "reminded"):
        return ""
    if _ASKS_TO_CONFIRM.search(question):
        return chance.choice(_CONFIRMED)
    if person.answer == "unclear":
        return chance.choice(_UNCLEAR)
    return _decided(person, question, chance)


def _decided(person: Person, question: str, chance: Random) -> str:
    """One of the answers on offer; where yes or no is asked, a yes with a birth date, right or not, or a no."""
    offered = [] if _CHOICE.search(question) else _OFFERED.findall(question)
    if offered:
        digit, label = chance.choice(offered)
        return str(chance.choice((digit, f"{digit}번", label)))
    is_positive = person.answer != "refuse"
    digit, word = _choice(question, is_positive=is_positive)
    birth = _wrong(person.birth) if person.answer in ("wrong_birth", "other_person") else person.birth
    if not is_positive:
        return chance.choice((digit, f"{digit}번", word, f"{word}합니다", f"{digit} {word}"))
    forms = [digit, f"{digit}번", word, f"네 {word}합니다", f"{digit}."]
    if person.name:
        forms += [f"{digit} {person.name}", f"{word}합니다 {person.name}"]
    return f"{chance.choice(forms)} {birth}".strip()


def _choice(question: str, *, is_positive: bool) -> tuple[str, str]:
    """The digit and the word the question offers for yes or no; some questions turn them round."""
    for digit, word in _CHOICE.findall(question):
        if (word in _POSITIVE) == is_positive:
            return digit, word
    return ("1", "동의") if is_positive else ("2", "미동의")


def _wrong(birth: str) -> str:
    """A birth date one digit off, as fingers slip."""
    return birth[:-1] + str((int(birth[-1]) + 1) % 10) if birth[-1:].isdigit() else "000000"
