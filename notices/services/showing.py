"""What a link shows: the citizen's own pages, made once, sealed under the campaign's key, and checked at each look."""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from messaging.topics import WrongImage
from notices import storage
from notices.codes import names_page_of
from notices.fitting import is_ours, read_codes, read_codes_again
from notices.models import Asset, Campaign, Notice, PageClaim, ReadingFile
from notices.profiles import PAGE_NAME
from notices.reading import PageReading
from notices.services import vault
from notices.services.drawing import binding, open_picture
from notices.showing import ShownPage, own_document, own_pages
from notices.textlayer import Block
from portal.accounts.services import take_token
from portal.core.cage import CageError
from portal.core.errors import Refused
from portal.core.sealing import Tampered

CAGES_AT_ONCE, PATIENCE_SECONDS = 2, 8.0  # of one web process: a cage may take a gigabyte
DRAWINGS_PER_HOUR = 6  # of one notice: what fails is not tried with every look
AHEAD_SECONDS, AHEAD_AT_ONCE, NOTICES_PER_CAGE = 15, 100, 20
C = Campaign.State
K = ReadingFile.Kind
_log = structlog.get_logger(__name__)
_cages = BoundedSemaphore(CAGES_AT_ONCE)


class Crowded(Refused):
    """Too many notices are being drawn at this moment."""

    sentence = gettext_noop("지금 통지서를 여는 분이 많습니다. 잠시 뒤에 다시 눌러 주세요.")


class Undrawable(Refused):
    """The pages cannot be shown this way, or are not provably hers."""

    sentence = gettext_noop("통지서를 이 방법으로 보여 드릴 수 없습니다. 담당 부서에 전화해 주세요.")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a notice, in order from 1."""

    number: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a link is made of: no words if the pages are scanned, no document if it cannot be made."""

    pictures: tuple[Picture, ...]
    words: tuple[tuple[Block, ...], ...] = ()
    has_document: bool = False


def show(notice: Notice, *, now: datetime) -> Shown:
    """
    The pictures and words of a notice; made at the first look. If they cannot be made, the pictures of the message.

    :raises Crowded: if too many others look for the first time just now
    :raises Undrawable: if there is nothing to show
    """
    try:
        _make(notice, now=now)
        words, has_document = _words(notice, now=now), True
    except Undrawable:
        words, has_document = (), False
    pictures = tuple(Picture(number, one.width, one.height) for number, one in _pictures(notice).items())
    if not pictures:
        raise Undrawable
    return Shown(pictures, words if any(words) else (), has_document)


def picture_of(notice: Notice, *, number: int, now: datetime) -> bytes:
    """
    One picture, if every witness still agrees that it is hers.

    :raises Undrawable: if there is none of that number, or one of them does not
    """
    picture = _pictures(notice).get(number)
    if picture is None:
        raise Undrawable
    if isinstance(picture, ReadingFile):
        return _open(picture, now=now)
    try:
        return open_picture(picture, now=now)
    except WrongImage:
        _log.error("link_picture_refused", asset=picture.pk)
        raise Undrawable from None


def document_of(notice: Notice, *, now: datetime) -> bytes:
    """
    Her own pages and no others as a PDF; made at the first wish, the same bytes ever after.

    :raises Crowded: if too many others look for the first time just now
    :raises Undrawable: if it cannot be made, or its pages were not provably hers
    """
    _make(notice, now=now)
    file = next((one for one in _files(notice) if one.kind == K.DOCUMENT), None)
    if file is None:
        with _cage(), vault.opened(notice.document, now=now) as pdf:
            content = own_document(pdf, notice.pages)
        _keep(notice, [_New(K.DOCUMENT, 1, content)], now=now)
        file = next(one for one in _files(notice) if one.kind == K.DOCUMENT)
    return _open(file, now=now)


# --- making ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _New:
    kind: str
    number: int
    content: bytes
    width: int = 0
    height: int = 0
    has_code: bool = False


def _make(notice: Notice, *, now: datetime) -> None:
    if ReadingFile.objects.filter(notice=notice, kind=K.WORDS).exists():
        return
    if not _may_try(notice, now):
        raise Undrawable
    with _cage(), vault.opened(notice.document, now=now) as pdf:
        pages = own_pages(pdf, notice.pages)
    _take(notice, pages, now=now)


def _may_try(notice: Notice, now: datetime) -> bool:
    key = f"notices.reading:{notice.pk}"
    return take_token(key=key, capacity=DRAWINGS_PER_HOUR, per_seconds=3600, now=now)


def _take(notice: Notice, pages: Sequence[ShownPage], *, now: datetime) -> None:
    """Keep what was drawn, if it is provably hers; pictures only if no large ones were approved."""
    codes = _proven(notice, pages)
    words = [[block.as_json() for block in page.blocks] for page in pages]
    made = [
        _New(K.PICTURE, number, page.jpeg, page.width, page.height, bool(codes[number - 1]))
        for number, page in enumerate(pages, start=1)
        if not _assets(notice, profile=PAGE_NAME)
    ]
    _keep(notice, [*made, _New(K.WORDS, 1, json.dumps(words, ensure_ascii=False).encode())], now=now)


def make_ahead(*, now: datetime) -> int:
    """
    Make what links will show before anybody looks, many notices to one opened document; returns how many.

    One worker at a time. Nothing depends on it: whoever looks earlier has her own made at once.
    """
    if not take_token(key="notices.reading.ahead", capacity=1, per_seconds=AHEAD_SECONDS, now=now):
        return 0
    made = ReadingFile.objects.filter(notice=OuterRef("pk"), kind=K.WORDS)
    waiting = Notice.objects.sendable().filter(~Exists(made), link__expires_at__gt=now)
    waiting = waiting.filter(recipient__campaign__state__in=(C.SENDING, C.FOLLOWING)).order_by("?")[:AHEAD_AT_ONCE]
    by_document: dict[int, list[Notice]] = defaultdict(list)
    for notice in waiting.select_related("recipient__campaign", "document__campaign"):
        if _may_try(notice, now):
            by_document[notice.document_id].append(notice)
    return sum(_make_many(notices, now=now) for notices in by_document.values())


def _make_many(notices: Sequence[Notice], *, now: datetime) -> int:
    """One opened document, a few notices to a cage; a page that kills its cage costs these few their turn."""
    done = 0
    with vault.opened(notices[0].document, now=now) as pdf:
        for start in range(0, len(notices), NOTICES_PER_CAGE):
            few = notices[start : start + NOTICES_PER_CAGE]
            with suppress(Undrawable), _cage():
                pages = iter(own_pages(pdf, [page for notice in few for page in notice.pages]))
                for notice in few:
                    with suppress(Undrawable):
                        _take(notice, [next(pages) for _ in notice.pages], now=now)
                        done += 1
    return done


@contextmanager
def _cage() -> Iterator[None]:
    if not _cages.acquire(timeout=PATIENCE_SECONDS):
        raise Crowded
    try:
        yield
    except (CageError, Tampered, FileNotFoundError) as error:
        _log.warning("link_not_drawn", cause=type(error).__name__)
        raise Undrawable from error
    finally:
        _cages.release()


def _proven(notice: Notice, pages: Sequence[ShownPage]) -> list[list[str]]:
    """
    What the codes of the finished pictures say.

    :raises Undrawable: if a code is missing that was there when the page was proved, or one names somebody else
    """
    secret = notice.recipient.campaign.qr_key.encode()
    claims = {claim.page: claim for claim in PageClaim.objects.filter(notice=notice)}
    found = []
    for number, page in zip(notice.pages, pages, strict=True):
        claim = claims.get(number)
        expected = set(_codes_on(claim)) if claim else set()
        codes = read_codes(page.jpeg)
        is_hers = all(_is_hers(notice, text, secret) for text in codes)
        if claim is None or not is_hers or (expected and set(codes) != expected) or not _says_key(claim, page):
            _log.error("link_page_doubtful", notice=notice.pk)
            raise Undrawable
        found.append(codes)
    return found


def _codes_on(claim: PageClaim) -> Iterator[str]:
    if claim.reading:
        yield from filter(is_ours, PageReading.from_json(json.loads(claim.reading)).qr)


def _is_hers(notice: Notice, text: str, secret: bytes) -> bool:
    return names_page_of(text, key=notice.recipient.key, pages=len(notice.pages), secret=secret)


def _says_key(claim: PageClaim, page: ShownPage) -> bool:
    """Where the key was read on the page, the words must still have it."""
    if not claim.text_key:
        return True
    said = "".join("".join((*block.lines, *(cell for row in block.rows for cell in row))) for block in page.blocks)
    return claim.text_key.replace(" ", "") in said.replace(" ", "")


def _keep(notice: Notice, made: Sequence[_New], *, now: datetime) -> None:
    """Seal and write down; whoever was a moment faster has made the same."""
    campaign, recipient = notice.recipient.campaign, notice.recipient
    key = vault.key_of(campaign, now=now)
    rows, kept = [], []
    try:
        for new in made:
            place = vault.place_for(campaign, "reading")
            kept.append(place)
            aad = _aad(notice, new.kind, new.number)
            stored = storage.write_sealed(vault.full_path(place), new.content, key=key, aad=aad)
            rows.append(
                ReadingFile(
                    notice=notice,
                    kind=new.kind,
                    number=new.number,
                    width=new.width,
                    height=new.height,
                    byte_count=stored.byte_count,
                    sha256=stored.sha256,
                    bound=binding(key, recipient, stored.sha256),
                    has_code=new.has_code,
                    stored_as=place,
                    made_at=now,
                )
            )
        is_first = _write(notice, rows)
    except BaseException:
        vault.forget(kept)
        raise
    if not is_first:
        vault.forget(kept)


@transaction.atomic
def _write(notice: Notice, rows: Sequence[ReadingFile]) -> bool:
    Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if ReadingFile.objects.filter(notice=notice, kind=rows[-1].kind).exists():
        return False
    ReadingFile.objects.bulk_create(rows)
    return True


# --- opening --------------------------------------------------------------------------------------------------------


def _files(notice: Notice) -> list[ReadingFile]:
    files = ReadingFile.objects.filter(notice=notice).select_related("notice__recipient__campaign")
    return list(files.order_by("kind", "number"))


def _pictures(notice: Notice) -> dict[int, ReadingFile | Asset]:
    """The large pictures that were approved, else those made for the link, else those of the message."""
    mine = {file.number: file for file in _files(notice) if file.kind == K.PICTURE}
    return dict(_assets(notice, profile=PAGE_NAME) or mine or _assets(notice))


def _assets(notice: Notice, *, profile: str = "") -> dict[int, Asset]:
    """The pictures of one profile, complete or none."""
    found = Asset.objects.filter(notice=notice).select_related("notice", "recipient__campaign").order_by("part")
    found = found.filter(profile=profile) if profile else found.exclude(profile=PAGE_NAME)
    assets = {asset.part: asset for asset in found}
    is_whole = list(assets) == list(range(1, next(iter(assets.values())).parts + 1)) if assets else False
    return assets if is_whole else {}


def _words(notice: Notice, *, now: datetime) -> tuple[tuple[Block, ...], ...]:
    file = next(one for one in _files(notice) if one.kind == K.WORDS)
    return tuple(tuple(Block.from_json(block) for block in page) for page in json.loads(_open(file, now=now)))


def _aad(notice: Notice, kind: str, number: int) -> str:
    return vault.aad_of_picture(notice.recipient.campaign_id, notice.recipient_id, f"reading-{kind}", number)


def _open(file: ReadingFile, *, now: datetime) -> bytes:
    """
    The exact bytes, if the seal, the hash, the binding and the codes in the picture all say that they are hers.

    :raises Undrawable: if one of them does not
    """
    notice = file.notice
    campaign = notice.recipient.campaign
    key = vault.key_of(campaign, now=now)
    try:
        content = storage.read_sealed(
            vault.full_path(file.stored_as), key=key, aad=_aad(notice, file.kind, file.number)
        )
    except (Tampered, FileNotFoundError):
        raise _refused(file) from None
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != file.sha256 or not hmac.compare_digest(binding(key, notice.recipient, sha256), bytes(file.bound)):
        raise _refused(file)
    if file.kind == K.PICTURE:
        codes = read_codes_again(content)
        secret = campaign.qr_key.encode()
        if bool(codes) != file.has_code or not all(_is_hers(notice, text, secret) for text in codes):
            raise _refused(file)
    return content


def _refused(file: ReadingFile) -> Undrawable:
    _log.error("link_file_refused", file=file.pk)
    return Undrawable()
