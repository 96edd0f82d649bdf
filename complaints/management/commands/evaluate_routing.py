"""How well labelled texts find their department; no database needed."""

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints import judging

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


class Command(BaseCommand):
    """One JSON object as the last line; learns nothing from the file and writes nothing but the errors asked for."""

    help = "라벨이 붙은 민원 파일로 부서 배정을 평가합니다."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and where to list what went wrong."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--errors", type=Path, help="틀린 행을 적을 TSV 파일")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every row; exit 2 with one line if the file cannot be judged."""
        router = judging.shipped_router(REFERENCE)
        try:
            rows = judging.read_rows(options["file"], known=router.lexicon.departments.values())
        except judging.WrongFile as error:
            raise CommandError(str(error), returncode=2) from error
        judged, figures = judging.evaluate(rows, router)
        if options["errors"]:
            with options["errors"].open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t")
                writer.writerow(["department", "found", "category", "probability", "text"])
                for one in judged:
                    if not one.is_right:
                        found = one.decision
                        share = f"{found.probability:.2f}"
                        writer.writerow(
                            [one.row.departments[0], found.department, one.row.category, share, one.row.text]
                        )
        self.stdout.write(json.dumps(figures, ensure_ascii=False))
