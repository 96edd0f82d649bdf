"""The demo's complaints, each walked to its stage by the people who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from complaints import services as complaints
from complaints.models import Agency, Channel, Complaint, LocationSource, Proposal
from complaints.routing_queries import suggestions_of
from complaints.services import CloseReason, Filing, Photo, Place
from complaints.workflow import Stage
from portal.accounts.models import User
from portal.approvals import services as approvals
from portal.approvals.queries import next_step, standing
from portal.core.clock import day_in_korea
from portal.core.phones import parse_mobile
from portal.site.demo.pictures import draw
from portal.site.demo.plan import plan

_ROAD = (Stage.INSPECTING, Stage.REVIEWING, Stage.RESOLVED)


def make_cases(*, now: datetime, shown: Callable[[str], None]) -> list[Complaint]:
    """Every case of demo.toml, oldest first, so that numbers rise with time."""
    told = plan()
    entries = sorted(enumerate(told["case"]), key=lambda pair: -pair[1]["days"])
    made: dict[int, Complaint] = {}
    for number, entry in entries:
        made[number] = _Walk(entry, number, told["phones"].format(number), now, made).go()
    shown(f"민원 {len(made)}건")
    return list(made.values())


@dataclass(slots=True)
class _Walk:
    """One case on its way."""

    entry: dict[str, Any]
    number: int
    phone: str
    now: datetime
    others: dict[int, Complaint]

    def go(self) -> Complaint:
        """File it at its day, and take the steps that lead to its stage at even distances."""
        complaint = self._file()
        until = self.entry["until"]
        walk = getattr(self, f"_to_{until}", None)
        if walk is not None:
            walk(complaint)
        elif until in _ROAD:
            self._work(complaint, until)
        return complaint

    def _at(self, share: float) -> datetime:
        """A moment between filing and now."""
        filed = self.now - timedelta(days=self.entry["days"], hours=3, minutes=self.number * 7 % 60)
        return filed + (self.now - filed) * share

    def _file(self) -> Complaint:
        entry = self.entry
        source = LocationSource.TEXT if entry["place"] else LocationSource.NONE
        filing = Filing(
            channel=Channel.WEB,
            body=entry["text"],
            place=Place(address=entry["place"], source=source),
            photos=[Photo("사진.jpg", draw(entry["photo"], seed=self.number))] if "photo" in entry else [],
            phone=parse_mobile(self.phone) if entry["name"] else "",
            name=entry["name"],
        )
        keys = [uuid5(NAMESPACE_URL, f"demo:{self.number}:{again}") for again in range(entry.get("flood", 1))]
        filed = [complaints.file(filing=filing, by=None, intake_key=key, now=self._at(0)) for key in keys]
        return filed[-1]

    def _officer(self, complaint: Complaint) -> User | None:
        complaint.refresh_from_db()
        if complaint.stage == Stage.RECEIVED:
            self._triage(complaint)
        return complaint.officer.user if complaint.officer else None

    def _triage(self, complaint: Complaint) -> None:
        """What the router was unsure of, the intake desk sends to the likeliest department."""
        for suggestion in suggestions_of(complaint)[:1]:
            category, clerk = suggestion.category, User.objects.get(username="intake")
            complaints.route(complaint, department=category.department, category=category, by=clerk, now=self._at(0.1))
            complaint.refresh_from_db()

    def _work(self, complaint: Complaint, until: str) -> None:
        officer = self._officer(complaint)
        if officer is None:
            return
        complaints.inspect(complaint, by=officer, now=self._at(0.3))
        if until != Stage.INSPECTING:
            complaints.review(complaint, by=officer, now=self._at(0.6))
        if until == Stage.RESOLVED:
            self._resolve(complaint, officer)

    def _resolve(self, complaint: Complaint, officer: User) -> None:
        entry = self.entry
        words = {name: entry.get(name, "") for name in ("outcome", "answer", "refusal_reason", "remedy")}
        self._signed(complaint, "resolve", officer, self._at(0.8), **words)
        if "score" in entry:
            complaints.rate(complaint, score=entry["score"], channel=Channel.SMS, by=None, now=self._at(0.9))

    def _signed(self, complaint: Complaint, step: str, by: User, at: datetime, **words: Any) -> None:
        """Take a step; where it needs a second signature, let whoever is asked for it sign."""
        done = complaints.act(complaint, step=step, by=by, now=at, **words)
        if isinstance(done, Proposal):
            approval = standing("complaints.step", complaint.number)
            seat = next_step(approval) if approval else None
            if approval is not None and seat is not None:
                approvals.decide(
                    approval, decision=seat.Decision.APPROVED, sha256=approval.sha256, by=seat.official.user, now=at
                )
        complaint.refresh_from_db()

    def _to_supplementing(self, complaint: Complaint) -> None:
        officer = self._officer(complaint)
        if officer is None:
            return
        due_on = day_in_korea(self._at(0.5)) + timedelta(days=7)
        complaints.ask_supplement(complaint, items=self.entry["items"], due_on=due_on, by=officer, now=self._at(0.5))

    def _to_returned(self, complaint: Complaint) -> None:
        self._to_supplementing(complaint)
        officer = self._officer(complaint)
        if officer is not None:
            self._signed(complaint, "send_back", officer, self.now, reason=self.entry["reason"])

    def _to_transferred(self, complaint: Complaint) -> None:
        agency = Agency.objects.get(name=self.entry["agency"])
        by = self._officer(complaint) or User.objects.get(username="intake")
        soon = self._at(0) + timedelta(hours=1)
        complaints.transfer(complaint, agency=agency, reason=self.entry["reason"], by=by, now=soon)

    def _to_withdrawn(self, complaint: Complaint) -> None:
        complaints.withdraw(complaint, by=None, now=self._at(0.5))

    def _to_closed(self, complaint: Complaint) -> None:
        examiner = User.objects.get(username="examiner")
        words = {"reason": CloseReason.NOT_A_PETITION.value, "explanation": self.entry["reason"]}
        self._signed(complaint, "close", examiner, self._at(0.5), **words)

    def _to_merged(self, complaint: Complaint) -> None:
        lead = self.others.get(self.entry["into"])
        officer = self._officer(complaint)
        if lead is not None and officer is not None:
            lead.refresh_from_db()
            complaints.merge(complaint, lead=lead, by=officer, now=self._at(0.6))

    def _to_reopening(self, complaint: Complaint) -> None:
        self._work(complaint, Stage.RESOLVED)
        complaints.reopen(complaint, reason=self.entry["reason"], by=None, now=self._at(0.95))


@transaction.atomic
def add_conversation(cases: list[Complaint], *, now: datetime) -> None:
    """Citizens' texts on open cases, and an internal note beside them."""
    texts = ("언제쯤 오시나요? 오늘은 집에 있습니다.", "사진을 더 보낼 수 있나요?", "벌써 고쳐 주셨네요. 고맙습니다!")
    in_hand = [case for case in cases if case.officer_id and case.is_open]
    for case, text in zip(in_hand, texts, strict=False):
        complaints.write(case, text=text, by=None, now=now - timedelta(minutes=25))
    for case in in_hand[3:5]:
        case.refresh_from_db()
        if case.officer is not None:
            complaints.note(case, text="현장 사진과 같은 위치인지 확인 필요.", by=case.officer.user, now=now)
