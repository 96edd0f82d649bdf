"""The router learns at night from what people decided, and a worse one never decides."""

import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from complaints import comparing, judging, routing, routing_queries, services
from complaints.judging import Judged, Row
from complaints.models import CategoryKeyword, Correction, RouterVersion
from complaints.services import erasing, training
from complaints.workflow import Stage
from portal.core import learning
from portal.core.learning import Example
from tests.complaints.conftest import World

WRITERS = ("할머니", "학생", "회사원")
TEXTS = {
    "street.light": [
        "골목이 깜깜해요",
        "밤길이 어두워요",
        "불이 안 들어와요",
        "등이 깜빡깜빡해요",
        "밤에 캄캄해서 무서워요",
    ],
    "park.tree": [
        "나무가 기울었어요",
        "가지가 부러졌어요",
        "뿌리가 올라왔어요",
        "벌레가 나무에 많아요",
        "잎이 다 떨어졌어요",
    ],
}
STRANGE = "까치집이 위태위태해요"


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product with thirty training texts instead of fifteen hundred."""
    folder = tmp_path / "reference"
    folder.mkdir()
    with (folder / "training.tsv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t")
        rows.writerow(["category", "writer", "text"])
        for category, texts in TEXTS.items():
            rows.writerows([category, writer, f"{text} {writer}"] for text in texts for writer in WRITERS)
    learning.write(judging.trained(learning.read_examples(folder / "training.tsv")), folder / "router.npz")
    monkeypatch.setattr(routing_queries, "REFERENCE", folder)
    return folder


def _triaged(world: World, body: str, count: int) -> None:
    """So many cases of one kind that the router did not dare to send and the clerk did."""
    for number in range(count):
        complaint = world.file(body=f"{body} {'가나다라마바사아자차카타파하'[number % 14]}", phone="")
        if complaint.stage == Stage.RECEIVED:
            services.route(complaint, department=world.parks, category=world.trees, by=world.clerk, now=world.now)


def test_setup_installs_what_ships_once_and_again_without_harm(world: World) -> None:
    first = services.install_router(now=world.now)

    assert first is not None
    assert first.state == RouterVersion.State.ACTIVE
    assert services.install_router(now=world.now) is None
    assert routing_queries.router().version.pk == first.pk


def test_new_weights_of_an_upgrade_follow_the_old_ones(world: World, shipped: Path) -> None:
    old = services.install_router(now=world.now)
    learning.write(judging.trained(learning.read_examples(shipped / "training.tsv")[3:]), shipped / "router.npz")

    new = services.install_router(now=world.now)

    assert old is not None
    old.refresh_from_db()
    assert new is not None
    assert (old.state, new.state) == ("retired", "active")


def test_a_clerks_choice_becomes_a_correction_masked_and_sealed(world: World) -> None:
    complaint = world.file(body=f"{STRANGE} 010-1234-5678 12가3456 주세요", phone="")

    services.route(complaint, department=world.parks, category=world.trees, by=world.clerk, now=world.now)

    kept = Correction.objects.get()
    assert (kept.category, kept.department, kept.by) == (world.trees, world.parks, world.clerk)
    assert "까치집" in kept.text
    assert not any(secret in kept.text for secret in ("1234", "5678", "12가"))


def test_a_reroute_says_what_was_predicted_and_finds_the_likeliest_category(world: World) -> None:
    complaint = world.file()

    services.reroute(complaint, department=world.parks, reason="공원 안", by=world.head, now=world.now)

    kept = Correction.objects.get()
    assert (kept.predicted_department, kept.department) == (world.roads, world.parks)
    assert (kept.predicted_category, kept.category) == (world.lamps, world.trees)


def test_erasing_empties_the_words_and_leaves_the_decision(world: World) -> None:
    complaint = world.file(body=STRANGE, phone="")
    services.route(complaint, department=world.parks, category=world.trees, by=world.clerk, now=world.now)

    services.withdraw(complaint, by=None, now=world.now)

    erasing.erase_old_cases(now=world.now + timedelta(days=11 * 366))

    assert (Correction.objects.get().text, Correction.objects.get().category) == ("", world.trees)
    assert training._lessons().learned == ()


def test_a_night_of_corrections_teaches_a_version_that_decides_from_then_on(world: World) -> None:
    services.install_router(now=world.now)
    _triaged(world, STRANGE, 12)
    before = routing_queries.router().decide(STRANGE)

    version = services.train_router(now=world.now)

    assert version is not None
    assert version.state == RouterVersion.State.ACTIVE, version.verdict
    assert version.correction_count == Correction.objects.filter(used_in=version).count() > 0
    after = routing_queries.router().decide(STRANGE)
    assert after.probability > before.probability
    assert after.department == world.parks.name
    assert services.train_router(now=world.now) is None  # nothing new since


def test_the_explanation_names_the_version_that_decided(world: World) -> None:
    version = services.install_router(now=world.now)

    kept = world.file(phone="").assignments.order_by("pk").first()

    assert kept is not None
    assert kept.router_version == version
    assert kept.breakdown["threshold"] == routing.AUTOMATIC_WITH_MODEL


def test_a_version_that_does_worse_on_corrections_stays_a_shadow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    active = services.install_router(now=world.now)
    _triaged(world, STRANGE, 12)
    spoilt = judging.trained(
        [Example("street.light", "누구", STRANGE), Example("park.tree", "누구", "밤길이 어두워요")] * 2
    )
    monkeypatch.setattr(judging, "trained", lambda examples: spoilt)
    lessons = training._lessons()
    assert lessons.unseen

    version = services.train_router(now=world.now)

    assert version is not None
    assert version.state == RouterVersion.State.SHADOW
    assert "나빠져서" in version.verdict
    assert active is not None
    assert routing_queries.router().version.pk == active.pk


def test_every_fifth_case_is_for_judging_and_never_learned(world: World) -> None:
    _triaged(world, STRANGE, 12)

    lessons = training._lessons()

    learned = set(Correction.objects.filter(pk__in=lessons.corrections).values_list("complaint", flat=True))
    assert learned
    assert not any(pk % training.HELD_OUT_EVERY == 0 for pk in learned)
    assert len(lessons.learned) + len(lessons.unseen) == Correction.objects.count()


def test_only_the_last_word_on_a_case_counts(world: World) -> None:
    complaint = world.file(body=STRANGE, phone="")
    services.route(complaint, department=world.roads, category=world.lamps, by=world.clerk, now=world.now)
    services.reroute(
        complaint, department=world.parks, reason="소관", category=world.trees, by=world.head, now=world.now
    )

    lessons = training._lessons()

    assert [one.category for one in (*lessons.learned, *lessons.unseen)] == ["park.tree"]


@pytest.mark.parametrize("spoil", ["flipped", "cut", "foreign"])
def test_corrupt_weights_leave_the_words_alone_and_turn_the_check_red(world: World, spoil: str) -> None:
    version = services.install_router(now=world.now)
    assert version is not None
    good = bytes(version.weights)
    bad = {"flipped": good[:-1] + bytes([good[-1] ^ 1]), "cut": good[:100], "foreign": b"PK not ours"}[spoil]
    digest = hashlib.sha256(bad if spoil != "flipped" else good).digest()
    RouterVersion.objects.filter(pk=version.pk).update(weights=bad, sha256=digest)

    complaint = world.file(phone="")

    assert complaint.department == world.roads  # ‘가로등’ is enough
    assert routing_queries.trouble()
    assert routing_queries.router().decide("밤길이 어두워요").top3 == ()


def test_missing_weights_leave_the_words_alone(world: World, shipped: Path) -> None:
    (shipped / "router.npz").unlink()

    assert services.install_router(now=world.now) is None
    assert world.file(phone="").department == world.roads
    assert routing_queries.trouble()


def test_the_command_says_what_became_of_the_night(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    services.install_router(now=world.now)
    _triaged(world, STRANGE, 12)

    call_command("train_router", database=True)

    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["trained"]
    assert {"version", "state", "threshold", "held_out"} <= said.keys()


# --- comparing: no database -------------------------------------------------------------------------------------------


def _judged(probability: float, *, is_right: bool) -> Judged:
    choice = routing.Choice("도로과", "road", probability)
    decision = routing.Decision("road", "도로과", probability, (choice,), (), is_auto=True)
    return Judged(Row("글", ("도로과" if is_right else "주택과",)), decision, None)


def test_the_threshold_is_the_smallest_whose_precision_can_be_claimed() -> None:
    judged = [_judged(0.9, is_right=True)] * 200 + [_judged(0.7, is_right=True)] * 50
    judged += [_judged(0.6, is_right=False)] * 40

    assert comparing.threshold_for(judged) == 0.7
    assert comparing.threshold_for([_judged(0.9, is_right=False)] * 10) is None
    assert comparing.threshold_for([_judged(0.9, is_right=True)] * 10) is None  # too few to claim anything


def test_the_bound_rises_with_the_number_of_texts() -> None:
    assert comparing.lower_bound(10, 10) < comparing.lower_bound(100, 100) < 1.0
    assert comparing.lower_bound(95, 100) < 0.95


@pytest.mark.parametrize("name", ["department_at_1", "department_at_3", "auto_precision"])
def test_any_figure_that_falls_is_worse(name: str) -> None:
    old = {"department_at_1": 0.8, "department_at_3": 0.9, "auto_precision": 0.95}

    assert comparing.worse_in(old, old) == []
    assert comparing.worse_in({**old, name: old[name] - 0.001}, old) == [name]
    assert comparing.worse_in({**old, name: old[name] + 0.001}, old) == []


def test_a_keyword_that_officials_add_is_heard_beside_the_model(world: World) -> None:
    services.install_router(now=world.now)
    CategoryKeyword.objects.create(category=world.trees, text="까치집", weight=6.0)

    assert routing_queries.router().decide(STRANGE).department == world.parks.name


def test_learned_weights_that_cannot_be_read_give_way_to_what_ships(world: World) -> None:
    learned = services.install_router(now=world.now)
    assert learned is not None
    RouterVersion.objects.filter(pk=learned.pk).update(correction_count=3, weights=b"of another release")

    again = services.install_router(now=world.now)

    assert again is not None
    assert routing_queries.router().version.pk == again.pk
    assert not routing_queries.trouble()
