"""현황판: every number equals the list it leads to, and nobody counts what she may not see."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services as complaints
from complaints.models import Channel, Complaint
from complaints.services import Filing, Place
from complaints.workflow import Stage
from portal.accounts.models import Department, User
from portal.core.clock import now
from portal.site.dashboard import BAR_STEPS, Figure, _width
from tests.site.test_pages_admin import official, signed_in

pytestmark = pytest.mark.django_db

WORDS = (
    "가로등이 꺼져서 밤에 너무 어두워요. 새빛로 12 앞입니다.",
    "인도 보도블록이 깨져서 유모차가 지나가기 힘들어요.",
    "음식물 쓰레기를 아무 데나 버려서 냄새가 심합니다.",
    "ㅁㄴㅇㄹ",
)


def file(body: str) -> Complaint:
    """A report from the web."""
    return complaints.file(
        filing=Filing(channel=Channel.WEB, body=body, place=Place(address="새빛로 12"), phone="+821012345678"),
        by=None,
        intake_key=uuid4(),
        now=now(),
    )


@pytest.fixture
def cases() -> Sequence[Complaint]:
    """Reports of several kinds, one of which only a person can sort."""
    call_command("setup", verbosity=0)
    return [file(body) for body in WORDS]


def examiner() -> Client:
    """Somebody who may see every case."""
    call_command("setup", verbosity=0)
    return signed_in(official("simsa", role="examiner"))


def figures_of(client: Client) -> list[Figure]:
    """What stands on the board."""
    found: list[Figure] = client.get("/admin/").context["figures"]
    return found


def test_every_number_equals_the_list_it_leads_to(cases: Sequence[Complaint]) -> None:
    client = examiner()

    figures = figures_of(client)

    assert sum(figure.count for figure in figures) > 0
    for figure in figures:
        context = client.get(figure.url).context
        if "lines" in context:  # 회신함 lists citizens
            listed = len(context["lines"])
        else:
            listed = context["listed" if "listed" in context else "cl"].result_count
        assert (figure.label, figure.count) == (figure.label, listed)


def test_every_bar_equals_the_list_it_leads_to(cases: Sequence[Complaint]) -> None:
    client = examiner()

    bars: list[Any] = client.get("/admin/").context["bars"]

    assert sum(bar.count for bar in bars) == Complaint.objects.filter(is_open=True).count()
    for bar in bars:
        assert (bar.label, bar.count) == (bar.label, client.get(bar.url).context["listed"].result_count)


def test_unanswered_questions_equal_the_list_they_lead_to() -> None:
    call_command("setup", verbosity=0)
    client = signed_in(official("damdang", role="officer"))
    for words in ("갸뵹뷁 쀍뛟", "대형폐기물은 어떻게 버리나요?"):
        Client().post("/chat/turns/", {"text": words, "request_key": uuid4()})

    page = client.get("/admin/")

    assert page.context["chat"].turn_count == 2
    listed = client.get(page.context["chat_url"]).context["cl"].result_count
    assert page.context["chat"].unanswered_count == listed


def test_reports_of_another_department_are_not_counted(cases: Sequence[Complaint]) -> None:
    lonely = official("damdang", role="officer")
    lonely.official.department = Department.objects.create(code="lonely", name="외딴과", phone="02-120-0199")
    lonely.official.save(update_fields=["department"])

    figures = figures_of(signed_in(lonely))

    assert [figure.count for figure in figures] == [0] * len(figures)


def test_auditor_sees_no_work_at_all(cases: Sequence[Complaint]) -> None:
    page = signed_in(official("gamsa", role="auditor")).get("/admin/")

    assert page.context["figures"] == []
    assert "단계별 민원" not in page.content.decode()
    assert "할 일을 골라 주세요" in page.content.decode()


def test_board_asks_the_database_as_often_for_many_cases_as_for_few(cases: Sequence[Complaint]) -> None:
    client = examiner()
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/")
    for body in WORDS:
        file(f"{body} 어제부터 그렇습니다.")

    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")

    assert len(many) == len(few) <= 30


def test_numbers_of_the_bars_stand_in_a_table(cases: Sequence[Complaint]) -> None:
    page = examiner().get("/admin/").content.decode()

    assert '<table class="bars">' in page
    assert "<caption>" in page
    for stage in (Stage.SUBMITTED, Stage.ASSIGNED, Stage.REVIEWING):
        assert f">{stage.label}</a></th>" in page


def test_one_case_beside_a_thousand_is_still_seen() -> None:
    assert _width(0, 1000) == 0
    assert _width(1, 1000) == 1
    assert _width(1000, 1000) == BAR_STEPS
    assert _width(0, 0) == 0


def test_palette_finds_a_case_by_its_whole_number_and_nothing_foreign(cases: Sequence[Complaint]) -> None:
    number = cases[0].number
    lonely = official("damdang", role="officer")
    lonely.official.department = Department.objects.create(code="lonely", name="외딴과", phone="02-120-0199")
    lonely.official.save(update_fields=["department"])

    whole = examiner().get("/admin/search/", {"s": number, "extended": "1"}).content.decode()
    part = (
        signed_in(User.objects.get(username="simsa"))
        .get("/admin/search/", {"s": number[:9], "extended": "1"})
        .content.decode()
    )
    foreign = signed_in(lonely).get("/admin/search/", {"s": number, "extended": "1"}).content.decode()

    assert f"/admin/complaints/complaint/{cases[0].pk}/change/" in whole
    assert "/complaint/" not in part
    assert f"/{cases[0].pk}/change/" not in foreign
