"""Check digits and the codes on a page: what a QR code of ours says, and whether it tells the truth."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from portal.core.codes import normal_code as normal_code
from portal.core.codes import spelled

SHORTEST_TAG = 10
_SIGNED = re.compile(r"([^|]{1,60})\|(\d{1,2})/(\d{1,2})\|([0-9a-f]{10,64})")
_VERIFY = re.compile(r"https?://[^/]+/v/([0-9a-z]{16})", re.IGNORECASE)


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10: shows any one wrong digit, and all but 0.8 % of neighbours swapped."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def has_right_check_digit(key: str) -> bool:
    """Whether the last digit of a key is the check digit of the others; signs between digits do not count."""
    digits = "".join(char for char in key if char.isascii() and char.isdigit())
    return len(digits) > 1 and check_digit(digits[:-1]) == digits[-1]


@dataclass(frozen=True, slots=True)
class SignedCode:
    """`KEY|i/n|tag`: whose page it claims to be, and the tag that proves it."""

    key: str
    page_of: int
    pages: int
    tag: str

    def is_signed_by(self, secret: bytes) -> bool:
        """Whether the tag was made with this campaign's key, in constant time."""
        return hmac.compare_digest(sign(self.key, self.page_of, self.pages, secret)[: len(self.tag)], self.tag)


def read_signed(text: str) -> SignedCode | None:
    """Read a code of the scheme `signed`, or None if it is none."""
    found = _SIGNED.fullmatch(text)
    return SignedCode(found[1], int(found[2]), int(found[3]), found[4]) if found else None


def sign(key: str, page_of: int, pages: int, secret: bytes) -> str:
    """HMAC-SHA256 over `KEY|i|n` in hexadecimal digits."""
    return hmac.digest(secret, f"{key}|{page_of}|{pages}".encode(), hashlib.sha256).hex()


def signed_text(key: str, page_of: int, pages: int, secret: bytes) -> str:
    """What a QR code of the scheme `signed` says."""
    return f"{key}|{page_of}/{pages}|{sign(key, page_of, pages, secret)[:SHORTEST_TAG]}"


def verify_code(key: str, page_of: int, pages: int, secret: bytes) -> str:
    """The 80 bits of the scheme `verify_url`, as 16 letters of Crockford's alphabet: they tell nobody's name."""
    return spelled(hmac.digest(secret, f"{key}|{page_of}|{pages}".encode(), hashlib.sha256))


def verify_address(key: str, page_of: int, pages: int, secret: bytes, *, site: str) -> str:
    """What a QR code of the scheme `verify_url` says: capital letters, which take the fewest modules."""
    return f"{site.rstrip('/')}/v/{verify_code(key, page_of, pages, secret)}".upper()


def read_verify(text: str) -> str:
    """The code in an address of the scheme `verify_url`, or ''."""
    found = _VERIFY.fullmatch(text)
    return found[1].upper() if found else ""


def names_page_of(text: str, *, key: str, pages: int, secret: bytes) -> bool:
    """Whether a code of ours names this citizen, on one of her own pages, with the campaign's signature."""
    signed = read_signed(text)
    if signed is not None:
        return signed.key == key and signed.page_of in range(1, pages + 1) and signed.is_signed_by(secret)
    return read_verify(text) in {verify_code(key, page, pages, secret) for page in range(1, pages + 1)}
