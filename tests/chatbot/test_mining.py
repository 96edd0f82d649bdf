"""What went unanswered is bundled at night, told to its department, solved, and opened again when it comes back."""

from datetime import time, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot import services
from chatbot.cluster_queries import listed, wordings
from chatbot.likeness import Likeness, average_link
from chatbot.models import Conversation, Phrasing, Turn, UnansweredCluster
from chatbot.permissions import NotYours
from chatbot.services import mining
from messaging import services as messaging
from messaging.models import Message
from portal.accounts.models import AuditEntry, CalendarDay
from tests.chatbot.officials import NOW, Office, asked, html, office, signed_in

__all__ = ["office"]

NIGHT = NOW + timedelta(hours=16)
LIST = reverse("admin:chatbot_unansweredcluster_changelist")
DRONES = ("드론 날리려면 허가 받아야 하나요", "드론 날리는 허가 어디서 받아요", "공원에서 드론 날려도 되나요 허가")


def _open_weekdays() -> None:
    hours = {"opens_at": time(9), "closes_at": time(18), "lunch_from": time(12), "lunch_until": time(13)}
    days = [NOW.date() + timedelta(days=number) for number in range(-3, 12)]
    CalendarDay.objects.bulk_create(
        CalendarDay(on=day, counts=day.weekday() < 5, is_open=day.weekday() < 5, **hours) for day in days
    )


def drones(office: Office) -> UnansweredCluster:
    for text in DRONES:
        asked(text, shown=(office.passport,))
    asked("수제맥주 축제 언제 해요", shown=(office.sofa,))
    mining.mine_unanswered(now=NIGHT)
    return UnansweredCluster.objects.get(size=len(DRONES))


def test_questions_of_one_purport_are_one_bundle_of_the_nearest_department(office: Office) -> None:
    cluster = drones(office)

    assert UnansweredCluster.objects.count() == 2
    assert cluster.department == office.passports
    assert "드론" in cluster.label
    assert {one.text for one in wordings(cluster)} == set(DRONES)


def test_a_second_night_finds_nothing_new_and_a_newcomer_joins(office: Office) -> None:
    cluster = drones(office)

    assert mining.mine_unanswered(now=NIGHT).question_count == 0
    asked("드론 허가 받아야 날리나요", at=NIGHT)
    found = mining.mine_unanswered(now=NIGHT + timedelta(days=1))

    cluster.refresh_from_db()
    assert (found.question_count, found.new_count, cluster.size) == (1, 0, 4)


@pytest.mark.parametrize(
    ("values", "is_taken"),
    [
        ({"decision": "exits"}, True),
        ({"decision": "chips"}, True),
        ({"decision": "direct", "value": -1}, True),
        ({"decision": "direct", "value": 1}, False),
        ({"decision": "direct"}, False),
        ({"decision": "safety", "safety_kind": "fire", "value": -1}, False),
        ({"decision": "exits", "text": "ㅇ"}, False),
        ({"decision": "exits", "text": "ㅋㅋㅋㅋ"}, False),
        ({"decision": "exits", "text": "[전화번호]"}, False),
        ({"decision": "exits", "text": "12345"}, False),
        ({"decision": "exits", "at": NOW - timedelta(days=40)}, False),
    ],
)
def test_only_what_was_asked_in_vain_is_taken(office: Office, values: dict[str, Any], is_taken: bool) -> None:
    values = {"text": "우주선 면허 갱신", **values}
    if values["decision"] == "direct":
        values["faq"] = office.sofa
    asked(values.pop("text"), **values)

    assert mining.mine_unanswered(now=NIGHT).question_count == is_taken


def test_a_tapped_choice_was_answered_and_a_fresh_one_may_still_be(office: Office) -> None:
    tapped = asked("우주선 면허", decision="chips", shown=(office.sofa,))
    tapped.candidates.update(tapped_at=NOW)
    asked("우주선 면허 재발급", decision="chips", at=NIGHT - timedelta(minutes=5), shown=(office.sofa,))

    assert mining.mine_unanswered(now=NIGHT).question_count == 0


def test_none_of_them_after_choices_is_one_question_not_two(office: Office) -> None:
    conversation = Conversation.objects.create(started_at=NOW, last_at=NOW)
    asked("우주선 면허 갱신", decision="chips", conversation=conversation)
    asked("우주선 면허 갱신!", conversation=conversation)

    assert mining.mine_unanswered(now=NIGHT).question_count == 1


def test_the_department_hears_of_it_once_a_day_in_office_hours_and_without_the_words(office: Office) -> None:
    messaging.load_reference(now=NOW)
    messaging.load_templates(now=NOW)
    _open_weekdays()
    cluster = drones(office)
    mining.reopen_cluster(cluster=cluster, by=office.root, now=NIGHT)
    mining.assign_cluster(cluster=cluster, department=office.passports, by=office.root, now=NIGHT)

    told = list(Message.objects.filter(topic="chatbot.duty").order_by("pk"))
    assert len(told) == 2  # one for each department's head
    assert all("드론" not in one.body and "새로 1개" in one.body for one in told)
    assert all(one.due_at is not None and one.due_at > NIGHT for one in told)


def test_teaching_an_answer_solves_the_bundle_and_a_return_opens_it(office: Office) -> None:
    cluster = drones(office)

    mining.teach_from_cluster(cluster=cluster, faq=office.passport, texts=DRONES[:2], by=office.other, now=NIGHT)
    cluster.refresh_from_db()
    assert (cluster.state, cluster.solved_by) == ("solved", office.passport)
    assert set(office.passport.phrasings.filter(source="mined").values_list("text", flat=True)) == set(DRONES[:2])

    asked("드론 날리려면 허가 받나요", at=NIGHT + timedelta(hours=5))
    assert mining.mine_unanswered(now=NIGHT + timedelta(days=1)).reopened_count == 1
    cluster.refresh_from_db()
    assert (cluster.state, cluster.size) == ("open", 4)


def test_what_is_ignored_stays_ignored(office: Office) -> None:
    cluster = drones(office)
    mining.dismiss_cluster(cluster=cluster, by=office.other, now=NIGHT)

    asked("드론 날리려면 허가 받나요", at=NIGHT)
    mining.mine_unanswered(now=NIGHT + timedelta(days=1))

    cluster.refresh_from_db()
    assert (cluster.state, cluster.size) == ("dismissed", 4)


def test_another_departments_bundle_is_not_touched_nor_seen(office: Office) -> None:
    cluster = drones(office)

    with pytest.raises(NotYours):
        mining.dismiss_cluster(cluster=cluster, by=office.editor, now=NIGHT)
    client = signed_in(office.editor)
    assert client.get(reverse("admin:chatbot_unansweredcluster_show", args=[cluster.pk])).status_code == 404
    assert "드론" not in html(client.get(LIST))


def test_many_people_lately_stand_before_few_long_ago(office: Office) -> None:
    cluster = drones(office)

    found = listed(office.root, tab="open", now=NIGHT)

    assert found[0].cluster.pk == cluster.pk
    assert (found[0].people_count, found[0].trend[-1], found[0].is_growing) == (3, 3, True)


def test_the_list_takes_the_same_few_queries_however_many_bundles(office: Office) -> None:
    drones(office)
    client = signed_in(office.root)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(LIST)
        return len(found)

    count()
    few = count()
    for number, word in enumerate(("열기구", "낙타", "잠수함", "오로라", "화산")):
        asked(f"{word} 구경 {number}", shown=(office.sofa,))
    mining.mine_unanswered(now=NIGHT)

    assert count() == few <= 20


def test_the_page_of_a_bundle_does_what_its_buttons_say(office: Office) -> None:
    cluster = drones(office)
    client = signed_in(office.other)
    show = reverse("admin:chatbot_unansweredcluster_show", args=[cluster.pk])

    shown = html(client.get(show))
    empty = client.post(reverse("admin:chatbot_unansweredcluster_teach", args=[cluster.pk]), {})
    client.post(
        reverse("admin:chatbot_unansweredcluster_teach", args=[cluster.pk]),
        {"faq": str(office.passport.pk), "texts": [DRONES[0]]},
    )

    assert DRONES[1] in shown
    assert "/faq/new/?phrasing=" in shown
    assert empty.status_code == 422
    assert "어느 답변의 표현인지" in html(empty)
    assert Phrasing.objects.filter(source="mined", faq=office.passport).count() == 1
    cluster.refresh_from_db()
    assert cluster.state == "solved"
    assert AuditEntry.objects.filter(subject_kind="chatbot.unansweredcluster").exists()
    client.post(reverse("admin:chatbot_unansweredcluster_act", args=[cluster.pk, "reopen"]))
    client.post(
        reverse("admin:chatbot_unansweredcluster_act", args=[cluster.pk, "assign"]),
        {"department": str(office.clean.pk)},
    )
    cluster.refresh_from_db()
    assert (cluster.state, cluster.department) == ("assigned", office.clean)


def test_average_link_joins_what_is_alike_on_average_and_keeps_every_row() -> None:
    rows = np.array([[1, 0], [0.9, 0.436], [0, 1], [0.1, 0.995]], dtype=np.float32)

    assert [sorted(group) for group in average_link(rows, least=0.6)] == [[0, 1], [2, 3]]
    assert average_link(rows[:0], least=0.6) == []
    assert sorted(row for group in average_link(rows, least=2) for row in group) == [0, 1, 2, 3]


def test_like_questions_are_nearer_than_unlike_ones_and_an_empty_one_is_nowhere() -> None:
    one, other, apart, empty = Likeness(["여권 사진", "소파 버리기"]).vectors(
        ["여권 사진 규격이요", "여권사진 규격", "소파 버려요", ""]
    )

    assert one @ other > 0.5 > one @ apart
    assert float(np.abs(empty).max()) <= 1


def test_turns_of_danger_are_never_in_a_bundle(office: Office) -> None:
    asked("불이 났어요", decision="safety", safety_kind="fire", value=-1)

    mining.mine_unanswered(now=NIGHT)

    assert Turn.objects.filter(membership__isnull=False).count() == 0


def test_an_outdated_answer_is_told_to_its_department_once_a_day(office: Office) -> None:
    messaging.load_reference(now=NOW)
    messaging.load_templates(now=NOW)
    _open_weekdays()
    for text in ("소파 얼마", "장롱 얼마"):
        turn = asked(text, decision="direct", faq=office.sofa)
        services.rate(turn=turn, value=-1, reason="outdated", now=NOW)
    services.rate(turn=asked("여권", decision="direct", faq=office.passport), value=-1, reason="difficult", now=NOW)

    told = Message.objects.get(topic="chatbot.duty")
    assert "대형폐기물은 어떻게 버리나요?" in told.body
    assert Turn.objects.get(text_masked="소파 얼마").reason == "outdated"
