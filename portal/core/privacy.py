"""The only place that decides how a person is shown when she may not be shown whole."""

import re
import unicodedata
from datetime import date

_RRN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[\s\-\u2010-\u2015\u2212·.]{0,3}([1-8])(\d{6})(?!\d)")


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
