"""Everything adds up: the identities of a campaign, shown live and required to close. Pure."""

from collections.abc import Iterable, Mapping
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
class Billed:
    """The legs of one channel: what the carriers may bill, and what the ledger has booked."""

    channel: str
    leg_count: int
    leg_won: int
    booked_count: int
    booked_won: int


@dataclass(frozen=True)
class Sent:
    """The notices with pictures that were handed over, and what their pictures say."""

    message_count: int = 0
    people_count: int = 0
    picture_count: int = 0
    read_back_count: int = 0  # the QR code of the very bytes names the recipient
    without_code_count: int = 0  # the document has none: its hash alone says whose it is


@dataclass(frozen=True)
class Facts:
    """
    What is counted about a campaign: metrics of its people, rows of its roster, pages, letters.

    Money and pictures are None where only the moving numbers were looked at.
    """

    counts: Mapping[str, int]
    roster_rows: int = 0
    roster_people: int = 0
    roster_duplicates: int = 0
    document_pages: int = 0
    pages: Mapping[str, int] | None = None
    letters: int = 0
    listed_rows: int = 0
    are_letters_final: bool = False
    billed: tuple[Billed, ...] | None = None
    sent: Sent | None = None


_SET_ASIDE = (R.EXCLUDED, R.DEFECTIVE, R.NO_MOBILE, R.MINOR, R.IMPORTED)
_BEFORE_SENDING = (
    *(R.ADDRESSABLE, R.ASKING, R.AGREED, R.ASK_UNDELIVERED, R.DECLINED, R.SILENT),
    *(R.IDENTITY_MISMATCH, R.ANSWERED, R.UNANSWERED),
)
_GRANTED = (
    *(R.VERIFIED, R.ASKING, R.REVOKED, R.IDENTITY_MISMATCH, R.QUEUED, R.SENT, R.DELIVERED, R.OPENED, R.UNOPENED),
    *(R.UNDELIVERED, R.UNRESOLVED),
)
_UNDER_WAY = (R.IMPORTED, R.ADDRESSABLE, R.ASKING, R.AGREED, R.VERIFIED, R.QUEUED, R.SENT)
_GROUNDS = ("reply", "standing", "statute")


def identities(facts: Facts) -> tuple[Identity, ...]:
    """I0 to I7. People still under way are terms of their own, so that the sums hold at every moment."""
    count = facts.counts.get
    people = count("all", 0)
    set_aside = _states(facts, _SET_ASIDE)
    addressed = Term("대상", sum(_state_count(facts, state) for state in set(R) - set(_SET_ASIDE)))
    found = [
        Identity("I0", "명부 행", facts.roster_rows, (Term("사람", people), Term("겹친 행", facts.roster_duplicates))),
        Identity("I1", "문서 쪽", facts.document_pages, _page_terms(facts.pages or {})),
        Identity("I2", "명부 인원", people, (*set_aside, addressed)),
        Identity("I3", "대상", people - sum(term.count for term in set_aside), _asked(facts)),
        Identity("I4", "보낼 근거가 있는 분", _granted(facts), _sent_to(facts)),
        Identity("I5", "귀결", people, _ended(facts)),
        Identity("I5-목록", "우편 목록의 줄", facts.listed_rows, (Term("목록에 실린 편지", facts.letters),)),
    ]
    if facts.are_letters_final:
        found.append(
            Identity("I5-편지", "종이 우편", count("bucket:paper", 0), (Term("목록에 실린 편지", facts.letters),))
        )
    return (*found, *_money(facts.billed), *_pictures(facts.sent))


def _state_count(facts: Facts, state: str) -> int:
    return facts.counts.get(f"state:{state}", 0)


def _states(facts: Facts, states: Iterable[str]) -> tuple[Term, ...]:
    return tuple(Term(R(state).label, _state_count(facts, state)) for state in states)


def _granted(facts: Facts) -> int:
    return sum(facts.counts.get(f"ground:{ground}", 0) for ground in _GROUNDS)


def _asked(facts: Facts) -> tuple[Term, ...]:
    """Where everybody is whom nothing was sent to, and all others as one term."""
    count = facts.counts.get
    before = tuple(
        Term(R(state).label, _state_count(facts, state) - count(f"granted:{state}", 0)) for state in _BEFORE_SENDING
    )
    cancelled = Term("보내기 전 취소", count("state:cancelled", 0) - count("granted:cancelled", 0))
    return (*before, Term("보낼 근거가 있는 분", _granted(facts)), cancelled)


def _sent_to(facts: Facts) -> tuple[Term, ...]:
    count = facts.counts.get
    labels = {R.ASKING: "다시 확인 중"}
    terms = tuple(Term(labels.get(state, R(state).label), count(f"granted:{state}", 0)) for state in _GRANTED)
    return (*terms, Term("그 뒤 취소", count("granted:cancelled", 0)))


def _ended(facts: Facts) -> tuple[Term, ...]:
    buckets = tuple(Term(bucket.label, facts.counts.get(f"bucket:{bucket.value}", 0)) for bucket in Recipient.Bucket)
    waiting = facts.counts.get("awaits_opening", 0)
    return (*buckets, Term("진행 중", waiting + sum(term.count for term in _states(facts, _UNDER_WAY))))


def _page_terms(pages: Mapping[str, int]) -> tuple[Term, ...]:
    names = {"claimed": "확인됨", "blank": "빈 쪽", "orphan": "명부에 없음", "held": "보류", "": "판정 전"}
    return tuple(Term(label, pages.get(verdict, 0)) for verdict, label in names.items())


def _money(billed: tuple[Billed, ...] | None) -> tuple[Identity, ...]:
    """I6: every leg a carrier may bill is booked once, at the price it left with."""
    if billed is None:
        return ()
    legs = Identity(
        "I6",
        "통신사가 청구할 건",
        sum(one.leg_count for one in billed),
        tuple(Term(f"장부 {one.channel}", one.booked_count) for one in billed),
    )
    won = Identity(
        "I6-원",
        "통신사가 청구할 금액(원)",
        sum(one.leg_won for one in billed),
        tuple(Term(f"장부 {one.channel}", one.booked_won) for one in billed),
    )
    return legs, won


def _pictures(sent: Sent | None) -> tuple[Identity, ...]:
    """I7: one notice for each person, and every picture says whose it is."""
    if sent is None:
        return ()
    codes = (Term("QR이 받는 분과 같음", sent.read_back_count), Term("QR이 없는 문서", sent.without_code_count))
    return (
        Identity("I7", "그림 통지를 받은 분", sent.people_count, (Term("보낸 그림 통지", sent.message_count),)),
        Identity("I7-그림", "보낸 그림", sent.picture_count, codes),
    )


def broken(found: tuple[Identity, ...]) -> tuple[Identity, ...]:
    """The identities that do not hold."""
    return tuple(identity for identity in found if not identity.holds)
