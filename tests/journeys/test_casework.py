"""Whole stories of cases: reopened and closed again, supplemented by text, three reporters of one matter."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from complaints import services
from complaints.models import Channel, Complaint, Proposal
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import User
from portal.approvals import services as approvals
from portal.approvals.models import Approval, ApprovalStep
from portal.core.clock import day_in_korea, now
from portal.core.phones import parse_mobile
from tests.journeys.conftest import House, eventually

RUBBISH = "집 앞 골목에 누가 밤마다 쓰레기를 무단투기하고 가요. 종량제봉투도 안 써요."


def _filed(phone: str, body: str = RUBBISH) -> Complaint:
    filing = services.Filing(channel=Channel.WEB, body=body, phone=parse_mobile(phone), name="김하늘")
    return services.file(filing=filing, by=None, intake_key=uuid4(), now=now())


def _fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_related("officer__user").get(pk=complaint.pk)


def _officer(complaint: Complaint) -> User:
    officer = _fresh(complaint).officer
    assert officer is not None
    user: User = officer.user
    return user


def _answer(complaint: Complaint, **words: Any) -> None:
    """The officer answers; whoever must sign does."""
    done = services.act(_fresh(complaint), step="resolve", by=_officer(complaint), now=now(), **words)
    if isinstance(done, Proposal):
        approval = Approval.objects.get(reference=complaint.number, state=Approval.State.IN_REVIEW)
        seat = approval.steps.select_related("official__user").get(decision="")
        approvals.decide(
            approval,
            decision=ApprovalStep.Decision.APPROVED,
            sha256=approval.sha256,
            by=seat.official.user,
            now=now(),
        )


def _arrived(house: House, number: str, words: str) -> Callable[[], bool]:
    return lambda: any(words in text for text in house.texts_on(number))


@pytest.mark.timeout(900)
def test_a_rubbish_report_is_reopened_by_text_and_refused_with_a_signature(house: House) -> None:
    number = "01055501001"
    complaint = _filed(number)
    _answer(complaint, outcome="accepted", answer="수거하였습니다.")
    eventually(_arrived(house, number, "처리가 완료"))

    house.reply(number, "1")
    eventually(_arrived(house, number, "무엇이 아쉬우셨는지"))
    house.reply(number, "재검토 바랍니다. 아침에 보니 또 쌓여 있어요")
    eventually(lambda: _fresh(complaint).stage == Stage.REOPENING)
    assert _fresh(complaint).changes.get(step="reopen").public_text == "아침에 보니 또 쌓여 있어요"

    head = User.objects.filter(
        groups__name="head", official__department=_fresh(complaint).department, is_active=True
    ).first()
    examiner = User.objects.filter(groups__name="examiner", is_active=True).first()
    either = head or examiner
    assert either is not None
    services.accept_reopening(_fresh(complaint), by=either, now=now())
    eventually(_arrived(house, number, "다시 처리를 시작"))
    _answer(
        complaint,
        outcome="refused",
        answer="사유지 안이라 더 치울 수 없습니다.",
        refusal_reason="사유지입니다.",
        remedy="90일 안에 행정심판을 청구할 수 있습니다.",
    )

    eventually(_arrived(house, number, "불복 방법"))
    closed = _fresh(complaint)
    assert (closed.stage, closed.round, closed.outcome) == (Stage.RESOLVED, 2, "refused")
    assert [one.score for one in closed.satisfactions.all()] == [1]


@pytest.mark.timeout(900)
def test_a_supplement_comes_back_as_a_text(house: House) -> None:
    number = "01055501002"
    complaint = _filed(number)
    before = _fresh(complaint).due_at
    services.ask_supplement(
        _fresh(complaint),
        items="정확한 위치",
        due_on=day_in_korea(now()) + timedelta(days=7),
        by=_officer(complaint),
        now=now(),
    )
    eventually(_arrived(house, number, "정확한 위치"))
    assert _fresh(complaint).clock == "paused"

    house.reply(number, "대문 오른쪽 전봇대 밑이에요")
    eventually(lambda: _fresh(complaint).stage == Stage.ASSIGNED)

    answered = _fresh(complaint)
    assert answered.supplements.get().answer == "대문 오른쪽 전봇대 밑이에요"
    assert answered.clock == "running"
    assert answered.due_at is not None
    assert before is not None
    assert answered.due_at >= before
    eventually(_arrived(house, number, "보완 내용을 받았습니다"))


@pytest.mark.timeout(900)
def test_three_reporters_of_one_matter_hear_the_same_end_once(house: House) -> None:
    numbers = ["01055501003", "01055501004", "01055501005"]
    lead, *others = [_filed(number) for number in numbers]
    for other in others:
        services.merge(_fresh(other), lead=_fresh(lead), by=User.objects.get(username="intake"), now=now())
    follower = "01055501006"
    services.follow(_fresh(lead), phone=parse_mobile(follower), by=None, now=now())

    eventually(_arrived(house, numbers[1], "함께 처리하며"))
    house.reply(numbers[1], "저희 집 앞도 봐 주세요")
    eventually(lambda: _fresh(lead).unread_count == 1)
    _answer(lead, outcome="accepted", answer="모두 수거하였습니다.")

    eventually(_arrived(house, numbers[0], "처리가 완료"))
    for number in numbers[1:]:
        eventually(_arrived(house, number, "함께 처리한 민원이 끝났습니다"))
    eventually(_arrived(house, follower, "처리 완료(수용)"))
    ends = [key for key in Message.objects.values_list("key", flat=True) if f":{_end_of(lead)}:" in key]
    assert len(ends) == 4


def _end_of(complaint: Complaint) -> int:
    return complaint.changes.get(step="resolve").pk
