"""Re-seals personal data with the first key of PII_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints import services as complaints
from portal.accounts import rotation
from portal.core import sealing


class Command(BaseCommand):
    """Put the new key first in PII_KEYS, run this, and remove the old one once nothing is left under it."""

    help = "봉인된 개인정보를 새 열쇠(PII_KEYS의 첫 번째)로 다시 봉인합니다. 중단해도 이어서 할 수 있습니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per column, then what each key still holds."""
        for column in rotation.sealed_columns():
            total = 0
            for count in rotation.reseal(column):
                total += count
                self.stdout.write(f"{column.label}: {total}건")
        self.stdout.write(f"민원 사진: {sum(complaints.reseal_photos())}개")
        left = rotation.keys_in_use()
        for key_id, count in sorted(left.items()):
            state = "현재 열쇠" if key_id == sealing.current_key_id() else "아직 필요"
            self.stdout.write(f"열쇠 {key_id}: {count}건 ({state})")
        if set(left) - {sealing.current_key_id()}:
            raise CommandError("다른 작업이 쓰고 있는 행이 남았습니다. 잠시 뒤 다시 실행하세요.")
