"""The officials' site as tests visit it: its addresses, somebody signed in, and what a page says."""

from django.test import Client
from django.urls import reverse

from portal.accounts.models import User


def at(name: str, *args: object) -> str:
    """One of the pages of a campaign."""
    return reverse(f"admin:notices_campaign_{name}", args=args)


def signed_in(user: User) -> Client:
    """A browser of this official."""
    client = Client()
    client.force_login(user)
    return client


def seen(client: Client, url: str, status: int = 200) -> str:
    """What the page says, once it answers as it should."""
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode() if status == 200 else ""
