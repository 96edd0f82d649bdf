"""개인정보 처리방침 says what is true of this installation today."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from portal.site import pairs

pytestmark = pytest.mark.django_db
MODULES = Path(__file__).resolve().parents[2] / "static" / "js"


def test_periods_are_those_of_the_settings(client: Client, settings: Settings) -> None:
    settings.CERTIFICATES_ERASE_DAYS, settings.CHATBOT_TURN_RETENTION_DAYS = 31, 181
    settings.CHATBOT_DRAFT_DAYS, settings.COMPLAINTS_ORIGINAL_DAYS, settings.NOTICES_PURGE_DAYS = 8, 91, 92

    page = client.get("/privacy/").content.decode()

    assert "쓸 수 있는 날이 끝나고 31일 뒤에 지우고" in page
    assert "질문은 181일, 쓰다 만 신청서는 8일이 지나면 지웁니다." in page
    assert "민원이 끝나고 91일 뒤에 먼저 없앱니다." in page
    assert "그 통지가 끝나고 92일 뒤에 지웁니다." in page


def test_counts_of_visits_are_told_alike_on_both_pages(client: Client) -> None:
    privacy, home = (client.get(path).content.decode() for path in ("/privacy/", "/"))

    assert f"하루 {pairs.FEWEST}번 넘게" in privacy
    assert f"추천에 쓰고 {pairs.KEPT_DAYS}일 뒤 지웁니다." in privacy
    assert f"하루에 {pairs.FEWEST}번 넘게" in home


def test_what_stays_on_the_device_is_what_the_modules_keep(client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    month = re.search(r"A_MONTH = (\d+) \* 24", (MODULES / "shelf.js").read_text("utf-8"))
    most = re.search(r"const MOST = (\d+);", (MODULES / "search.js").read_text("utf-8"))

    assert month is not None
    assert most is not None
    assert f"그대로 두셔도 {month[1]}일이 지나면 지웁니다." in page
    assert f"최근에 찾은 말 {most[1]}개" in page


@pytest.mark.parametrize("subject", ["쓰시던 민원", "푸시 알림", "캘린더 주소", "즐겨찾기", "전자증명서", "챗봇"])
def test_every_thing_that_is_kept_is_named(client: Client, subject: str) -> None:
    assert f"<b>{subject}</b>" in client.get("/privacy/").content.decode()
