"""The demo sample: nobody wrong, every planted doubt held, nobody held without cause; and what the command answers."""

import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from notices.evaluation import EXPECTED, evaluate
from tests.notices import hostile

DEMO = hostile.DEMO


def run(folder: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate_assignment", str(folder), *options, stdout=out)
    figures: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return figures


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(DEMO, folder)
    return folder


@pytest.mark.parametrize("qr", [[], ["--no-qr"]], ids=["with qr", "without qr"])
@pytest.mark.parametrize("roster", ["roster.xlsx", "roster_utf8sig.csv", "roster_cp949.csv"])
def test_nobody_wrong_every_doubt_held_nobody_held_without_cause(roster: str, qr: list[str]) -> None:
    figures = run(DEMO, "--roster", str(DEMO / roster), *qr)

    assert figures["wrong"] == 0
    assert figures["sent"] == figures["sent_expected"] == (42 if "cp949" in roster else 43)
    for code, planted in figures["planted"].items():
        held_in_cp949 = "cp949" in roster and code == "name_nfd"
        assert planted["expected"] == ("held" if held_in_cp949 else EXPECTED[code])
        if planted["expected"] != "phone":
            assert planted["sent"] == (planted["count"] if planted["expected"] == "sent" else 0), code
    assert figures["sent"] + figures["held"] + figures["missing"] == figures["citizens"] == 52


def test_figures_are_those_others_read() -> None:
    figures = run(DEMO)

    assert (figures["pages"], figures["rows"], figures["engine"]) == (59, 53, "pdfium")
    assert figures["naive_wrong"] == 30  # what the usual splitter would have done
    assert figures["reasons"]["qr_differs"] == 1
    assert set(figures["ms_per_page"]) == {"text", "qr_render", "qr_decode", "total"}


def test_second_engine_assigns_the_same() -> None:
    figures = run(DEMO, "--engine", "poppler")

    assert (figures["engine"], figures["sent"], figures["wrong"]) == ("poppler", 43, 0)
    assert not any(planted["sent"] for planted in figures["planted"].values() if planted["expected"] == "held")


def test_wrong_signature_key_sends_nothing() -> None:
    figures = run(DEMO, "--qr-key", "another-key")

    assert figures["sent"] == figures["wrong"] == 0
    assert figures["reasons"]["qr_forged"] > 40


def test_pages_in_another_order_are_still_everybodys_own(sample: Path) -> None:
    truth = json.loads((sample / "truth.json").read_text())
    order = [*range(59, 0, -1)]
    hostile.demo_pages(sample / "notices.pdf", order)
    truth["pages"] = [{**truth["pages"][page - 1], "page": place} for place, page in enumerate(order, start=1)]
    (sample / "truth.json").write_text(json.dumps(truth))

    evaluation = evaluate(sample, qr_key=b"sample-key")

    assert evaluation.figures["wrong"] == 0
    two_page_notices = 5
    assert evaluation.figures["sent"] == 43 - two_page_notices  # second page first: out of order, so held


@pytest.mark.parametrize("reads_qr", [True, False])
@pytest.mark.parametrize("seed", [3, 2026])
def test_pages_lost_doubled_shuffled_and_put_in_send_nobody_a_wrong_page(
    sample: Path, seed: int, reads_qr: bool
) -> None:
    truth = json.loads((sample / "truth.json").read_text())
    random = Random(seed)
    order = random.sample(range(1, 60), 50) + random.choices(range(1, 60), k=20)
    if seed % 2:
        order.sort()  # neighbours stay together, and doubles stand side by side
    hostile.demo_pages(sample / "notices.pdf", order)
    truth["pages"] = [{**truth["pages"][page - 1], "page": place} for place, page in enumerate(order, start=1)]
    (sample / "truth.json").write_text(json.dumps(truth))

    figures = evaluate(sample, reads_qr=reads_qr, qr_key=b"sample-key").figures

    assert figures["wrong"] == 0
    assert figures["sent"] > 0


def test_sent_page_whose_owner_is_somebody_else_fails_the_command(sample: Path) -> None:
    truth = json.loads((sample / "truth.json").read_text())
    truth["pages"][0]["owner"] = "2026-00000023"
    (sample / "truth.json").write_text(json.dumps(truth))

    with pytest.raises(CommandError) as caught:
        run(sample)

    assert caught.value.returncode == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "truth.json").unlink(), "truth.json"),
        (lambda folder: (folder / "truth.json").write_text("{}"), "citizens, planted, pages"),
        (lambda folder: (folder / "notices.pdf").unlink(), "notices.pdf"),
        (lambda folder: [path.unlink() for path in folder.glob("roster*")], "명부가 없습니다"),
        (lambda folder: (folder / "roster.xlsx").write_bytes(b"x"), "머리글"),
        (lambda folder: hostile.half_file(folder / "notices.pdf"), "깨졌거나"),
        (lambda folder: hostile.unembedded_font(folder / "notices.pdf"), "글꼴 포함"),
    ],
)
def test_sample_that_cannot_be_used_ends_with_2_and_a_sentence(
    sample: Path, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(sample)

    with pytest.raises(CommandError) as caught:
        run(sample)

    assert caught.value.returncode == 2
    assert words in str(caught.value)
