"""Train the model that knows what citizens' texts sound like; no database needed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from complaints import judging, learning

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


class Command(BaseCommand):
    """For developers: writes reference/router.npz from reference/training.tsv."""

    help = "배정 모델을 학습합니다. 글쓴이를 하나씩 빼고 평가한 수치를 마지막 줄에 JSON으로 적습니다."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to judge first, which takes as many trainings as there are writers."""
        parser.add_argument("--judge", action="store_true", help="글쓴이를 하나씩 빼고 평가합니다(1분쯤).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, keep, and say what it is worth."""
        examples = learning.read_examples(REFERENCE / "training.tsv")
        model = judging.trained(examples)
        learning.write(model, REFERENCE / "router.npz")
        figures: dict[str, object] = {"examples": len(examples), "pieces": len(model.pieces)}
        if options["judge"]:
            figures |= judging.by_unseen_writers(examples, folder=REFERENCE)
        self.stdout.write(json.dumps(figures, ensure_ascii=False))
