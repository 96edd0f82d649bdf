"""The only place that decides how a person is shown when she may not be shown whole."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

_RRN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[\s\-\u2010-\u2015\u2212·.]{0,3}([1-8])(\d{6})(?!\d)")

_NUMBER = re.compile(r"(?<!\d)(?:\+?82[\s\-.]{0,2}|0)(\d{1,2})[\s\-.)]{0,2}\d{3,4}[\s\-.]{0,2}(\d{4})(?!\d)")
# Only the syllables that stand on plates: 12월 2026 is a month.
_PLATE = re.compile(
    r"(?<!\d)(\d{2,3}\s?[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자하허호배])\s?\d{4}(?!\d)"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ACCOUNT = re.compile(r"(?<![\d*])\d{2,6}(?:-\d{2,6}){2,3}(?!\d)|(?<![\d*])\d{11,16}(?!\d)")
_CALLED = re.compile(r"(?<![가-힣])([가-힣]{2,4})(?=\s?(?:씨|님|군|양|여사|아저씨|아주머니)(?![가-힣]{2}))")
_NOBODY = frozenset(
    (
        *(
            "선생",
            "고객",
            "담당자",
            "담당",
            "주무관",
            "공무원",
            "구청장",
            "시장",
            "과장",
            "팀장",
            "소장",
            "사장",
            "기사",
        ),
        *(
            "주민",
            "이웃",
            "어르신",
            "관리인",
            "경비",
            "부모",
            "아버",
            "어머",
            "할머",
            "할아버",
            "손",
            "하느",
            "의원",
            "기사",
        ),
        *("교수", "원장", "점장", "이장", "통장", "반장", "민원인", "시민", "동네", "여러분"),
    )
)


def mask_name(name: str) -> str:
    """홍길동 → 홍*동, 이슬 → 이*, Latin names keep the first letter of each word."""
    letters = unicodedata.normalize("NFC", name).strip()
    if len(letters) <= 1:
        return "*" * len(letters)
    if letters.isascii():
        return " ".join(word[0] + "*" * (len(word) - 1) for word in letters.split())
    if len(letters) == 2:
        return letters[0] + "*"
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


def mask_phone(phone: str) -> str:
    """`+821012345678` or `01012345678` → `010-****-5678`."""
    digits = re.sub(r"\D", "", phone)
    if digits.startswith("82"):
        digits = "0" + digits[2:]
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}-****-{digits[-4:]}"


def mask_birth(birth: date) -> str:
    """1990-01-31 → 90****: enough to tell two people apart in a list."""
    return f"{birth.year % 100:02d}****"


def mask_address(address: str) -> str:
    """Everything after the 동, 읍, 면 or 로/길 is dropped."""
    kept: list[str] = []
    for word in address.split():
        kept.append(word)
        if re.fullmatch(r"\S*(동|읍|면|로|길)", word):
            break
    else:
        kept = kept[:2]
    return " ".join(kept)


def _is_resident_number(found: re.Match[str]) -> bool:
    return 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31


def contains_resident_number(text: str) -> bool:
    """Whether a 주민등록번호 (resident registration number) seems to stand in the text, however it is spaced."""
    return any(_is_resident_number(found) for found in _RRN.finditer(unicodedata.normalize("NFKC", text)))


def mask_resident_numbers(text: str) -> str:
    """Replace digits 7 to 13 of every 주민등록번호; text without one comes back untouched."""
    folded = unicodedata.normalize("NFKC", text)
    if not any(_is_resident_number(found) for found in _RRN.finditer(folded)):
        return text
    return _RRN.sub(lambda m: f"{m[1]}{m[2]}{m[3]}-*******" if _is_resident_number(m) else m[0], folded)


def mask_personal(text: str, *, names: Iterable[str] = ()) -> str:
    """
    A proposal for a text that strangers may read: resident numbers, phones, plates, e-mail, accounts and names masked.

    `names` are people known to be meant. It is a proposal because no pattern knows everybody: a person reads it over.
    """
    found = mask_resident_numbers(unicodedata.normalize("NFC", text))
    found = _NUMBER.sub(lambda m: f"0{m[1]}-****-{m[2]}", found)
    found = _PLATE.sub(lambda m: f"{m[1]} ****", found)
    found = _ACCOUNT.sub(lambda m: "*" * len(m[0]), _MAIL.sub("****@****", found))
    for name in sorted({name.strip() for name in names} - {""}, key=len, reverse=True):
        if len(name) >= 2:
            found = found.replace(name, mask_name(name))
    return _CALLED.sub(lambda m: m[0] if m[1] in _NOBODY else mask_name(m[1]), found)


def left_personal(text: str) -> list[str]:
    """Which kinds of personal facts a text still seems to hold, in words."""
    rest = _NUMBER.sub(" ", mask_resident_numbers(text))
    kinds = (
        ("주민등록번호", contains_resident_number(text)),
        ("전화번호", _NUMBER.search(text) is not None),
        ("차량번호", _PLATE.search(text) is not None),
        ("전자우편 주소", _MAIL.search(text) is not None),
        ("계좌나 카드 번호", _ACCOUNT.search(rest) is not None),
    )
    return [words for words, is_there in kinds if is_there]
