"""The reviews of AlimTalk wordings at the carriers."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging import services
from portal.core.clock import now


class Command(BaseCommand):
    """Running it again changes nothing that the reviewers did not change."""

    help = "알림톡 서식을 통신사 검수에 올리고 검수 결과를 받아 옵니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per carrier."""
        told = services.sync_templates(now=now())
        for alias, count in told.items():
            self.stdout.write(f"{alias}: 검수 상태 {count:,}건이 바뀌었습니다.")
        if not told:
            self.stdout.write("서식을 검수하는 통신사가 없습니다.")
