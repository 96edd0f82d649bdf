"""시험: the same person the same arm, thresholds only, measured, and stopped by itself where it harms."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from chatbot import services
from chatbot.engine.index import Candidate
from chatbot.engine.policy import Decision
from chatbot.models import Conversation, Experiment
from chatbot.services import experiments
from tests.chatbot.officials import NOW, Office, asked, html, office, signed_in

__all__ = ["office"]

SURE = Decision("direct", [Candidate(1, 2.0, 0.5), Candidate(2, 1.0, 0.4)], p_right=0.7, p_scope=0.9)


def running(office: Office, **thresholds: float) -> Experiment:
    made = experiments.draft_experiment(
        name="더 조심", arms={"other": thresholds or {"direct_at": 0.9}}, by=office.root, now=NOW
    )
    experiments.start_experiment(experiment=made, by=office.root, now=NOW)
    made.refresh_from_db()
    return made


def talk(key: bytes | None = None) -> Conversation:
    return Conversation.objects.create(started_at=NOW, last_at=NOW, key_index=key)


def in_arm(experiment: Experiment, arm: str) -> Conversation:
    while True:
        conversation = talk()
        found = experiments.variant_of(conversation, NOW)
        if found is not None and found.name == arm:
            return conversation


def test_nobody_is_in_an_arm_while_nothing_runs(office: Office) -> None:
    conversation = talk()

    assert experiments.variant_of(conversation, NOW) is None
    assert experiments.under_test(SURE, conversation, NOW) == SURE


def test_the_same_key_is_in_the_same_arm_and_it_is_kept(office: Office) -> None:
    experiment = running(office)
    arms = set()
    for number in range(40):
        key = bytes([number]) * 32
        first = talk(key)
        arm = experiments.variant_of(first, NOW)
        first.closed_at = NOW
        first.save()
        again = experiments.variant_of(talk(key), NOW)
        assert arm is not None
        assert arm == again
        assert Conversation.objects.get(pk=first.pk).variant == f"{experiment.pk}:{arm.name}"
        arms.add(arm.name)

    assert arms == {"usual", "other"}


def test_an_arm_moves_thresholds_and_never_what_is_certain(office: Office) -> None:
    experiment = running(office, direct_at=0.9, exits_below=0.95)
    careful, usual = in_arm(experiment, "other"), in_arm(experiment, "usual")

    assert experiments.under_test(SURE, usual, NOW).kind == "direct"
    assert experiments.under_test(SURE, careful, NOW).kind == "exits"
    exact = Decision("direct", SURE.candidates, p_right=1.0, p_scope=1.0)
    assert experiments.under_test(exact, careful, NOW) == exact


@pytest.mark.parametrize("thresholds", [{"safety": 0.5}, {"direct_at": 1.5}])
def test_only_thresholds_of_ordinary_questions_vary(office: Office, thresholds: dict[str, float]) -> None:
    with pytest.raises(experiments.NotVariable):
        experiments.draft_experiment(name="x", arms={"other": thresholds}, by=office.root, now=NOW)


def test_one_runs_at_a_time(office: Office) -> None:
    running(office)

    with pytest.raises(experiments.AlreadyRunning):
        running(office)


def test_harm_stops_it_and_says_why(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "FEWEST_TURNS", 30)
    experiment = running(office)
    for arm, disliked in (("usual", 1), ("other", 15)):
        conversation = in_arm(experiment, arm)
        for number in range(30):
            at = NOW + timedelta(minutes=2 * number)
            value = -1 if number < disliked else None
            asked("소파", at=at, decision="direct", faq=office.sofa, conversation=conversation, value=value)

    reason = experiments.watch(now=NOW + timedelta(days=1))

    experiment.refresh_from_db()
    assert "‘아니요’ 평가 50.0%" in reason
    assert (experiment.state, experiment.stop_reason) == ("stopped", reason)
    assert experiments.variant_of(talk(), NOW + timedelta(days=1)) is None


def test_a_small_difference_or_few_questions_stop_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = running(office)
    conversation = in_arm(experiment, "other")
    for number in range(5):
        at = NOW + timedelta(seconds=30 * number)
        asked("소파", at=at, decision="direct", faq=office.sofa, conversation=conversation, value=-1)

    assert experiments.watch(now=NOW + timedelta(days=1)) == ""
    usual, other = experiments.measure(experiment)
    assert (usual.arm, usual.turns) == ("usual", 0)
    assert (other.turns, other.disliked, other.repeated) == (5, 5, 4)


def test_an_official_prepares_starts_and_stops_from_the_page(office: Office) -> None:
    client = signed_in(office.root)
    page = reverse("admin:chatbot_experiment_changelist")

    empty = client.post(reverse("admin:chatbot_experiment_prepare"), {"name": "빈 시험"})
    client.post(reverse("admin:chatbot_experiment_prepare"), {"name": "더 조심", "direct_at": "0.9"})
    made = Experiment.objects.get()
    client.post(reverse("admin:chatbot_experiment_move", args=[made.pk, "start"]))
    shown = html(client.get(page))
    client.post(reverse("admin:chatbot_experiment_move", args=[made.pk, "stop"]))

    assert empty.status_code == 422
    assert "적어도 한 값" in html(empty)
    assert "진행 중" in shown
    made.refresh_from_db()
    assert (made.state, made.stop_reason) == ("stopped", "root 끝냄")


def test_a_running_arm_decides_a_real_question(office: Office) -> None:
    experiment = running(office, exits_below=1.0)
    usual = services.say(
        conversation=in_arm(experiment, "usual"), text="소파 어디에 둘까요", request_key=uuid4(), now=NOW
    )
    other = services.say(
        conversation=in_arm(experiment, "other"), text="소파 어디에 둘까요", request_key=uuid4(), now=NOW
    )

    assert usual.decision in ("direct", "chips")
    assert other.decision == ("direct" if usual.decision == "direct" else "exits")
    assert other.conversation.variant == f"{experiment.pk}:other"


def test_an_emergency_is_the_same_in_every_arm(office: Office) -> None:
    experiment = running(office, direct_at=1.0, exits_below=1.0)

    turn = services.say(conversation=in_arm(experiment, "other"), text="집에 불이 났어요", request_key=uuid4(), now=NOW)

    assert turn.decision == "safety"
