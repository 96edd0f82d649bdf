"""API 키 in the officials' pages: shown once, then only its prefix; made and revoked by administrators, on record."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from messaging.models import ApiKey, Scope
from portal.accounts.models import AuditEntry, Department, Official
from tests.messaging.making import make_official
from tests.messaging.offices import System, make_department, make_key

pytestmark = pytest.mark.usefixtures("office")

ADD = "admin:messaging_apikey_add"


@pytest.fixture
def client() -> Client:
    """A browser of an administrator."""
    browser = Client()
    browser.force_login(make_official("boss"))
    return browser


def _fields(**changes: object) -> dict[str, object]:
    department: Department = make_department("library")
    fields = {"name": "도서관 예약", "department": department.pk, "mode": "live", "scopes": ["messages:read"]}
    return {**fields, "per_minute": 60, **changes}


def test_a_key_is_shown_once_and_works(client: Client) -> None:
    made = client.post(reverse(ADD), _fields())

    (text,) = re.findall(r"sotong_live_[0-9a-f]{8}_[\w-]{43}", made.content.decode())
    assert "no-store" in made.headers["Cache-Control"]
    assert System(text).get("/api/v1/messages").status == 200
    key = ApiKey.objects.get()
    secret = text.removeprefix(f"{key.prefix}_")
    for name in ("admin:messaging_apikey_changelist", "admin:messaging_apikey_change"):
        args = [key.pk] if name.endswith("change") else []
        page = client.get(reverse(name, args=args)).content.decode()
        assert key.prefix in page
        assert secret not in page
    assert secret not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.filter(action="add", subject_kind="messaging.apikey", subject_ids=[key.pk]).exists()


@pytest.mark.parametrize(
    "change",
    [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"per_minute": 0}, {"mode": "x"}, {"department": 0}],
)
def test_a_key_without_sense_is_not_made(client: Client, change: dict[str, object]) -> None:
    page = client.post(reverse(ADD), _fields(**change))

    assert 'class="error"' in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_stops_at_once_and_says_by_whom(client: Client) -> None:
    key, text = make_key()
    page = reverse("admin:messaging_apikey_change", args=[key.pk])
    assert System(text).get("/api/v1/messages").status == 200

    client.post(page)

    assert System(text).get("/api/v1/messages").status == 401
    shown = client.get(page).content.decode()
    assert "boss" in shown
    assert "이 키 폐기" not in shown
    assert AuditEntry.objects.filter(action="revoke", subject_ids=[key.pk]).exists()


def test_who_may_only_look_cannot_make_or_revoke() -> None:
    key, _ = make_key()
    looker = make_official("looker")
    looker.is_superuser = False
    looker.save()
    looker.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    Official.objects.filter(user=looker).update(department=key.department)
    browser = Client()
    browser.force_login(looker)
    page = reverse("admin:messaging_apikey_change", args=[key.pk])

    assert browser.get(page).status_code == 200
    assert browser.post(page).status_code == 403
    assert browser.get(reverse(ADD)).status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None


def test_the_database_refuses_a_scope_nobody_knows() -> None:
    key, _ = make_key(Scope.READ)

    with pytest.raises(IntegrityError):
        ApiKey.objects.filter(pk=key.pk).update(scopes=["everything"])
