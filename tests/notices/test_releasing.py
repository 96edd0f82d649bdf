"""A hold ends only as it may: two different officials for what people can judge, nobody at all for the rest."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from notices import services
from notices.assigning import RELEASABLE, Reason
from notices.models import Asset, Campaign, CampaignChange, Notice, PageClaim, Recipient, RenderBatch, SourceDocument
from notices.services import drawing, releasing
from notices.services.fonts import lacks_only_fonts
from notices.workflow import NotAllowed
from portal.accounts.models import User
from tests.notices import hostile
from tests.notices.world import BADA, HANEUL, Person, World


def hold(world: World, campaign: Campaign, *reasons: str, person: Person = HANEUL) -> Notice:
    """Her notice as the assignment leaves it when it doubts."""
    notice = Notice.objects.get(recipient=world.of(campaign, person))
    Asset.objects.filter(notice=notice).delete()
    Notice.objects.filter(pk=notice.pk).update(state="held", reasons=list(reasons))
    PageClaim.objects.filter(notice=notice).update(verdict="held", reasons=list(reasons))
    return fresh(notice)


def fresh(notice: Notice) -> Notice:
    return Notice.objects.select_related("recipient__campaign").get(pk=notice.pk)


def sign(world: World, notice: Notice, by: User, note: str = "주소와 금액을 견주어 봄") -> Notice:
    return services.release_notice(fresh(notice), note=note, by=by, now=world.now)


def sendable(campaign: Campaign) -> QuerySet[Notice]:
    return Notice.objects.sendable().filter(recipient__campaign=campaign)


@pytest.mark.parametrize("reason", sorted(RELEASABLE))
def test_two_different_officials_release_what_people_can_judge(world: World, reason: str) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, reason)

    first = sign(world, notice, world.drafter)
    assert first.state == "held"
    assert not sendable(campaign).filter(pk=notice.pk).exists()

    second = sign(world, notice, world.sender)
    assert (second.state, second.released_by, second.second_released_by) == ("released", world.drafter, world.sender)
    assert sendable(campaign).filter(pk=notice.pk).exists()
    assert second.reasons == [reason]  # what was doubted stays on record


@pytest.mark.parametrize("reason", [*sorted(set(Reason) - RELEASABLE), "read_back_failed", "same_picture_as_another"])
def test_nobody_releases_what_people_cannot_judge(world: World, reason: str) -> None:
    notice = hold(world, world.checking(), reason)

    with pytest.raises(services.NotReleasable):
        sign(world, notice, world.drafter)
    assert fresh(notice).released_by is None


def test_one_forbidden_reason_among_others_is_enough(world: World) -> None:
    notice = hold(world, world.checking(), Reason.NAME_DIFFERS, Reason.QR_DIFFERS)

    with pytest.raises(services.NotReleasable):
        sign(world, notice, world.drafter)


def test_the_same_official_cannot_sign_twice(world: World) -> None:
    notice = hold(world, world.checking(), Reason.NAME_DIFFERS)
    sign(world, notice, world.drafter)

    with pytest.raises(NotAllowed, match="두 번째"):
        sign(world, notice, world.drafter)
    assert fresh(notice).state == "held"


def test_another_department_cannot_sign(world: World) -> None:
    notice = hold(world, world.checking(), Reason.NAME_DIFFERS)

    with pytest.raises(NotAllowed):
        sign(world, notice, world.stranger)


def test_a_signature_says_what_was_seen(world: World) -> None:
    notice = hold(world, world.checking(), Reason.NAME_DIFFERS)

    with pytest.raises(NotAllowed, match="적어"):
        sign(world, notice, world.drafter, note="  ")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "released"},
        {"state": "released", "release_note": "x"},
        {"second_released_by_id": 1},
    ],
)
def test_the_database_refuses_a_release_without_two_officials(world: World, change: dict[str, Any]) -> None:
    notice = hold(world, world.checking(), Reason.NAME_DIFFERS)
    change = {**change, **({"second_released_by_id": world.sender.pk} if "second_released_by_id" in change else {})}

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**change)


def released(world: World, by: User, second: User, *reasons: str) -> dict[str, Any]:
    return {
        "state": "released",
        "release_note": "x",
        "released_at": world.now,
        "released_by": by,
        "second_released_by": second,
        "reasons": list(reasons),
    }


def test_the_database_refuses_one_official_as_two_and_forbidden_reasons(world: World) -> None:
    notice = Notice.objects.filter(pk=hold(world, world.checking(), Reason.NAME_DIFFERS).pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        notice.update(**released(world, world.drafter, world.drafter, Reason.NAME_DIFFERS))
    for reason in set(Reason) - RELEASABLE:
        with pytest.raises(IntegrityError), transaction.atomic():
            notice.update(**released(world, world.drafter, world.sender, reason))
    notice.update(**released(world, world.drafter, world.sender, Reason.NAME_DIFFERS))


def test_somebody_whose_row_is_wrong_gets_nothing_released(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.BIRTH_DIFFERS)
    Recipient.objects.filter(pk=notice.recipient_id).update(state="defective", bucket="paper")

    with pytest.raises(services.NotReleasable, match="명부"):
        sign(world, notice, world.drafter)


def test_a_release_makes_pictures_while_the_checking_goes_on(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.NAME_DIFFERS)
    sign(world, notice, world.drafter)
    assert not RenderBatch.objects.filter(document=notice.document).exists()

    sign(world, notice, world.sender)

    batch = drawing.batches_to_draw().get()
    assert (batch.first_page, batch.last_page) == (notice.first_page, notice.pages[-1])
    assert [one.pk for one in drawing._notices_of(batch)] == [notice.pk]


def test_settling_waits_for_the_second_signature_and_for_the_pictures(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.NAME_DIFFERS)
    sign(world, notice, world.drafter)

    with pytest.raises(NotAllowed, match="서명"):
        services.settle_checking(campaign, by=world.drafter, now=world.now)
    sign(world, notice, world.sender)
    with pytest.raises(NotAllowed, match="그림"):
        services.settle_checking(campaign, by=world.drafter, now=world.now)
    RenderBatch.objects.update(state="done")
    services.settle_checking(campaign, by=world.drafter, now=world.now)


def test_a_signature_taken_back_holds_as_before(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.NAME_DIFFERS)
    sign(world, notice, world.drafter)
    sign(world, notice, world.sender)

    services.hold_again(fresh(notice), by=world.drafter, now=world.now)

    again = fresh(notice)
    assert (again.state, again.released_by, again.second_released_by) == ("held", None, None)
    assert not RenderBatch.objects.exclude(profile="reading").exists()
    services.settle_checking(campaign, by=world.drafter, now=world.now)
    assert world.state(campaign, HANEUL) == "defective"


def test_nothing_is_released_once_the_checking_is_over(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.NAME_DIFFERS)
    services.settle_checking(campaign, by=world.drafter, now=world.now)

    with pytest.raises(NotAllowed):
        sign(world, notice, world.drafter)


def test_every_signature_is_in_the_campaigns_history(world: World) -> None:
    campaign = world.checking()
    notice = hold(world, campaign, Reason.NAME_DIFFERS)
    sign(world, notice, world.drafter)
    sign(world, notice, world.sender)

    causes = CampaignChange.objects.filter(campaign=campaign).order_by("pk").values_list("cause", "by")
    assert list(causes)[-2:] == [("sign_release", world.drafter.pk), ("release_notice", world.sender.pk)]


def scan_of(world: World, campaign: Campaign, person: Person = HANEUL) -> PageClaim:
    """Her page as a scan: it says nothing, so it belongs to nobody."""
    notice = Notice.objects.get(recipient=world.of(campaign, person))
    page = PageClaim.objects.get(notice=notice)
    Notice.objects.filter(pk=notice.pk).delete()
    PageClaim.objects.filter(pk=page.pk).update(verdict="held", reasons=[str(Reason.NO_TEXT)], notice=None)
    return PageClaim.objects.select_related("document__campaign").get(pk=page.pk)


def test_a_scanned_page_is_laid_beside_a_row_and_then_takes_two(world: World) -> None:
    campaign = world.checking()
    page = scan_of(world, campaign)

    notice = services.name_owner(page, world.of(campaign, HANEUL), by=world.drafter, now=world.now)

    assert (notice.state, notice.reasons) == ("held", ["no_text"])
    sign(world, notice, world.drafter)
    assert sign(world, notice, world.sender).state == "released"


def test_a_scanned_page_is_not_given_to_somebody_who_has_one(world: World) -> None:
    campaign = world.checking()
    page = scan_of(world, campaign)

    with pytest.raises(NotAllowed):
        services.name_owner(page, world.of(campaign, BADA), by=world.drafter, now=world.now)


def test_a_page_whose_code_lies_is_given_to_nobody(world: World) -> None:
    campaign = world.checking()
    page = scan_of(world, campaign)
    PageClaim.objects.filter(pk=page.pk).update(reasons=[str(Reason.QR_FORGED)])

    with pytest.raises(services.NotReleasable):
        services.name_owner(page, world.of(campaign, HANEUL), by=world.drafter, now=world.now)


def refused_for(campaign: Campaign, code: str) -> SourceDocument:
    """Its document as an examination leaves it that found one thing."""
    findings = {"findings": [{"code": code, "sentence": "글꼴", "is_blocking": True}]}
    campaign.documents.update(state="refused", refusal="글꼴", is_current=False, findings=findings)
    return campaign.documents.get()


def test_fonts_are_allowed_by_an_approver_who_did_not_upload_the_file(world: World) -> None:
    campaign = world.checking()
    document = refused_for(campaign, "font_not_embedded")

    for by in (world.drafter, world.stranger):
        with pytest.raises(NotAllowed):
            services.allow_fonts(document, reason="쪽을 보니 글자가 모두 보임", by=by, now=world.now)
    with pytest.raises(NotAllowed):
        services.allow_fonts(document, reason=" ", by=world.sender, now=world.now)
    services.allow_fonts(document, reason="쪽을 보니 글자가 모두 보임", by=world.sender, now=world.now)

    document.refresh_from_db()
    campaign.refresh_from_db()
    assert (document.state, document.fonts_allowed_by, campaign.state) == ("uploaded", world.sender, "reading")


def test_a_file_refused_for_anything_else_is_not_taken(world: World) -> None:
    document = refused_for(world.checking(), "password")

    with pytest.raises(NotAllowed, match="글꼴 때문에"):
        services.allow_fonts(document, reason="쪽을 보니 글자가 모두 보임", by=world.sender, now=world.now)


def test_an_allowed_file_is_read_although_its_fonts_are_missing(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    taken: dict[str, Any] = {"by": world.drafter, "now": world.now}
    pdf = hostile.unembedded_font(tmp_path / "noembed.pdf")
    layout = "군소음 피해보상금 결정 통지서"
    services.attach_document(campaign, file=pdf, file_name="통지서.pdf", zone_template=layout, **taken)
    services.attach_roster(campaign, file=hostile.DEMO / "roster.xlsx", file_name="명부.xlsx", **taken)
    services.work_on_files(now=world.now, seconds=100)
    document = campaign.documents.get()
    assert (document.state, lacks_only_fonts(document)) == ("refused", True)

    services.allow_fonts(document, reason="쪽을 보니 글자가 모두 보임", by=world.sender, now=world.now)
    services.work_on_files(now=world.now, seconds=100)

    document.refresh_from_db()
    assert document.state == "read"


def test_obstacles_are_sentences(world: World) -> None:
    notice = hold(world, world.checking(), Reason.QR_FORGED)

    assert releasing.obstacles(notice) == ["사람이 풀 수 없는 사유입니다: QR코드의 서명이 맞지 않습니다."]


def test_two_pages_are_not_given_to_one_person_at_the_same_moment(world: World) -> None:
    campaign = world.checking()
    page = scan_of(world, campaign)

    with CaptureQueriesContext(connection) as seen:
        services.name_owner(page, world.of(campaign, HANEUL), by=world.drafter, now=world.now)

    statements = [one["sql"] for one in seen]
    locked = next(n for n, sql in enumerate(statements) if "notices_recipient" in sql and "FOR NO KEY UPDATE" in sql)
    looked = next(n for n, sql in enumerate(statements) if 'FROM "notices_notice"' in sql)
    assert locked < looked
