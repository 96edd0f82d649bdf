"""Lists: the manifest of everybody on a roster, what the freezing triggers cost, and asking them all."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from notices.benchmarks.stage import say
from notices.models import Campaign, Recipient, SourceDocument
from notices.services.manifests import manifest_of
from portal.accounts.models import User
from portal.core import clock

PICTURES = 2  # of each notice
_NOTICES = """
    insert into notices_notice (recipient_id, document_id, pages, first_page, state, reasons, release_note)
    select id, %s, array[row], row, 'proved', '{}', '' from notices_recipient where campaign_id = %s
"""
_PICTURES = """
    insert into notices_asset (notice_id, recipient_id, profile, part, parts, width, height, byte_count, quality,
        is_colour, sha256, bound, read_back_key, renderer, stored_as)
    select n.id, n.recipient_id, 'portable', part, %s, 1000, 900, 90000, 82, false,
        encode(sha256(convert_to(n.id || ':' || part, 'UTF8')), 'hex'), '\\x00', '', 'bench', 'bench'
    from notices_notice n join notices_recipient r on r.id = n.recipient_id, generate_series(1, %s) part
    where r.campaign_id = %s
"""
_TABLES = ("notices_notice", "notices_asset")


@dataclass(slots=True)
class _Watch:
    ms: float = 0.0

    @contextmanager
    def on(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.ms += (time.perf_counter() - began) * 1000


def measure(campaign: Campaign, *, by: User) -> dict[str, Any]:
    """Wall-clock milliseconds, on a roster that was imported before."""
    count = Recipient.objects.filter(campaign=campaign).count()
    say(f"목록 {count:,}줄")
    document = _document(campaign, count, by)
    frozen, free = _Watch(), _Watch()
    _write(document, free, has_triggers=False)
    _write(document, frozen, has_triggers=True)
    with transaction.atomic():
        _insert(document)
    with connection.cursor() as cursor:
        cursor.execute("analyze notices_recipient, notices_notice, notices_asset")
    manifest = _Watch()
    with manifest.on():
        manifest_of(campaign)
    return {
        "manifest_lines": count,
        "manifest_ms": round(manifest.ms),
        "freeze_ms": round(frozen.ms - free.ms),
        "freeze_ratio": round(frozen.ms / free.ms, 3),
    }


def _document(campaign: Campaign, pages: int, by: User) -> SourceDocument:
    return SourceDocument.objects.create(
        campaign=campaign,
        sha256="0" * 64,
        file_name="성능측정.pdf",
        byte_count=1,
        page_count=pages,
        state=SourceDocument.State.READ,
        zone_template="성능 측정",
        stored_as="bench",
        is_current=True,
        by=by,
        at=clock.now(),
    )


def _insert(document: SourceDocument) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, [document.pk, document.campaign_id])
        cursor.execute(_PICTURES, [PICTURES, PICTURES, document.campaign_id])


def _write(document: SourceDocument, watch: _Watch, *, has_triggers: bool) -> None:
    """Everybody's notice and pictures, written and forgotten again."""
    with transaction.atomic():
        if not has_triggers:
            with connection.cursor() as cursor:
                for table in _TABLES:
                    cursor.execute(f'alter table "{table}" disable trigger user')
        with watch.on():
            _insert(document)
        transaction.set_rollback(True)
