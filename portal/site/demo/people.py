"""Officials of the demo district and how they sign in."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from complaints.models import Duty
from portal.accounts.models import Department, Official, User
from portal.accounts.second_factor import code_of_the_moment
from portal.core.clock import day_in_korea

SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍"
GIVEN = (
    "서연",
    "민준",
    "지우",
    "도윤",
    "하은",
    "시우",
    "수아",
    "예준",
    "지민",
    "주원",
    "윤서",
    "건우",
    "채원",
    "현우",
    "다은",
)
ALONE = "도로과"  # so that whoever signs in as its officer has work on the desk
WITHOUT_DUTY = "감사담당관"  # so that one department shows what waiting for an officer looks like


@dataclass(frozen=True, slots=True)
class Login:
    """One log-in that the demo prints."""

    username: str
    name: str
    title: str
    department: str
    roles: tuple[str, ...]
    explains: str


LOGINS = (
    Login("officer", "이담당", "주무관", "도로과", ("officer",), "담당자: 내 민원을 처리합니다"),
    Login("head", "최팀장", "팀장", "도로과", ("officer", "head"), "부서장: 배정과 휴가를 봅니다"),
    Login("intake", "박접수", "주무관", "민원봉사과", ("intake",), "접수: 분류 대기를 나눕니다"),
    Login("notice", "정통지", "주무관", "환경과", ("officer",), "통지: 캠페인을 만듭니다"),
    Login("sender", "한승인", "팀장", "환경과", ("officer", "sender"), "발송승인: 두 번째로 확인하고 시작합니다"),
    Login("examiner", "오심사", "심사관", "민원봉사과", ("examiner",), "민원심사관: 모든 민원을 봅니다"),
    Login("auditor", "윤감사", "주무관", "감사담당관", ("auditor",), "감사: 접속기록만 봅니다"),
    Login("admin", "강관리", "주무관", "스마트도시과", ("administrator",), "관리자: 사람과 기준 자료를 관리합니다"),
)


def password_of(username: str) -> str:
    """This installation's own password: derived from SECRET_KEY, so that it can be shown again, stored nowhere."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo:{username}".encode(), hashlib.sha256)
    letters = base64.b32encode(digest).decode().lower()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"


def totp_secret_of(username: str) -> str:
    """This installation's own secret of a demo official's second factor: nobody has to have a telephone for it."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo.totp:{username}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode()


def demo_code(user: User) -> str:
    """The number of the moment, which the demo's sign-in page writes into the box itself; empty in a real district."""
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    secret = totp_secret_of(user.username)
    if not settings.DISTRICT_IS_DEMO or factor is None or get_adapter().decrypt(factor.data["secret"]) != secret:
        return ""
    return code_of_the_moment(secret)


def give_factor(user: User) -> None:
    """Enrol the demo's second factor, once."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, totp_secret_of(user.username))


@transaction.atomic
def make_officials(*, now: datetime) -> None:
    """Everybody who signs in, and two colleagues with duty in each other department."""
    since = day_in_korea(now - timedelta(days=60))
    for login in LOGINS:
        official = _official(login.username, login.name, login.title, login.department, login.roles)
        User.objects.filter(pk=official.user_id).update(is_staff=True)
        official.user.set_password(password_of(login.username))
        official.user.save(update_fields=["password"])
        give_factor(official.user)
    for number, department in enumerate(Department.objects.filter(is_active=True).order_by("code")):
        for at in range(0 if department.name == ALONE else 2):
            name = SURNAMES[(number * 2 + at) % len(SURNAMES)] + GIVEN[(number * 3 + at * 7) % len(GIVEN)]
            _official(f"{department.code}-{at + 1}", name, "주무관", department.name, ("officer",))
    for official in Official.objects.select_related("department", "user").filter(user__groups__name="officer"):
        if official.department.name != WITHOUT_DUTY and not official.has_role("head"):
            _put_on_duty(official, since)


def _official(username: str, name: str, title: str, department: str, roles: tuple[str, ...]) -> Official:
    home = Department.objects.get(name=department)
    user, is_new = User.objects.get_or_create(username=username)
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name__in=roles))
    office = f"{home.phone[:-1]}{1 + home.officials.count() % 9}"
    official, _ = Official.objects.get_or_create(
        user=user, defaults={"department": home, "name": name, "title": title, "office_phone": office}
    )
    return official


def _put_on_duty(official: Official, since: date) -> None:
    Duty.objects.get_or_create(official=official, category=None, starts_on=since)
