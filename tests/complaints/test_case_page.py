"""민원 처리, one screen: what was put right, what lies nearby, half-written words, why it came here, in few queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import AnswerDraft, Complaint, Revision, StandardText
from complaints.workflow import Stage
from portal.core.differing import parts
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import page, signed_in, take
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")

HERE = (37.5663, 126.9779)


def _at(world: World, north_m: float, **changes: Any) -> Complaint:
    lat = HERE[0] + north_m / 111_195
    return world.file(place=services.Place(address="새빛로 12", lat=lat, lon=HERE[1]), **changes)


@pytest.mark.parametrize(
    ("stage", "who"),
    [
        (Stage.ASSIGNED, "officer"),
        (Stage.REVIEWING, "officer"),
        (Stage.SUPPLEMENTING, "officer"),
        (Stage.RESOLVED, "officer"),
        (Stage.ROUTED, "head"),
    ],
)
def test_a_case_screen_takes_at_most_twenty_queries(world: World, stage: Stage, who: str) -> None:
    client = signed_in(getattr(world, who))
    complaint = world.at(stage)
    client.get(page("case", complaint))

    with CaptureQueriesContext(connection) as found:
        client.get(page("case", complaint))

    marks = ("SAVEPOINT", "RELEASE")  # the test's own transaction
    asked = [query["sql"] for query in found if not query["sql"].startswith(marks)]
    assert len(asked) <= 20, [sql[:120] for sql in asked]


def test_what_lies_within_a_hundred_metres_and_thirty_days_stands_beside_it(world: World, officer: Client) -> None:
    complaint = _at(world, 0)
    near, far, old = _at(world, 60, phone=BADA), _at(world, 140, phone=BADA), _at(world, 20, phone=BADA)
    foreign = _at(world, 10, body="공원 벤치가 부서졌어요", phone=BADA)
    Complaint.objects.filter(pk=old.pk).update(submitted_at=world.now - timedelta(days=31))

    response = officer.get(page("case", complaint))

    assert [(one["complaint"].pk, one["metres"]) for one in response.context["nearby"]] == [(near.pk, 60)]
    assert [dot.label for dot in response.context["dots"]] == [near.number]
    shown = html(response)
    assert far.number not in shown
    assert foreign.number not in shown


def test_what_was_put_right_is_shown_word_for_word(world: World, officer: Client) -> None:
    complaint = world.file()
    services.correct(
        complaint,
        changes={"body": "우리집 뒤 가로등이 안 켜져요"},
        proof="official",
        by=world.officer,
        now=world.now,
        version=complaint.version,
    )

    shown = html(officer.get(page("case", complaint)))

    assert "지운 글: </span>앞 </del>" in shown
    assert "넣은 글: </span>뒤 </ins>" in shown
    assert Revision.objects.get().old not in shown


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b c", "a c", [("same", "a "), ("gone", "b "), ("same", "c")]),
        ("", "new", [("new", "new")]),
        ("x", "", [("gone", "x")]),
        ("same", "same", [("same", "same")]),
        ("가 " * 1500, "나 " * 1500, [("gone", "가 " * 1500), ("new", "나 " * 1500)]),
    ],
)
def test_differences_are_found_by_words(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(part.kind, part.text) for part in parts(old, new)] == expected


def test_half_written_words_wait_for_the_same_official_until_the_step_is_taken(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    typed = {"resolve-outcome": "accepted", "resolve-answer": "전구를 바꾸는 중", "resolve-version": "1", "x": "y"}

    assert officer.post(page("draft", complaint, "resolve"), typed).status_code == 204

    assert officer.post(page("draft", complaint, "resolve"), typed).status_code == 204  # another tab, the same words
    draft = AnswerDraft.objects.get()
    assert "전구" not in bytes(draft.text_sealed).decode("latin-1")
    again = officer.get(page("case", complaint))
    assert "전구를 바꾸는 중" in html(again)
    assert "쓰다 만 글을 불러왔습니다." in html(again)
    assert "전구를 바꾸는 중" not in html(signed_in(world.head).get(page("case", complaint)))
    take(officer, complaint, "resolve", outcome="accepted", answer="바꿨습니다.", refusal_reason="", remedy="")
    assert not AnswerDraft.objects.exists()


def test_a_draft_can_be_thrown_away_and_an_empty_one_is_none(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    address = page("draft", complaint, "resolve")
    officer.post(address, {"resolve-answer": "가"})

    assert officer.post(address, {"drop": "1"}).status_code == 302
    assert not AnswerDraft.objects.exists()
    officer.post(address, {"resolve-answer": "가"})
    officer.post(address, {"resolve-answer": "  "})
    assert not AnswerDraft.objects.exists()
    assert officer.post(page("draft", complaint, "nothing"), {}).status_code == 404


def test_standard_answers_of_the_own_department_are_offered(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    StandardText.objects.create(department=world.roads, title="전구 교체", text="전구를 교체했습니다.")
    StandardText.objects.create(department=world.parks, title="벤치 수리", text="벤치를 수리했습니다.")

    shown = html(officer.get(page("case", complaint)))

    assert "전구 교체" in shown
    assert "벤치 수리" not in shown


def test_the_other_guesses_of_the_router_are_one_click_away(world: World) -> None:
    complaint = world.file()
    assignment = complaint.assignments.order_by("pk")[0]
    assignment.pk = None
    assignment.breakdown = {"top3": [["도로과", "street.light", 0.6], ["공원녹지과", "park.tree", 0.3]]}
    assignment.reason = "model"
    assignment.save(force_insert=True)
    head = signed_in(world.head)

    shown = head.get(page("case", complaint))
    alternative = shown.context["alternatives"][0]
    response = take(
        head, complaint, "reroute", category=alternative["category"].pk, reason="자동 배정을 바로잡았습니다."
    )

    assert (alternative["category"].pk, alternative["percent"]) == (world.trees.pk, 30)
    assert response.status_code == 302
    complaint.refresh_from_db()
    assert complaint.department == world.parks
    officer = signed_in(world.officer)
    assert officer.get(page("case", world.file())).context["alternatives"] == []


def test_warnings_say_what_to_know_first(world: World, officer: Client) -> None:
    complaint = world.file(phone="", name="")
    services.write(complaint, text="아직인가요", by=None, now=world.now)
    Complaint.objects.filter(pk=world.file(phone=BADA).pk).update(parent=complaint)

    words = [one.words for one in officer.get(page("case", complaint)).context["warnings"]]

    assert words == [
        "나눈 민원 1건이 아직 처리 중입니다.",
        "읽지 않은 민원인 메시지가 1건 있습니다.",
        "연락처가 없어 알림이 나가지 않습니다.",
    ]


def test_the_loser_sees_word_for_word_what_changed(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    seen = complaint.version
    services.correct(
        complaint,
        changes={"body": "우리집 뒤 가로등이 안 켜져요"},
        proof="official",
        by=world.officer,
        now=world.now,
        version=seen,
    )

    values = {"outcome": "accepted", "answer": "고쳤습니다 아주 길게", "version": seen}
    response = officer.post(page("step", complaint, "resolve"), {f"resolve-{k}": v for k, v in values.items()})

    shown = html(response)
    assert response.status_code == 409
    assert "고쳤습니다 아주 길게" in shown
    assert [one.label for one in response.context["since_opened"]] == ["내용"]
    assert "접수 정정" in shown or "고침" in shown or response.context["stale"][0].step == "correct"


def test_a_masked_text_is_proposed_checked_and_published(world: World, officer: Client) -> None:
    complaint = world.file(body="김하늘입니다. 010-1234-5678로 연락 주세요. 12가 3456 차가 가로등을 박았어요")
    form = html(officer.get(page("case", complaint), {"step": "publish"}))

    refused = take(officer, complaint, "publish", text="12가 3456 차가 박았어요")
    named = take(officer, complaint, "publish", text="김하늘 씨가 신고했어요")
    done = take(officer, complaint, "publish", text="차가 가로등을 박았어요")

    assert "김*늘입니다. 010-****-5678로 연락 주세요. 12가 **** 차가 가로등을 박았어요" in form
    assert refused.status_code == named.status_code == 422
    assert "차량번호" in html(refused)
    assert "민원인 이름" in html(named)
    assert done.status_code == 302
    complaint.refresh_from_db()
    assert complaint.published_text == "차가 가로등을 박았어요"
    assert complaint.changes.order_by("-seq")[0].step == "publish"
