"""Korean mobile numbers as people write them: one parser for forms, rosters and carriers."""

import re
import unicodedata

from portal.core.errors import Refused

_KOREAN_MOBILE = re.compile(r"1(?:0\d{8}|[16789]\d{7,8})")
_ALREADY_READ = re.compile(r"\+8210(?!0{8})\d{8}", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fb.·()/]+")


def gettext_noop(words: str) -> str:
    """Marks words for translation as Django's function does, which wants settings: cages read this module too."""
    return words


class PhoneRefused(Refused):
    """The text is not a Korean mobile number. `code` says why: empty, unreadable, landline, foreign or not_mobile."""

    sentence = gettext_noop("010-1234-5678처럼 휴대전화 번호를 입력해 주세요.")

    def __init__(self, code: str, sentence: str = "") -> None:
        self.code = code
        super().__init__(sentence)


def parse_mobile(text: str) -> str:
    """
    Read one Korean mobile number and return it as E.164 (`+821012345678`).

    Accepts spaces, hyphens and dashes, dots, full-width digits, +82 and a leading zero eaten by a spreadsheet.

    :raises PhoneRefused: for anything a text message cannot reach
    """
    if _ALREADY_READ.fullmatch(text):
        return text
    cleaned = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).strip().removeprefix("'"))
    if not cleaned:
        raise PhoneRefused("empty", gettext_noop("휴대전화 번호를 입력해 주세요."))
    digits = cleaned
    for prefix in ("+82", "0082"):
        if digits.startswith(prefix):
            digits = digits.removeprefix(prefix)
            break
    else:
        if digits.startswith("82") and len(digits) in (11, 12):
            digits = digits[2:]
        elif digits.startswith("+"):
            raise PhoneRefused(
                "foreign", gettext_noop("해외 번호로는 문자를 보낼 수 없습니다. 국내 휴대전화 번호를 입력해 주세요.")
            )
    if not (digits.isascii() and digits.isdigit()):
        raise PhoneRefused("unreadable")
    digits = digits.removeprefix("0")
    if set(digits[2:]) == {"0"}:
        raise PhoneRefused("unreadable")
    if not _KOREAN_MOBILE.fullmatch(digits):
        if digits[:1] in "23456" and 8 <= len(digits) <= 10:
            raise PhoneRefused(
                "landline", gettext_noop("유선전화에는 문자를 보낼 수 없습니다. 휴대전화 번호를 입력해 주세요.")
            )
        raise PhoneRefused("not_mobile")
    return f"+82{digits}"


def display(phone: str) -> str:
    """`+821012345678` as a person writes it: `010-1234-5678`. Other strings come back unchanged."""
    if not phone.startswith("+82"):
        return phone
    digits = "0" + phone.removeprefix("+82")
    return f"{digits[:3]}-{digits[3:-4]}-{digits[-4:]}"


def national(phone: str) -> str:
    """`+821012345678` as carriers want it: `01012345678`."""
    return "0" + phone.removeprefix("+82") if phone.startswith("+82") else phone
