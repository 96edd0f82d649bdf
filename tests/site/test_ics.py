"""iCalendar as programs want it: no line longer than 75 bytes, nothing unescaped, whole days."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.site.ics import Event, written

MADE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "uid": "bill-1@example.go.kr",
        "on": date(2026, 11, 30),
        "summary": "납부 기한",
        "description": "내 정보",
        "url": "https://example.go.kr/me/bills/",
        "sequence": 2,
        "made_at": MADE,
    }
    return Event(**{**values, **changes})


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_day_is_a_whole_day_with_an_alarm_on_the_third_morning_before() -> None:
    lines = unfolded(written([event()], name="소통"))

    for line in (
        "UID:bill-1@example.go.kr",
        "DTSTAMP:20261102T010000Z",
        "DTSTART;VALUE=DATE:20261130",
        "DTEND;VALUE=DATE:20261201",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "TRIGGER:-P2DT15H",
    ):
        assert line in lines
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")


def test_what_was_cancelled_says_so_and_rings_no_bell() -> None:
    lines = unfolded(written([event(is_cancelled=True, is_tentative=True)], name="소통"))

    assert "STATUS:CANCELLED" in lines
    assert "BEGIN:VALARM" not in lines


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_no_line_is_longer_than_75_bytes_and_no_letter_is_lost(words: str) -> None:
    text = written([event(summary=words)], name="소통")

    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{escaped}" in unfolded(text)


def test_lines_and_marks_of_the_format_cannot_be_smuggled_in() -> None:
    text = written([event(summary="가,나;다\\라\r\nBEGIN:VEVENT")], name="소통")

    assert "SUMMARY:가\\,나\\;다\\\\라\\nBEGIN:VEVENT" in unfolded(text)
    assert text.count("\r\nBEGIN:VEVENT\r\n") == 1
    assert "\n" not in text.replace("\r\n", "")
