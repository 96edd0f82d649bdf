"""Ask carriers about calls whose answer never came; after a restore also about everything that seems to wait."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging import queries, reconciling, services
from portal.accounts.models import User
from portal.core.clock import KST, now
from portal.core.errors import Refused


class Command(BaseCommand):
    """The same as the sweep does; with --since it also lets a restored database send again."""

    help = "응답을 받지 못한 발송을 통신사에 물어 대조합니다. 복원한 뒤: --since 백업시각 --by 아이디 --reason 사유"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The backup's moment, and who answers for it."""
        parser.add_argument("--since", type=_moment, help="백업 시각 (예: 2026-11-22T03:00)")
        parser.add_argument("--by", default="", help="확인한 담당자의 로그인 아이디")
        parser.add_argument("--reason", default="", help="확인한 내용")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and say what is still open."""
        if options["since"]:
            self._acknowledge(options["since"], options["by"], options["reason"])
        reconciling.reconcile()
        self.stdout.write(f"담당자 확인 필요 {queries.unresolved_legs().count():,}건")

    def _acknowledge(self, since: datetime, username: str, reason: str) -> None:
        by = User.objects.filter(username=username).first()
        if by is None:
            raise CommandError("--by 에 확인한 담당자의 로그인 아이디를 적어 주세요.")
        try:
            count = services.acknowledge_restore(since=since, reason=reason, by=by, now=now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"통신사에 물어볼 것 {count:,}건. 답을 얻는 대로 이어 보내거나 담당자 확인으로 넘깁니다.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=KST)
