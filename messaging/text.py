"""
Texts as carriers take them: variables put in, cp949 characters, bytes counted.

Counted with cp949, never euc_kr: euc_kr silently writes 8 bytes for 뷁 or 똠 where cp949 writes 2.
"""

import re
import unicodedata
from collections.abc import Mapping

from portal.core.errors import Refused
from portal.core.hangul import josa

SMS_BYTES = 90
LONG_BYTES = 2000
TITLE_BYTES = 40
ALIMTALK_CHARACTERS = 1000
PLACEHOLDER = re.compile(r"#\{([^{}#]{1,20})\}")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

# Characters that cp949 lacks and phones and word processors produce, with what a reader would accept in their place.
SUBSTITUTES = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2043": "-",
        "\u2022": "·", "\u2027": "·", "\u30fb": "·", "\u25aa": "■", "\u25cf": "●",
        "\u20a9": "￦", "\u00a3": "￡", "\u00a5": "￥", "\u00a2": "￠",
        "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ",
        "\u301c": "~", "\u2e3a": "-", "\u201a": ",", "\u2039": "<", "\u203a": ">", "\u00ab": "《", "\u00bb": "》",
        "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None, "\u00ad": None,
        "\ufe0f": None, "\u3164": None,
    }
)  # fmt: skip
_ENCODABLE_BUT_INVISIBLE = re.compile("[\u00ad\u3164]")


class WordingRefused(Refused):
    """A text cannot be made or sent. `field` says which part of the request is wrong."""

    field = "context"


class VariableMissing(WordingRefused):
    """The template has a variable that the context does not fill."""

    def __init__(self, name: str) -> None:
        self.field = f"context.{name}"
        super().__init__(f"치환변수 #{{{name}}}{_particle(name)} 비어 있습니다.")


class ForbiddenValue(WordingRefused):
    """A value could change the approved text: a placeholder, a line break, a direction mark, an invisible sign."""

    def __init__(self, name: str, what: str) -> None:
        self.field = f"context.{name}"
        super().__init__(f"#{{{name}}} 값에 쓸 수 없는 {what} 들어 있습니다.")


class ValueTooLong(WordingRefused):
    """Carriers take only short values from a sender number they do not know yet."""

    def __init__(self, name: str, size: int, limit: int) -> None:
        self.field = f"context.{name}"
        super().__init__(
            f"#{{{name}}} 값이 너무 깁니다: {size}자. 새로 등록한 발신번호로는 {limit}자까지만 보낼 수 있습니다."
        )


class Unencodable(WordingRefused):
    """A character no Korean text message can carry."""

    def __init__(self, character: str) -> None:
        self.character = character
        name = unicodedata.name(character, f"U+{ord(character):04X}")
        super().__init__(f"문자메시지로 보낼 수 없는 글자가 있습니다: “{character}” ({name})")


class TextTooLong(WordingRefused):
    """The text exceeds what its channel carries."""

    def __init__(self, size: int, limit: int, unit: str) -> None:
        super().__init__(f"본문이 너무 깁니다: {size:,}{unit} (한도 {limit:,}{unit}).")


class LinkInText(WordingRefused):
    """정부 문자에는 인터넷 주소를 넣지 않는다: links go on AlimTalk buttons."""

    sentence = "문자메시지에는 인터넷 주소를 넣을 수 없습니다. 알림톡 버튼을 쓰세요."


def _particle(name: str) -> str:
    return josa(name, "이/가").removeprefix(name)


def placeholders(body: str) -> list[str]:
    """The names of the variables in a wording, in order, each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(body)))


def check_value(name: str, value: str) -> None:
    """
    Refuse a value that could change the approved text.

    :raises ForbiddenValue: for a placeholder, a control character, a direction mark or an invisible character
    """
    if value.isprintable() and "#{" not in value:  # almost every value: no character of the kinds below is printable
        return
    if "#{" in value:
        raise ForbiddenValue(name, "치환변수가")
    for character in value:
        kind = unicodedata.category(character)
        if character in "\r\n" or kind in ("Zl", "Zp"):
            raise ForbiddenValue(name, "줄바꿈이")
        if kind in ("Cc", "Cf", "Cs", "Co"):
            raise ForbiddenValue(name, "보이지 않는 글자가")


def render(body: str, variables: Mapping[str, str]) -> str:
    """
    The wording with its variables put in: nothing else is evaluated.

    :raises VariableMissing: if a variable is absent or empty
    """

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        value = variables.get(name, "")
        if not value.strip():
            raise VariableMissing(name)
        return value

    return PLACEHOLDER.sub(value_of, body)


def for_text_message(text: str) -> str:
    """
    The text in characters every Korean handset shows.

    :raises Unencodable: naming the first character that has no acceptable substitute
    """
    plain = unicodedata.normalize("NFC", text)
    try:
        plain.encode("cp949")
    except UnicodeEncodeError:
        return _substituted(plain)
    return _substituted(plain) if _ENCODABLE_BUT_INVISIBLE.search(plain) else plain


def _substituted(text: str) -> str:
    plain = text.translate(SUBSTITUTES)
    try:
        plain.encode("cp949")
    except UnicodeEncodeError as error:
        raise Unencodable(plain[error.start]) from None
    return plain


def count_bytes(text: str) -> int:
    """How many bytes a text takes at the carrier."""
    return len(text.encode("cp949"))


def check_text(text: str) -> None:
    """
    Refuse a text message that is too long or carries a link.

    :raises TextTooLong:
    :raises LinkInText:
    """
    if count_bytes(text) > LONG_BYTES:
        raise TextTooLong(count_bytes(text), LONG_BYTES, "바이트")
    if has_link(text):
        raise LinkInText


def has_link(text: str) -> bool:
    """Whether a telephone would make an internet address of a part of it."""
    return _LINK.search(text) is not None
