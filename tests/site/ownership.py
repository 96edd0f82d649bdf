"""One data set in which everything belongs to somebody: a case, papers, a bill and a talk of 윤초롱 and 도로과."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group

from chatbot.models import Conversation, Faq, Handover, Turn
from complaints.models import Channel
from complaints.services import Photo
from messaging import services as messaging
from messaging.models import Message, Reply, SenderNumber, Stream
from messaging.preference_links import token_for
from notices import services as notices
from portal.accounts import reference_data
from portal.accounts.models import Department, Official, User
from portal.accounts.services import register_phone
from portal.core import clock
from portal.core.clock import day_in_korea
from tests.complaints.conftest import World, build_world
from tests.complaints.pages import jpeg
from tests.notices import billed as billing
from tests.notices import world as campaigns
from tests.notices.reading import delivered
from tests.site import papers

# Said by 윤초롱 and known of her; in no page of anybody who has nothing to do with it. 김하늘 would not do as a name:
# the portal's own examples bear it.
CASE, TALK = "은하수다리 가로등이 안 켜져요", "달빛연못은 언제 열어요"
OWNER = ("윤초롱", date(1987, 6, 5), "+821097531357")
EPAY = "26119753000000001"
PERSONAL = (OWNER[0], "01097531357", "010-9753-1357", "821097531357", "1987-06-05", "1987. 6. 5.", "870605", EPAY)
SECRETS = ("은하수다리", "달빛연못", *PERSONAL)
LINES = {
    OWNER[0]: {"amount": "32,000원", "납부기한": "2026-11-30", "전자납부번호": EPAY},
    campaigns.BADA[0]: billing.LINES[campaigns.BADA[0]],
}


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who asks, and a row of each kind that is 윤초롱's or 도로과's."""

    people: dict[str, User | None]
    rows: dict[str, Any]
    paths: Mapping[str, str]  # of routes that only a row can fill, and of addresses that lead nowhere any more
    openings: tuple[tuple[str, Mapping[str, str]], ...]  # what her own browser has sent to be let in

    def user(self, who: str) -> User:
        """Somebody who is somebody."""
        user = self.people[who]
        assert user is not None
        return user

    def pk(self, model: str) -> int:
        """The key of the row of that model; of none, a key that no table holds."""
        return int(self.rows[model].pk) if model in self.rows else 999_999_999


def build() -> Ownership:
    """윤초롱 files, is billed and asks; 도로과 works on it; 박바다 and 공원녹지과 have nothing to do with any of it."""
    small = build_world()
    small.now = clock.now()
    small.haneul.name = OWNER[0]
    small.haneul.save()
    register_phone(user=small.haneul, phone=OWNER[2])
    register_phone(user=small.bada, phone=small.bada.phone)
    reference_data.load_roles()
    small.head.groups.add(Group.objects.get(name="sender"))
    case = small.file(
        body=CASE,
        by=small.haneul,
        phone=OWNER[2],
        name=OWNER[0],
        photos=(Photo(name="사진.jpg", content=jpeg()), Photo(name="서류.pdf", content=papers.scanned(CASE))),
        channel=Channel.WEB,
    )
    office = _office(small)
    campaign = billing.billed(office, people=(OWNER, campaigns.BADA), lines=LINES)
    approval = office.proposed(campaign)
    notice = delivered(campaign, office)
    answer, reply = _mail(office, small)
    turn, handover = _talk(small.haneul, small.roads, now=small.now)
    certificate = papers.certificate_of(case, owner=small.haneul, subject=CASE, now=small.now)
    people: dict[str, User | None] = {
        "anonymous": None,
        "owner": small.haneul,
        "citizen": small.bada,
        "officer": small.officer,
        "head": small.head,
        "foreign": small.parks_officer,
        "admin": _administrator(),
    }
    rows: dict[str, Any] = {
        "complaint": case,
        "campaign": campaign,
        "recipient": office.of(campaign, OWNER),
        "bill": billing.bill_of(campaign, OWNER),
        "conversation": turn.conversation,
        "unanswered": turn,
        "handover": handover,
        "faq": _guide(small.roads, small.now),
        "message": answer,
        "reply": reply,
        "stream": Stream.named(campaign.stream, department=small.roads.pk),
        "approval": approval,
        "user": small.haneul,
        "department": small.roads,
        "official": small.officer.official,
        "category": small.lamps,
        "certificate": certificate,
    }
    paths = {
        **papers.photos_of(case, CASE),
        **papers.notice_of(notice.notice, notice.path, CASE, now=small.now),
        **papers.handed_in(certificate, now=small.now),
        **papers.calendar_of(small.haneul, now=small.now),
        **papers.forms_of(turn.conversation, CASE, now=small.now),
        **papers.shown_to_all(rows["faq"], by=small.officer, now=small.now),
        "notices:bill": f"/pay/{rows['bill'].token}/",
        "notices:bill_returned": f"/pay/{rows['bill'].token}/return/",
        "messaging:preferences": f"/alerts/{token_for(rows['message'].key)}/",
    }
    openings: tuple[tuple[str, Mapping[str, str]], ...] = (
        (paths["notices:link"], {"birth": notice.birth}),
        (paths["notices:bill"], {"birth": notice.birth}),
        (paths["certificates:receive"], {}),
    )
    return Ownership(people=people, rows=rows, paths=paths, openings=openings)


def _administrator() -> User:
    home = Department.objects.create(code="smart", name="스마트도시과", phone="02-100-0003")
    user = User.objects.create(username="administrator", password="!", is_staff=True)
    user.groups.set(Group.objects.filter(name="administrator"))
    Official.objects.create(user=user, department=home, name="강관리", office_phone="02-100-0003")
    return user


def _office(small: World) -> campaigns.World:
    """도로과 as an office that sends notices."""
    notices.load_reference(now=small.now)
    today = day_in_korea(small.now)
    SenderNumber.objects.update(
        status="registered",
        evidence="이용증명원 2026-1",
        registered_on=today,
        expires_on=today + timedelta(days=365),
        inbox="",
    )
    return campaigns.World(
        department=small.roads, drafter=small.officer, sender=small.head, stranger=small.parks_officer, now=small.now
    )


def _mail(office: campaigns.World, small: World) -> tuple[Message, Reply]:
    """What 도로과 texted 윤초롱, and what she wrote back and nobody has read yet."""
    answered, waiting = office.write(OWNER, CASE), office.write(OWNER, CASE)
    for one in (answered, waiting):
        one.department, one.handled_at = small.roads, small.now
        one.save(update_fields=["department", "handled_at"])
    return messaging.answer_reply(reply=answered, text=CASE, by=small.officer, now=small.now), waiting


def _talk(citizen: User, department: Department, *, now: datetime) -> tuple[Turn, Handover]:
    talk = Conversation.objects.create(citizen=citizen, started_at=now, last_at=now)
    turn = Turn.objects.create(
        conversation=talk,
        seq=1,
        request_key=uuid4(),
        text_masked=TALK,
        decision=Turn.Decision.EXITS,
        asked_at=now,
        latency_ms=9,
    )
    return turn, Handover.objects.create(conversation=talk, department=department, asked_at=now)


def _guide(department: Department, now: datetime) -> Faq:
    return Faq.objects.create(
        slug="waste-bulky",
        question="대형폐기물은 어떻게 배출하나요?",
        answer="스티커를 붙여 내놓으세요.",
        category="생활",
        department=department,
        status=Faq.Status.PUBLISHED,
        checked_on=day_in_korea(now),
        changed_at=now,
    )
