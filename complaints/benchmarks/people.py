"""Officials on duty in every department that answers complaints, and a citizen with complaints of her own."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group

from complaints.models import Category, Duty
from portal.accounts.models import Department, Official, User
from portal.core import clock
from portal.core.sealing import blind_phone

OFFICERS = 5  # in each department
MOST_OPEN = 10_000  # nobody may be full, or cases would wait instead of being shared
CITIZEN_PHONE = "+821090000001"


@dataclass(frozen=True, slots=True)
class Post:
    """A category with an officer who takes its cases."""

    category: int
    department: int
    officer: int


def staff() -> list[Post]:
    """Heads and officers; for every category each officer of its department."""
    officers: dict[int, list[int]] = {}
    for department in Department.objects.filter(categories__is_active=True).distinct().order_by("pk"):
        _official(f"bench-head-{department.pk}", department, "head")
        officers[department.pk] = [
            _official(f"bench-{department.pk}-{number}", department, "officer").pk for number in range(OFFICERS)
        ]
    categories = Category.objects.filter(is_active=True).order_by("pk").values_list("pk", "department")
    return [
        Post(category, department, officer) for category, department in categories for officer in officers[department]
    ]


def _official(username: str, department: Department, role: str) -> Official:
    user = User.objects.create_user(username, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    official = Official.objects.create(
        user=user, department=department, name=username[-20:], office_phone="02-120-0000"
    )
    if role == "officer":
        starts_on = clock.day_in_korea(clock.now()) - timedelta(days=30)
        Duty.objects.create(official=official, starts_on=starts_on, max_open=MOST_OPEN)
    return official


def citizen() -> User:
    """Who looks at her own complaints."""
    index = blind_phone(CITIZEN_PHONE)
    return User.objects.create_user("bench-citizen", name="김하늘", phone=CITIZEN_PHONE, phone_index=index)
