"""The judge of a rehearsal sees what the carrier took, and would notice a picture on the wrong telephone."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from notices.models import Campaign
from notices.services import drawing
from portal.core.phones import national
from portal.site.rehearsal.truth import judge
from tests.notices.conftest import world
from tests.notices.test_fitting import qr
from tests.notices.world import BADA, HANEUL, World

__all__ = ["world"]


@pytest.fixture
def campaign(world: World) -> Campaign:
    """김하늘 and 박바다, each with a key of her own."""
    return world.checking([HANEUL, BADA])


def taken(folder: Path, *sent: tuple[str, str]) -> Path:
    """A truth log in which each telephone got a picture whose code says a key."""
    log = folder / "carrier.jsonl"
    pictures = log.with_suffix(".pictures")
    pictures.mkdir(exist_ok=True)
    lines = []
    for phone, key in sent:
        draft = pictures / "draft.jpg"
        Image.fromarray(np.ascontiguousarray(qr(f"{key}|1/1|0123456789"))).save(draft, quality=90)
        sha256 = hashlib.sha256(draft.read_bytes()).hexdigest()
        draft.rename(pictures / f"{sha256}.jpg")
        line = {"event": "accept", "channel": "mms", "number": national(phone), "text": "통지서", "images": [sha256]}
        lines.append(line)
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return log


def test_pictures_at_their_owners_are_right(campaign: Campaign, tmp_path: Path) -> None:
    log = taken(tmp_path, (HANEUL[2], "2026-00000001"), (BADA[2], "2026-00000002"))

    verdict = judge(log, campaign)

    assert verdict.is_clean
    assert verdict.pictures == 2


def test_picture_at_somebody_elses_telephone_is_wrong(campaign: Campaign, tmp_path: Path) -> None:
    verdict = judge(taken(tmp_path, (BADA[2], "2026-00000001")), campaign)

    assert (verdict.wrong, verdict.is_clean) == (1, False)


def test_picture_taken_twice_is_doubled(campaign: Campaign, tmp_path: Path) -> None:
    verdict = judge(taken(tmp_path, *[(HANEUL[2], "2026-00000001")] * 2), campaign)

    assert (verdict.doubled, verdict.is_clean) == (1, False)


def test_picture_that_says_nothing_is_counted(campaign: Campaign, tmp_path: Path) -> None:
    log = taken(tmp_path, (HANEUL[2], "2026-00000001"))
    for picture in log.with_suffix(".pictures").iterdir():
        Image.new("L", (200, 200), 255).save(picture)

    verdict = judge(log, campaign)

    assert (verdict.unread, verdict.is_clean) == (1, False)


def said(folder: Path, *lines: tuple[str, str, str]) -> Path:
    """A truth log in which telephones took texts and answered."""
    log = folder / "carrier.jsonl"
    events = [
        {"event": event, "channel": "lms", "number": national(phone), "text": text} for event, phone, text in lines
    ]
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    return log


QUESTION = "통지서를 그림문자로 받으시겠습니까? 1 동의 2 미동의"


def test_picture_for_whoever_did_not_agree_is_unwanted(campaign: Campaign, tmp_path: Path) -> None:
    log = taken(tmp_path, (HANEUL[2], "2026-00000001"), (BADA[2], "2026-00000002"))

    verdict = judge(log, campaign, crowd={national(HANEUL[2]): "reminded", national(BADA[2]): "other_person"})

    assert (verdict.wrong, verdict.unwanted, verdict.is_clean) == (0, 1, False)


def test_reminders_are_counted_and_one_to_somebody_who_has_answered_is_too_many(
    campaign: Campaign, tmp_path: Path
) -> None:
    crowd = {national(HANEUL[2]): "consent", national(BADA[2]): "silent"}
    asked = [("accept", HANEUL[2], QUESTION), ("accept", BADA[2], QUESTION), ("reply", HANEUL[2], "1 900101")]
    right = said(tmp_path, *asked, ("accept", BADA[2], QUESTION), ("accept", HANEUL[2], "보셨으면 '확인'이라고 답장"))

    verdict = judge(right, campaign, crowd=crowd)

    assert (verdict.asked_again, verdict.asked_to_confirm, verdict.pestered, verdict.is_clean) == (1, 1, 0, True)

    wrong = judge(said(tmp_path, *asked, ("accept", HANEUL[2], QUESTION)), campaign, crowd=crowd)

    assert (wrong.asked_again, wrong.pestered, wrong.is_clean) == (1, 1, False)


def test_binding_differs_for_each_citizen(world: World, campaign: Campaign) -> None:
    one, other = world.of(campaign, HANEUL), world.of(campaign, BADA)

    assert drawing.binding(b"key", one, "0" * 64) != drawing.binding(b"key", other, "0" * 64)
