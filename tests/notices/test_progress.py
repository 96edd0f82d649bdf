"""Officials see what is happening to their document, how far it is, and how long it may take."""

from datetime import timedelta

import pytest

from notices.checking_queries import is_key_doubtful
from notices.models import Campaign, RenderBatch, SourceDocument
from notices.progress import Progress, happening, progress_of, waits_for
from tests.notices.world import World


def document_of(world: World, campaign: Campaign, state: str, **facts: object) -> SourceDocument:
    return SourceDocument.objects.create(
        campaign=campaign, sha256="1" * 64, file_name="통지서.pdf", byte_count=1, page_count=1000, state=state,
        zone_template="군소음 피해보상금 결정 통지서", by=world.drafter, at=world.now, **{"stored_as": "x", **facts},
    )  # fmt: skip


def batches(world: World, document: SourceDocument, profile: str, *, done: int, waiting: int) -> None:
    RenderBatch.objects.bulk_create(
        RenderBatch(
            document=document,
            profile=profile,
            first_page=place * 100 + 1,
            last_page=place * 100 + 100,
            state="done" if place < done else "queued",
            done_at=world.now + timedelta(seconds=30 * place) if place < done else None,
        )
        for place in range(done + waiting)
    )


def test_time_left_follows_from_the_batches_done_so_far(world: World) -> None:
    document = document_of(world, world.draft(), "reading")
    batches(world, document, RenderBatch.READING, done=4, waiting=6)

    (bar,) = progress_of(document)

    assert (bar.label, bar.done_count, bar.all_count, bar.percent) == ("쪽 읽기", 400, 1000, 40)
    assert bar.time_left == "약 3분 남았습니다"  # 30 seconds a batch, six to go


def test_nobody_foretells_from_two_batches(world: World) -> None:
    document = document_of(world, world.draft(), "reading")
    batches(world, document, RenderBatch.READING, done=2, waiting=8)

    assert progress_of(document)[0].time_left == ""


def test_what_is_happening_is_said_in_every_state(world: World) -> None:
    campaign = world.draft()
    document = document_of(world, campaign, "uploaded", stored_as="", kind="made")
    batches(world, document, RenderBatch.MAKING, done=1, waiting=1)
    assert "쓰고 있습니다" in happening(document)
    assert progress_of(document) == [Progress("통지서 쓰기", "명", 100, 200)]
    document.batches.update(state="done")
    assert "묶고 있습니다" in happening(document)

    said = []
    document.stored_as = "x"
    for state in ("uploaded", "examining", "reading", "read"):
        document.state = state
        said.append(happening(document))

    assert len(set(said)) == 4


@pytest.mark.parametrize(
    ("layout", "has_roster", "said"),
    [
        ("", True, "쪽 서식을 그리거나 가진 서식에서 고르면 분석을 시작합니다."),
        ("", False, "쪽 서식을 고르고 명부를 올리면 분석을 시작합니다."),
        ("서식", False, "명부가 들어오면 분석을 시작합니다."),
        ("서식", True, "곧 분석을 시작합니다."),
    ],
)
def test_an_accepted_file_says_what_it_waits_for(layout: str, has_roster: bool, said: str) -> None:
    assert waits_for(SourceDocument(zone_template=layout), has_roster=has_roster) == said


def test_a_wrong_key_is_suspected_when_most_codes_are_forged() -> None:
    assert is_key_doubtful({"other_campaign": 40, "qr_forged": 11, "name_differs": 3}, 60)
    assert not is_key_doubtful({"other_campaign": 1, "name_differs": 9}, 10)
    assert not is_key_doubtful({"qr_forged": 2}, 2)
