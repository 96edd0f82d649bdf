"""Train the model that knows what citizens' texts sound like; only `--database` needs one."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from complaints import judging, routing, services
from portal.core import learning
from portal.core.clock import now

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


class Command(BaseCommand):
    """
    For developers: writes reference/router.npz from training.tsv, and urgent.npz from urgent.tsv beside it.

    With `--database`, what beat does each night: a shadow version that has also read the district's corrections.
    """

    help = "배정 모델을 학습합니다. 글쓴이를 하나씩 빼고 평가한 수치를 마지막 줄에 JSON으로 적습니다."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to judge first, which takes as many trainings as there are writers, or to learn from the database."""
        parser.add_argument("--database", action="store_true", help="바로잡은 민원까지 배운 새 모델을 시험합니다.")
        parser.add_argument("--judge", action="store_true", help="글쓴이를 하나씩 빼고 평가합니다(1분쯤).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, keep, and say what it is worth."""
        if options["database"]:
            self._learn()
            return
        examples = learning.read_examples(REFERENCE / "training.tsv")
        model = judging.trained(examples)
        learning.write(model, REFERENCE / "router.npz")
        dangers = learning.read_examples(REFERENCE / "urgent.tsv")
        ear = judging.trained_ear(dangers, alarms=routing.read_alarms(REFERENCE / "urgent.toml"), calm=examples)
        learning.write(ear, REFERENCE / "urgent.npz")
        figures: dict[str, object] = {"examples": len(examples), "pieces": len(model.pieces)}
        if options["judge"]:
            figures |= judging.by_unseen_writers(examples, folder=REFERENCE)
        self.stdout.write(json.dumps(figures, ensure_ascii=False))

    def _learn(self) -> None:
        version = services.train_router(now=now())
        figures: dict[str, object] = {"trained": version is not None}
        if version is not None:
            figures |= {
                "version": version.pk,
                "state": version.state,
                "verdict": version.verdict,
                "threshold": version.threshold,
                **version.scores,
            }
        self.stdout.write(json.dumps(figures, ensure_ascii=False))
