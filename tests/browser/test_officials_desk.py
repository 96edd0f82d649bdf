"""업무함, 민원 처리, 분류 and 통계 in Chromium: by keys, on a desk and on a telephone, and readable for everybody."""

from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, Permission
from django.test import Client
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from complaints import services
from complaints.models import AnswerDraft, Complaint, StandardText
from complaints.workflow import Stage
from portal.accounts.models import User
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import WCAG, overflow, violations
from tests.complaints.conftest import BADA, World, world

__all__ = ["world"]

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
KNOWN = frozenset({"list", "target-size"})  # Unfold's sidebar and date controls
HOME = "/admin/complaints/complaint/"
Enter = Callable[[User], None]


@pytest.fixture(autouse=True)
def roles(world: World) -> None:
    """Officials may open the pages; the services decide what they may do."""
    world.now = clock.now()
    view = Permission.objects.filter(content_type__app_label="complaints", codename__startswith="view_")
    for group in Group.objects.all():
        group.permissions.set(view)


@pytest.fixture
def enter(page: Page, live_server: LiveServer) -> Enter:
    """Sit down as somebody, at a desk."""

    def sit_down(user: User) -> None:
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        page.set_viewport_size(DESK)
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return sit_down


def _looks_right(page: Page) -> None:
    """Readable and as wide as the screen, on a desk and on a telephone."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert (violations(page, rules=WCAG, allowed=KNOWN), overflow(page)) == ([], 0)
    page.set_viewport_size(DESK)


def test_the_worklist_is_worked_by_keys_alone(world: World, enter: Enter, visit: Visit) -> None:
    cases = [world.file(phone=f"+82105555000{number}") for number in range(3)]
    enter(world.officer)
    page = visit(HOME)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-row]").nth(1)).to_have_attribute("data-current", "")
    expect(page.get_by_label(f"{cases[1].number} 고르기")).to_be_checked()
    expect(page.locator("[data-chosen]")).to_have_text("1")
    page.keyboard.press("k")
    page.keyboard.press("/")
    expect(page.get_by_placeholder("접수번호, 휴대전화 번호 전체, 내용의 낱말")).to_be_focused()
    page.keyboard.type("jx")
    expect(page.locator("[data-chosen]")).to_have_text("1")
    page.locator("[data-row]").first.locator("[data-open]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{cases[0].pk}/case/")


def test_keys_sleep_while_a_syllable_is_composed_or_when_switched_off(world: World, enter: Enter, visit: Visit) -> None:
    world.file()
    enter(world.officer)
    page = visit(HOME)

    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', key: 'ㅓ', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("[data-row]").first).not_to_have_attribute("data-current", "")
    page.get_by_text("단축키", exact=True).click()
    page.get_by_label("단축키 쓰기").uncheck()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).not_to_have_attribute("data-current", "")
    page.get_by_label("단축키 쓰기").check()
    page.locator("body").press("j")
    expect(page.locator("[data-row]").first).to_have_attribute("data-current", "")


def test_twenty_cases_take_three_clicks_and_each_has_its_result(world: World, enter: Enter, visit: Visit) -> None:
    for number in range(4):
        world.file(phone=f"+82105555000{number}")
    enter(world.officer)
    page = visit(HOME)

    page.get_by_label("이 쪽의 민원 모두 고르기").check()
    page.get_by_role("button", name="고른 민원에 하기").click()
    _looks_right(page)
    page.get_by_role("button", name="4건: 현장 확인 시작하기").click()

    expect(page.get_by_text("4건 처리했습니다.")).to_be_visible()
    assert Complaint.objects.filter(stage=Stage.INSPECTING).count() == 4
    _looks_right(page)


def test_new_cases_are_announced_and_the_rows_stay_where_they_are(world: World, enter: Enter, visit: Visit) -> None:
    first = world.file()
    enter(world.head)
    page = visit(HOME)
    page.locator("[data-live]").evaluate("section => (section.dataset.liveEvery = '1')")
    world.now = clock.now()
    world.file(phone=BADA, name="박바다")

    page.evaluate("dispatchEvent(new Event('online'))")

    news = page.get_by_role("link", name="새 민원 1건 보기")
    expect(news).to_be_visible()
    assert page.locator("[data-row]").count() == 1
    expect(page.locator("[data-row]").first).to_contain_text(first.number)
    news.click()
    expect(page.locator("[data-row]")).to_have_count(2)


@pytest.mark.parametrize("query", ["", "?tab=overdue", "?tab=open&channel=sms", "?q=가"])
def test_the_worklist_is_readable_full_and_empty(world: World, enter: Enter, visit: Visit, query: str) -> None:
    world.file(body="가로등이 꺼졌어요 " * 40)
    world.at(Stage.ROUTED, phone=BADA)
    enter(world.head)

    _looks_right(visit(HOME + query))


def test_a_case_is_answered_with_a_standard_text_and_two_clicks(world: World, enter: Enter, visit: Visit) -> None:
    complaint = world.at(Stage.REVIEWING)
    StandardText.objects.create(department=world.roads, title="전구 교체", text="전구를 새것으로 바꿨습니다.")
    enter(world.officer)
    page = visit(f"{HOME}{complaint.pk}/case/")

    page.get_by_label("처리 결과").select_option("accepted")
    page.get_by_label("표준 답변 넣기").select_option(label="전구 교체")
    expect(page.get_by_label("답변", exact=True)).to_have_value("전구를 새것으로 바꿨습니다.")
    expect(page.locator(".cw-preview")).to_contain_text("바이트")
    expect(page.locator("[data-saved]")).to_contain_text("저장했습니다")
    assert AnswerDraft.objects.count() == 1
    _looks_right(page)
    page.get_by_role("button", name="답변 보내고 처리 완료하기").click()

    expect(page.get_by_text("‘처리 완료’ 처리했습니다.")).to_be_visible()
    complaint.refresh_from_db()
    assert complaint.answer == "전구를 새것으로 바꿨습니다."


def test_the_loser_keeps_every_typed_word(world: World, enter: Enter, visit: Visit) -> None:
    complaint = world.at(Stage.REVIEWING)
    enter(world.officer)
    page = visit(f"{HOME}{complaint.pk}/case/")
    page.get_by_label("처리 결과").select_option("accepted")
    page.get_by_label("답변", exact=True).fill("아주 오래 쓴 답변")
    services.write(complaint, text="참, 옆 것도 꺼졌어요", by=None, now=clock.now())

    page.get_by_role("button", name="답변 보내고 처리 완료하기").click()

    expect(page.get_by_role("heading", name="그사이 다른 처리가 있었습니다")).to_be_visible()
    expect(page.get_by_label("답변", exact=True)).to_have_value("아주 오래 쓴 답변")
    _looks_right(page)


def test_why_this_date_unfolds_on_the_page(world: World, enter: Enter, visit: Visit) -> None:
    complaint = world.file()
    enter(world.officer)
    page = visit(f"{HOME}{complaint.pk}/case/")

    page.get_by_text("왜 이 날짜인가요?").click()

    expect(page.locator(".cw-days")).to_contain_text("7일째")


def test_one_key_sorts_a_case(world: World, enter: Enter, visit: Visit) -> None:
    complaint = world.at(Stage.RECEIVED)
    complaint.body = "가로등 옆 벤치"
    complaint.save(update_fields=["body_sealed"])
    enter(world.clerk)
    page = visit(f"{HOME}triage/")
    _looks_right(page)

    page.locator("body").press("1")

    expect(page.get_by_text("분류를 기다리는 민원이 없습니다.")).to_be_visible()
    complaint.refresh_from_db()
    assert complaint.department is not None
    _looks_right(page)


def test_statistics_are_readable_and_lead_to_their_lists(world: World, enter: Enter, visit: Visit) -> None:
    world.at(Stage.RESOLVED)
    world.file(phone=BADA)
    enter(world.examiner)
    page = visit(f"{HOME}statistics/")
    _looks_right(page)

    page.get_by_role("link", name="들어온 민원 2").first.click()

    expect(page.locator("[data-row]")).to_have_count(2)
