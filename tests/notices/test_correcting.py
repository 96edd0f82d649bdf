"""A row of the roster is put right on the page: by the rules of the file, logged, its own pages judged anew."""

from pathlib import Path

import pytest

from notices import services
from notices.models import Asset, Bill, Campaign, Notice, Recipient, RenderBatch, RowCorrection, RowProblem
from notices.rosters import Column
from notices.services import correcting
from notices.services.correcting import RowRefused
from notices.workflow import NotAllowed
from tests.notices.billed import bill_of, billed
from tests.notices.test_rosters import HEADER, write_csv
from tests.notices.world import BADA, HANEUL, SOL, World

DEMO = Path(services.__file__).parent.parent / "reference" / "demo"


def row_of(campaign: Campaign, key: str) -> Recipient:
    return Recipient.objects.get(campaign=campaign, key=key)


def correct(world: World, recipient: Recipient, **values: str) -> Recipient:
    return correcting.correct_row(
        recipient, values={Column(name): value for name, value in values.items()}, by=world.drafter, now=world.now
    )


def rows(world: World, tmp_path: Path, *people: list[str]) -> Campaign:
    campaign = world.draft()
    file = write_csv(tmp_path / "명부.csv", [HEADER, *people])
    services.attach_roster(campaign, file=file, file_name="명부.csv", by=world.drafter, now=world.now)
    return campaign


BAD_BIRTH = ["2026-00000015", "김하늘", "1990-02-30", "010-1234-5678", "새빛구 가온동 1", "1"]
TWIN = ["2026-00000015", "박바다", "1985-12-31", "010-8765-4321", "새빛구 나래동 2", "1"]


def test_corrected_birth_makes_a_defective_row_good_and_is_logged_masked(world: World, tmp_path: Path) -> None:
    campaign = rows(world, tmp_path, BAD_BIRTH)

    corrected = correct(world, row_of(campaign, "2026-00000015"), birth="1990-02-03")

    corrected.refresh_from_db()
    assert (corrected.state, corrected.bucket, corrected.problems) == ("imported", None, [])
    assert corrected.birth_text == "1990-02-03"
    assert not RowProblem.objects.filter(roster__campaign=campaign).exists()
    (kept,) = RowCorrection.objects.filter(campaign=campaign)
    assert (kept.row, kept.column, kept.before, kept.after) == (2, "birth", "", "90****")
    assert campaign.changes.filter(cause="correct_row", note="2행: 생년월일").exists()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("birth", "900203", "세기"),
        ("birth", "1990-02-30", "달력에 없는"),
        ("phone", "010-0000-0000", "휴대전화"),
        ("name", "=HYPERLINK(1)", "수식"),
        ("name", "", "비어"),
        ("pages", "많음", "쪽수"),
    ],
)
def test_what_is_no_certain_value_is_refused_by_its_column(
    world: World, tmp_path: Path, column: str, value: str, words: str
) -> None:
    campaign = rows(world, tmp_path, BAD_BIRTH)

    with pytest.raises(RowRefused) as caught:
        correct(world, row_of(campaign, "2026-00000015"), **{column: value})

    assert caught.value.column == column
    assert words in caught.value.sentence
    assert not RowCorrection.objects.exists()


def test_removed_phone_is_no_mistake_but_a_letter(world: World) -> None:
    campaign = world.checking()

    corrected = correct(world, world.of(campaign, BADA), phone="")

    assert (corrected.state, corrected.reason, corrected.phone_index) == ("no_mobile", "phone_empty", None)


def test_key_of_another_row_cannot_be_taken(world: World) -> None:
    campaign = world.checking()

    with pytest.raises(RowRefused, match="이미 있는"):
        correct(world, world.of(campaign, BADA), key=world.of(campaign, SOL).key)


def test_only_the_department_s_officials_correct_rows_and_only_before_it_is_proposed(world: World) -> None:
    campaign = world.checking()

    with pytest.raises(NotAllowed):
        correcting.correct_row(
            world.of(campaign, BADA), values={Column.NAME: "박바다라"}, by=world.stranger, now=world.now
        )
    Campaign.objects.filter(pk=campaign.pk).update(state="reading")
    with pytest.raises(NotAllowed):
        correct(world, world.of(campaign, BADA), name="박바다라")


def test_correction_of_an_approved_campaign_voids_its_approval(world: World) -> None:
    campaign = world.ready()
    world.approve(campaign)
    campaign.refresh_from_db()
    assert campaign.state == "approved"

    correct(world, world.of(campaign, BADA), phone="010-2222-3333")

    campaign.refresh_from_db()
    assert (campaign.state, campaign.manifest_sha256) == ("checking", "")


def test_unchanged_row_voids_nothing(world: World) -> None:
    campaign = world.ready()
    world.approve(campaign)

    correct(world, world.of(campaign, BADA), name=BADA[0])

    campaign.refresh_from_db()
    assert campaign.state == "approved"


def test_chosen_row_takes_the_number_and_the_other_is_left_out(world: World, tmp_path: Path) -> None:
    campaign = rows(world, tmp_path, ["2026-00000015", "김하늘", "1990-01-31", "010-1234-5678", "가", "1"], TWIN)
    second = row_of(campaign, "2026-00000015 3행")

    correcting.choose_row(second, by=world.drafter, now=world.now)

    chosen, other = row_of(campaign, "2026-00000015"), row_of(campaign, "2026-00000015 2행")
    assert (chosen.name, chosen.state, chosen.problems) == ("박바다", "imported", [])
    assert (other.name, other.state, other.reason) == ("김하늘", "excluded", "duplicate_row")
    assert not RowProblem.objects.filter(roster__campaign=campaign).exists()


def test_twin_that_gets_its_own_number_frees_the_other(world: World, tmp_path: Path) -> None:
    campaign = rows(world, tmp_path, ["2026-00000015", "김하늘", "1990-01-31", "010-1234-5678", "가", "1"], TWIN)

    correct(world, row_of(campaign, "2026-00000015 3행"), key="2026-00000023")

    assert row_of(campaign, "2026-00000015").state == "imported"
    assert row_of(campaign, "2026-00000023").state == "imported"


def test_correction_judges_one_person_s_pages_and_leaves_the_others_pictures(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    roster = (DEMO / "roster_utf8sig.csv").read_text("utf-8-sig").splitlines()
    good = next(line for line in roster if line.startswith("2026-00000015")).split(",")
    wrong = [good[0], "다른이름", *good[2:]]
    rosters_file = tmp_path / "명부.csv"
    rosters_file.write_text(
        "\n".join(",".join(wrong) if line.startswith(good[0]) else line for line in roster), "utf-8"
    )
    services.attach_roster(campaign, file=rosters_file, file_name="명부.csv", by=world.drafter, now=world.now)
    services.attach_document(
        campaign,
        file=DEMO / "notices.pdf",
        file_name="통지서.pdf",
        zone_template="군소음 피해보상금 결정 통지서",
        by=world.drafter,
        now=world.now,
    )
    services.work_on_files(now=world.now, seconds=60)
    campaign.refresh_from_db()
    person = row_of(campaign, good[0])
    others = set(Asset.objects.exclude(recipient=person).values_list("pk", flat=True))
    assert campaign.state == "checking"
    assert Notice.objects.get(recipient=person).reasons == ["name_differs"]

    correct(world, person, name=good[1])
    services.work_on_files(now=world.now, seconds=60)

    campaign.refresh_from_db()
    assert campaign.state == "checking"
    assert Notice.objects.get(recipient=person).state == "proved"
    assert Asset.objects.filter(recipient=person).exists()
    assert set(Asset.objects.exclude(recipient=person).values_list("pk", flat=True)) == others
    assert not RenderBatch.objects.exclude(state="done").exists()


def test_a_page_that_was_opened_before_somebody_else_corrected_the_row_is_refused(world: World) -> None:
    campaign = world.checking()
    seen = correcting.mark_of(world.of(campaign, BADA))
    correct(world, world.of(campaign, BADA), phone="010-2222-3333")

    with pytest.raises(correcting.RowChanged):
        correcting.correct_row(
            world.of(campaign, BADA), values={Column.NAME: "박바다라"}, by=world.drafter, now=world.now, mark=seen
        )

    fresh = correcting.mark_of(world.of(campaign, BADA))
    assert fresh != seen
    assert BADA[0] not in fresh
    corrected = correcting.correct_row(
        world.of(campaign, BADA), values={Column.NAME: "박바다라"}, by=world.drafter, now=world.now, mark=fresh
    )
    assert (corrected.name, corrected.phone) == ("박바다라", "+821022223333")


def test_a_corrected_amount_is_what_the_bill_says(world: World) -> None:
    campaign = billed(world)

    correct(world, world.of(campaign, HANEUL), amount="45,000")
    campaign.refresh_from_db()
    services.settle_checking(campaign, by=world.drafter, now=world.now)

    assert bill_of(campaign).amount_won == 45_000
    assert Bill.objects.filter(campaign=campaign).count() == 2
