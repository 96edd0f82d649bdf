"""Our own QR code on notices that have none: only on bare paper, read back from the finished picture, or said so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from messaging.topics import WrongImage
from notices import codes, services, stamping
from notices.models import Asset, Campaign
from notices.reading import read_pages
from notices.rendering import NoticePages, render_batch
from notices.zones import Field, On, QrScheme, Template, Zone, load_templates
from tests.notices import hostile
from tests.notices.world import World

SECRET = b"this campaign"
WHITE = Zone("stamp", Field.FREE, On.EVERY, 193, 180, 16, 16)
PRINTED = Zone("stamp", Field.FREE, On.EVERY, 20, 100, 40, 40)
SAMPLE = load_templates()[0]
NOTICES = hostile.DEMO / "notices.pdf"


def texts(pages: int = 1) -> tuple[str, ...]:
    return stamping.texts_for("2026-00000015", pages, secret=SECRET, site="https://sotong.saebit.example")


@pytest.mark.parametrize(("free", "is_white"), [(WHITE, True), (PRINTED, False)])
def test_a_reading_says_where_the_paper_is_bare(free: Zone, is_white: bool) -> None:
    template = replace(SAMPLE, zones=(*SAMPLE.zones, free))

    readings = list(read_pages(NOTICES, template, pages=range(1, 6)))

    assert [("stamp" in reading.white) for reading in readings] == [is_white] * 5


def test_one_printed_page_is_enough_for_no_stamp_at_all() -> None:
    template = replace(SAMPLE, qr_scheme=QrScheme.NONE, zones=(*SAMPLE.zones, WHITE))

    assert stamping.zone_for(template, [("stamp",), ("stamp",)]) == "stamp"
    assert stamping.zone_for(template, [("stamp",), ()]) == ""
    assert stamping.zone_for(template, []) == ""
    assert stamping.zone_for(replace(template, qr_scheme=QrScheme.SIGNED), [("stamp",)]) == ""


def test_the_approval_says_whether_pictures_can_be_read_back() -> None:
    free = replace(SAMPLE, qr_scheme=QrScheme.NONE, zones=(*SAMPLE.zones, WHITE))

    assert "다시 읽어" in stamping.words_for(SAMPLE, "")
    assert "다시 읽어" in stamping.words_for(free, "stamp")
    assert "인쇄된 쪽" in stamping.words_for(free, "")
    assert "해시" in stamping.words_for(replace(SAMPLE, qr_scheme=QrScheme.NONE), "")


def test_each_page_has_its_own_address() -> None:
    first, second = texts(2)

    assert first != second
    assert codes.read_verify(first) == codes.verify_code("2026-00000015", 1, 2, SECRET)
    assert codes.names_page_of(second, key="2026-00000015", pages=2, secret=SECRET)
    assert first == first.upper()  # the alphanumeric mode of QR codes: fewer modules


def stamped(free: Zone, pages: tuple[int, ...] = (1,), engine: str = "default") -> tuple[tuple[str, ...], object]:
    """What is read back from the finished pictures of a sample page whose own code is covered, and the problems."""
    template = replace(SAMPLE, qr_scheme=QrScheme.NONE, zones=(*(z for z in SAMPLE.zones if z.field != Field.QR), free))
    notice = NoticePages("", pages, (), texts(len(pages)))
    ((_, rendered),) = render_batch(covered(), [notice], template=template, engine=engine)
    return rendered.qr, rendered.problems


_COVERED: list[Path] = []


def covered() -> Path:
    return _COVERED[0]


@pytest.fixture(autouse=True)
def _cover(tmp_path: Path) -> None:
    """The sample without its QR codes."""
    _COVERED[:] = [hostile.without_codes(tmp_path / "plain.pdf")]


@pytest.mark.parametrize("engine", ["pdfium", "poppler"])
def test_a_stamp_is_read_back_from_the_finished_jpeg(engine: str) -> None:
    assert stamped(WHITE, engine=engine) == (texts(), ())


def test_every_page_of_a_longer_notice_has_its_stamp() -> None:
    found, problems = stamped(WHITE, (1, 2))

    assert (set(found), problems) == (set(texts(2)), ())


def test_a_stamp_that_cannot_be_drawn_holds_the_notice() -> None:
    tiny = replace(WHITE, width=6.0, height=6.0)

    assert stamped(tiny) == ((), ("read_back_failed",))


def test_a_stamp_stays_inside_its_zone() -> None:
    bitmap = np.full((1000, 800), 200, dtype=np.uint8)
    zone = Zone("stamp", Field.FREE, On.EVERY, 50, 60, 16, 16)

    assert stamping.stamp(bitmap, texts()[0], zone, left_mm=10, top_mm=10, px_per_mm=6)

    rows, columns = np.nonzero(bitmap != 200)
    assert rows.min() >= (60 - 10) * 6
    assert rows.max() < (76 - 10) * 6
    assert columns.min() >= (50 - 10) * 6
    assert columns.max() < (66 - 10) * 6


def test_a_file_without_codes_leaves_with_ours_and_is_read_back_before_it_goes(world: World, tmp_path: Path) -> None:
    layout = services.write_template(unmarked(WHITE), by=world.drafter, now=world.now)
    campaign = analysed(world, layout.title, hostile.without_codes(tmp_path / "few.pdf", range(1, 5)))

    document = campaign.documents.get()
    assert document.stamp_zone == "stamp"
    assets = list(Asset.objects.sendable().select_related("recipient__campaign", "notice__recipient"))
    assert {asset.recipient.key for asset in assets} == {"2026-00000015", "2026-00000023", "2026-00000031"}
    for asset in assets:
        services.open_picture(asset, now=world.now)
    assert {asset.read_back_key for asset in assets if asset.part == asset.parts} <= {a.recipient.key for a in assets}
    assert any(asset.read_back_key for asset in assets)

    other = next(one for one in assets if one.recipient != assets[0].recipient)
    services.open_picture(assets[0], now=world.now)
    assets[0].recipient = other.recipient
    with pytest.raises(WrongImage):
        services.open_picture(assets[0], now=world.now)


def test_a_file_with_print_where_our_code_should_stand_leaves_without(world: World, tmp_path: Path) -> None:
    layout = services.write_template(unmarked(PRINTED), by=world.drafter, now=world.now)
    campaign = analysed(world, layout.title, hostile.without_codes(tmp_path / "few.pdf", range(1, 5)))

    assert campaign.documents.get().stamp_zone == ""
    assert {asset.read_back_key for asset in Asset.objects.all()} == {""}


def unmarked(free: Zone) -> Template:
    """The layout of the sample as an office without codes would draw it."""
    zones = tuple(zone for zone in SAMPLE.zones if zone.field != Field.QR)
    return replace(SAMPLE, title="우리 과 통지서", qr_scheme=QrScheme.NONE, zones=(*zones, free))


def analysed(world: World, layout: str, pdf: Path) -> Campaign:
    campaign = services.draft(plan=world.plan(), by=world.drafter, now=world.now)
    taken: dict[str, Any] = {"by": world.drafter, "now": world.now}
    services.attach_document(campaign, file=pdf, file_name="통지서.pdf", zone_template=layout, **taken)
    services.attach_roster(campaign, file=hostile.DEMO / "roster.xlsx", file_name="명부.xlsx", **taken)
    services.work_on_files(now=world.now, seconds=200)
    campaign.refresh_from_db()
    return campaign
