"""The table of steps: what it says, and that the services allow exactly that."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from complaints import services
from complaints.management.commands.workflow import markdown
from complaints.models import Complaint, Outcome
from complaints.permissions import official_behind
from complaints.workflow import NEEDS, OPEN, SENTENCES, STEPS, Actor, Stage, step_named, ways_into
from portal.accounts.models import User
from portal.core.errors import Refused
from tests.complaints.conftest import BADA, World

# The design's table, written down a second time: step → (stages it may be taken from, who may take it).
ANY_OPEN = " ".join(OPEN)
IN_HAND = "assigned inspecting reviewing"
ALLOWED: dict[str, tuple[str, str]] = {
    "receive": ("submitted", "clerk system"),
    "discard": ("submitted", "clerk"),
    "route": ("received", "clerk system"),
    "reroute": ("routed assigned", "clerk head examiner"),
    "assign": ("routed", "head system"),
    "reassign": (f"{IN_HAND} supplementing", "officer head system"),
    "inspect": ("assigned reviewing", "officer"),
    "review": ("assigned inspecting", "officer"),
    "ask_supplement": (IN_HAND, "officer"),
    "answer_supplement": ("supplementing", "citizen clerk officer"),
    "extend_supplement": ("supplementing", "citizen"),
    "ask_again": ("supplementing", "officer"),
    "send_back": ("supplementing", "officer"),
    "resolve": (IN_HAND, "officer"),
    "amend": ("resolved", "officer"),
    "transfer": ("submitted received routed assigned", "clerk officer head examiner"),
    "bounce": ("transferred", "clerk"),
    "withdraw": (ANY_OPEN, "citizen clerk"),
    "close": (f"received routed {IN_HAND} supplementing", "head examiner"),
    "merge": (ANY_OPEN, "clerk officer head"),
    "unmerge": ("merged", "head system"),
    "split": (ANY_OPEN, "clerk officer head"),
    "reopen": ("resolved", "citizen"),
    "accept_reopening": ("reopening", "head examiner"),
    "decline_reopening": ("reopening", "head"),
    "publish": (" ".join(Stage), "clerk officer head"),
    "correct": (ANY_OPEN, "citizen clerk officer"),
    "nudge": (ANY_OPEN, "citizen"),
    "extend": (f"received routed {IN_HAND}", "officer"),
    "ask_extension": (f"received routed {IN_HAND}", "officer"),
    "grant_extension": (f"received routed {IN_HAND}", "citizen"),
    "refuse_extension": (f"received routed {IN_HAND}", "citizen"),
    "exclude": (f"routed {IN_HAND}", "officer"),
    "end_exclusion": (f"routed {IN_HAND} supplementing", "officer head"),
    "recalculate": (f"received routed {IN_HAND} supplementing", "system"),
    "progress": (f"received routed {IN_HAND} supplementing", "system"),
    "remind": (f"received routed {IN_HAND} supplementing", "system"),
    "remind_supplement": ("supplementing", "system"),
    "write": (" ".join(Stage), "citizen"),
    "rate": ("resolved", "citizen"),
}


def test_the_table_says_what_the_design_says() -> None:
    table = {
        step.name: ({str(stage) for stage in step.moves}, {str(actor) for actor in step.who})
        for step in STEPS
        if step.name != "file"
    }

    assert table == {name: (set(before.split()), set(who.split())) for name, (before, who) in ALLOWED.items()}


def test_every_stage_has_a_label_a_sentence_and_a_way_in() -> None:
    for stage in Stage:
        assert stage.label
        assert SENTENCES[stage]
        assert ways_into(stage), stage


def test_the_document_is_what_the_command_prints() -> None:
    document = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"

    assert document.read_text("utf-8") == markdown()


def take_step(name: str, complaint: Complaint, world: World, *, lead: Complaint, by: Any) -> object:
    """Take a step with everything it needs; `by` may be anybody, that is the point."""
    now, due_on = world.now, world.now.date() + timedelta(days=7)
    given: dict[str, dict[str, Any]] = {
        "discard": {"reason": "시험글"},
        "route": {"department": world.roads},
        "reroute": {"department": world.parks, "reason": "소관"},
        "assign": {"officer": world.officer.official},
        "reassign": {"officer": world.head.official, "reason": "인계"},
        "ask_supplement": {"items": "가로등 번호", "due_on": due_on},
        "answer_supplement": {"content": "12번"},
        "ask_again": {"due_on": due_on + timedelta(days=9)},
        "send_back": {"reason": "미보완"},
        "amend": {"answer": "다시 고쳤습니다.", "reason": "잘못 적음"},
        "split": {"parts": [services.Part("가로수도 봐 주세요", world.parks)]},
        "resolve": {"outcome": Outcome.ACCEPTED, "answer": "고쳤습니다."},
        "transfer": {"agency": world.police, "reason": "소관"},
        "bounce": {"note": "소관 아님"},
        "close": {"reason": "not_a_petition"},
        "merge": {"lead": lead},
        "reopen": {"reason": "또 꺼졌어요"},
        "decline_reopening": {"reason": "그대로입니다."},
        "publish": {"text": "가로등이 안 켜져요"},
        "correct": {
            "changes": {"address": "중앙로 2"},
            "proof": "official" if official_behind(by) else "digits",
            "version": complaint.version,
        },
        "extend": {"reason": "fact_check", "explanation": "현장을 다시 봅니다.", "value": 1},
        "ask_extension": {"reason": "cooperation", "explanation": "경찰서 회신 대기", "value": 1},
        "exclude": {"reason": "inspection", "explanation": "조도 검사"},
        "write": {"text": "언제 되나요"},
        "rate": {"score": 5},
    }
    if name in ("send_back", "ask_again"):
        now += timedelta(days=9)
    return getattr(services, name)(complaint, **given.get(name, {}), by=by, now=now)


def _is_allowed(name: str, complaint: Complaint, world: World, *, lead: Complaint, by: Any) -> bool:
    """Try the step on the row as it is, and undo it."""
    with transaction.atomic():
        try:
            take_step(name, Complaint.objects.get(pk=complaint.pk), world, lead=lead, by=by)
        except services.NotAllowed:
            return False
        except services.SignatureNeeded:
            return True  # hers to propose
        except Refused:
            return True  # for another reason than the table's: nothing was asked, nothing stands
        finally:
            transaction.set_rollback(True)
    return True


@pytest.mark.parametrize("stage", Stage)
def test_each_step_is_open_to_those_the_table_names_and_nobody_else(stage: Stage, world: World) -> None:
    complaint = world.at(stage, by=world.haneul)
    lead = world.file(phone=BADA, name="박바다")
    people: dict[str, tuple[User | None, set[str]]] = {
        "nobody signed in": (None, {"citizen", "system"}),
        "the complainant": (world.haneul, {"citizen"}),
        "clerk": (world.clerk, {"clerk"}),
        "officer": (world.officer, {"officer"} if complaint.officer else set()),
        "head": (world.head, {"head"} if complaint.department else set()),
        "examiner": (world.examiner, {"examiner"}),
        "another citizen": (world.bada, set()),
        "another department's officer": (world.parks_officer, set()),
        "another department's head": (world.parks_head, set()),
    }

    for name, (before, who) in ALLOWED.items():
        if stage == Stage.MERGED and name == "write":
            continue  # lands on the lead: see test_merging
        for person, (user, capacities) in people.items():
            if user is None and name in ("route", "assign", "reassign"):
                continue  # the system takes these through `file` and `share`, which choose for themselves
            expected = stage in before.split() and bool(capacities & set(who.split()))
            allowed = _is_allowed(name, complaint, world, lead=lead, by=user)
            assert allowed == expected, f"{name} by {person} from {stage}"


def test_an_official_who_left_can_do_nothing(world: World) -> None:
    complaint = world.at(Stage.ASSIGNED)
    world.officer.official.is_active = False
    world.officer.official.save()

    with pytest.raises(services.NotAllowed):
        services.inspect(complaint, by=world.officer, now=world.now)


def test_a_refusal_says_in_korean_what_is_not_possible(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    with pytest.raises(services.NotAllowed) as wrong_stage:
        services.inspect(complaint, by=world.officer, now=world.now)
    with pytest.raises(services.NotAllowed) as wrong_person:
        services.reopen(complaint, reason="또", by=world.clerk, now=world.now)

    assert wrong_stage.value.sentence == "‘처리 완료’ 단계에서는 ‘현장 확인 시작’을 할 수 없습니다."
    assert wrong_person.value.sentence == "‘재검토 요청’은 민원인만 할 수 있습니다."


@pytest.mark.parametrize("need", [("resolve", "answer"), ("close", "reason"), ("merge", "lead")])
def test_every_need_of_the_table_has_a_korean_name(need: tuple[str, str]) -> None:
    assert need[1] in step_named(need[0]).needs
    assert all(name in NEEDS for step in STEPS for name in step.needs)


def test_the_machine_never_acts_in_an_officials_name() -> None:
    officials_only = {"resolve", "inspect", "review", "ask_supplement", "close", "transfer", "send_back", "discard"}

    assert all(not step_named(name).who & {Actor.SYSTEM, Actor.CITIZEN} for name in officials_only)


def test_the_command_prints_every_step_for_a_terminal() -> None:
    printed = io.StringIO()

    call_command("workflow", stdout=printed)

    assert all(step.name in printed.getvalue() for step in STEPS)
