"""A layout and one document: tried out on a few pages while it is drawn, and then chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from notices import zones
from notices.models import Campaign, SourceDocument, ZoneTemplate
from notices.reading import PageReading, read_some
from notices.services import vault
from notices.services.drafting import may_prepare, start_reading_if_complete
from notices.services.steps import log
from notices.services.zoning import ZonesRefused
from notices.workflow import NotAllowed
from portal.accounts.models import User
from portal.core.cage import CageError

_RAW = "\x1f"  # before the name of a zone that is read without its pattern
SHOWN_LETTERS = 120


@transaction.atomic
def choose_layout(document: SourceDocument, template: ZoneTemplate, *, by: User, now: datetime) -> None:
    """
    Read a document by a layout, from its first page on.

    :raises NotAllowed: if the layout is another department's, or the campaign's material may not be replaced any more
    """
    campaign = Campaign.objects.get(pk=document.campaign_id)
    may_prepare(campaign, by)
    if template.department_id not in (None, campaign.department_id):
        raise NotAllowed("다른 부서의 서식입니다.")
    SourceDocument.objects.filter(pk=document.pk).update(
        zone_template=template.title,
        zone_version=template.version,
        state=SourceDocument.State.UPLOADED,
        refusal="",
        attempts_count=0,
    )
    log(campaign, "choose_layout", by=by, now=now, note=str(template))
    start_reading_if_complete(campaign, by=by, now=now)


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What one zone of one page says to a layout that is being drawn: all its text, and the value found in it."""

    page: int
    zone: str
    text: str
    value: str


def read_out(
    document: SourceDocument, template: zones.Template, *, pages: Sequence[int], now: datetime
) -> tuple[list[ReadOut], tuple[float, float]]:
    """
    Try a layout on a few pages of a document, in the cage; also the size of the first one in millimetres.

    :raises ZonesRefused: if a pattern is no pattern, or too much for the cage
    """
    doubts = list(zones.doubts_about_patterns(template))
    if doubts:
        raise ZonesRefused(doubts)
    texts = [zone for zone in template.zones if zone.field not in (zones.Field.QR, zones.Field.FREE)]
    raw = [replace(zone, name=f"{_RAW}{zone.name}", pattern="(.*)") for zone in texts]
    try:
        with vault.opened(document, now=now) as pdf:
            tried = replace(template, zones=(*template.zones, *raw))
            readings = [one for one in read_some(pdf, tried, pages=pages) if not one.failure]
    except CageError as error:
        words = "쪽을 읽지 못했습니다. 파일이 PDF가 맞는지, 형식이 너무 복잡하지 않은지 보아 주세요."
        raise ZonesRefused([words]) from error
    said = [_said(reading, zone) for reading in readings for zone in template.zones]
    return said, readings[0].size_mm if readings else (0.0, 0.0)


def _said(reading: PageReading, zone: zones.Zone) -> ReadOut:
    if zone.field == zones.Field.QR:
        codes = " ".join(reading.qr)[:SHOWN_LETTERS]
        return ReadOut(reading.page, zone.name, codes, codes)
    if zone.field == zones.Field.FREE:
        is_white = zone.name in reading.white
        return ReadOut(reading.page, zone.name, "" if is_white else "무언가 인쇄됨", "비어 있음" if is_white else "")
    text, value = (reading.values.get(name, "")[:SHOWN_LETTERS] for name in (f"{_RAW}{zone.name}", zone.name))
    return ReadOut(reading.page, zone.name, text, value)
