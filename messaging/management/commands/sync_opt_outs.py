"""The carriers' lists of people who rang the free 080 line, from the beginning."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging import services
from portal.core.clock import now


class Command(BaseCommand):
    """Running it again changes nothing."""

    help = "통신사의 080 수신거부 목록을 처음부터 받아 옵니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per carrier."""
        told = services.sync_opt_outs(now=now())
        for alias, count in told.items():
            self.stdout.write(f"{alias}: 소식 {count:,}건을 읽었습니다.")
        if not told:
            self.stdout.write("목록을 내주는 통신사가 없습니다.")
