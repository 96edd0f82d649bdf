"""A wording before anybody approved it: what is wrong with it, field by field. Pure; Kakao's limits are data."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from messaging.models import Purpose, Route
from messaging.routes import may_go_by_text
from messaging.text import (
    LONG_BYTES,
    PLACEHOLDER,
    SUBSTITUTES,
    TITLE_BYTES,
    LinkInText,
    count_bytes,
    has_link,
    placeholders,
)

_FILE = Path(__file__).parent / "reference" / "kakao.toml"
_BRACED = re.compile(r"#\{[^}]*\}?|\$\{[^}]*\}?|\{\{[^}]*\}*")
_MARKED = re.compile(r"[(\[{<〔【《「『（［]\W*광\W*고\W*[)\]}>〕】》」』）］]|^\W*광\W*고\W*[)\]:}]")
_WEB = ("https://", "http://", "#{")


@dataclass(frozen=True, slots=True)
class Link:
    """A button under an AlimTalk."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Writing:
    """A wording as an official wrote it."""

    title: str
    purpose: str
    route: str
    body: str
    fallback_body: str = ""
    buttons: tuple[Link, ...] = ()
    category: str = ""
    is_secure: bool = False

    @property
    def is_alimtalk(self) -> bool:
        """Whether Kakao's limits hold."""
        return self.route == Route.ALIMTALK_THEN_TEXT

    @property
    def text(self) -> tuple[str, str]:
        """The field that goes by text message, and its words."""
        return ("fallback_body", self.fallback_body) if self.fallback_body else ("body", self.body)

    @property
    def variables(self) -> list[str]:
        """Every variable it names, in order, each once."""
        words = (self.body, self.fallback_body, *(text for link in self.buttons for text in (link.label, link.url)))
        return list(dict.fromkeys(name for text in words for name in placeholders(text)))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and in which field of the form."""

    field: str
    sentence: str


@cache
def limits() -> Mapping[str, Any]:
    """Kakao's limits and the samples."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def faults_of(writing: Writing, *, known: Collection[str] | None = None) -> list[Fault]:
    """
    Everything that stands in the way of a wording; an empty list if it may be reviewed.

    :param known: the variables its senders fill, where a room of ours sends it; None: whoever sends it fills them all
    """
    return [
        *_of_title(writing),
        *_of_body(writing),
        *_of_text(writing),
        *_of_variables(writing, known),
        *_of_marks(writing),
        *_of_buttons(writing),
    ]


def strange_characters(text: str) -> Iterator[tuple[int, int, str]]:
    """What no text message can carry: line and place (both from 1) and the character."""
    for number, line in enumerate(unicodedata.normalize("NFC", text).split("\n"), start=1):
        for place, character in enumerate(line, start=1):
            try:
                character.translate(SUBSTITUTES).encode("cp949")
            except UnicodeEncodeError:
                yield number, place, character


def _of_title(writing: Writing) -> Iterator[Fault]:
    if not writing.title.strip():
        yield Fault("title", "제목을 적어 주세요.")
    yield from _unencodable("title", writing.title)
    if may_go_by_text(writing.route) and _size(writing.title) > TITLE_BYTES:
        yield Fault("title", f"제목은 {TITLE_BYTES}바이트(한글 {TITLE_BYTES // 2}자)까지 쓸 수 있습니다.")


def _of_body(writing: Writing) -> Iterator[Fault]:
    most = limits()["body_characters"]
    if not writing.body.strip():
        yield Fault("body", "본문을 적어 주세요.")
    if writing.is_alimtalk and len(writing.body) > most:
        yield Fault("body", f"알림톡 본문은 {most:,}자까지입니다. 지금 {len(writing.body):,}자입니다.")
    if writing.fallback_body and not writing.is_alimtalk:
        yield Fault("fallback_body", "대체발송 본문은 알림톡에만 있습니다.")
    if writing.category and not (writing.is_alimtalk and re.fullmatch(limits()["category"], writing.category)):
        yield Fault("category", "알림톡 분류는 숫자 여섯 자리입니다. 모르면 비워 두세요.")


def _of_text(writing: Writing) -> Iterator[Fault]:
    if not may_go_by_text(writing.route):
        return
    field, words = writing.text
    yield from _unencodable(field, words)
    if has_link(words):
        yield Fault(field, LinkInText.sentence)
    if _size(words) > LONG_BYTES:
        yield Fault(field, f"문자 본문은 {LONG_BYTES:,}바이트까지입니다. 지금 {_size(words):,}바이트입니다.")


def _unencodable(field: str, text: str) -> Iterator[Fault]:
    for line, place, character in strange_characters(text):
        name = unicodedata.name(character, f"U+{ord(character):04X}")
        where = f"{line}번째 줄 {place}번째 글자"
        yield Fault(field, f"{where} “{character}” ({name}): 문자메시지로 보낼 수 없습니다.")
        return  # one at a time: the reader finds it, and looks for its like


def _of_variables(writing: Writing, known: Collection[str] | None) -> Iterator[Fault]:
    for field, text in (("title", writing.title), ("body", writing.body), ("fallback_body", writing.fallback_body)):
        wrong = next((found[0] for found in _BRACED.finditer(text) if not PLACEHOLDER.fullmatch(found[0])), None)
        if wrong is not None:
            yield Fault(field, f"치환변수는 #{{이름}} 모양으로만 쓸 수 있습니다: “{wrong[:20]}”")
        elif field == "title" and placeholders(text):
            yield Fault(field, "제목에는 치환변수를 쓸 수 없습니다.")
    strange = [name for name in writing.variables if known is not None and name not in known]
    if strange:
        names = ", ".join(f"#{{{name}}}" for name in strange)
        yield Fault("body", f"이 서식을 보내는 화면이 채우지 않는 치환변수입니다: {names}")


def _of_marks(writing: Writing) -> Iterator[Fault]:
    """An advertisement goes only to those who asked for it (정보통신망법 제50조): nobody makes one by a mark."""
    for field, text in (("title", writing.title), ("body", writing.body), ("fallback_body", writing.fallback_body)):
        if found := _MARKED.search(text):
            sentence = "광고 표시는 손으로 쓸 수 없습니다. 이 서식으로는 광고를 보낼 수 없습니다"
            yield Fault(field, f"{sentence}: “{found[0][:12]}”")


def _of_buttons(writing: Writing) -> Iterator[Fault]:
    rules = limits()
    if writing.buttons and not writing.is_alimtalk:
        yield Fault("buttons", "버튼은 알림톡에만 달 수 있습니다.")
    if len(writing.buttons) > rules["button_count"]:
        yield Fault("buttons", f"버튼은 {rules['button_count']}개까지 달 수 있습니다.")
    for number, link in enumerate(writing.buttons, start=1):
        if not link.label or not link.url:
            yield Fault("buttons", f"{number}번 버튼에 이름과 주소를 모두 적어 주세요.")
        elif not link.url.startswith(_WEB):
            yield Fault("buttons", f"{number}번 버튼의 주소는 https://로 시작해야 합니다.")
        if len(link.label) > rules["button_label_characters"]:
            most = rules["button_label_characters"]
            yield Fault("buttons", f"{number}번 버튼의 이름은 {most}자까지입니다.")
        if len(link.url) > rules["button_link_characters"]:
            most = rules["button_link_characters"]
            yield Fault("buttons", f"{number}번 버튼의 주소는 {most}자까지입니다.")


def _size(text: str) -> int:
    """Bytes of a text whose strange characters are reported elsewhere."""
    return count_bytes(text.translate(SUBSTITUTES).encode("cp949", "replace").decode("cp949"))


def allowed_purposes() -> list[tuple[str, str]]:
    """What officials may write: codes and emergencies have wordings of the product alone."""
    return [(one.value, str(one.label)) for one in (Purpose.ADMINISTRATIVE, Purpose.ANSWER)]
