"""Rubbish in the alley: filed on a phone page, worked on, announced stage by stage, answered and scored by text."""

import pytest

from complaints import services
from complaints.models import Attachment, Complaint, StageChange
from complaints.workflow import Stage
from messaging.models import Message
from portal.core.clock import now
from portal.site.demo.pictures import draw
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import House, eventually

NUMBER = "01055501234"


@pytest.mark.timeout(900)
def test_a_report_travels_from_filing_to_the_citizens_score(house: House) -> None:
    with Citizen(house.url) as citizen:
        receipt = citizen.send(
            "/complaints/new/",
            citizen.open("/complaints/new/"),
            files=[("photos", ("골목.jpg", draw("rubbish", seed=1), "image/jpeg"))],
            body="집 앞 골목에 누가 밤마다 쓰레기를 무단투기하고 가요. 종량제봉투도 안 써요.",
            place="연희동 12-3 골목",
            phone="010-5550-1234",
            name="김하늘",
        )
        complaint = Complaint.objects.get()
        assert complaint.number in receipt.text
        assert complaint.stage == Stage.ASSIGNED
        officer = complaint.officer
        assert officer is not None
        assert complaint.department is not None

        texts = eventually(lambda: [t for t in house.texts_on(NUMBER) if officer.name in t])
        assert complaint.department.name in texts[0]
        assert officer.office_phone in texts[0]
        assert any(complaint.number in text for text in house.texts_on(NUMBER))
        eventually(lambda: Attachment.objects.filter(state=Attachment.State.READY).exists())

        house.reply(NUMBER, "대문 오른쪽 전봇대 밑이에요")
        eventually(lambda: StageChange.objects.filter(complaint=complaint, step="write").exists())

        services.inspect(_fresh(complaint), by=officer.user, now=now())
        eventually(lambda: [t for t in house.texts_on(NUMBER) if "현장" in t])
        services.review(_fresh(complaint), by=officer.user, now=now())
        services.resolve(
            _fresh(complaint),
            outcome="accepted",
            answer="수거하고 이동식 CCTV를 두었습니다.",
            by=officer.user,
            now=now(),
        )
        eventually(lambda: [t for t in house.texts_on(NUMBER) if "처리가 완료" in t])
        house.reply(NUMBER, "5점이요 감사합니다")
        eventually(lambda: _fresh(complaint).satisfactions.filter(score=5).exists())

        timeline = citizen.open(f"/complaints/{complaint.number}/")
        assert "처리 완료" in timeline
        assert officer.name in timeline

    told = Message.objects.filter(reference=complaint.number)
    assert told.values("key").distinct().count() == told.count()
    assert not told.exclude(status__in=["sent", "delivered", "cancelled"]).exists()
    keys = [(line["number"], line["ref"]) for line in house.simulator.truth()]
    assert len(keys) == len(set(keys))


def _fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)
