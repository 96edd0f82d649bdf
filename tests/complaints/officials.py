"""What tests of officials' pages share."""

from typing import Any

from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from portal.accounts.models import User

LIST = reverse("admin:complaints_complaint_changelist")


def page(name: str, complaint: Complaint, *args: object) -> str:
    return reverse(f"admin:complaints_complaint_{name}", args=[complaint.pk, *args])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def take(client: Client, complaint: Complaint, name: str, **values: object) -> Any:
    sent = {f"{name}-{field}": value for field, value in {"version": complaint.version, **values}.items()}
    return client.post(page("step", complaint, name), sent)
