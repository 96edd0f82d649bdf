"""Columns beside the person: when to pay, under which number, in which language, and the CI of a certified relay."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from notices.rosters.columns import Column
from portal.core.errors import Refused

_DATE = re.compile(r"(20\d{2})\s?[-./년]?\s?(\d{1,2})\s?[-./월]?\s?(\d{1,2})\s?[.일]?")
_CI = re.compile(r"[A-Za-z0-9+/]{86}==")  # 연계정보: 64 bytes in base64
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "ko": ("ko", "kor", "한국어", "한글", "국문"),
    "en": ("en", "eng", "영어", "영문"),
    "zh": ("zh", "chn", "중국어", "중문"),
    "vi": ("vi", "vie", "베트남어"),
    "th": ("th", "tha", "태국어"),
    "uz": ("uz", "uzb", "우즈베크어", "우즈베키스탄어"),
    "ru": ("ru", "rus", "러시아어"),
    "ja": ("ja", "jpn", "일본어"),
    "mn": ("mn", "mon", "몽골어"),
    "ne": ("ne", "nep", "네팔어"),
    "km": ("km", "khm", "캄보디아어", "크메르어"),
    "id": ("id", "ind", "인도네시아어"),
    "tl": ("tl", "fil", "필리핀어", "타갈로그어"),
}
_CODE_OF = {word: code for code, words in LANGUAGES.items() for word in words}


class CellRefused(Refused):
    """The cell is not one certain value of its kind."""


def read_carried(column: Column, text: str) -> str:
    """
    The one value the text can mean, in the form it is kept in.

    :raises CellRefused: if it is none
    """
    return _READERS[column](unicodedata.normalize("NFKC", text).strip())


def _due_on(text: str) -> str:
    found = _DATE.fullmatch(text.removesuffix(" 00:00:00"))
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else _refuse_due()
    except ValueError:
        return _refuse_due()


def _refuse_due() -> str:
    raise CellRefused("납부기한을 2026-11-30처럼 달력에 있는 날짜로 적어 주세요.")


def _payment_number(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{10,20}", digits):
        raise CellRefused(
            "전자납부번호는 열 자리에서 스무 자리 숫자입니다. 엑셀에서 글자 서식으로 바꾸어 저장해 주세요."
        )
    return digits


def _language(text: str) -> str:
    code = _CODE_OF.get(text.lower())
    if code is None:
        raise CellRefused("모르는 언어입니다. 한국어, 영어, 중국어, 베트남어처럼 적어 주세요.")
    return code


def _ci(text: str) -> str:
    if not _CI.fullmatch(text):
        raise CellRefused("연계정보(CI)는 ==로 끝나는 88자입니다.")
    return text


_READERS: Mapping[Column, Callable[[str], str]] = {
    Column.DUE_ON: _due_on,
    Column.PAYMENT_NUMBER: _payment_number,
    Column.LANGUAGE: _language,
    Column.CI: _ci,
}
