"""Favourites of whoever is signed in: the device first, then the account; without scripts too."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from portal.site import menu
from portal.site.models import Favourite
from tests.complaints.conftest import World
from tests.site.test_mine import client, page, user, world  # noqa: F401  (fixtures)
from tests.site.test_sign_in import PC, browser

pytestmark = pytest.mark.django_db
PARKING, CHAT, LOOK = "/complaints/parking/", "/chat/", "/look/"


def tell(one: Client, *paths: str, **more: str) -> list[str]:
    answer = one.post("/me/favourites/", {"path": paths, "label": ["이름"] * len(paths), **more})
    assert answer.status_code == 200
    return [found["url"] for found in json.loads(answer.content)]


def kept() -> list[str]:
    return list(Favourite.objects.order_by("position").values_list("path", flat=True))


def shown(one: Client) -> list[str]:
    words = page(one, "/").partition("data-quick")[2].partition("</ul>")[0]
    return [
        part.partition('"')[0] for part in words.split('href="')[1:] if part.startswith("/") and "#" not in part[:40]
    ]


def test_after_signing_in_the_device_wins_and_the_account_fills_up(client: Client) -> None:  # noqa: F811
    tell(client, CHAT, LOOK)

    merged = tell(client, PARKING, CHAT, merge="1")

    assert merged == kept() == [PARKING, CHAT, LOOK]


@pytest.mark.parametrize("languages", [("ko", "en"), ("en", "ko")])
def test_every_menu_is_a_page_whichever_language_asked_first(languages: tuple[str, str]) -> None:
    menu.by_address.cache_clear()

    for language in languages:
        with override(language):
            assert [entry.url for entry in (*menu.CANDIDATES, *menu.QUICK) if not menu.is_page(entry.url)] == []


def test_another_device_shows_them_without_scripts_and_strangers_see_the_usual_ones(client: Client) -> None:  # noqa: F811
    tell(client, LOOK, PARKING)
    pc = browser(PC)
    usual = shown(pc)
    from_pc = Client()
    from_pc.force_login(user())

    assert usual == [entry.url for entry in menu.QUICK]
    assert shown(from_pc)[:2] == [LOOK, PARKING]
    assert "data-merged" not in page(from_pc, "/")
    assert 'data-merged="chosen"' in page(client, "/")
    assert "data-sync" not in page(browser(), "/")


def test_six_are_kept_each_once_and_only_pages_of_ours(client: Client) -> None:  # noqa: F811
    wild = ("https://evil.example/", "//evil.example/", "/admin/", "javascript:alert(1)", "/me/leave/", "")
    guides = [f"/services/guide-{number}/" for number in range(8)]

    assert tell(client, *wild, *guides[:2]) == guides[:2]
    assert tell(client, guides[0], guides[0], *guides) == kept() == guides[:6]


def test_nothing_chosen_means_the_usual_menu(client: Client) -> None:  # noqa: F811
    tell(client, LOOK)

    assert tell(client) == []
    assert kept() == []
    assert 'data-merged="usual"' in page(client, "/")


def test_without_scripts_they_are_arranged_by_buttons(client: Client) -> None:  # noqa: F811
    tell(client, PARKING, CHAT)

    for act, path in (("add", LOOK), ("up", LOOK), ("remove", PARKING), ("down", CHAT), ("remove", "/nowhere/")):
        assert client.post("/me/favourites/", {act: path}).headers["Location"] == "/favourites/"

    assert kept() == [LOOK, CHAT]
    assert "<noscript>" in page(client, "/favourites/")
    client.post("/me/favourites/", {"reset": "all"})
    assert kept() == []


def test_the_database_keeps_six_places_and_each_page_once(world: World) -> None:  # noqa: F811
    one = {"user": world.haneul, "label": "이름"}
    Favourite.objects.create(**one, path=CHAT, position=1)

    for path, position in ((CHAT, 2), (LOOK, 1), (LOOK, 7), (LOOK, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Favourite.objects.create(**one, path=path, position=position)
