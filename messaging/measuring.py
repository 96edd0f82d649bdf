"""How a wording turns out: with usual values and with the longest, on a telephone, in bytes and in won. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from messaging.drafting import Writing, limits
from messaging.models import Channel, Route
from messaging.pricing import Tariff
from messaging.text import LONG_BYTES, PLACEHOLDER, SMS_BYTES, SUBSTITUTES, count_bytes


@dataclass(frozen=True, slots=True)
class Size:
    """A finished text: how many bytes, by which channel, for how much."""

    text: str
    byte_count: int
    channel: Channel
    won: Decimal

    @property
    def share(self) -> int:
        """How full its channel is, in per cent."""
        most = SMS_BYTES if self.channel == Channel.SMS else LONG_BYTES
        return min(100, self.byte_count * 100 // most)


@dataclass(frozen=True, slots=True)
class Look:
    """What a recipient sees of a wording. `card` is None where nothing goes to KakaoTalk."""

    title: str
    card: str | None
    card_won: Decimal
    card_longest: int
    buttons: tuple[str, ...]
    usual: Size | None
    longest: Size | None
    replaced: tuple[tuple[str, str], ...]

    @property
    def jump_won(self) -> Decimal:
        """What the longest row costs more than the usual one."""
        if self.usual is None or self.longest is None:
            return Decimal(0)
        return self.longest.won - self.usual.won

    @property
    def is_close(self) -> bool:
        """Whether long values make a long text of a short one."""
        return self.jump_won > 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of two versions beside each other; None where the other one has no such line."""

    before: str | None
    after: str | None

    @property
    def is_changed(self) -> bool:
        """Whether they differ."""
        return self.before != self.after


def look_of(writing: Writing, tariff: Tariff) -> Look:
    """The wording with sample values, as it will look and what it will cost."""
    usual, longest = (_values(writing.variables, place) for place in (0, 1))
    words = writing.text[1]
    is_mms = writing.route == Route.MMS
    return Look(
        title=writing.title,
        card=fill(writing.body, usual) if writing.is_alimtalk else None,
        card_won=tariff.rate(Channel.ALIMTALK).won,
        card_longest=len(fill(writing.body, longest)),
        buttons=tuple(fill(link.label, usual) for link in writing.buttons),
        usual=_size(fill(words, usual), tariff, is_mms=is_mms),
        longest=_size(fill(words, longest), tariff, is_mms=is_mms),
        replaced=tuple(
            (one, SUBSTITUTES[ord(one)] or "없앰") for one in dict.fromkeys(words) if ord(one) in SUBSTITUTES
        ),
    )


def usual_values(names: Sequence[str]) -> dict[str, str]:
    """A made-up value for each variable."""
    return _values(names, 0)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with sample values; what is no variable stays as it is."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def side_by_side(before: str, after: str) -> list[Line]:
    """Two wordings, line beside line."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[Line] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left: Sequence[str | None] = old[i1:i2]
        right: Sequence[str | None] = new[j1:j2]
        most = max(len(left), len(right)) if kind != "equal" else len(left)
        padded = ([*rows, *[None] * (most - len(rows))] for rows in (left, right))
        lines += [Line(one, other) for one, other in zip(*padded, strict=True)]
    return lines


def _instead(character: str) -> str:
    return character.translate(SUBSTITUTES) or "(없앰)"


def _values(names: Sequence[str], place: int) -> dict[str, str]:
    samples: Mapping[str, Sequence[str]] = limits()["samples"]
    unknown = (None, limits()["longest_unknown"])[place]
    values = {name: samples[name][place] if name in samples else unknown or f"({name})" for name in names}
    return {**values, "기관": settings.DISTRICT_NAME}


def _size(text: str, tariff: Tariff, *, is_mms: bool) -> Size:
    plain = text.translate(SUBSTITUTES).encode("cp949", "replace").decode("cp949")
    byte_count = count_bytes(plain)
    channel = Channel.MMS if is_mms else Channel.SMS if byte_count <= SMS_BYTES else Channel.LMS
    return Size(plain, byte_count, channel, tariff.rate(channel).won)
