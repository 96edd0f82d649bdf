"""Invented citizens: what a page says of somebody, and what the roster says, which is not always the same."""

import random
from collections.abc import Callable
from dataclasses import dataclass

SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍"
LONG_SURNAMES = ["남궁", "선우", "제갈", "황보"]
GIVEN_SYLLABLES = "민준서연지우하윤도현예은수빈재원성호영희정숙미경상철동욱가람나리소율태양한별보람"
FOREIGN_NAMES = ["NGUYEN THI LAN", "WANG XIAOMING", "SMITH JOHN MICHAEL", "TRAN VAN DUC"]
DONGS = ["가온동", "나래동", "다솜동", "라온동", "마루동", "새솔동", "아라동", "자람동", "푸른동", "하늘동"]


@dataclass
class Citizen:
    """One person; `row_*` is what the roster says of them."""

    number: str
    name: str
    birth: str
    phone: str
    address: str
    months: int
    monthly_won: int
    reduction: float
    pages: int = 1
    row_name: str = ""
    row_birth: str = ""
    row_phone: str = ""

    @property
    def amount_won(self) -> int:
        return int(self.months * self.monthly_won * (1 - self.reduction))

    @property
    def row(self) -> list[str | int]:
        return [self.number, self.row_name, self.row_birth, self.row_phone, self.address, self.pages]


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10 over decimal digits: shows any one wrong digit and nearly every swap of two neighbours."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def management_number(serial: int) -> str:
    digits = f"2026{serial:07d}"
    return f"{digits[:4]}-{digits[4:]}{check_digit(digits)}"


def make_name(rng: random.Random) -> str:
    first, second = rng.choice(GIVEN_SYLLABLES), rng.choice(GIVEN_SYLLABLES)
    if rng.random() < 0.004:
        return rng.choice(LONG_SURNAMES) + first + second
    if rng.random() < 0.02:
        return rng.choice(SURNAMES) + first
    if rng.random() < 0.006:
        return rng.choice(FOREIGN_NAMES)
    return rng.choice(SURNAMES) + first + second


def make_citizen(rng: random.Random, serial: int, district: str) -> Citizen:
    lot, flat = f"{rng.randint(1, 999)}-{rng.randint(1, 40)}", f"{rng.randint(101, 130)}동 {rng.randint(101, 2304)}호"
    return Citizen(
        number=management_number(serial),
        name=make_name(rng),
        birth=f"{rng.randint(1935, 2018):04d}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        phone=f"010{rng.randint(20000000, 99999999)}",
        address=f"{district} {rng.choice(DONGS)} {lot} {flat}",
        months=rng.randint(3, 12),
        monthly_won=rng.choice([30000, 45000, 60000]),
        reduction=rng.choice([0, 0.3, 0.5]),
    )


PHONE_SPELLINGS: list[Callable[[str], str]] = [
    lambda p: p,
    lambda p: f"{p[:3]}-{p[3:7]}-{p[7:]}",
    lambda p: f"+82 {p[1:3]}-{p[3:7]}-{p[7:]}",
    lambda p: p[1:],  # Excel took it for a number and ate the zero
    lambda p: f"{p[:3]}.{p[3:7]}.{p[7:]}",
    lambda p: f"{p[:3]} {p[3:7]} {p[7:]}",
    lambda p: p.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    lambda p: f"{p[:3]}–{p[3:7]}–{p[7:]}",  # en dash
]
