"""Hangul below the syllable: jamo, initials (초성), the two-set keyboard, and particles (조사)."""

import unicodedata

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_CLOSING = " \t\n’”'\")]}〉》」』"  # a particle follows the word, not the quotation mark behind it

_KEYS = {
    **dict(zip("rRseEfaqQtTdwWczxvg", INITIALS, strict=True)),
    **dict(zip("koiOjpuPhynbml", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)),
}  # the two-set (두벌식) layout, KS X 5002: Shift matters for R E Q T W O P only
_MEDIAL_PAIRS = {"ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_FINAL_PAIRS = {
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ",
    "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip


_APART = {whole: pair for pair, whole in (_MEDIAL_PAIRS | _FINAL_PAIRS).items()}


def is_syllable(char: str) -> bool:
    """Whether `char` is a precomposed Hangul syllable (가–힣)."""
    return "가" <= char <= "힣"


def letters_of(syllable: str) -> tuple[str, str, str]:
    """A syllable as (initial, medial, final); the final may be ''."""
    code = ord(syllable) - ord("가")
    return INITIALS[code // 588], MEDIALS[code % 588 // 28], FINALS[code % 28]


def syllable_of(initial: str, medial: str, final: str = "") -> str:
    """The inverse of `letters_of`."""
    code = (INITIALS.index(initial) * 21 + MEDIALS.index(medial)) * 28 + FINALS.index(final)
    return chr(ord("가") + code)


def jamo(text: str, *, empty_final: str = "") -> str:
    """Each syllable as its letters; `empty_final` stands where there is no final, to keep the phase."""
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if is_syllable(char):
            initial, medial, final = letters_of(char)
            out += (initial, medial, final or empty_final)
        else:
            out.append(char)
    return "".join(out)


def keystrokes(text: str) -> str:
    """The keys that write each syllable: 과 → ㄱㅗㅏ, 값 → ㄱㅏㅂㅅ. Half a word is then a prefix of the whole one."""
    return "".join(_APART.get(letter, letter) for letter in jamo(text))


def initials(text: str) -> str:
    """The 초성 of each syllable; other characters as they are: 여권 → ㅇㄱ."""
    return "".join(letters_of(char)[0] if is_syllable(char) else char for char in unicodedata.normalize("NFC", text))


def is_initials(text: str) -> bool:
    """Whether the text is nothing but bare consonants, as in ㅇㄱ."""
    return bool(text) and all(char in INITIALS for char in text)


def _key(char: str) -> str | None:
    return _KEYS.get(char) or _KEYS.get(char.lower())


def keys_of_latin(word: str) -> str | None:
    """The letters under Latin keys: `durnj` → ㅇㅕㄱㅜㅓ, as `keystrokes` spells them. None if a key has no letter."""
    letters = [_key(char) for char in word]
    return "".join(letter for letter in letters if letter) if word and all(letters) else None


def from_english_keyboard(word: str) -> str | None:
    """
    Hangul typed with the keyboard in English mode: `durnjs` → 여권.

    Returns None unless the whole word parses into complete syllables. `wifi` and `visit` parse too: the caller must
    check that the result means something.
    """
    letters: list[str] = []
    for char in word:
        letter = _key(char)
        if letter is None:
            return None
        letters.append(letter)
    syllables: list[str] = []
    position = 0
    while position < len(letters):
        if letters[position] not in INITIALS:
            return None
        initial = letters[position]
        position += 1
        medial, position = _take(letters, position, MEDIALS, _MEDIAL_PAIRS)
        if not medial:
            return None
        final, position = _take_final(letters, position)
        syllables.append(syllable_of(initial, medial, final))
    return "".join(syllables) or None


def _take(letters: list[str], position: int, allowed: str, pairs: dict[str, str]) -> tuple[str, int]:
    pair = pairs.get("".join(letters[position : position + 2]))
    if pair:
        return pair, position + 2
    if position < len(letters) and letters[position] in allowed:
        return letters[position], position + 1
    return "", position


def _take_final(letters: list[str], position: int) -> tuple[str, int]:
    for length in (2, 1):
        taken = "".join(letters[position : position + length])
        final = _FINAL_PAIRS.get(taken) if length == 2 else taken
        after = position + length
        follows_vowel = after < len(letters) and letters[after] in MEDIALS
        if len(taken) == length and final and final in FINALS[1:] and not follows_vowel:
            return final, after
    return "", position


def has_final(word: str) -> bool:
    """Whether the last syllable, or the last digit as read aloud, ends in a consonant (받침)."""
    last = word.rstrip(_CLOSING)[-1:]
    if is_syllable(last):
        return bool(letters_of(last)[2])
    return last in "013678"


def josa(word: str, pair: str) -> str:
    """
    The word with the right particle: `josa("도로과", "으로/로")` → 도로과로.

    `pair` is "with final/without": 이/가, 은/는, 을/를, 과/와, 으로/로. A final ㄹ takes 로.
    """
    with_final, _, without = pair.partition("/")
    last = word.rstrip(_CLOSING)[-1:]
    ends_in_rieul = (is_syllable(last) and letters_of(last)[2] == "ㄹ") or last in "178"
    if with_final == "으로" and ends_in_rieul:
        return word + without
    return word + (with_final if has_final(word) else without)
