"""Users, officials and what is sealed about them."""

import pytest
from django.db import IntegrityError, connection

from portal.accounts.models import Department, Official, User
from portal.core import sealing

pytestmark = pytest.mark.django_db


def test_names_and_phones_stand_sealed_in_the_table() -> None:
    user = User.objects.create(username="c-1", name="김하늘", phone="+821012345678")

    with connection.cursor() as cursor:
        cursor.execute("select name_sealed, phone_sealed from accounts_user where id = %s", [user.pk])
        stored = b"".join(bytes(column) for column in cursor.fetchone())

    assert "김하늘".encode() not in stored
    assert b"1012345678" not in stored
    assert User.objects.get(pk=user.pk).name == "김하늘"
    assert User.objects.get(pk=user.pk).phone == "+821012345678"


def test_one_phone_belongs_to_one_user() -> None:
    index = sealing.blind_phone("+821012345678")
    User.objects.create(username="c-1", phone_index=index)

    with pytest.raises(IntegrityError):
        User.objects.create(username="c-2", phone_index=index)


def test_an_officials_mobile_is_refused_as_office_line() -> None:
    department = Department.objects.create(code="roads", name="도로과", phone="02-120-0001")
    user = User.objects.create(username="lee")

    with pytest.raises(IntegrityError):
        Official.objects.create(user=user, department=department, name="이담당", office_phone="010-1234-5678")


def test_an_official_is_called_by_name_and_title() -> None:
    department = Department.objects.create(code="roads", name="도로과", phone="02-120-0001")
    user = User.objects.create(username="lee")
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0002")

    assert user.get_full_name() == "이담당 주무관"


def test_the_first_administrator_needs_no_address() -> None:
    user = User.objects.create_superuser("root-of-all", password="long enough for a test")

    assert user.check_password("long enough for a test")
    assert user.is_staff
    assert user.is_superuser
