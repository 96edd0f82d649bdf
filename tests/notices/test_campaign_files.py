"""From uploaded files to pictures: every citizen accounted for, nothing doubtful sendable, no wrong picture."""

import json
from pathlib import Path

import pgtrigger
import pikepdf
import pytest
from django.conf import settings as django_settings

from messaging.models import Message
from messaging.topics import WrongImage
from notices import balancing, queries, replies, services
from notices.models import Asset, Campaign, Notice, PageClaim, Recipient, RenderBatch, SourceDocument
from notices.rosters import RosterRefused
from notices.services import vault
from notices.services.rosters import ColumnsUnknown
from notices.workflow import NotAllowed
from tests.notices.world import World, accept_sample

DEMO = Path(django_settings.BASE_DIR) / "notices" / "reference" / "demo"
TRUTH = json.loads((DEMO / "truth.json").read_text("utf-8"))
LAYOUT = "군소음 피해보상금 결정 통지서"
HELD = ("name_typo", "birth_bad", "formula", "page_missing", "page_duplicated", "scanned_no_text", "qr_vs_text")


def upload(world: World, campaign: Campaign, *, roster: Path | None = None, pdf: Path | None = None) -> Campaign:
    services.attach_document(
        campaign,
        file=pdf or DEMO / "notices.pdf",
        file_name="통지서.pdf",
        zone_template=LAYOUT,
        by=world.drafter,
        now=world.now,
    )
    services.attach_roster(
        campaign, file=roster or DEMO / "roster.xlsx", file_name="명부.xlsx", by=world.drafter, now=world.now
    )
    return campaign


def analysed(world: World, **files: Path) -> Campaign:
    campaign = upload(world, world.draft(), **files)
    services.work_on_files(now=world.now, seconds=100)
    campaign.refresh_from_db()
    if campaign.state == Campaign.State.CHECKING and Asset.objects.filter(recipient__campaign=campaign).exists():
        accept_sample(campaign, by=world.drafter, now=world.now)
    return campaign


@pytest.fixture
def checking(world: World) -> Campaign:
    return analysed(world)


def test_the_demo_files_are_read_matched_and_drawn_as_the_truth_says(world: World, checking: Campaign) -> None:
    assert checking.state == "checking"
    owner_of = {page["page"]: page["owner"] for page in TRUTH["pages"]}
    for asset in Asset.objects.select_related("notice", "recipient"):
        assert {owner_of[page] for page in asset.notice.pages} == {asset.recipient.key}
    sendable = set(Asset.objects.values_list("recipient__key", flat=True))
    for planted in (*HELD, "page_name_wrong", "dup_roster_row"):
        assert not sendable & set(TRUTH["planted"][planted]), planted


def test_everybody_on_the_roster_and_every_page_is_accounted_for(world: World, checking: Campaign) -> None:
    facts = queries.facts_of(checking)

    assert facts.counts["all"] == TRUTH["citizens"]
    assert facts.document_pages == TRUTH["pdf_pages"]
    assert not balancing.broken(balancing.identities(facts))


def test_settling_leaves_nobody_between(world: World, checking: Campaign) -> None:
    services.settle_checking(checking, by=world.drafter, now=world.now)

    counts = queries.counts_of(checking)
    sendable = Asset.objects.values("recipient").distinct().count()
    assert checking.state == "ready"
    assert counts["state:addressable"] == sendable
    assert counts.get("state:imported", 0) == 0
    assert counts["all"] == sendable + counts["bucket:paper"]
    assert {name: counts[name] for name in queries.recounted(checking)} == queries.recounted(checking)


def test_each_pass_of_a_page_through_the_gates_is_written_down(world: World, checking: Campaign) -> None:
    document = queries.current_document(checking)

    assert document is not None
    assert PageClaim.objects.filter(document=document, verdict=None).count() == 0
    assert document.claims.count() == document.page_count
    assert not RenderBatch.objects.exclude(state="done").exists()
    assert Notice.objects.filter(state="held").exclude(reasons=[]).exists()


def test_files_at_rest_say_nothing(world: World, checking: Campaign) -> None:
    stored = [path for path in Path(django_settings.MEDIA_DIR).rglob("*") if path.is_file()]

    assert stored
    for path in stored:
        content = path.read_bytes()
        assert not content.startswith((b"%PDF", b"\xff\xd8"))
        assert "2026-" not in path.name


def killed(*args: object, **kwargs: object) -> None:
    raise KeyboardInterrupt


def test_a_killed_worker_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = upload(world, world.draft())
    with monkeypatch.context() as patched:
        patched.setattr("notices.services.working.read_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            services.work_on_files(now=world.now, seconds=100)

    RenderBatch.objects.filter(state="working").update(lease_until=world.now.replace(year=2020))
    SourceDocument.objects.filter(state="examining").update(lease_until=world.now.replace(year=2020))
    services.work_on_files(now=world.now, seconds=100)

    campaign.refresh_from_db()
    assert campaign.state == "checking"
    assert PageClaim.objects.filter(document__campaign=campaign).count() == TRUTH["pdf_pages"]


def test_a_batch_taken_over_by_another_worker_is_dropped(world: World) -> None:
    upload(world, world.draft())
    from notices.services import reading

    document = reading.next_to_examine()
    assert document is not None
    reading.examine_document(document, now=world.now)
    batch = reading.claim_batch(reading.batches_to_read())
    assert batch is not None
    RenderBatch.objects.filter(pk=batch.pk).update(lease_by="00000000-0000-0000-0000-000000000001")

    with vault.opened(batch.document, now=world.now) as pdf, pytest.raises(reading.Overtaken):
        reading.read_batch(batch, pdf, now=world.now)

    assert not PageClaim.objects.exists()


def test_a_corrected_roster_is_matched_again_without_reading_the_pages_again(
    world: World, checking: Campaign, tmp_path: Path
) -> None:
    typo = TRUTH["planted"]["name_typo"][0]
    page = PageClaim.objects.get(text_key=typo)
    right_name = json.loads(page.reading)["values"]["name"]
    wrong_name = Recipient.objects.get(campaign=checking, key=typo).name
    text = (DEMO / "roster_utf8sig.csv").read_text("utf-8-sig").replace(f"{typo},{wrong_name}", f"{typo},{right_name}")
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(text, "utf-8-sig")
    readings = dict(PageClaim.objects.values_list("page", "sealed_id"))

    services.attach_roster(checking, file=corrected, file_name="고침.csv", by=world.drafter, now=world.now)
    services.work_on_files(now=world.now, seconds=100)

    checking.refresh_from_db()
    assert checking.state == "checking"
    assert Notice.objects.get(recipient__key=typo).state == "proved"
    assert dict(PageClaim.objects.values_list("page", "sealed_id")) == readings


def test_a_broken_new_file_leaves_the_good_one_in_force(world: World, checking: Campaign, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing more")
    pictures = set(Asset.objects.values_list("sha256", flat=True))

    services.attach_document(
        checking, file=broken, file_name="b.pdf", zone_template=LAYOUT, by=world.drafter, now=world.now
    )
    services.work_on_files(now=world.now, seconds=100)

    checking.refresh_from_db()
    refused = SourceDocument.objects.get(campaign=checking, state="refused")
    assert checking.state == "checking"
    assert refused.refusal
    assert not refused.is_current
    assert set(Asset.objects.values_list("sha256", flat=True)) == pictures


def test_a_broken_file_after_settling_can_be_shrugged_off(world: World, checking: Campaign, tmp_path: Path) -> None:
    services.settle_checking(checking, by=world.drafter, now=world.now)
    before = queries.counts_of(checking)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing more")
    services.attach_document(
        checking, file=broken, file_name="b.pdf", zone_template=LAYOUT, by=world.drafter, now=world.now
    )
    services.work_on_files(now=world.now, seconds=100)
    checking.refresh_from_db()

    services.settle_checking(checking, by=world.drafter, now=world.now)

    assert checking.state == "ready"
    assert {name: count for name, count in queries.counts_of(checking).items() if count} == {
        name: count for name, count in before.items() if count
    }


def test_an_encrypted_pdf_is_refused_with_a_sentence(world: World, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(DEMO / "notices.pdf") as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))

    campaign = analysed(world, pdf=locked)

    document = SourceDocument.objects.get(campaign=campaign)
    assert campaign.state == "draft"
    assert document.state == "refused"
    assert "암호" in document.refusal


def test_a_roster_without_its_columns_waits_for_somebody_to_say_which_they_are(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    bad = tmp_path / "bad.csv"
    bad.write_text("관리번호,성명\n1,김하늘\n", "utf-8")

    with pytest.raises(ColumnsUnknown) as refused:
        services.attach_roster(campaign, file=bad, file_name="bad.csv", by=world.drafter, now=world.now)

    assert "생년월일" in refused.value.sentence
    assert not campaign.rosters.exists()


def test_a_roster_in_an_unknown_encoding_is_refused(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    bad = tmp_path / "bad.csv"
    bad.write_bytes("관리번호,성명,생년월일,휴대전화\n1,김하늘,19900101,01012345678\n".encode("utf-16"))

    with pytest.raises(RosterRefused):
        services.attach_roster(campaign, file=bad, file_name="bad.csv", by=world.drafter, now=world.now)


def test_two_people_under_one_key_are_both_kept(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    roster = tmp_path / "twice.csv"
    roster.write_text(
        "관리번호,성명,생년월일,휴대전화,주소\n"
        "2026-00000015,김하늘,1990-01-01,010-1234-5678,한빛시 1\n"
        "2026-00000015,박바다,1985-12-31,010-8765-4321,한빛시 2\n"
        "2026-00000015,김하늘,1990-01-01,010-1234-5678,한빛시 1\n",
        "utf-8",
    )

    imported = services.attach_roster(campaign, file=roster, file_name="twice.csv", by=world.drafter, now=world.now)

    people = Recipient.objects.filter(campaign=campaign)
    assert {one.name for one in people} == {"김하늘", "박바다"}
    assert {one.state for one in people} == {"defective"}
    assert (imported.row_count, imported.unique_count, imported.duplicate_count) == (3, 2, 1)


def test_nothing_can_be_replaced_once_people_were_asked(world: World) -> None:
    campaign = world.asking()

    with pytest.raises(NotAllowed):
        services.attach_roster(campaign, file=DEMO / "roster.xlsx", file_name="r.xlsx", by=world.drafter, now=world.now)


def _waiting_picture(world: World, checking: Campaign) -> tuple[Asset, Message]:
    services.settle_checking(checking, by=world.drafter, now=world.now)
    world.launch(checking)
    world.run(checking)
    world.arrive(checking)
    recipient = Recipient.objects.filter(campaign=checking, state="asking").order_by("pk")[0]
    assert recipient.birth is not None
    world.reply((recipient.name, recipient.birth, recipient.phone), f"1 {recipient.birth:%y%m%d}")
    world.sending(checking)
    message = Message.objects.get(key__contains=f":{recipient.pk}:deliver:")
    return Asset.objects.filter(recipient=recipient).order_by("part")[0], message


def test_the_picture_that_leaves_is_the_one_that_was_made(world: World, checking: Campaign) -> None:
    asset, message = _waiting_picture(world, checking)

    content = replies.load_picture(f"notices:{asset.pk}", message)

    assert content.startswith(b"\xff\xd8")
    assert len(content) == asset.byte_count <= 200_000
    assert max(asset.width, asset.height) <= 1000
    assert message.images.count() == asset.parts


def test_somebody_elses_picture_never_leaves(world: World, checking: Campaign) -> None:
    asset, message = _waiting_picture(world, checking)
    other = Asset.objects.exclude(recipient=asset.recipient).order_by("pk")[0]

    with pytest.raises(WrongImage):
        replies.load_picture(f"notices:{other.pk}", message)


def test_a_swapped_file_never_leaves(world: World, checking: Campaign) -> None:
    asset, message = _waiting_picture(world, checking)
    other = Asset.objects.exclude(recipient=asset.recipient).order_by("pk")[0]
    vault.full_path(asset.stored_as).write_bytes(vault.full_path(other.stored_as).read_bytes())

    with pytest.raises(WrongImage):
        replies.load_picture(f"notices:{asset.pk}", message)


def test_a_picture_rebound_in_the_database_never_leaves(world: World, checking: Campaign) -> None:
    asset, message = _waiting_picture(world, checking)
    other = Asset.objects.exclude(recipient=asset.recipient).order_by("pk")[0]
    with pgtrigger.ignore("notices.Asset:approved_asset_frozen_changed"):  # whoever can do this can do anything
        Asset.objects.filter(pk=asset.pk).update(stored_as=other.stored_as, sha256=other.sha256, bound=other.bound)

    with pytest.raises(WrongImage):
        replies.load_picture(f"notices:{asset.pk}", message)


def test_a_destroyed_key_makes_every_picture_unreadable(world: World, checking: Campaign) -> None:
    from portal.accounts.services import KeyDestroyed, destroy_data_key

    asset, message = _waiting_picture(world, checking)
    destroy_data_key(purpose="notices.campaign", object_ref=checking.number, now=world.now)

    with pytest.raises(KeyDestroyed):
        replies.load_picture(f"notices:{asset.pk}", message)
