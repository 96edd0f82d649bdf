"""What a text asks its reader to send back: numbered options, a range of digits, or one digit. Pure."""

import re

_REQUEST = re.compile(r"답장|회신|보내|눌러|선택|골라|숫자|입력|(?:까|까요|나요)\s*\?")
_OPTION = re.compile(
    r"(?<![\d~.:/-])([1-9])\s*[.:)번]?\s*"
    r"((?:[가-힣]{1,8} )?[가-힣]{1,8}(?=\s*(?:[\n/,(·]|[1-9]\s*[.:)번]?\s*[가-힣]|$))|[가-힣]{1,8})"
)
_RANGE = re.compile(
    r"(?<!\d)([1-9])\s*[~∼～-]\s*([2-9])(?!\d)\s*(?:점|번|의|중|까지|가운데|사이)?\s*(?:숫자|하나|번호)"
)
_ONE = re.compile(r"(?<!\d)([1-9])번?[을를]\s*(?:보내|눌러|입력|답장|회신)")
_SHORT_WORDS = ("예", "네")


def choices(text: str) -> tuple[tuple[str, str], ...]:
    """Digits the text asks for, each with the word beside it ('' when there is none); empty if it asks nothing."""
    if not _REQUEST.search(text):
        return ()
    if spread := _RANGE.search(text):
        return tuple((str(digit), "") for digit in range(int(spread[1]), int(spread[2]) + 1))
    return _numbered(text) or tuple((digit, "") for digit in _ONE.findall(text)[:1])


def _numbered(text: str) -> tuple[tuple[str, str], ...]:
    """Options counted 1, 2, 3 …; a lone number, a date or a floor is none."""
    found: list[tuple[str, str]] = []
    for digit, label in _OPTION.findall(text):
        is_word = len(label) > 1 or label in _SHORT_WORDS
        if is_word and digit == str(len(found) + 1):
            found.append((digit, label))
    return tuple(found) if len(found) > 1 else ()
