"""Everything known about one text while it is being read."""

import re
from dataclasses import dataclass, replace
from typing import Self

from messaging.understanding import courtesy
from messaging.understanding.doubts import doubts_of
from messaging.understanding.identity import Identified, masked
from messaging.understanding.model import Identity, Label, Option, Question, Reading, Span
from messaging.understanding.normalising import Line, Normal, in_words, tightened
from messaging.understanding.numbers import without_scale

_FIELD = re.compile(
    r"(?:동의|참석|수신|참가)(?: ?의)? ?여부(?:는|은)? (?=(?:미|비|부)?동의|참석|불참|[12])"
)  # 동의 여부: 동의


@dataclass(frozen=True, slots=True)
class Case:
    """The text as it came, who wrote it, and what is left of it once she is known. Spans are places in `words`."""

    normal: Normal
    question: Question
    who: Identified
    identity: Identity
    words: Line
    tight: Line

    @classmethod
    def of(cls, normal: Normal, question: Question, who: Identified, identity: Identity, *gone: Span) -> Self:
        """The case of a text, without who is writing and some other places."""
        name = () if who.name_at is None else (who.name_at,)
        words = in_words(normal.without(*who.spans, *name, *gone))
        if question.kind == "satisfaction":
            words = without_scale(words)
        if "여부" in words.text:
            words = Line(_FIELD.sub(lambda found: " " * len(found[0]), words.text), words.places)
        return cls(normal, question, who, identity, words, tightened(words))

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against counting the text; courtesies are set aside first (수고하신다 is not hearsay)."""
        return doubts_of(
            self.words, Line(courtesy.LITTLE_KOREAN.sub("♡", courtesy.COURTESY.sub("♡", self.tight.text)), ())
        )

    @property
    def with_name(self) -> Self:
        """The same with the name read as words: what looked like a name may have been 문자거부."""
        if self.who.name_at is None:
            return self
        words = in_words(self.normal.without(*self.who.spans))
        return replace(self, words=words, tight=tightened(words))

    def option(self, key: str) -> Option | None:
        """The option of a key."""
        return next((one for one in self.question.options if one.key == key), None)

    def reading(
        self,
        label: Label,
        rule: str,
        *,
        option: Option | None = None,
        spans: tuple[Span, ...] = (),
        flags: tuple[str, ...] = (),
        suggested: Option | None = None,
    ) -> Reading:
        """The reading this case comes to."""
        technical = ("too_long",) * (self.normal.is_cut or self.normal.is_long) + ("broken_bytes",) * (
            "\ufffd" in self.normal.raw
        )
        return Reading(
            label=label,
            rule=rule,
            masked_text=masked(self.normal),
            option=option.key if option else "",
            name=self.who.name,
            birth=self.who.birth,
            birth_candidates=self.who.candidates,
            identity=self.identity,
            spans=tuple(self.normal.raw_span(self.words.span(at)) for at in spans if at[0] < at[1]),
            flags=tuple(dict.fromkeys((*technical, *self.who.flags, *flags))),
            suggested=suggested.key if suggested else "",
        )
