"""Reads: what is wrong on a campaign's roster, row by row and by reason."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from notices.models import Campaign, Recipient, RowProblem
from notices.sheets import defuse
from notices.workflow import reason_label

PER_PAGE = 50
_TITLES = ("행", "관리번호", "열", "값(가림)", "문제", "설명")


@dataclass(frozen=True)
class Trouble:
    """One row with its problems. `recipient` is None where an equal row stands for it."""

    row: int
    recipient: Recipient | None
    problems: Sequence[RowProblem]


def problems_of(campaign: Campaign, *, code: str = "") -> QuerySet[RowProblem]:
    """Everything wrong, in the order of the file."""
    found = RowProblem.objects.filter(roster__campaign=campaign)
    return (found.filter(code=code) if code else found).order_by("row", "pk")


def by_reason(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Code, words and number of rows, the most frequent first."""
    counted = problems_of(campaign).order_by().values_list("code").annotate(rows=Count("row", distinct=True))
    return [(code, reason_label(code), rows) for code, rows in counted.order_by("-rows", "code")]


def page_of(campaign: Campaign, *, code: str = "", number: str | None = None) -> tuple[Page[int], list[Trouble]]:
    """One page of rows with problems."""
    rows = problems_of(campaign, code=code).order_by("row").values_list("row", flat=True).distinct()
    page = Paginator(rows, PER_PAGE).get_page(number)
    wanted = list(page.object_list)
    return page, _troubles(campaign, wanted)


def next_row(campaign: Campaign, *, after: int) -> Recipient | None:
    """Whoever stands on the next row with a problem, or on the first one again."""
    rows = problems_of(campaign).values_list("row", flat=True)
    people = Recipient.objects.filter(campaign=campaign).exclude(state=Recipient.State.EXCLUDED).order_by("row")
    return people.filter(row__in=rows, row__gt=after).first() or people.filter(row__in=rows).first()


def _troubles(campaign: Campaign, rows: Sequence[int]) -> list[Trouble]:
    problems: dict[int, list[RowProblem]] = defaultdict(list)
    for problem in problems_of(campaign).filter(row__in=rows):
        problems[problem.row].append(problem)
    people = {one.row: one for one in Recipient.objects.filter(campaign=campaign, row__in=rows)}
    return [Trouble(row, people.get(row), problems[row]) for row in rows]


def as_csv(campaign: Campaign) -> bytes:
    """The list as a file for whoever keeps the roster; masked, and nothing in it can run."""
    keys = dict(Recipient.objects.filter(campaign=campaign).values_list("row", "key"))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_TITLES)
    for one in problems_of(campaign).iterator(chunk_size=2000):
        said = (one.column, one.value, reason_label(one.code), one.sentence)
        writer.writerow([str(one.row), *(defuse(value) for value in (keys.get(one.row, ""), *said))])
    return text.getvalue().encode("utf-8-sig")
