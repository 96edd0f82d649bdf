"""Nobody is ever sent somebody else's page, whatever happens to file and roster; what is doubtful is held."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices import codes
from notices.assigning import LABELS, Claim, Reason, Remedy, Rules, Verdict, assign
from notices.reading import PageReading
from notices.rosters import RosterRow
from notices.zones import Field, On, QrScheme, load_templates

SECRET, OTHER_SECRET = b"this campaign", b"another campaign"
TEMPLATE = load_templates()[0]
RULES = Rules(TEMPLATE, qr_key=SECRET, foreign_qr_keys=(OTHER_SECRET,))
WITHOUT_QR = Rules(replace(TEMPLATE, qr_scheme=QrScheme.NONE))
NAMES = ["김하늘", "박바다", "이슬", "최산들", "NGUYEN THI LAN", "김하늘"]


def key_of(serial: int) -> str:
    digits = f"2026{serial:07d}"
    return f"{digits[:4]}-{digits[4:]}{codes.check_digit(digits)}"


def row_of(serial: int, pages: int = 1) -> RosterRow:
    name = NAMES[serial % len(NAMES)]
    return RosterRow(serial + 1, key_of(serial), name, date(1950 + serial, 1, 31), address="새빛구 1", pages=pages)


def page_of(
    row: RosterRow, place: int = 1, *, qr: str | None = None, secret: bytes = SECRET, **values: str
) -> PageReading:
    """Page `place` of a notice as it should be, except for what is given."""
    pages = row.pages or 1
    says = {"key": row.key, "page": f"{place}/{pages}", "bar_code_key": row.key}
    says |= {"name": row.name, "birth": str(row.birth)} if place == 1 else {"enclosure_name": row.name}
    code = codes.signed_text(row.key, place, pages, secret) if qr is None else qr
    return PageReading(0, {**says, **values}, (code,) if code else (), has_text=True)


def blank() -> PageReading:
    return PageReading(0, is_blank=True)


def scan() -> PageReading:
    return PageReading(0)


def numbered(readings: Sequence[PageReading]) -> list[PageReading]:
    return [replace(reading, page=number) for number, reading in enumerate(readings, start=1)]


def claims_of(
    readings: Sequence[PageReading], roster: Sequence[RosterRow], rules: Rules = RULES
) -> list[tuple[str, tuple[int, ...], str, tuple[str, ...]]]:
    return [
        (str(claim.verdict), claim.pages, claim.key, tuple(map(str, claim.reasons)))
        for claim in assign(numbered(readings), roster, rules)
    ]


ONE, TWO, LONG = row_of(1), row_of(2), row_of(3, pages=2)


def only(readings: Sequence[PageReading], roster: Sequence[RosterRow] = (ONE,), rules: Rules = RULES) -> Claim:
    (claim,) = assign(numbered(readings), roster, rules)
    return claim


def test_notice_on_which_everything_agrees_is_claimed() -> None:
    assert claims_of([page_of(ONE), page_of(LONG, 1), page_of(LONG, 2)], [LONG, ONE]) == [
        ("claimed", (1,), ONE.key, ()),
        ("claimed", (2, 3), LONG.key, ()),
    ]


def test_blank_page_breaks_nothing_even_inside_a_notice() -> None:
    assert claims_of([blank(), page_of(LONG, 1), blank(), page_of(LONG, 2), blank()], [LONG]) == [
        ("blank", (1,), "", ()),
        ("claimed", (2, 4), LONG.key, ()),
        ("blank", (3,), "", ()),
        ("blank", (5,), "", ()),
    ]


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (page_of(ONE, name="김하눌"), Reason.NAME_DIFFERS),
        (page_of(ONE, name=""), Reason.ZONE_EMPTY),
        (page_of(ONE, birth="1951-02-01"), Reason.BIRTH_DIFFERS),
        (page_of(ONE, page="1/2"), Reason.PAGE_SEQUENCE),
        (page_of(ONE, page="2/1"), Reason.PAGE_SEQUENCE),
        (page_of(ONE, page=""), Reason.PAGE_SEQUENCE),
        (page_of(ONE, qr=""), Reason.QR_MISSING),
        (page_of(ONE, qr="HTTPS://EXAMPLE/"), Reason.QR_FORGED),
        (page_of(ONE, qr=f"{ONE.key}|1/1|0123456789"), Reason.QR_FORGED),
        (page_of(ONE, secret=OTHER_SECRET), Reason.OTHER_CAMPAIGN),
        (page_of(ONE, qr=codes.signed_text(TWO.key, 1, 1, SECRET)), Reason.QR_DIFFERS),
        (page_of(ONE, qr=codes.signed_text(ONE.key, 1, 2, SECRET)), Reason.QR_DIFFERS),
        (replace(page_of(ONE), qr=(*page_of(ONE).qr, *page_of(TWO).qr)), Reason.QR_DIFFERS),
        (page_of(ONE, bar_code_key=TWO.key), Reason.KEY_DIFFERS),
        (page_of(ONE, bar_code_key=""), Reason.ZONE_EMPTY),
        (page_of(ONE, key=""), Reason.ZONE_EMPTY),
        (replace(page_of(ONE), failure="time_out"), Reason.UNREADABLE),
    ],
)
def test_one_witness_that_disagrees_holds_the_notice(reading: PageReading, reason: Reason) -> None:
    claim = only([reading])

    assert claim.verdict == Verdict.HELD
    assert reason in claim.reasons


def test_key_with_a_wrong_digit_is_held() -> None:
    wrong = ONE.key[:-1] + str((int(ONE.key[-1]) + 1) % 10)
    row = replace(ONE, key=wrong)

    claim = only([page_of(row)], [row])

    assert claim.reasons == (Reason.BAD_CHECK_DIGIT,)


def test_scanned_page_says_nothing_and_its_citizen_gets_nothing() -> None:
    assert only([scan()]) == Claim(Verdict.HELD, (1,), "", (Reason.NO_TEXT,))


def test_notice_of_a_stranger_is_an_orphan() -> None:
    assert only([page_of(TWO)]) == Claim(Verdict.ORPHAN, (1,), TWO.key, (Reason.NOT_ON_ROSTER,))


def test_roster_row_twice_holds_the_notice() -> None:
    assert only([page_of(ONE)], [ONE, replace(ONE, row=9)]).reasons == (Reason.DUPLICATE_ROW,)


def test_roster_that_counts_other_pages_holds_the_notice() -> None:
    assert only([page_of(ONE)], [replace(ONE, pages=2)]).reasons == (Reason.PAGE_COUNT,)


def test_roster_without_page_counts_is_enough() -> None:
    assert only([page_of(ONE)], [replace(ONE, pages=None)]).verdict == Verdict.CLAIMED


@pytest.mark.parametrize("between", [[], [page_of(TWO)], [scan()]])
def test_notice_that_stands_there_twice_is_held_wherever_the_copies_are(between: list[PageReading]) -> None:
    claims = assign(numbered([page_of(ONE), *between, page_of(ONE)]), [ONE, TWO], RULES)

    held = [claim for claim in claims if claim.key == ONE.key]
    assert all(claim.verdict == Verdict.HELD and Reason.DUPLICATE_NOTICE in claim.reasons for claim in held)


@pytest.mark.parametrize("places", [[2, 1], [1], [2], [1, 1], [1, 2, 2]])
def test_pages_out_of_order_or_missing_hold_the_notice(places: list[int]) -> None:
    claim = only([page_of(LONG, place) for place in places], [LONG])

    assert claim.verdict == Verdict.HELD
    assert Reason.PAGE_SEQUENCE in claim.reasons


def test_second_page_that_names_somebody_else_holds_the_notice() -> None:
    claim = only([page_of(LONG, 1), page_of(LONG, 2, enclosure_name="박바다")], [LONG])

    assert claim.reasons == (Reason.NAME_DIFFERS,)


def test_defective_row_never_gets_its_notice() -> None:
    assert only([page_of(ONE)], [replace(ONE, birth=None)]).reasons == (Reason.BIRTH_DIFFERS,)
    assert only([page_of(ONE)], [replace(ONE, name="김?늘")]).reasons == (Reason.NAME_DIFFERS,)


def test_namesakes_get_their_own_pages() -> None:
    first, second = row_of(0), replace(row_of(5), birth=row_of(0).birth)

    claims = assign(numbered([page_of(second), page_of(first)]), [first, second], RULES)

    assert [(claim.verdict, claim.key) for claim in claims] == [("claimed", second.key), ("claimed", first.key)]


def test_empty_zone_on_one_page_in_ten_thousand_is_found() -> None:
    rows = [row_of(serial) for serial in range(70)] * 1
    readings = [page_of(row) for row in rows]
    readings[37] = page_of(rows[37], birth="")

    held = [claim for claim in assign(numbered(readings), rows, RULES) if claim.verdict == Verdict.HELD]

    assert [claim.key for claim in held] == [rows[37].key]


# --- without QR codes -----------------------------------------------------------------------------------------------


def test_without_qr_key_name_and_birth_prove_a_notice() -> None:
    assert only([page_of(ONE, qr="")], rules=WITHOUT_QR).verdict == Verdict.CLAIMED
    assert only([page_of(ONE, qr="", birth="1951-02-01")], rules=WITHOUT_QR).reasons == (Reason.BIRTH_DIFFERS,)


def test_without_qr_a_broken_merge_still_shows_in_the_number_beside_the_bar_code() -> None:
    assert only([page_of(ONE, qr="", bar_code_key=TWO.key)], rules=WITHOUT_QR).reasons == (Reason.KEY_DIFFERS,)


def test_template_without_a_third_field_or_a_key_cannot_prove_anything() -> None:
    only_key_and_name = tuple(zone for zone in TEMPLATE.zones if zone.name in ("key", "name", "page"))

    with pytest.raises(ValueError, match="birth, address or amount"):
        Rules(replace(TEMPLATE, qr_scheme=QrScheme.NONE, zones=only_key_and_name))
    with pytest.raises(ValueError, match="key and one for the name"):
        Rules(replace(TEMPLATE, zones=()), qr_key=SECRET)
    with pytest.raises(ValueError, match="campaign's key"):
        Rules(TEMPLATE)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("address", "새빛구 1", None),
        ("address", "새빛구, 1", None),
        ("address", "새빛구 2", "address_differs"),
        ("amount", "금 180,000원", None),
        ("amount", "180001", "amount_differs"),
    ],
)
def test_address_or_amount_may_be_the_third_field(field: str, value: str, reason: str | None) -> None:
    zone = replace(TEMPLATE.zones[3], name=field, field=field)  # type: ignore[arg-type]  # the words are the members'
    rules = Rules(replace(WITHOUT_QR.template, zones=(*TEMPLATE.zones[:3], zone)))

    page = page_of(ONE, qr="")

    claim = only([replace(page, values={**page.values, field: value})], [replace(ONE, amount="180000")], rules)

    assert [str(each) for each in claim.reasons] == ([reason] if reason else [])


def test_template_without_page_numbers_needs_the_roster_to_count() -> None:
    zones = tuple(zone for zone in TEMPLATE.zones if zone.name in ("key", "name", "birth"))
    rules = Rules(replace(WITHOUT_QR.template, zones=zones))
    pages = [page_of(LONG, 1, qr=""), page_of(LONG, 2, qr="")]

    assert only(pages, [LONG], rules).verdict == Verdict.CLAIMED
    assert only(pages[:1], [LONG], rules).reasons == (Reason.PAGE_COUNT,)
    assert only(pages, [replace(LONG, pages=None)], rules).reasons == (Reason.PAGE_COUNT,)


def test_verify_address_is_checked_by_computing_it_again() -> None:
    rules = Rules(replace(TEMPLATE, qr_scheme=QrScheme.VERIFY_URL), qr_key=SECRET)
    right, other = (codes.verify_code(row.key, 1, 1, SECRET) for row in (ONE, TWO))

    assert only([page_of(ONE, qr=f"HTTPS://SOTONG.EXAMPLE/V/{right}")], rules=rules).verdict == Verdict.CLAIMED
    assert only([page_of(ONE, qr=f"HTTPS://SOTONG.EXAMPLE/V/{other}")], rules=rules).reasons == (Reason.QR_DIFFERS,)
    assert only([page_of(ONE)], rules=rules).reasons == (Reason.QR_DIFFERS,)


def test_another_campaigns_address_is_told_from_a_forged_one() -> None:
    template = replace(TEMPLATE, qr_scheme=QrScheme.VERIFY_URL)
    rules = Rules(template, qr_key=SECRET, foreign_qr_keys=(OTHER_SECRET,))
    foreign, forged = (codes.verify_code(ONE.key, 1, 1, secret) for secret in (OTHER_SECRET, b"nobody's"))

    assert only([page_of(ONE, qr=f"HTTPS://A.KR/V/{foreign}")], rules=rules).reasons == (Reason.OTHER_CAMPAIGN,)
    assert only([page_of(ONE, qr=f"HTTPS://A.KR/V/{forged}")], rules=rules).reasons == (Reason.QR_DIFFERS,)


# --- hidden letters -------------------------------------------------------------------------------------------------


def masked(**changes: Any) -> Rules:
    """A layout without codes whose values may hide letters; `changes` say what the birth zone is for instead."""
    zones = tuple(replace(zone, is_masked=True, **changes if zone.name == "birth" else {}) for zone in TEMPLATE.zones)
    return Rules(replace(WITHOUT_QR.template, zones=zones))


KIM = replace(ONE, name="김하준", birth=date(1990, 1, 1), address="새빛구 너래동 150-13 129동 519호")


@pytest.mark.parametrize(
    ("name", "birth", "is_hers"),
    [
        ("김*준", "900101-1******", True),
        ("김○준", "900101-2●●●●●●", True),
        ("김하준", "1990-01-01", True),
        ("김*", "900101-1******", False),
        ("김*진", "900101-1******", False),
        ("***", "900101-1******", False),
        ("김*준", "900101-3******", False),
        ("김*준", "900102-1******", False),
        ("김*준", "9001**-1******", False),
    ],
)
def test_masked_values_are_compared_by_their_mask(name: str, birth: str, is_hers: bool) -> None:
    page = page_of(KIM, qr="", name=name, birth=birth)

    assert (only([page], [KIM], masked()).verdict == Verdict.CLAIMED) is is_hers


@pytest.mark.parametrize(
    ("address", "is_hers"),
    [
        ("새빛구 너래동 ******* ***동 ***호", False),  # other letters are hidden than stand there
        ("새빛구 너래동 ***-** ***동 ***호", True),
        ("새빛구 나래동 ***-** ***동 ***호", False),
        ("*** ****동 ***-** ***동 519호", False),
        ("*** *** ***-** **** ****", False),
    ],
)
def test_a_masked_address_still_has_to_say_something(address: str, is_hers: bool) -> None:
    rules = masked(field=Field.ADDRESS)
    page = page_of(KIM, qr="", birth=address)

    assert (only([page], [KIM], rules).verdict == Verdict.CLAIMED) is is_hers


@pytest.mark.parametrize("values", [{"name": "김*준"}, {"birth": "900101-1******"}])
def test_hidden_letters_prove_nothing_where_nobody_allowed_them(values: dict[str, Any]) -> None:
    assert only([page_of(KIM, qr="", **values)], [KIM], WITHOUT_QR).verdict == Verdict.HELD


# --- keys of other offices ------------------------------------------------------------------------------------------


def test_a_departments_own_key_needs_no_check_digit() -> None:
    template = replace(WITHOUT_QR.template, has_check_digit=False)
    row = replace(ONE, key="11680-체납-2026-0001가")

    assert only([page_of(row, qr="")], [row], Rules(template)).verdict == Verdict.CLAIMED
    assert only([page_of(row, qr="")], [replace(row, key="11680-체납-2026-0001나")], Rules(template)).key == row.key
    assert only([page_of(row, qr="")], [row], WITHOUT_QR).reasons == (Reason.BAD_CHECK_DIGIT,)


def test_a_key_zone_of_later_pages_must_say_the_same_key() -> None:
    first, later = replace(TEMPLATE.zones[0], on=On.FIRST), replace(TEMPLATE.zones[0], name="key2", on=On.LATER)
    others = tuple(zone for zone in TEMPLATE.zones if zone.field in (Field.NAME, Field.BIRTH, Field.PAGE))
    rules = Rules(replace(WITHOUT_QR.template, zones=(first, later, *others)))
    right = [page_of(LONG, 1, qr="", key2=LONG.key), page_of(LONG, 2, qr="", key2=LONG.key)]

    assert only(right, [LONG], rules).verdict == Verdict.CLAIMED
    wrong = [right[0], page_of(LONG, 2, qr="", key2=ONE.key)]
    assert only(wrong, [LONG], rules).reasons == (Reason.KEY_DIFFERS,)


def test_a_third_field_on_later_pages_only_is_none() -> None:
    zones = tuple(replace(zone, on=On.LATER) if zone.name == "birth" else zone for zone in TEMPLATE.zones)

    with pytest.raises(ValueError, match="birth, address or amount"):
        Rules(replace(WITHOUT_QR.template, zones=zones))


# --- whatever happens to the file -----------------------------------------------------------------------------------

ROSTER = [row_of(serial, pages=1 + serial % 3) for serial in range(12)]
FILE = [(row.key, page_of(row, place)) for row in ROSTER for place in range(1, (row.pages or 1) + 1)]


@st.composite
def mangled_files(draw: st.DrawFn) -> list[tuple[str, PageReading]]:
    """The file with pages lost, doubled, shuffled and strange ones put in."""
    strange = [("", blank()), ("", scan()), ("", page_of(row_of(99))), ("", page_of(ONE, secret=OTHER_SECRET))]
    pages = draw(st.lists(st.sampled_from([*FILE, *strange]), max_size=40))
    return draw(st.permutations(pages)) if draw(st.booleans()) else pages


@settings(max_examples=200, deadline=None)
@given(mangled_files(), st.sampled_from([RULES, WITHOUT_QR]))
def test_no_order_loss_doubling_or_insertion_ever_sends_a_wrong_page(
    pages: list[tuple[str, PageReading]], rules: Rules
) -> None:
    claims = assign(numbered([reading for _, reading in pages]), ROSTER, rules)

    for claim in claims:
        if claim.verdict == Verdict.CLAIMED:
            assert [pages[number - 1][0] for number in claim.pages] == [claim.key] * len(claim.pages)
    assert sorted(page for claim in claims for page in claim.pages) == list(range(1, len(pages) + 1))
    sent = [claim.key for claim in claims if claim.verdict == Verdict.CLAIMED]
    assert len(sent) == len(set(sent))


@settings(max_examples=50, deadline=None)
@given(st.permutations(ROSTER), st.permutations(ROSTER))
def test_whole_notices_in_any_order_are_all_sent(order: list[RosterRow], roster: list[RosterRow]) -> None:
    readings = [page_of(row, place) for row in order for place in range(1, (row.pages or 1) + 1)]

    claims = assign(numbered(readings), roster, RULES)

    assert [claim.key for claim in claims if claim.verdict == Verdict.CLAIMED] == [row.key for row in order]


def test_what_a_qr_code_contradicts_is_never_released() -> None:
    never = {reason for reason, (_, remedy) in LABELS.items() if remedy == Remedy.NEVER}

    assert set(LABELS) == set(Reason)
    assert {Reason.QR_DIFFERS, Reason.QR_FORGED, Reason.OTHER_CAMPAIGN, Reason.KEY_DIFFERS} == never


# --- codes ----------------------------------------------------------------------------------------------------------


def test_check_digit_shows_every_single_wrong_digit() -> None:
    key = key_of(15)

    wrong = [
        key[:place] + digit + key[place + 1 :]
        for place in range(len(key))
        for digit in "0123456789"
        if key[place] not in ("-", digit)
    ]

    assert codes.has_right_check_digit("2026-00000015")
    assert not any(codes.has_right_check_digit(each) for each in wrong)


def test_code_of_the_sample_reads_and_verifies() -> None:
    code = codes.read_signed(codes.signed_text("2026-00000015", 1, 2, b"sample-key"))

    assert code is not None
    assert (code.key, code.page_of, code.pages) == ("2026-00000015", 1, 2)
    assert code.is_signed_by(b"sample-key")
    assert not code.is_signed_by(b"another-key")


@pytest.mark.parametrize("text", ["", "2026-00000015|1/1|abc", "2026-00000015|1/1", "x" * 5000, "a|1/1|ABCDEF0123"])
def test_what_is_no_code_of_ours_is_not_read_as_one(text: str) -> None:
    assert codes.read_signed(text) is None
    assert codes.read_verify(text) == ""
