"""Prints how to sign in to the officials' pages of the demo district."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.site.demo.people import LOGINS, password_of


class Command(BaseCommand):
    """One line per log-in."""

    help = "시범 자치구의 공무원 아이디와 비밀번호를 보여 줍니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse anywhere but in a demo district."""
        if not settings.DISTRICT_IS_DEMO:
            raise CommandError("시범 자치구(DISTRICT_IS_DEMO=1)에서만 볼 수 있습니다.", returncode=2)
        for login in LOGINS:
            self.stdout.write(f"{login.username:<9} {password_of(login.username)}   {login.explains}")
        self.stdout.write("두 번째 인증 번호는 시범 자치구에서만 로그인 화면이 적어 둡니다.")
