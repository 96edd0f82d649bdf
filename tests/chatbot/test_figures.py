"""지표: what is counted, kept when the questions are gone, exported without small cells, judged blind."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from chatbot import figure_queries as queries
from chatbot.admin.figures import plain
from chatbot.models import ClusterMember, Conversation, Draft, HourCount, SampledTurn, Turn, UnansweredCluster
from chatbot.resuming import intake_key_of
from chatbot.services import counting, mining, sampling
from complaints import pending
from complaints.attachments import Photo
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.core.workdays import start_of
from tests.chatbot.officials import NOW, Office, asked, html, office, signed_in

__all__ = ["office"]

PAGE = reverse("admin:chatbot_hourcount_changelist")
TODAY = day_in_korea(NOW)
PERIOD = {"first_on": str(TODAY), "last_on": str(TODAY)}


def story(office: Office) -> None:
    """Six questions: direct and liked, direct and disliked, tapped, untouched, lost; and one emergency."""
    asked("소파", decision="direct", faq=office.sofa, value=1, mode="full")
    asked("장롱", decision="direct", faq=office.sofa, value=-1, mode="full")
    tapped = asked("여권이요", decision="chips", shown=(office.sofa, office.passport), mode="full")
    tapped.candidates.filter(rank=2).update(tapped_at=NOW)
    asked("음", decision="chips", shown=(office.sofa, office.passport))
    asked("우주선", shown=(office.sofa,))
    asked("불이야", decision="safety", safety_kind="fire")


def test_the_figures_tell_the_story(office: Office) -> None:
    story(office)

    found = queries.figures(first_on=TODAY, last_on=TODAY, now=NOW)

    assert dict(found.total) == {
        "turns": 5, "answered": 4, "direct": 2, "tapped": 1, "exits": 1, "up": 1, "rated": 2, "safety": 1, "degraded": 2,
    }  # fmt: skip
    assert found.by_hour == {(TODAY.weekday(), 10): 5}
    assert [(faq.slug, count) for faq, count in queries.topics(first_on=TODAY, last_on=TODAY)] == [("sofa", 2)]


def test_the_counts_outlive_the_questions_and_are_kept_twice_without_harm(office: Office) -> None:
    story(office)
    before = queries.figures(first_on=TODAY, last_on=TODAY, now=NOW)
    counting.keep_counts(now=NOW + timedelta(days=1))
    counting.keep_counts(now=NOW + timedelta(days=1))

    forgotten = counting.purge_turns(now=NOW + timedelta(days=182))

    after = queries.figures(first_on=TODAY, last_on=TODAY, now=NOW + timedelta(days=182))
    assert forgotten == 6
    assert (Turn.objects.count(), Conversation.objects.count()) == (0, 0)
    assert (after.total, after.by_hour) == (before.total, before.by_hour)


def test_what_is_young_or_holds_a_form_stays(office: Office) -> None:
    young = asked("여권", at=NOW + timedelta(days=100))
    old = asked("소파")
    Draft.objects.create(
        conversation=old.conversation, petition_code="bulky_waste", spec_version="1", started_at=NOW, changed_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )  # fmt: skip

    counting.purge_turns(now=NOW + timedelta(days=200))

    assert list(Turn.objects.values_list("pk", flat=True)) == [young.pk]
    assert Conversation.objects.filter(pk=old.conversation_id).exists()


def test_a_citizens_erasure_takes_conversations_and_places_in_bundles(office: Office) -> None:
    mine = asked("우주선 면허 갱신", shown=(office.sofa,))
    Conversation.objects.filter(pk=mine.conversation_id).update(citizen=office.other)
    asked("드론 허가", shown=(office.sofa,))
    mining.mine_unanswered(now=NOW + timedelta(hours=2))

    assert counting.erase_citizen(citizen=office.other) == 1

    assert (Turn.objects.count(), ClusterMember.objects.count(), UnansweredCluster.objects.count()) == (1, 1, 1)


def test_an_erasure_takes_the_threads_she_proved_her_phone_in_and_their_files(
    office: Office,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_DIR = tmp_path
    proven, others = asked("제 이름은 김하늘").conversation, asked("소파")
    draft = Draft.objects.create(
        conversation=proven, citizen=office.other, petition_code="streetlight", spec_version="1", started_at=NOW,
        changed_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip
    pending.keep(intake_key_of(draft), [Photo("사진.jpg", b"jpeg")], now=NOW)
    assert pending.photos(intake_key_of(draft))

    with django_capture_on_commit_callbacks(execute=True):
        counting.erase_citizen(citizen=office.other)

    assert list(Turn.objects.all()) == [others]
    assert not pending.photos(intake_key_of(draft))


def test_the_page_shows_them_in_a_few_queries(office: Office) -> None:
    client = signed_in(office.root)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE, PERIOD).status_code == 200
        return len(found)

    count()
    few = count()
    story(office)
    shown = html(client.get(PAGE, PERIOD))

    assert count() <= few + 1 <= 20  # the names of the topics
    assert "80.0%" in shown  # answered
    assert "이 기간에 확인한 표본이 없습니다" in shown


def test_a_period_nobody_can_mean_is_refused_in_words(office: Office) -> None:
    response = signed_in(office.root).get(PAGE, {"first_on": "2026-02-01", "last_on": "2026-01-01"})

    assert response.status_code == 422
    assert "기간을 확인해 주세요" in html(response)


def test_the_export_hides_small_cells_and_starts_no_formula(office: Office) -> None:
    story(office)

    lines = html(signed_in(office.root).get(reverse("admin:chatbot_hourcount_csv"), PERIOD)).splitlines()

    assert lines[0].startswith("\ufeff날짜,질문,답변율")
    assert lines[1].startswith(f"{TODAY},5,5 미만,5 미만")
    assert plain("=cmd()") == "'=cmd()"
    assert plain("@SUM") == "'@SUM"


def test_a_weeks_sample_is_drawn_once_and_judged_blind(office: Office) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday())
    story(office)

    assert sampling.draw_sample(week_on=monday) == 5  # an emergency is not judged for its answer
    assert sampling.draw_sample(week_on=monday) == 5
    rows = list(SampledTurn.objects.order_by("turn__seq", "pk"))
    for row, verdict in zip(rows, ("direct", "one_tap", "wrong", "not_ours", "unclear"), strict=True):
        sampling.judge_sample(sample=row, verdict=verdict, by=office.root, now=NOW)
    with pytest.raises(sampling.UnknownVerdict):
        sampling.judge_sample(sample=rows[0], verdict="great", by=office.root, now=NOW)

    found = queries.judged(first_on=monday, last_on=monday)
    assert (found.count, found.right_count, found.direct_count, found.percent) == (3, 2, 1, 66.7)


def test_the_sample_page_hides_what_the_citizen_did_next(office: Office) -> None:
    week_on = sampling.week_before(NOW + timedelta(days=7))
    assert week_on == date(2026, 11, 2)
    story(office)
    Turn.objects.update(asked_at=start_of(sampling.week_before(clock.now())) + timedelta(hours=30))
    client = signed_in(office.root)
    url = reverse("admin:chatbot_hourcount_sample")

    shown = html(client.get(url))
    first = SampledTurn.objects.order_by("pk")[0]
    client.post(url, {f"verdict-{first.pk}": "direct"})

    assert "여권이요" in shown
    assert "👎" not in shown
    assert "고름" not in shown
    first.refresh_from_db()
    assert (first.verdict, first.judged_by) == ("direct", office.root)
    assert "5개 중 1개 확인" in html(client.get(url))


def test_a_verdict_outlives_its_question(office: Office) -> None:
    story(office)
    sampling.draw_sample(week_on=TODAY - timedelta(days=TODAY.weekday()))
    SampledTurn.objects.update(verdict="direct", judged_by=office.root, judged_at=NOW)

    counting.purge_turns(now=NOW + timedelta(days=182))

    assert SampledTurn.objects.filter(verdict="direct", turn=None).count() == 5
    assert HourCount.objects.filter(measure="turns").get().value == 5
