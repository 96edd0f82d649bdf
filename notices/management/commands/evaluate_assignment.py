"""`manage.py evaluate_assignment DIR`: is anybody on a sample sent a page that is not theirs?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notices.evaluation import evaluate
from portal.core.errors import Refused


class Command(BaseCommand):
    """Reads notices.pdf, a roster and truth.json; touches no database and writes nothing."""

    help = "견본 통지서와 명부로 쪽 배정을 평가합니다. 마지막 줄은 JSON, 남의 통지서를 받는 사람이 없으면 0."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The sample, and how to look at it."""
        parser.add_argument("folder", type=Path, help="notices.pdf, 명부, truth.json이 있는 폴더")
        parser.add_argument("--roster", type=Path, help="다른 명부 파일")
        parser.add_argument("--engine", choices=["pdfium", "poppler"], default="pdfium")
        parser.add_argument("--no-qr", action="store_true", help="QR코드를 읽지 않고 글자만으로 배정")
        parser.add_argument("--qr-key", default="sample-key", help="QR코드 서명 열쇠")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print the figures; exit 1 if they are unsafe, 2 if the sample cannot be used."""
        try:
            evaluation = evaluate(
                options["folder"],
                roster_file=options["roster"],
                engine=options["engine"],
                reads_qr=not options["no_qr"],
                qr_key=options["qr_key"].encode(),
            )
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        self.stdout.write(json.dumps(evaluation.figures, ensure_ascii=False))
        if not evaluation.is_safe:
            raise CommandError("보내면 안 되는 통지서가 배정되었습니다.", returncode=1)
