"""For the last administrator who lost her telephone: whoever may run commands on the server takes her factor away."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.core import clock


class Command(BaseCommand):
    """The audit book says that it was done on the server."""

    help = "공무원의 두 번째 인증을 지웁니다. 다음 로그인에서 새로 등록합니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """One official."""
        user = User.objects.filter(username=options["username"], is_staff=True).first()
        if user is None:
            raise CommandError("그런 아이디의 공무원이 없습니다.", returncode=2)
        second_factor.forget(user=user, by=None, address="server", now=clock.now())
        self.stdout.write("지웠습니다. 다음 로그인에서 새로 등록합니다.")
