"""Count every open case again: after a restored database, a corrected setting, a calendar filled by a command."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints.services import recalculating
from portal.core.clock import now
from portal.core.errors import Refused


class Command(BaseCommand):
    """Harmless twice: what is stored already stays."""

    help = "진행 중인 모든 민원의 처리기한을 저장된 사실로 다시 계산합니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Look first, or look only."""
        parser.add_argument("--dry-run", action="store_true", help="바뀔 건수만 보여 주고 저장하지 않습니다.")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line: how many, which way."""
        try:
            if options["dry_run"]:
                found = recalculating.affected()
            else:
                found = recalculating.recalculate_all(reason="처리기한 다시 계산", by=None, now=now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        done = "바뀔 예정" if options["dry_run"] else "바꿈"
        self.stdout.write(
            f"{found.looked_at_count:,}건 중 {len(found.moves):,}건 {done}: 늦어짐 {found.later_count:,}, "
            f"빨라짐 {found.earlier_count:,}, 안내 {found.told_count:,}"
        )
