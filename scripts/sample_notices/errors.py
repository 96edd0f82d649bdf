"""The errors that are planted, and who is hit by which."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from sample_notices.people import GIVEN_SYLLABLES, SURNAMES, Citizen

TYPO_SYLLABLES = "깽뷁똠펲"  # in CP949, not in KS X 1001: a codec that says euc_kr mangles them


@dataclass(frozen=True)
class ErrorClass:
    """One kind of planted error: how many citizens it hits, and what a correct assigner does with them."""

    code: str
    rate: float
    expected: str  # "held": never sent by itself; "sent": sent, to its owner; "phone": only the number is bad
    what: str


# fmt: off
ERROR_CLASSES = {each.code: each for each in [
    ErrorClass("no_phone",         0.0192, "phone", "roster has no number (1,000 of 52,000)"),
    ErrorClass("landline",         0.0020, "phone", "roster has a landline"),
    ErrorClass("bad_phone",        0.0010, "phone", "010-123-45, 없음, 1.08E+09 or 010-0000-0000"),
    ErrorClass("shared_phone",     0.0020, "phone", "roster has the next citizen's number: a family phone"),
    ErrorClass("name_typo",        0.0010, "held", "one syllable of the roster's name is wrong"),
    ErrorClass("name_nfd",         0.0010, "sent", "roster's name in decomposed jamo (NFD); '?' in CP949: held there"),
    ErrorClass("name_space",       0.0010, "sent", "roster's name has spaces in it and U+3000 after it"),
    ErrorClass("birth_bad",        0.0010, "held", "roster's birth: 1980-02-30, 800101, 19800101-1, 44927 or empty"),
    ErrorClass("homonym",          0.0020, "sent", "another citizen's name: only key and birth tell them apart"),
    ErrorClass("formula",          0.0005, "held", "roster's name is an =HYPERLINK formula"),
    ErrorClass("swapped_pages",    0.0005, "sent", "two neighbours' notices stand in each other's place; both listed"),
    ErrorClass("page_missing",     0.0005, "held", "on the roster, no page in the PDF"),
    ErrorClass("page_duplicated",  0.0005, "held", "the notice stands in the PDF twice"),
    ErrorClass("blank_page_after", 0.0005, "sent", "an empty page follows, as a duplex printer leaves it"),
    ErrorClass("scanned_no_text",  0.0005, "held", "a scanned picture: no text layer, no QR code"),
    ErrorClass("qr_vs_text",       0.0005, "held", "QR and barcode hold another's key, validly signed: a broken merge"),
    ErrorClass("page_name_wrong",  0.0005, "held", "the page names another citizen under the right key"),
    ErrorClass("orphan_page",      0.0000, "held", "one last page for somebody who is not on the roster"),
    ErrorClass("dup_roster_row",   0.0005, "held", "the roster row stands in the roster twice"),
]}
# fmt: on
PAGE_CODES = [
    "page_missing",
    "page_duplicated",
    "blank_page_after",
    "scanned_no_text",
    "qr_vs_text",
    "page_name_wrong",
]


@dataclass
class Plan:
    """Who was hit by what, in the order the pages will stand."""

    order: list[int]
    hit: dict[str, set[int]] = field(default_factory=dict)  # class -> indexes of citizens
    planted: dict[str, list[str]] = field(default_factory=dict)  # class -> management numbers, as truth.json has it

    def __contains__(self, code_and_index: tuple[str, int]) -> bool:
        code, index = code_and_index
        return index in self.hit.get(code, ())


def plant_errors(people: list[Citizen], rng: random.Random, *, pages: bool) -> Plan:
    """
    Spoil the roster rows and, if there will be `pages`, plan which of them are spoiled.

    Within a family (phones; people and pages) nobody is hit twice, so that every class is really what truth.json says
    it is. Across the two families it may happen, as in life.
    """
    plan = Plan(order=list(range(len(people))))
    phones, others = Lottery(len(people), rng), Lottery(len(people), rng)
    victims = plant_phones(people, rng, phones) | plant_people(people, rng, others)
    victims |= {"dup_roster_row": others.draw("dup_roster_row")}
    victims |= plant_pages(plan, others) if pages else {}
    for code, indexes in victims.items():
        plan.hit[code] = set(indexes)
        plan.planted[code] = [people[index].number for index in indexes]
    return plan


class Lottery:
    """Draws victims, each with the neighbour whose name, number or place it borrows; nobody is drawn twice."""

    def __init__(self, count: int, rng: random.Random) -> None:
        self.count, self.rng, self.free = count, rng, set(range(count))

    def draw(self, code: str) -> list[int]:
        return sorted(index for index, _ in self.draw_pairs(code, distance=0))

    def draw_pairs(self, code: str, *, distance: int) -> list[tuple[int, int]]:
        wanted = max(1, int(self.count * ERROR_CLASSES[code].rate))
        candidates = sorted(self.free)
        self.rng.shuffle(candidates)
        drawn: list[tuple[int, int]] = []
        for index in candidates:
            if len(drawn) < wanted and {index, index + distance} <= self.free:
                drawn.append((index, index + distance))
                self.free -= {index, index + distance}
        return drawn


def plant_phones(people: list[Citizen], rng: random.Random, lottery: Lottery) -> dict[str, list[int]]:
    spellings: dict[str, Callable[[], str]] = {
        "no_phone": lambda: "",
        "landline": lambda: f"031-{rng.randint(200, 299)}-{rng.randint(1000, 9999)}",
        "bad_phone": lambda: rng.choice(["010-123-45", "없음", "1.08E+09", "010-0000-0000"]),
    }
    victims = {}
    for code, spell in spellings.items():
        victims[code] = lottery.draw(code)
        for index in victims[code]:
            people[index].row_phone = spell()
    pairs = lottery.draw_pairs("shared_phone", distance=1)
    for index, other in pairs:
        people[index].row_phone = people[other].phone
    return victims | {"shared_phone": [index for index, _ in pairs]}


def plant_people(people: list[Citizen], rng: random.Random, lottery: Lottery) -> dict[str, list[int]]:
    def typo(who: Citizen) -> None:
        who.row_name = who.name[:1] + rng.choice(TYPO_SYLLABLES) + who.name[2:]

    def decompose(who: Citizen) -> None:
        if who.name.isascii():  # only Hangul has a decomposed form
            who.name = rng.choice(SURNAMES) + rng.choice(GIVEN_SYLLABLES) + rng.choice(GIVEN_SYLLABLES)
        who.row_name = unicodedata.normalize("NFD", who.name)

    def spread(who: Citizen) -> None:
        who.row_name = f" {' '.join(who.name)}\u3000"

    def break_birth(who: Citizen) -> None:
        if who.birth == "1980-01-01":  # or two of the five below would be right
            who.birth = "1980-01-02"
        who.row_birth = rng.choice(["1980-02-30", "800101", "", "19800101-1", "44927"])

    def make_formula(who: Citizen) -> None:
        who.row_name = f'=HYPERLINK("http://evil/","{who.name}")'

    changes = {
        "name_typo": typo,
        "name_nfd": decompose,
        "name_space": spread,
        "birth_bad": break_birth,
        "formula": make_formula,
    }
    victims = {}
    for code, change in changes.items():
        victims[code] = lottery.draw(code)
        for index in victims[code]:
            change(people[index])
    pairs = lottery.draw_pairs("homonym", distance=3)
    for index, other in pairs:
        people[index].name = people[index].row_name = people[other].name
    return victims | {"homonym": [index for index, _ in pairs]}


def plant_pages(plan: Plan, lottery: Lottery) -> dict[str, list[int]]:
    pairs = lottery.draw_pairs("swapped_pages", distance=1)
    for index, other in pairs:
        plan.order[index], plan.order[other] = other, index
    victims = {"swapped_pages": [index for pair in pairs for index in pair]}
    for code in PAGE_CODES:
        victims[code] = lottery.draw(code)
    return victims
