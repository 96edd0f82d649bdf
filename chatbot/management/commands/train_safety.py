"""Train what hears danger that is told without its words; needs no database."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from chatbot.engine import safety
from portal.core import learning


class Command(BaseCommand):
    """For developers: writes reference/safety.npz from safety_texts.tsv."""

    help = "긴급한 말을 알아듣는 모델을 chatbot/reference/safety_texts.tsv로 학습합니다."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and keep."""
        examples = learning.read_examples(safety.TEXTS)
        model = safety.trained(examples)
        learning.write(model, safety.WEIGHTS)
        self.stdout.write(json.dumps({"examples": len(examples), "pieces": len(model.pieces)}))
