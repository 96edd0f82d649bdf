"""What a link shows: her own pages through every gate, made once; an opening is written when one of them leaves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from notices.models import Asset, Campaign, Opening, ReadingFile, Recipient
from notices.services import showing, vault
from notices.services.manifests import manifest_of
from notices.services.showing import Crowded, Undrawable, document_of, make_ahead, picture_of, show
from notices.showing import ShownPage, own_pages
from portal.core.cage import CageError
from tests.notices.reading import Reader, analysed, delivered
from tests.notices.world import World

K = ReadingFile.Kind
SENDING = {"state": "sending", "manifest_sha256": "1" * 64, "approved_manifest_sha256": "1" * 64}


@pytest.fixture
def campaign(world: World, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    return analysed(world)


@pytest.fixture
def one(campaign: Campaign, world: World) -> Reader:
    return delivered(campaign, world)


@pytest.fixture
def two(campaign: Campaign, world: World) -> Reader:
    return delivered(campaign, world, at=1)


def enter(client: Client, reader: Reader) -> None:
    assert client.post(reader.path, {"birth": reader.birth}).status_code == 303


def file_of(reader: Reader, kind: str = K.PICTURE) -> ReadingFile:
    return ReadingFile.objects.get(notice=reader.notice, kind=kind, number=1)


def refused(reader: Reader, now: datetime) -> bool:
    try:
        picture_of(reader.notice, number=1, now=now)
    except Undrawable:
        return True
    return False


def test_a_notice_opens_when_the_first_picture_leaves_and_once_for_a_visit(
    client: Client, world: World, two: Reader
) -> None:
    enter(client, two)
    assert two.recipient.name in client.get(two.path).content.decode()
    assert not Opening.objects.exists()

    assert client.head(f"{two.path}pages/1/").status_code == 200
    assert not Opening.objects.exists()
    first = client.get(f"{two.path}pages/1/")
    world.tick(minutes=1)
    client.get(f"{two.path}pages/2/")

    kept = Opening.objects.get()
    assert (kept.factor, kept.evidence, kept.notice) == ("birth", "picture", two.notice)
    assert kept.served_sha256 == file_of(two).sha256
    assert first["Content-Type"] == "image/jpeg"
    recipient = Recipient.objects.get(pk=two.recipient.pk)
    assert (recipient.state, recipient.opened_at) == ("opened", kept.at)

    enter(client, two)
    client.get(f"{two.path}pages/1/")
    assert Opening.objects.count() == 2
    assert client.get(f"{two.path}pages/3/").status_code == 404


def test_pages_are_made_once_and_say_nothing_at_rest(world: World, two: Reader) -> None:
    shown = show(two.notice, now=world.now)
    again = show(two.notice, now=world.tick(minutes=1))

    assert shown == again
    assert [(picture.number, picture.width) for picture in shown.pictures] == [(1, 1500), (2, 1500)]
    assert len(shown.words) == 2
    assert ReadingFile.objects.filter(notice=two.notice).count() == 3
    for path in Path(settings.MEDIA_DIR).rglob("*.sealed"):
        assert not path.read_bytes().startswith((b"%PDF", b"\xff\xd8", b"["))


def test_every_picture_shows_the_code_of_its_owner(world: World, one: Reader, two: Reader) -> None:
    for reader in (one, two):
        show(reader.notice, now=world.now)
        assert all(file.has_code for file in ReadingFile.objects.filter(notice=reader.notice, kind=K.PICTURE))
        words = str(show(reader.notice, now=world.now).words)
        other = two if reader is one else one
        assert reader.recipient.key in words
        assert other.recipient.key not in words


def test_the_files_of_two_people_cannot_change_places(world: World, one: Reader, two: Reader) -> None:
    for reader in (one, two):
        show(reader.notice, now=world.now)
    mine, hers = file_of(one), file_of(two)

    ReadingFile.objects.filter(pk=mine.pk).update(stored_as=hers.stored_as)
    assert refused(one, world.now)
    ReadingFile.objects.filter(pk=mine.pk).update(stored_as=hers.stored_as, sha256=hers.sha256, bound=hers.bound)
    assert refused(one, world.now)


def test_a_row_put_under_another_notice_shows_nothing(client: Client, world: World, one: Reader, two: Reader) -> None:
    for reader in (one, two):
        show(reader.notice, now=world.now)
    ReadingFile.objects.filter(notice=one.notice).delete()
    ReadingFile.objects.filter(notice=two.notice, number=1).update(notice=one.notice)

    assert refused(one, world.now)
    enter(client, one)
    assert client.get(f"{one.path}pages/1/").status_code == 404
    assert two.recipient.key not in client.get(one.path).content.decode()
    assert not Opening.objects.exists()


def test_one_changed_bit_shows_nothing(world: World, one: Reader) -> None:
    show(one.notice, now=world.now)
    path = vault.full_path(file_of(one).stored_as)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    assert refused(one, world.now)


def drawn_for(reader: Reader, now: datetime) -> list[ShownPage]:

    with vault.opened(reader.notice.document, now=now) as pdf:
        return own_pages(pdf, reader.notice.pages)


def test_pages_drawn_from_somebody_else_are_never_kept(
    world: World, one: Reader, two: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = drawn_for(two, world.now)[:1]
    monkeypatch.setattr(showing, "own_pages", lambda pdf, pages: hers)

    shown = show(one.notice, now=world.now)  # the pictures of the message, which passed their own gates

    assert not ReadingFile.objects.exists()
    assert shown.words == ()
    assert [picture.width for picture in shown.pictures] == [asset.width for asset in _assets(one)]
    assert picture_of(one.notice, number=1, now=world.now)


def _assets(reader: Reader) -> Sequence[Asset]:
    return list(Asset.objects.filter(notice=reader.notice).order_by("part"))


def test_a_page_without_the_code_it_had_is_not_kept(world: World, one: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "read_codes", lambda jpeg: [])

    show(one.notice, now=world.now)

    assert not ReadingFile.objects.exists()


def test_if_the_cage_gives_up_the_pictures_of_the_message_are_shown(
    client: Client, world: World, one: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(*args: Any) -> None:
        tries.append(args)
        raise CageError("time_out")

    monkeypatch.setattr(showing, "own_pages", broken)
    enter(client, one)
    for _ in range(10):
        text = client.get(one.path).content.decode()

    assert "큰 글자로 읽기" not in text
    assert client.get(f"{one.path}pages/1/").status_code == 200
    assert Opening.objects.get().evidence == "picture"
    assert len(tries) == showing.DRAWINGS_PER_HOUR
    assert client.get(f"{one.path}document/").status_code == 503


def test_too_many_at_once_are_asked_to_come_again(client: Client, one: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "PATIENCE_SECONDS", 0.01)
    enter(client, one)
    for _ in range(showing.CAGES_AT_ONCE):
        showing._cages.acquire()
    try:
        answer = client.get(one.path)
    finally:
        for _ in range(showing.CAGES_AT_ONCE):
            showing._cages.release()

    assert answer.status_code == 503
    assert Crowded.sentence in answer.content.decode()
    assert client.get(one.path).status_code == 200


def test_her_document_has_the_same_bytes_ever_after(client: Client, world: World, two: Reader) -> None:
    enter(client, two)

    first = client.get(f"{two.path}document/")
    second = document_of(two.notice, now=world.now)

    assert first.content == second
    assert first.content.startswith(b"%PDF-")
    assert "attachment" in first["Content-Disposition"]
    assert Opening.objects.get().evidence == "document"


def test_reading_changes_nothing_that_was_approved(world: World, campaign: Campaign, one: Reader) -> None:
    before = manifest_of(campaign)

    show(one.notice, now=world.now)
    document_of(one.notice, now=world.now)

    assert manifest_of(campaign) == before


def test_what_links_will_show_is_made_ahead_and_only_once(
    world: World, campaign: Campaign, one: Reader, two: Reader
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**SENDING, sends_approved_by=world.sender)

    assert make_ahead(now=world.tick(minutes=1)) == 2
    assert make_ahead(now=world.tick(minutes=1)) == 0

    assert ReadingFile.objects.filter(kind=K.WORDS).count() == 2
    assert two.recipient.key in str(show(two.notice, now=world.now).words)
    assert not Opening.objects.exists()


def test_large_pictures_that_were_approved_are_the_ones_shown(world: World, one: Reader) -> None:
    approved = _assets(one)[0]
    Asset.objects.filter(pk=approved.pk).update(profile="page", parts=1)
    Asset.objects.filter(notice=one.notice).exclude(pk=approved.pk).delete()

    shown = show(one.notice, now=world.now)

    assert [picture.width for picture in shown.pictures] == [approved.width]
    assert shown.words
    assert not ReadingFile.objects.filter(kind=K.PICTURE).exists()


def test_scanned_pages_have_pictures_and_a_document_but_no_words(
    client: Client, world: World, one: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned = [replace(page, blocks=()) for page in drawn_for(one, world.now)]
    monkeypatch.setattr(showing, "own_pages", lambda pdf, pages: scanned)
    one.notice.claims.update(text_key="")
    enter(client, one)

    text = client.get(one.path).content.decode()

    assert "큰 글자로 읽기" not in text
    assert "PDF로 받기" in text
    assert client.get(f"{one.path}pages/1/").status_code == 200
