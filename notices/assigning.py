"""
Whose page is it? Pages and roster in, claims out. Pure: the product, the tests and `evaluate_assignment` call the same.

A notice is claimed only if independent witnesses agree on every page: the key in the text with its check digit, the QR
code with its signature (or, without one, a third field), the name, the date of birth, and the pages' own numbering.
Whatever is doubtful is held, with every reason.
"""

import hmac
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from notices import codes
from notices.reading import PageReading
from notices.rosters.building import RosterRow
from notices.rosters.cells import MASKS, is_same_birth, is_same_name
from notices.zones import THIRD_FIELDS, Field, QrScheme, Template, Zone


class Reason(StrEnum):
    """Why a notice is held."""

    NO_TEXT = "no_text"
    ZONE_EMPTY = "zone_empty"
    QR_MISSING = "qr_missing"
    NAME_DIFFERS = "name_differs"
    BIRTH_DIFFERS = "birth_differs"
    ADDRESS_DIFFERS = "address_differs"
    AMOUNT_DIFFERS = "amount_differs"
    BAD_CHECK_DIGIT = "bad_check_digit"
    NOT_ON_ROSTER = "not_on_roster"
    DUPLICATE_ROW = "duplicate_row"
    DUPLICATE_NOTICE = "duplicate_notice"
    PAGE_SEQUENCE = "page_sequence"
    PAGE_COUNT = "page_count"
    UNREADABLE = "unreadable"
    MEMBER_DIFFERS = "member_differs"
    KEY_DIFFERS = "key_differs"
    QR_DIFFERS = "qr_differs"
    QR_FORGED = "qr_forged"
    OTHER_CAMPAIGN = "other_campaign"
    SAMPLE_WRONG = "sample_wrong"


class Remedy(StrEnum):
    """What may end a hold."""

    TWO_OFFICIALS = "two_officials"
    CORRECTION = "correction"
    NEVER = "never"


# fmt: off
LABELS: Mapping[Reason, tuple[str, Remedy]] = {
    Reason.NO_TEXT:          ("글자를 읽을 수 없는 쪽(스캔 그림)입니다.", Remedy.TWO_OFFICIALS),
    Reason.ZONE_EMPTY:       ("확인할 칸이 비어 있거나 형식이 다릅니다.", Remedy.TWO_OFFICIALS),
    Reason.QR_MISSING:       ("QR코드가 없거나 읽히지 않습니다.", Remedy.TWO_OFFICIALS),
    Reason.NAME_DIFFERS:     ("통지서의 성명이 명부와 다릅니다.", Remedy.TWO_OFFICIALS),
    Reason.BIRTH_DIFFERS:    ("통지서의 생년월일이 명부와 다릅니다.", Remedy.TWO_OFFICIALS),
    Reason.ADDRESS_DIFFERS:  ("통지서의 주소가 명부와 다릅니다.", Remedy.TWO_OFFICIALS),
    Reason.AMOUNT_DIFFERS:   ("통지서의 금액이 명부와 다릅니다.", Remedy.CORRECTION),
    Reason.BAD_CHECK_DIGIT:  ("관리번호의 검증 숫자가 맞지 않습니다.", Remedy.CORRECTION),
    Reason.NOT_ON_ROSTER:    ("명부에 없는 관리번호입니다.", Remedy.CORRECTION),
    Reason.DUPLICATE_ROW:    ("명부에 같은 관리번호가 두 번 있습니다.", Remedy.CORRECTION),
    Reason.DUPLICATE_NOTICE: ("같은 관리번호의 통지서가 두 벌 있습니다.", Remedy.CORRECTION),
    Reason.PAGE_SEQUENCE:    ("쪽 번호가 빠졌거나 순서가 맞지 않습니다.", Remedy.CORRECTION),
    Reason.PAGE_COUNT:       ("쪽수가 명부와 다릅니다.", Remedy.CORRECTION),
    Reason.UNREADABLE:       ("쪽을 열 수 없습니다.", Remedy.CORRECTION),
    Reason.MEMBER_DIFFERS:   ("ZIP 안 파일 이름의 관리번호와 쪽의 관리번호가 다릅니다.", Remedy.CORRECTION),
    Reason.KEY_DIFFERS:      ("한 쪽에 서로 다른 관리번호가 적혀 있습니다.", Remedy.NEVER),
    Reason.QR_DIFFERS:       ("QR코드가 다른 사람이나 다른 쪽을 가리킵니다.", Remedy.NEVER),
    Reason.QR_FORGED:        ("QR코드의 서명이 맞지 않습니다.", Remedy.NEVER),
    Reason.OTHER_CAMPAIGN:   ("다른 발송 건의 QR코드입니다.", Remedy.NEVER),
    Reason.SAMPLE_WRONG:     ("표본 확인에서 남의 통지서가 나와 문서 전체를 보류했습니다.", Remedy.CORRECTION),
}
RELEASABLE = frozenset(reason for reason, (_, remedy) in LABELS.items() if remedy == Remedy.TWO_OFFICIALS)
# fmt: on


_DIFFERS = {
    Field.NAME: Reason.NAME_DIFFERS,
    Field.BIRTH: Reason.BIRTH_DIFFERS,
    Field.ADDRESS: Reason.ADDRESS_DIFFERS,
    Field.AMOUNT: Reason.AMOUNT_DIFFERS,
}
FEWEST_SHOWN = 4  # letters of an address whose others are hidden: fewer say too little about anybody


class Verdict(StrEnum):
    """What became of some pages. An orphan is a whole notice for nobody on the roster."""

    CLAIMED = "claimed"
    BLANK = "blank"
    ORPHAN = "orphan"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Rules:
    """How this campaign's pages prove themselves. `foreign_qr_keys` only tell a forgery from a mix-up."""

    template: Template
    qr_key: bytes = b""
    foreign_qr_keys: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        has_third = any(zone.stands_on(1) for field in THIRD_FIELDS for zone in self.template.of(field))
        if not (self.template.of(Field.KEY) and self.template.of(Field.NAME)):
            raise ValueError("a template needs a zone for the key and one for the name")
        if self.template.qr_scheme == QrScheme.NONE and not has_third:
            raise ValueError("without a QR code a template needs a zone for birth, address or amount")
        if self.template.qr_scheme != QrScheme.NONE and not self.qr_key:
            raise ValueError("signed QR codes cannot be checked without the campaign's key")


@dataclass(frozen=True, slots=True)
class Claim:
    """Some pages (from 1, in order), whose they say they are, and whether that is proved."""

    verdict: Verdict
    pages: tuple[int, ...]
    key: str = ""
    reasons: tuple[Reason, ...] = ()


def assign(readings: Sequence[PageReading], roster: Sequence[RosterRow], rules: Rules) -> list[Claim]:
    """Give every page to exactly one claim, in page order. Only `claimed` ones may be sent, and only to their key."""
    rows: dict[str, list[RosterRow]] = defaultdict(list)
    for row in roster:
        rows[row.key].append(row)
    groups = list(_groups(readings, rules))
    copies = Counter(group.key for group in groups if group.key)
    claims = [_judge(group, rows.get(group.key, []), copies[group.key], rules) for group in groups]
    return sorted(claims, key=lambda claim: claim.pages)


# --- pages ----------------------------------------------------------------------------------------------------------


@dataclass
class _Page:
    """One reading, seen through the template."""

    reading: PageReading
    rules: Rules

    @cached_property
    def key(self) -> str:
        """The key in the text: the first zone that is meant to hold it and does."""
        values = (self.reading.values.get(zone.name, "") for zone in self.rules.template.of(Field.KEY))
        return next((value for value in values if value), "")

    @cached_property
    def numbering(self) -> tuple[int, int] | None:
        """(i, n) of the zone for the page's own number; None where it cannot be read."""
        for zone in self.rules.template.of(Field.PAGE):
            found = re.fullmatch(r"(\d+)\s*/\s*(\d+)", self.reading.values.get(zone.name, ""))
            return (int(found[1]), int(found[2])) if found else None
        return None

    def zones(self, page_of: int) -> Iterator[tuple[Zone, str]]:
        """The zones that page `page_of` of a notice must have, with what they say."""
        for zone in self.rules.template.zones:
            if zone.field not in (Field.QR, Field.FREE) and zone.stands_on(page_of):
                yield zone, self.reading.values.get(zone.name, "")

    def own_doubts(self, page_of: int, pages: int) -> set[Reason]:
        """What is wrong with this page, whoever is on the roster."""
        if self.reading.failure:
            return {Reason.UNREADABLE}
        if not self.reading.has_text:
            return {Reason.NO_TEXT}
        doubts = set(self._doubts_of_qr(page_of, pages))
        values = list(self.zones(page_of))
        if not all(value for _, value in values):
            doubts.add(Reason.ZONE_EMPTY)
        if any(value != self.key for zone, value in values if zone.field == Field.KEY and value):
            doubts.add(Reason.KEY_DIFFERS)
        if self.reading.member and not _names_key(self.reading.member, self.key):
            doubts.add(Reason.MEMBER_DIFFERS)
        if self.rules.template.has_check_digit and self.key and not codes.has_right_check_digit(self.key):
            doubts.add(Reason.BAD_CHECK_DIGIT)
        return doubts

    def _doubts_of_qr(self, page_of: int, pages: int) -> Iterator[Reason]:
        scheme = self.rules.template.qr_scheme
        if scheme == QrScheme.NONE or not any(zone.stands_on(page_of) for zone in self.rules.template.of(Field.QR)):
            return
        if not self.reading.qr:
            yield Reason.QR_MISSING
        elif len(self.reading.qr) > 1:
            yield Reason.QR_DIFFERS
        elif scheme == QrScheme.SIGNED:
            yield from self._doubts_of_signed(self.reading.qr[0], page_of, pages)
        elif not self._is_verified_by(self.rules.qr_key, page_of, pages):
            is_foreign = any(self._is_verified_by(key, page_of, pages) for key in self.rules.foreign_qr_keys)
            yield Reason.OTHER_CAMPAIGN if is_foreign else Reason.QR_DIFFERS

    def _is_verified_by(self, secret: bytes, page_of: int, pages: int) -> bool:
        code = codes.verify_code(self.key, page_of, pages, secret)
        return hmac.compare_digest(codes.read_verify(self.reading.qr[0]), code)

    def _doubts_of_signed(self, text: str, page_of: int, pages: int) -> Iterator[Reason]:
        code = codes.read_signed(text)
        if code is None:
            yield Reason.QR_FORGED
            return
        if not code.is_signed_by(self.rules.qr_key):
            is_foreign = any(code.is_signed_by(key) for key in self.rules.foreign_qr_keys)
            yield Reason.OTHER_CAMPAIGN if is_foreign else Reason.QR_FORGED
        if (code.key, code.page_of, code.pages) != (self.key, page_of, pages):
            yield Reason.QR_DIFFERS


def _names_key(member: str, key: str) -> bool:
    """Whether a file is called by this key, whatever may follow it (2026-00000015_김하늘)."""
    return bool(key) and re.fullmatch(re.escape(key) + r"(?:[\s_(\[].*)?", member) is not None


# --- groups ---------------------------------------------------------------------------------------------------------


@dataclass
class _Group:
    """Pages in a row under one key; or one page that is blank or says no key."""

    key: str
    pages: list[_Page] = field(default_factory=list)

    def numberings(self, rules: Rules) -> list[tuple[int, int]]:
        """(i, n) of each page; counted by us where the template has no zone for it."""
        if rules.template.of(Field.PAGE):
            return [page.numbering or (0, 0) for page in self.pages]
        return [(place, len(self.pages)) for place in range(1, len(self.pages) + 1)]


def _groups(readings: Sequence[PageReading], rules: Rules) -> Iterator[_Group]:
    """Consecutive pages with one key; blank pages stand apart but break nothing, pages without a key break."""
    current: _Group | None = None
    blanks: list[_Group] = []
    for reading in readings:
        page = _Page(reading, rules)
        if reading.is_blank:
            blanks.append(_Group("", [page]))
        elif current and page.key and page.key == current.key:
            current.pages.append(page)
        else:
            yield from [current] if current else []
            yield from blanks
            blanks = []
            current = _Group(page.key, [page])
    yield from [current] if current else []
    yield from blanks


def _judge(group: _Group, rows: Sequence[RosterRow], copies: int, rules: Rules) -> Claim:
    pages = tuple(page.reading.page for page in group.pages)
    if group.pages[0].reading.is_blank:
        return Claim(Verdict.BLANK, pages)
    numberings = group.numberings(rules)
    reasons = _doubts_of_order(numberings)
    for page, (page_of, count) in zip(group.pages, numberings, strict=True):
        reasons |= page.own_doubts(page_of, count)
    if copies > 1:
        reasons.add(Reason.DUPLICATE_NOTICE)
    if not group.key:
        return Claim(Verdict.HELD, pages, reasons=_in_order(reasons - {Reason.PAGE_SEQUENCE, Reason.QR_DIFFERS}))
    if not rows:
        is_orphan = not reasons
        verdict = Verdict.ORPHAN if is_orphan else Verdict.HELD
        return Claim(verdict, pages, group.key, _in_order(reasons | {Reason.NOT_ON_ROSTER}))
    reasons |= _doubts_of_row(group, rows, numberings, rules)
    return Claim(Verdict.HELD if reasons else Verdict.CLAIMED, pages, group.key, _in_order(reasons))


def _doubts_of_order(numberings: Sequence[tuple[int, int]]) -> set[Reason]:
    """Pages 1…n, complete, in order, once."""
    count = len(numberings)
    if list(numberings) == [(place, count) for place in range(1, count + 1)]:
        return set()
    twice = len(set(numberings)) < count
    return {Reason.PAGE_SEQUENCE, Reason.DUPLICATE_NOTICE} if twice else {Reason.PAGE_SEQUENCE}


def _doubts_of_row(
    group: _Group, rows: Sequence[RosterRow], numberings: Sequence[tuple[int, int]], rules: Rules
) -> set[Reason]:
    row = rows[0]
    doubts = {Reason.DUPLICATE_ROW} if len(rows) > 1 else set()
    if row.pages is not None and row.pages != len(group.pages):
        doubts.add(Reason.PAGE_COUNT)
    if row.pages is None and not rules.template.of(Field.PAGE):
        doubts.add(Reason.PAGE_COUNT)  # nobody says how many pages there should be
    for page, (page_of, _) in zip(group.pages, numberings, strict=True):
        for zone, value in page.zones(page_of):
            if not agrees(zone, value, row):
                doubts.add(_DIFFERS[zone.field])
    return doubts


def agrees(zone: Zone, value: str, row: RosterRow) -> bool:
    """Whether what a zone says is what the roster says. Zones that the roster knows nothing about always agree."""
    is_same = {
        Field.NAME: lambda: is_same_name(value, row.name),
        Field.BIRTH: lambda: is_same_birth(value, row.birth),
        Field.ADDRESS: lambda: _is_same_address(value, row.address),
        Field.AMOUNT: lambda: _is_same_amount(value, row.amount),
    }.get(zone.field)
    # A value with hidden letters says less: it counts only where somebody decided that it has to do.
    return is_same is None or ((zone.is_masked or not _hides_letters(value)) and is_same())


def _hides_letters(text: str) -> bool:
    return not set(MASKS).isdisjoint(unicodedata.normalize("NFKC", text))


def _is_same_address(on_page: str, on_roster: str) -> bool:
    """Letters and digits only, whatever stands between them; a hidden letter stands for any one."""
    kept = rf"[^\w{re.escape(MASKS)}]|_"
    page, roster = (re.sub(kept, "", unicodedata.normalize("NFKC", text)).upper() for text in (on_page, on_roster))
    if len(page) != len(roster) or _hides_letters(roster):
        return False
    shown = [(one, other) for one, other in zip(page, roster, strict=True) if one not in MASKS]
    is_telling = len(shown) == len(page) or len(shown) >= FEWEST_SHOWN
    return bool(shown) and is_telling and all(one == other for one, other in shown)


def _is_same_amount(one: str, other: str) -> bool:
    digits = [re.sub(r"\D", "", unicodedata.normalize("NFKC", text).removesuffix(".0")) for text in (one, other)]
    return bool(digits[0]) and digits[0] == digits[1]


def _in_order(reasons: set[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for reason in Reason if reason in reasons)
