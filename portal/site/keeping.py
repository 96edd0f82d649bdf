"""What a citizen keeps on her own page: favourites, the address of her calendar, and leaving with all of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from chatbot import services as chatbot
from portal.accounts import citizens
from portal.accounts.models import User
from portal.certificates import services as certificates
from portal.site import menu
from portal.site.models import MOST_FAVOURITES, CalendarFeed, Favourite, PushEndpoint

LONGEST_LABEL = 40


# --- favourites -------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_favourites(user: User, *, chosen: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """
    Put her menu in this order, (address, name) each; what is no page of ours, or the seventh, is left out.

    Nothing chosen means the menu everybody has.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two devices at once: one after the other
    kept = _ours(chosen)
    Favourite.objects.filter(user=user).delete()
    Favourite.objects.bulk_create(
        Favourite(user=user, path=path, label=label, position=place)
        for place, (path, label) in enumerate(kept, start=1)
    )
    return kept


@transaction.atomic
def merge_favourites(user: User, *, device: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Once after signing in: what the device has comes first and in its order, then what the account had besides."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    known = Favourite.objects.filter(user=user).order_by("position").values_list("path", "label")
    return keep_favourites(user, chosen=[*device, *known])


def _ours(chosen: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for path, label in chosen:
        if menu.is_page(path) and label.strip():
            found.setdefault(path, label.strip()[:LONGEST_LABEL])
    return list(found.items())[:MOST_FAVOURITES]


# --- the calendar -----------------------------------------------------------------------------------------------------


@transaction.atomic
def open_feed(user: User, *, with_details: bool, language: str, now: datetime) -> CalendarFeed:
    """A new address for her calendar, in her language; the one before it stops working."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    close_feed(user, now=now)
    feed = CalendarFeed(sealed_id=uuid4(), user=user, with_details=with_details, language=language, created_at=now)
    feed.token_hash = CalendarFeed.hash_of(feed.token)
    feed.save()
    return feed


@transaction.atomic
def close_feed(user: User, *, now: datetime) -> None:
    """Her calendar's address stops working."""
    CalendarFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


@transaction.atomic
def tell_feed(user: User, *, with_details: bool, language: str) -> None:
    """How much her calendar says and in which language, under the same address."""
    CalendarFeed.objects.filter(user=user, revoked_at=None).update(with_details=with_details, language=language)


# --- leaving ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def leave(user: User, *, address: str, now: datetime) -> None:
    """Close her account, with what she kept here, her certificates, and what she talked about with the chatbot."""
    close_feed(user, now=now)
    Favourite.objects.filter(user=user).delete()
    PushEndpoint.objects.filter(user=user).delete()
    chatbot.erase_citizen(citizen=user)
    certificates.forget_owner(owner=user, now=now)
    citizens.leave(user=user, address=address, now=now)
