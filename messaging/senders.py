"""Sender numbers: what may be one, and whose registration ends soon. Pure but for one count."""

from datetime import date, datetime, timedelta

from messaging.models import SenderNumber
from portal.core.clock import day_in_korea

REMIND_BEFORE = timedelta(days=30)
OFFICE_LINE = range(9, 13)
REPRESENTATIVE = ("15", "16", "18")


def digits_of(number: str) -> str:
    """The number without what people put between its digits."""
    return "".join(letter for letter in number if letter not in " -().")


def number_fault(number: str) -> str:
    """Why a number, given in digits, cannot be a sender number; '' if it can (거짓으로 표시된 전화번호 고시)."""
    if not (number.isascii() and number.isdigit()):
        return "숫자와 하이픈만 적어 주세요."
    if number.startswith(REPRESENTATIVE):
        return "" if len(number) == 8 else "15xx·16xx·18xx 대표번호는 앞에 지역번호 없이 여덟 자리입니다."
    if number.startswith("050"):
        return "050 번호는 착신전환 번호라 발신번호로 쓸 수 없습니다."
    if number.startswith("01"):
        return "휴대전화 번호는 기관의 발신번호로 등록할 수 없습니다."
    if not number.startswith("0"):
        return "지역번호부터 적어 주세요. 예: 02-123-4567"
    if not "02" <= number[:2] <= "08" or len(number) not in OFFICE_LINE:
        return "지역번호가 있는 유선번호를 9~12자리로 적어 주세요. 예: 02-123-4567"
    return ""


def expires_soon(sender: SenderNumber, day: date) -> bool:
    """Whether a registered number needs a new paper within thirty days, or has needed one since."""
    if sender.status != SenderNumber.Status.REGISTERED or sender.expires_on is None:
        return False
    return sender.expires_on <= day + REMIND_BEFORE


def expiring_count(now: datetime) -> int:
    """How many registered numbers do."""
    registered = SenderNumber.objects.filter(status=SenderNumber.Status.REGISTERED)
    return registered.filter(expires_on__lte=day_in_korea(now) + REMIND_BEFORE).count()
