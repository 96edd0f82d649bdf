"""Makes the search index of complaints again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from complaints.services.searching import reindex


class Command(BaseCommand):
    """Run it with --all after PII_INDEX_KEY has changed; without, it fills in what is missing."""

    help = "민원 검색 색인을 다시 만듭니다. 중단하면 마지막 줄의 번호를 --after에 넣어 이어서 할 수 있습니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything or what is missing, from where."""
        parser.add_argument("--all", action="store_true", help="색인이 있는 민원도 다시 만듭니다")
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="이 번호 다음부터")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per batch."""
        for last in reindex(after=options["after"], only_missing=not options["all"]):
            self.stdout.write(f"--after {last}")
        self.stdout.write("검색 색인을 모두 만들었습니다.")
