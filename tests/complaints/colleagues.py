"""More officials for the small district."""

from datetime import date

from django.contrib.auth.models import Group

from complaints.models import Duty
from portal.accounts.models import Official, User
from tests.complaints.conftest import World


def colleague(world: World, name: str, *, phone: str = "", **duty: object) -> Official:
    """Another officer of 도로과, on duty since January."""
    user = User.objects.create(username=f"roads-{name}", password="!", is_staff=True, phone=phone)
    user.groups.set([Group.objects.get(name="officer")])
    official = Official.objects.create(user=user, department=world.roads, name=name, office_phone="02-123-4568")
    Duty.objects.create(official=official, **{"starts_on": date(2026, 1, 1), **duty})
    return official
