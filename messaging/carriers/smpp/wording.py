"""Texts as octets: two codings out, every coding citizens' telephones use in, long texts in pieces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from messaging.carriers.base import Part

UCS2, KSC5601 = 8, 14
CODECS: Final[Mapping[int, str]] = {UCS2: "utf-16-be", KSC5601: "cp949"}
CONCATENATED: Final = 0x40  # esm_class: the text begins with a user data header
_CONCATENATED_8, _CONCATENATED_16 = 0x00, 0x08
_HEADER_OCTETS = 6
MOST_PIECES = 255


@dataclass(frozen=True, slots=True)
class Piece:
    """What one submit_sm carries."""

    esm_class: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What a user data header says, and where the text behind it begins."""

    length: int
    part: Part | None


class TooManyPieces(ValueError):
    """The text would need more pieces than their header can count."""


def cut(text: str, *, coding: int, octets: int, mark: int) -> list[Piece]:
    """
    A text in pieces of at most `octets`, none of them ending within a character.

    :param mark: one octet that tells this text's pieces from another's
    :raises TooManyPieces:
    """
    codec = CODECS[coding]
    whole = text.encode(codec)
    if len(whole) <= octets:
        return [Piece(0, whole)]
    bodies = list(_bodies(text, codec, octets - _HEADER_OCTETS))
    if len(bodies) > MOST_PIECES:
        raise TooManyPieces
    heads = (bytes((5, _CONCATENATED_8, 3, mark, len(bodies), number)) for number in range(1, len(bodies) + 1))
    return [Piece(CONCATENATED, head + body) for head, body in zip(heads, bodies, strict=True)]


def _bodies(text: str, codec: str, most: int) -> Iterator[bytes]:
    body = b""
    for character in text:
        octets = character.encode(codec)
        if len(body) + len(octets) > most:
            yield body
            body = b""
        body += octets
    yield body


def read_header(octets: bytes) -> Header:
    """
    The user data header in front of a text.

    :raises ValueError: if it is longer than what it stands in front of
    """
    length = octets[0] + 1 if octets else 0
    if not length or length > len(octets):
        raise ValueError("user data header")
    at, part = 1, None
    while at + 2 <= length:
        kind, size = octets[at], octets[at + 1]
        value = octets[at + 2 : min(at + 2 + size, length)]
        if kind == _CONCATENATED_8 and len(value) == 3:
            part = Part(f"8:{value[0]}", value[2], value[1])
        elif kind == _CONCATENATED_16 and len(value) == 4:
            part = Part(f"16:{value[0] << 8 | value[1]}", value[3], value[2])
        at += 2 + size
    return Header(length, part)


def read_text(octets: bytes, *, coding: int, otherwise: str) -> str:
    """
    What a citizen wrote; what cannot be read is replaced, never dropped.

    :param otherwise: the codec of the SMSC's default alphabet
    """
    text = octets.decode(_codec_of(octets, coding, otherwise), "replace")
    return text.removeprefix("\ufeff").rstrip("\0")


def _codec_of(octets: bytes, coding: int, otherwise: str) -> str:
    if coding in CODECS:
        return CODECS[coding]
    if coding & 0xEC == UCS2:  # the same alphabet with a message class, in the coding of GSM 03.38
        return "utf-16-be"
    if len(octets) % 2 == 0 and _looks_like_utf16(octets):
        return "utf-16-be"  # some gateways pass UCS-2 on and forget to say so
    return "latin-1" if coding == 3 else otherwise


def _looks_like_utf16(octets: bytes) -> bool:
    """Every second octet is NUL (Latin letters, digits) or the first half of a Hangul syllable, and none says cp949."""
    firsts = octets[::2]
    if not octets or not all(first == 0 or 0xAC <= first <= 0xD7 for first in firsts):
        return False
    return 0 in firsts or not _is_cp949(octets)


def _is_cp949(octets: bytes) -> bool:
    try:
        octets.decode("cp949")
    except UnicodeDecodeError:
        return False
    return True
