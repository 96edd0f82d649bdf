"""Empties the cases whose retention is over; beat does it each night, cron may."""

from typing import Any

from django.core.management.base import BaseCommand

from complaints.services import erase_old_cases
from portal.core.clock import now


class Command(BaseCommand):
    """`manage.py erase_old_cases`: one line with how many."""

    help = "보존기간이 지난 민원의 개인정보를 지웁니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """Once; again finds nothing."""
        self.stdout.write(f"개인정보를 지운 민원 {erase_old_cases(now=now())}건")
