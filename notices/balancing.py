"""Everything adds up: the identities of a campaign, shown live and required to close. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from notices.models import Recipient

R = Recipient.State


@dataclass(frozen=True)
class Term:
    """One summand with the name it has on the page."""

    label: str
    count: int


@dataclass(frozen=True)
class Identity:
    """A sum that must be right: `total` is counted one way, the terms another."""

    code: str
    label: str
    total: int
    terms: tuple[Term, ...]

    @property
    def sum(self) -> int:
        """What the terms make."""
        return sum(term.count for term in self.terms)

    @property
    def holds(self) -> bool:
        """Whether both ways of counting agree."""
        return self.total == self.sum


@dataclass(frozen=True)
class Facts:
    """What is counted about a campaign: metrics of its people, rows of its roster, pages, letters."""

    counts: Mapping[str, int]
    roster_rows: int = 0
    roster_people: int = 0
    roster_duplicates: int = 0
    document_pages: int = 0
    pages: Mapping[str, int] | None = None
    letters: int = 0
    are_letters_final: bool = False


def _state(facts: Facts, *states: str) -> tuple[Term, ...]:
    return tuple(Term(R(state).label, facts.counts.get(f"state:{state}", 0)) for state in states)


def identities(facts: Facts) -> tuple[Identity, ...]:
    """I0 to I5. People still under way are terms of their own, so that the sums hold at every moment."""
    people = facts.counts.get("all", 0)
    rows = (Term("사람", people), Term("겹친 행", facts.roster_duplicates))
    found = [
        Identity("I0", "명부 행", facts.roster_rows, rows),
        Identity("I1", "문서 쪽", facts.document_pages, _page_terms(facts.pages or {})),
        Identity("I2", "명부 인원", people, (*_set_aside(facts), Term("요청 대상", _sum_of_addressed(facts)))),
        Identity("I3", "요청 대상", people - sum(term.count for term in _set_aside(facts)), _asked(facts)),
        Identity("I4", "동의 확정", facts.counts.get("verified", 0), _consented(facts)),
        Identity("I5", "귀결", people, _ended(facts)),
    ]
    if facts.are_letters_final:
        letters = (Term("목록에 실림", facts.letters),)
        found.append(Identity("I6", "종이 우편", facts.counts.get("bucket:paper", 0), letters))
    return tuple(found)


def _set_aside(facts: Facts) -> tuple[Term, ...]:
    return _state(facts, R.EXCLUDED, R.DEFECTIVE, R.NO_MOBILE, R.MINOR, R.IMPORTED)


def _asked(facts: Facts) -> tuple[Term, ...]:
    count = facts.counts.get
    return (
        *_state(facts, R.ADDRESSABLE, R.ASKING, R.AGREED, R.ASK_UNDELIVERED, R.DECLINED, R.SILENT),
        *_state(facts, R.IDENTITY_MISMATCH),
        Term("동의 확정", count("verified", 0)),
        Term("동의 전 취소", count("state:cancelled", 0) - count("cancelled_verified", 0)),
    )


def _consented(facts: Facts) -> tuple[Term, ...]:
    return (
        *_state(facts, R.VERIFIED, R.REVOKED, R.QUEUED, R.SENT, R.DELIVERED, R.UNDELIVERED, R.UNRESOLVED),
        Term("동의 뒤 취소", facts.counts.get("cancelled_verified", 0)),
    )


def _ended(facts: Facts) -> tuple[Term, ...]:
    return (
        Term("전자 전달", facts.counts.get("bucket:electronic", 0)),
        Term("종이 우편", facts.counts.get("bucket:paper", 0)),
        Term("제외", facts.counts.get("bucket:excluded", 0)),
        Term("진행 중", sum(term.count for term in _under_way(facts))),
    )


def _page_terms(pages: Mapping[str, int]) -> tuple[Term, ...]:
    names = {"claimed": "확인됨", "blank": "빈 쪽", "orphan": "명부에 없음", "held": "보류", "": "판정 전"}
    return tuple(Term(label, pages.get(verdict, 0)) for verdict, label in names.items())


_ADDRESSED = [R.ADDRESSABLE, R.ASKING, R.AGREED, R.ASK_UNDELIVERED, R.DECLINED, R.SILENT, R.IDENTITY_MISMATCH]
_AFTER_CONSENT = [R.VERIFIED, R.REVOKED, R.QUEUED, R.SENT, R.DELIVERED, R.UNDELIVERED, R.UNRESOLVED, R.CANCELLED]


def _sum_of_addressed(facts: Facts) -> int:
    return sum(term.count for term in _state(facts, *_ADDRESSED, *_AFTER_CONSENT))


def _under_way(facts: Facts) -> tuple[Term, ...]:
    return _state(facts, R.IMPORTED, R.ADDRESSABLE, R.ASKING, R.AGREED, R.VERIFIED, R.QUEUED, R.SENT)


def broken(found: tuple[Identity, ...]) -> tuple[Identity, ...]:
    """The identities that do not hold."""
    return tuple(identity for identity in found if not identity.holds)
