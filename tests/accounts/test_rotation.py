"""Keys change; what was sealed stays readable, and an old key is free only when nothing needs it."""

import io
import os

import pytest
from django.core.management import call_command
from pytest_django import Settings

from portal.accounts import rotation
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


def test_everything_moves_to_the_new_key_and_still_opens(settings: Settings) -> None:
    old = {1: os.urandom(32)}
    settings.PII_KEYS = old
    for number in range(5):
        User.objects.create(username=f"c-{number}", name=f"시민{number}", phone=f"+82101234567{number}")
    User.objects.create(username="nameless")
    settings.PII_KEYS = {2: os.urandom(32), **old}

    call_command("rotate_keys", stdout=io.StringIO())

    assert set(rotation.keys_in_use()) == {2}
    settings.PII_KEYS = {2: settings.PII_KEYS[2]}
    assert [User.objects.get(username=f"c-{number}").name for number in range(5)] == [f"시민{n}" for n in range(5)]
    assert User.objects.get(username="nameless").name == ""


def test_an_interrupted_rotation_goes_on_where_it_stopped(settings: Settings) -> None:
    old = {1: os.urandom(32)}
    settings.PII_KEYS = old
    for number in range(5):
        User.objects.create(username=f"c-{number}", name="시민")
    settings.PII_KEYS = {2: os.urandom(32), **old}
    column = next(column for column in rotation.sealed_columns() if column.label == "accounts_user.name_sealed")

    next(rotation.reseal(column, batch_size=2))

    assert rotation.keys_in_use() == {1: 3, 2: 2}
    assert list(rotation.reseal(column, batch_size=2)) == [2, 1]
    assert rotation.keys_in_use() == {2: 5}
