"""Which options a text speaks for: digits, labels with slips of the finger, nods; negation before affirmation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from messaging.understanding import cues
from messaging.understanding.model import Finding, Option, Question, Span
from messaging.understanding.normalising import Normal
from portal.core.hangul import initials, jamo

_BEFORE_LABEL = re.compile(
    r"(?:^|[^가-힣]|번|문자|수신|통지서|고지서|안내|네|예|넵|넹|것|거|는데|는것|데|에|은|는|을|를|이|도|로|모두|전부|전적으로|다|그냥|저는|그래|좋아|합니다|니다|요|서|고)$"
)
_AS_OBJECT = re.compile(
    r"(?:하)?(?:는|은|을|ㄹ)?(?:거|것|건|게)(?!요|예|에요|습)|기(?:는|가|도|를|싫)"
)  # 받는 거 거부: what is refused, no answer
_WORD = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")


@dataclass(frozen=True, slots=True)
class Tight:
    """The text without blanks and punctuation between words, and where each character stood before."""

    text: str
    places: tuple[int, ...]

    def span(self, at: Span) -> Span:
        """A span of the tight text as a span of the normalised one."""
        return self.places[at[0]], self.places[at[1] - 1] + 1


def tighten(normal: Normal) -> Tight:
    """Drop blanks and punctuation, but keep the question mark."""
    kept = [(char, at) for at, char in enumerate(normal.text) if char.isalnum() or char == "?"]
    return Tight("".join(char for char, _ in kept), tuple(at for _, at in kept))


def digits(normal: Normal, question: Question) -> Iterator[tuple[Option | None, Span]]:
    """Digits that answer: alone, with 번, or right before a label. None stands for a digit that is no option."""
    for found in re.finditer(r"(?<![\d.,/-])\d+(?![\d/-])", normal.text):
        after = normal.text[found.end() :]
        if cues.UNIT_AFTER.match(after) and not re.match(r"로(?:할|하|선|요|$|\s)|이요|가요|일번", after):
            continue
        option = next((one for one in question.options if one.digit == found[0]), None)
        yield option, found.span()
    for found in re.finditer(r"(?<![가-힣])일번", normal.text):
        yield next((one for one in question.options if one.digit == "1"), None), found.span()


def named(tight: Tight, question: Question) -> list[Finding]:
    """Options that the text names or negates, in their order. What a negation has taken is not read again."""
    findings = _negated(tight, question)
    findings += _labelled(tight, question, [finding.at for finding in findings])
    if not findings:
        findings = list(_slips(tight, question)) or list(_nod(tight, question))
    return sorted(findings, key=lambda one: one.at)


def _negated(tight: Tight, question: Question) -> list[Finding]:
    refuse = question.meaning("refuse")
    patterns = [(cues.NEGATED_ANY, "options.negated_verb"), (cues.REFUSING, "options.refusing_word")]
    if question.kind == "consent":
        patterns.append((cues.BY_POST, "options.by_post_instead"))
    findings: list[Finding] = []
    for pattern, rule in patterns:
        for found in pattern.finditer(tight.text):
            at = _widened(tight.text, found.span(), question)
            if refuse is not None and not _overlaps(at, [finding.at for finding in findings]):
                findings.append(Finding(refuse, rule, at, is_strong=True))
    return findings


def _labelled(tight: Tight, question: Question, taken: list[Span]) -> list[Finding]:
    stems = [(stem.replace(" ", "").lower(), one) for one in question.options for stem in {one.label, *one.synonyms}]
    findings: list[Finding] = []
    for stem, option in sorted(stems, key=lambda pair: (-len(pair[0]), pair[0])):
        for found in re.finditer(re.escape(stem), tight.text):
            is_object = _AS_OBJECT.match(tight.text, found.end()) is not None
            is_free = not _overlaps(found.span(), taken)
            if is_free and not is_object and _begins_a_word(tight, found.start()):
                findings.append(Finding(option, "options.label", found.span(), is_strong=True))
            taken = [*taken, found.span()]
    return findings


def _overlaps(at: Span, taken: list[Span]) -> bool:
    return any(at[0] < end and begin < at[1] for begin, end in taken)


def _nod(tight: Tight, question: Question) -> Iterator[Finding]:
    consent = question.meaning("consent")
    nod = cues.NODDING.match(_without_filler(tight.text))
    if consent is not None and nod:
        start = tight.text.find(nod[0][0])
        yield Finding(consent, "options.nod", (start, min(start + len(nod[0]), len(tight.text))), is_strong=False)


def _widened(text: str, at: Span, question: Question) -> Span:
    """동의 + 안합니다 is one refusal: a label right before the negation belongs to it, with its particle."""
    for option in question.options:
        for stem in (option.label, *option.synonyms):
            found = re.search(
                re.escape(stem.replace(" ", "")) + r"(?:은|는|을|를|에|에는|도|가|이|하|해|할|한다고)?$", text[: at[0]]
            )
            if found:
                return found.start(), at[1]
    return at


def _begins_a_word(tight: Tight, start: int) -> bool:
    if start == 0 or tight.places[start] != tight.places[start - 1] + 1:
        return True
    return _BEFORE_LABEL.search(tight.text[:start]) is not None


def _slips(tight: Tight, question: Question) -> Iterator[Finding]:
    """A label one letter off (동이합니다, 돝의), or its initials (ㄷㅇ합니다), unless another label is as near."""
    for word in _WORD.finditer(tight.text):
        near: list[tuple[int, Option, int]] = []
        for option in question.options:
            size = len(option.label)
            head = word[0][:size]
            if len(head) == size:
                near.append((_distance(jamo(head), jamo(option.label)), option, size))
            if size >= 2 and word[0].startswith(initials(option.label)):
                near.append((1, option, size))
        near.sort(key=lambda one: one[0])
        is_alone = len(near) < 2 or near[1][0] > near[0][0] or near[1][1] == near[0][1]
        if near and near[0][0] <= 1 and is_alone:
            yield Finding(near[0][1], "options.slip", (word.start(), word.start() + near[0][2]), True)
            return


def _distance(one: str, other: str) -> int:
    """Levenshtein distance, enough for words of a few letters."""
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != against)))
        before = now
    return before[-1]


def leftover(tight: Tight, findings: list[Finding], question: Question, taken: list[Span]) -> str:
    """What remains once answers, nouns of the question and polite words are gone: unread words are a reason to ask."""
    letters = list(tight.text)
    for finding in findings:
        letters[finding.at[0] : finding.at[1]] = " " * (finding.at[1] - finding.at[0])
    inside = {place for begin, end in taken for place in range(begin, end)}
    text = "".join(" " if tight.places[at] in inside else char for at, char in enumerate(letters))
    for noun in sorted(question.nouns, key=len, reverse=True):
        text = text.replace(noun, " ")
    return re.sub(r"[^a-z가-힣ㄱ-ㅎㅏ-ㅣ]", "", _without_filler(text))


def _without_filler(text: str) -> str:
    return cues.FILLER.sub("", text)
