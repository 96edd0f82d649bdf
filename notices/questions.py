"""What a campaign asks, in the shape that messaging's reader understands, and what a text says to it. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from messaging.understanding import Option as ReadOption
from messaging.understanding import Person, Reading, read
from messaging.understanding import Question as ReadQuestion
from messaging.understanding.amounts import Amount, read_amount
from messaging.understanding.model import Kind
from messaging.understanding.remarks import remark
from notices.models import Campaign, Option, Question

NOUNS = ("통지서", "고지서", "문자", "그림문자", "안내문")
LARGEST_NUMBER = 999_999_999
_KINDS: dict[str, Kind] = {
    "notice": "consent",
    "consent": "consent",
    "survey": "survey",
    "rsvp": "rsvp",
    "acknowledge": "acknowledge",
    "vote": "vote",
}
_SKIPPED = re.compile(r"\s*(?:0|패스|통과|생략|건너뛰[가-힣]+|넘어가[가-힣]+|답\s*안\s*(?:함|해요))\s*[.!]*\s*")
_NOT_WORDS = frozenset({"noise.empty", "noise.decoration", "noise.auto_reply"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as citizens were asked it."""

    pk: int
    position: int
    kind: str  # of the campaign
    answer: str  # choice, scale, number, text
    identity: Literal["none", "birth", "both"]
    is_required: bool
    options: tuple[Option, ...]

    @property
    def reader(self) -> ReadQuestion:
        """The question with this campaign's digits and labels; refusing one of its nouns is an answer, not a stop."""
        is_open = self.answer in ("number", "text")
        return ReadQuestion(
            kind="satisfaction" if self.answer == "scale" else _KINDS[self.kind],
            options=() if is_open else tuple(_as_read(one) for one in self.options),
            identity=self.identity,
            nouns=NOUNS if _KINDS[self.kind] == "consent" else (),
        )

    def option(self, key: str) -> Option | None:
        """The option behind a reader's key."""
        return next((one for one in self.options if key and _key_of(one) == key), None)

    def meaning(self, meaning: str) -> Option | None:
        """The option that means consent or refusal, if one does."""
        return next((one for one in self.options if one.meaning == meaning), None)


def asked_of(campaign: Campaign, question: Question) -> Asked:
    """A question as data, with its options."""
    return Asked(
        pk=question.pk,
        position=question.position,
        kind=campaign.kind,
        answer=question.answer,
        identity=_identity_of(campaign),
        is_required=question.is_required,
        options=tuple(sorted(question.options.all(), key=lambda one: one.digit)),
    )


def _identity_of(campaign: Campaign) -> Literal["none", "birth", "both"]:
    if campaign.identity == Campaign.Identity.BIRTH:
        return "birth"
    return "both" if campaign.identity == Campaign.Identity.BOTH else "none"


def _key_of(option: Option) -> str:
    return str(option.digit) if option.meaning == Option.Meaning.CHOICE else option.meaning


def _as_read(option: Option) -> ReadOption:
    meaning: Literal["consent", "refuse", "choice"] = "choice"
    if option.meaning == Option.Meaning.CONSENT:
        meaning = "consent"
    elif option.meaning == Option.Meaning.REFUSE:
        meaning = "refuse"
    return ReadOption(
        key=_key_of(option),
        digit=str(option.digit),
        label=option.label,
        meaning=meaning,
        synonyms=tuple(option.synonyms),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What one text says to one question. `label` is the reader's, or number, text, skip, heads."""

    reading: Reading
    label: str
    option: Option | None = None
    number: int | None = None
    head_count: int | None = None

    @property
    def is_answer(self) -> bool:
        """Whether it answers the question, so that it may count."""
        return self.option is not None or self.label in ("number", "text", "skip")

    @property
    def is_refusal(self) -> bool:
        """Whether it says no, or asks for no more messages."""
        return self.label in ("refuse", "opt_out")


def hear(text: str, asked: Asked, person: Person | None = None) -> Said:
    """Read a text as the answer to a question of any kind. Never raises."""
    if not asked.is_required and _SKIPPED.fullmatch(text):
        return Said(read(text, asked.reader, person), "skip")
    if asked.answer == "number":
        return _hear_number(text, asked, person)
    if asked.answer == "text":
        return _hear_words(text, asked, person)
    if asked.kind == "rsvp":
        return _hear_who_comes(text, asked, person)
    return _chosen(read(text, asked.reader, person), asked)


def _chosen(reading: Reading, asked: Asked) -> Said:
    option = asked.option(reading.option) if reading.is_clear else None
    label = "unrelated" if reading.label == "identity" and not _is_about_her(reading, asked) else reading.label
    return Said(reading, label, option)


def _is_about_her(reading: Reading, asked: Asked) -> bool:
    """Where nobody is asked who she is, a word that looks like a name is no identity."""
    return asked.identity != "none" or bool(reading.birth_candidates)


def _hear_who_comes(text: str, asked: Asked, person: Person | None) -> Said:
    """참석 3명, 둘이서 갑니다: the heads are set aside before the answer is read."""
    heads = read_amount(text, asked.reader, person, counts_heads=True)
    if heads is None:
        said = _chosen(read(text, asked.reader, person), asked)
        return replace(said, head_count=1) if said.label == "consent" else said
    reading = read(_without(text, heads), asked.reader, person)
    if reading.label in ("unrelated", "identity", "ambiguous") and not _without(text, heads).strip(" .,!~요입니다"):
        reading = replace(reading, label="ambiguous", rule="amounts.heads_only", suggested="consent")
    elif reading.label == "consent" and not heads.is_sure:
        reading = replace(reading, label="ambiguous", rule="amounts.unsure", suggested=reading.option)
    said = _chosen(reading, asked)
    return replace(said, head_count=heads.value if said.label in ("consent", "ambiguous") else None)


def _without(text: str, amount: Amount) -> str:
    begin, end = amount.span
    return text[:begin] + " " * (end - begin) + text[end:]


def _hear_number(text: str, asked: Asked, person: Person | None) -> Said:
    reading = read(text, asked.reader, person)
    if reading.label == "opt_out" or reading.rule == "noise.auto_reply":
        return Said(reading, reading.label)
    amount = read_amount(text, asked.reader, person)
    if amount is None or amount.value > LARGEST_NUMBER:
        label = "identity" if reading.birth_candidates else "unrelated"
        return Said(reading, label)
    label = "number" if amount.is_sure else "ambiguous"
    return Said(replace(reading, rule=f"amounts.{label}", spans=(amount.span,)), label, number=amount.value)


def _hear_words(text: str, asked: Asked, person: Person | None) -> Said:
    """Whatever she writes is the answer, unless it stops us, is a machine's, or only says who she is."""
    reading = read(text, asked.reader, person)
    if reading.label == "opt_out":
        return Said(reading, "opt_out")
    if reading.rule in _NOT_WORDS:
        return Said(reading, "unrelated")
    if asked.identity != "none" and reading.birth_candidates and not remark(text, asked.reader, person):
        return Said(reading, "identity")
    return Said(replace(reading, rule="text.words"), "text")
