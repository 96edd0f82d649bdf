"""Illegal parking in a busy street: shared out among five officers of whom one is on leave, and none of it lost."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from complaints import services, sharing
from complaints.models import Assignment, Category, Complaint, Duty, Leave, RoutingRule
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import Official, User
from portal.core import clock
from portal.core.clock import in_korea

TEXT = "인도에 차를 대 놓아서 유모차가 차도로 내려가야 해요. 불법주차 단속해 주세요"
NAMES = ("김하나", "이두리", "박세나", "최네로", "정다섯")


def _official(name: str, department: str, *roles: str, phone: str = "") -> Official:
    category = Category.objects.select_related("department").get(code=department)
    user = User.objects.create(username=f"parking-{name}", password="!", is_staff=True, phone=phone)
    user.groups.set(Group.objects.filter(name__in=roles))
    return Official.objects.create(user=user, department=category.department, name=name, office_phone="02-120-3333")


def _file(number: int, *, now: datetime) -> Complaint:
    """Each from another telephone."""
    filing = services.Filing(channel="web", body=TEXT, phone=f"+82105000{number:04d}", name="김하늘")
    return services.file(filing=filing, by=None, intake_key=uuid4(), now=now)


def _held() -> Counter[str]:
    held = Complaint.objects.filter(officer__isnull=False).select_related("officer")
    return Counter(one.officer.name for one in held if one.officer)


@pytest.mark.timeout(900)
def test_parking_reports_are_shared_fairly_around_a_leave(db: None, settings: Settings) -> None:
    call_command("setup", verbosity=0)
    now = clock.now()
    monday = now - timedelta(days=in_korea(now).weekday())
    officers = [_official(name, "parking.illegal", "officer") for name in NAMES]
    head = _official("한팀장", "parking.illegal", "head", phone="+821099990001")
    for one in officers:
        Duty.objects.create(
            official=one, category=Category.objects.get(code="parking.illegal"), starts_on=date(2020, 1, 1)
        )

    # ten reports before anybody leaves: two each, and every citizen is told by whom
    first = [_file(number, now=monday) for number in range(10)]
    assert {one.stage for one in first} == {Stage.ASSIGNED}
    assert _held() == dict.fromkeys(NAMES, 2)
    told = Message.objects.filter(reference=first[0].number, template_version__template__code="complaints.assigned")
    assert first[0].officer is not None
    assert first[0].officer.name in told.get().body

    # the first officer goes on leave for three weeks, the second stands in for her
    client = Client()
    client.force_login(head.user)
    leave = Leave.objects.create(
        official=officers[0], substitute=officers[1], starts_at=monday, ends_at=monday + timedelta(days=21)
    )
    services.sweep(now=monday)
    heard = Message.objects.get(topic="complaints.duty")
    assert "김하나 주무관 부재 중에 기한이 되는 민원이 2건" in heard.body
    others = dict(Complaint.objects.exclude(officer=officers[0]).values_list("pk", "officer"))
    page = reverse("admin:complaints_leave_takeover", args=[leave.pk])
    assert "2건 이대로 나누기" in client.get(page).content.decode()
    assert "2건을 나누었습니다" in client.post(page, follow=True).content.decode()
    assert dict(Complaint.objects.filter(pk__in=others).values_list("pk", "officer")) == others
    assert _held()["김하나"] == 0

    # twenty more while she is away: the other four, and nobody has more than one above another
    for number in range(10, 30):
        _file(number, now=monday)
    held = _held()
    assert held["김하나"] == 0
    four = [held[name] for name in NAMES[1:]]
    assert sum(four) == 30
    assert max(four) - min(four) <= 1

    # back again, she catches up first; every choice can be repeated from what was stored of it
    after = leave.ends_at + timedelta(hours=1)
    assert _file(30, now=after).officer == officers[0]
    kept = Assignment.objects.filter(officer__isnull=False)
    assert kept.filter(reason="leave").count() == 2
    assert all(sharing.repeated(one.breakdown) == one.officer_id for one in kept)

    # a rule sends what stands before the fire station to the one who knows it
    RoutingRule.objects.create(
        ordinal=1, words=["소방서"], department=officers[0].department, officer=officers[4], note="소방서 앞"
    )
    filing = services.Filing(channel="web", body=f"소방서 앞 {TEXT}", phone="+821050009999", name="박바다")
    assert services.file(filing=filing, by=None, intake_key=uuid4(), now=after).officer == officers[4]
