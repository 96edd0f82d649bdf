"""Pictures kept for a campaign: bound to their owners, none that nobody refers to; and the children that draw them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from messaging.topics import WrongImage
from notices import services, storage
from notices.cells import Cells
from notices.models import Asset, Notice
from notices.rendering import NoticePages, render_batch
from notices.services import drawing, vault
from notices.zones import load_templates
from portal.core import cage
from tests.notices import hostile
from tests.notices.test_fitting import qr
from tests.notices.world import BADA, HANEUL, World

PDF = hostile.DEMO / "notices.pdf"
TEMPLATE = load_templates()[0]
SIGNED = "2026-00000015|1/1|42499fade9"  # by the sample's key


def picture_of(notice: Notice, text: str, world: World) -> Asset:
    """A sealed picture that shows a code, bound as the product binds it."""
    campaign, recipient = notice.recipient.campaign, notice.recipient
    path = Path(vault.full_path(place := vault.place_for(campaign, "pictures")))
    jpeg = path.with_suffix(".jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(qr(text))).save(jpeg, quality=90)
    content = jpeg.read_bytes()
    jpeg.unlink()
    key = vault.key_of(campaign, now=world.now)
    aad = vault.aad_of_picture(campaign.pk, recipient.pk, "portable", 1)
    stored = storage.write_sealed(path, content, key=key, aad=aad)
    return Asset.objects.create(
        notice=notice,
        recipient=recipient,
        profile="portable",
        part=1,
        parts=1,
        width=160,
        height=160,
        byte_count=stored.byte_count,
        quality=90,
        is_colour=False,
        sha256=stored.sha256,
        bound=drawing.binding(key, recipient, stored.sha256),
        read_back_key=recipient.key,
        renderer="pdfium",
        stored_as=place,
    )


@pytest.fixture
def notice(world: World) -> Notice:
    """김하늘's notice without any picture yet, under the key that the sample's first page says."""
    campaign = world.checking([HANEUL, BADA])
    notice = Notice.objects.select_related("recipient__campaign").get(recipient=world.of(campaign, HANEUL))
    notice.assets.all().delete()
    notice.recipient.key = "2026-00000015"
    notice.recipient.save(update_fields=["key"])
    return notice


def test_picture_that_shows_another_citizens_code_never_leaves(world: World, notice: Notice) -> None:
    asset = picture_of(notice, "2026-00000023|1/1|0123456789", world)

    with pytest.raises(WrongImage, match="another code"):
        services.open_picture(asset, now=world.now)


def test_pictures_left_by_a_killed_worker_are_swept(world: World, notice: Notice) -> None:
    campaign = notice.recipient.campaign
    kept = picture_of(notice, SIGNED, world)
    shelf = vault.Shelf(campaign, "pictures", now=world.now)
    place, _ = shelf.put(b"written, never committed", aad="x")
    shelf.sync()

    assert vault.sweep_pictures(campaign) == 1

    assert not vault.full_path(place).exists()
    assert vault.full_path(kept.stored_as).exists()
    assert vault.sweep_pictures(campaign) == 0


# --- children that stay ---------------------------------------------------------------------------------------------


def test_one_child_draws_batch_after_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    real = cage._Child.__init__

    def counted(self: cage._Child, module: str, *args: object, **options: object) -> None:
        started.append(module)
        real(self, module, *args, **options)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(cage._Child, "__init__", counted)
    with Cells(PDF) as cells:
        found = [
            rendered.read_back_key
            for page in (1, 2, 4)
            for _, rendered in render_batch(PDF, [NoticePages("", (page,))], template=TEMPLATE, cells=cells)
        ]

    assert len(set(found)) == 3
    assert len(started) == 1


def test_bomb_costs_only_its_own_notice_and_the_next_child_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cage, "PDF", cage.Limits(1024 * 1024 * 1024, 2, 64 * 1024 * 1024, 15))
    pdf = hostile.nested_forms(tmp_path / "bomb.pdf", page_before=True)
    notices = [NoticePages(str(page), (page,)) for page in (1, 2, 3)]

    with Cells(pdf) as cells:
        first, bomb, last = (one for _, one in render_batch(pdf, notices, template=TEMPLATE, cells=cells))
        again = next(render_batch(pdf, notices[:1], template=TEMPLATE, cells=cells))[1]

    assert bomb.problems == ("render_failed",)
    assert first.problems == last.problems == again.problems == ()


@pytest.mark.parametrize("engine", ["pdfium", "poppler"])
def test_poisonous_files_end_with_a_reason_and_leave_the_worker_alive(tmp_path: Path, engine: str) -> None:
    poisons = {
        "huge": hostile.huge_page(tmp_path / "huge.pdf"),
        "flate": hostile.flate_bomb(tmp_path / "flate.pdf"),
        "turned": hostile.turned(tmp_path / "turned.pdf", 90),
    }

    found = {
        name: next(render_batch(pdf, [NoticePages("", (1,))], engine=engine))[1].problems
        for name, pdf in poisons.items()
    }

    assert found["huge"] == ("render_failed",)
    assert found["flate"]
    assert "render_failed" not in found["turned"]
