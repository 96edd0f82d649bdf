"""Look-ups by request, by time and by grouping keys, with this vendor's demands on their parameters."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from messaging.simulator.nhn.envelope import INVALID, Refusal
from messaging.simulator.nhn.ledger import Ledger, Standing
from messaging.simulator.truth import KST

PAGING: Final = frozenset({"pageNum", "pageSize"})
PERIODS: Final = ("RequestDate", "CreateDate")
GROUPS: Final = frozenset({"senderGroupingKey", "recipientGroupingKey"})

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What one service demands: how it writes a time, how long a range may be, and the codes it refuses with."""

    form: str
    longest: timedelta
    bad_date: int
    nothing_asked: int
    too_long: int


def check_known(query: Query, known: Collection[str], *, code: int) -> None:
    """
    No parameter but the documented ones.

    :raises Refusal: for a stranger
    """
    if strangers := sorted(set(query) - set(known)):
        raise Refusal(code, f"Unrecognized parameter '{strangers[0]}'")


def period(query: Query, name: str, rules: Rules) -> tuple[datetime, datetime] | None:
    """
    The time range asked for under this name, in Korean time; None if it is not asked for.

    :raises Refusal: for half a range, an unreadable time or one too long
    """
    given = [query.get(f"{end}{name}", "") for end in ("start", "end")]
    if not any(given):
        return None
    try:
        start, stop = (datetime.strptime(one, rules.form).replace(tzinfo=KST) for one in given)
    except ValueError as error:
        raise Refusal(rules.bad_date) from error
    if stop - start > rules.longest:
        raise Refusal(rules.too_long)
    return start, stop


def found(ledger: Ledger, kind: str, query: Query, rules: Rules) -> Iterator[Standing]:
    """
    The messages of a kind that the query asks for, oldest first.

    :raises Refusal: if it names neither a request nor a range
    """
    ranges = [one for one in (period(query, name, rules) for name in PERIODS) if one is not None]
    if "requestId" not in query and not ranges:
        raise Refusal(rules.nothing_asked)
    for standing in ledger.standings(kind, group=query.get("senderGroupingKey", "")):
        # They write times down to the second, and a range ends with the second it names.
        made = standing.sending.at.replace(microsecond=0)
        if all(start <= made <= stop for start, stop in ranges) and _is_meant(standing, query):
            yield standing


def updated(ledger: Ledger, kind: str, query: Query, rules: Rules) -> Iterator[Standing]:
    """
    The messages whose result came in the range asked for.

    :raises Refusal: without a range
    """
    asked = period(query, "UpdateDate", rules)
    if asked is None:
        raise Refusal(rules.nothing_asked)
    for standing in ledger.standings(kind):
        if standing.result is None:
            continue
        at = datetime.fromisoformat(standing.result["time"]).replace(microsecond=0)
        if asked[0] <= at <= asked[1]:
            yield standing


def _is_meant(standing: Standing, query: Query) -> bool:
    return (
        query.get("requestId", standing.sending.id) == standing.sending.id
        and query.get("recipientGroupingKey", standing.addressee.group) == standing.addressee.group
        and query.get("recipientNo", standing.addressee.number) == standing.addressee.number
        and query.get("templateCode", standing.sending.template) == standing.sending.template
        and query.get("senderKey", standing.sending.sender_key) == standing.sending.sender_key
    )


def whole_number(query: Query, name: str) -> int:
    """
    A number.

    :raises Refusal: for anything else
    """
    if not query.get(name, "").isdecimal():
        raise Refusal(INVALID, f"'{name}' must be a number.")
    return int(query[name])
