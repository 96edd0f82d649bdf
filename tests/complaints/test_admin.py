"""업무함: the list counts what it shows, masked, in a few queries. And the master data beside it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from complaints.admin.due import d_day
from complaints.workflow import Stage
from portal.accounts.models import User
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import signed_in
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")


@pytest.mark.parametrize(
    ("span", "words", "tone"),
    [
        (timedelta(days=5), "D-5", "calm"),
        (timedelta(days=2), "D-2", "warning"),
        (timedelta(), "오늘까지", "warning"),
        (-timedelta(days=1, hours=6), "1일 지남", "danger"),
    ],
)
def test_time_left_is_said_in_words(world: World, span: timedelta, words: str, tone: str) -> None:
    complaint = world.file()
    assert complaint.due_at is not None
    evening = complaint.due_at - timedelta(hours=5)

    left = d_day(complaint, now=evening - span)

    assert (left.words, left.tone) == (words, tone)


def test_a_stopped_or_waiting_clock_says_so(world: World) -> None:
    assert d_day(world.at(Stage.SUPPLEMENTING), now=world.now).words == "보완 대기"
    assert d_day(world.at(Stage.RESOLVED, phone=BADA), now=world.now).words == "끝남"
    assert d_day(world.at(Stage.SUBMITTED), now=world.now).words.startswith("접수 ")


def test_heads_keep_the_duties_of_their_own_department(world: World) -> None:
    Group.objects.get(name="head").permissions.set(
        Permission.objects.filter(content_type__app_label="complaints", codename__endswith="_duty")
    )
    head = signed_in(world.head)

    shown = html(head.get(reverse("admin:complaints_duty_changelist")))

    assert "이담당" in shown
    assert "오공원" not in shown


@pytest.mark.parametrize("model", ["category", "categorykeyword", "agency", "duty", "leave"])
def test_master_data_has_its_pages(world: World, model: str) -> None:
    root = User.objects.create(username="root", password="!", is_staff=True, is_superuser=True)
    client = signed_in(root)

    assert client.get(reverse(f"admin:complaints_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:complaints_{model}_add")).status_code == 200


def test_a_word_an_official_changes_is_hers(world: World) -> None:
    root = User.objects.create(username="root", password="!", is_staff=True, is_superuser=True)
    word = world.lamps.keywords.get()

    signed_in(root).post(
        reverse("admin:complaints_categorykeyword_change", args=[word.pk]),
        {"category": world.lamps.pk, "text": "외등", "weight": "2"},
    )

    word.refresh_from_db()
    assert (word.text, word.source) == ("외등", "official")
