"""How well labelled replies are read; no database needed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.understanding import evaluating
from portal.core.clock import day_in_korea, now


class Command(BaseCommand):
    """One JSON object as the last line; exit 1 if a consent was read that nobody gave."""

    help = "라벨이 붙은 회신 파일로 회신 판독을 평가합니다."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether to list what was read wrongly."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--errors", action="store_true", help="틀린 행을 모두 보여 줍니다.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every row."""
        today = day_in_korea(now())
        try:
            judged = [evaluating.judge(row, today=today) for row in evaluating.rows_of(options["file"])]
        except (OSError, UnicodeDecodeError, evaluating.WrongFile) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["errors"]:
            for one in judged:
                if not one.is_right:
                    self.stdout.write(
                        f"{one.row.line}\t{one.row.expected}\t{one.label}\t{one.reading.rule}\t{one.row.texts}"
                    )
        figures = evaluating.report(judged)
        self.stdout.write(json.dumps(figures, ensure_ascii=False))
        if figures["false_consent"]:
            raise SystemExit(1)
