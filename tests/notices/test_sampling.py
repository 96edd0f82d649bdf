"""The acceptance sample: nothing is settled before people have looked, and one wrong group holds all."""

from datetime import date

import pytest

from notices import services
from notices.models import Campaign, Notice, PageClaim, Sample, SampleVerdict
from notices.proof import rule_of_three
from notices.services import sampling
from notices.workflow import NotAllowed
from tests.notices.reading import analysed
from tests.notices.world import Person, World, accept_sample

MANY: list[Person] = [
    (
        f"시민{'가나다라마바사아자차'[n % 10]}{'가나다라마바사아자차'[n // 10]}",
        date(1980, 1, 1 + n % 28),
        f"+8210{n:08d}",
    )
    for n in range(1, 91)
]


@pytest.fixture
def checking(world: World) -> Campaign:
    """Ninety proved notices, page 30 doubtful, and nobody has looked yet."""
    campaign = world.checking(MANY, samples=False)
    doubtful = Notice.objects.get(first_page=30)
    PageClaim.objects.filter(page=30).update(verdict="held", reasons=["name_differs"])
    Notice.objects.filter(pk=doubtful.pk).update(state="held", reasons=["name_differs"])
    document = campaign.documents.get()
    document.groups_sha256 = sampling.groups_hash(document, [])
    document.save(update_fields=["groups_sha256"])
    return campaign


def drawn(world: World, campaign: Campaign) -> Sample:
    return services.draw_sample(campaign, by=world.drafter, now=world.now)


def judge(world: World, sample: Sample, page: int, is_right: bool = True, note: str = "") -> SampleVerdict:
    return services.judge_group(sample, first_page=page, is_right=is_right, note=note, by=world.drafter, now=world.now)


def test_sixty_random_groups_and_both_neighbours_of_every_doubt(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)

    assert sample.random_count == 60
    assert {29, 31} <= set(sample.first_pages)
    assert 30 not in sample.first_pages
    assert 60 <= len(sample.first_pages) <= 62


def test_a_sample_is_drawn_once(world: World, checking: Campaign) -> None:
    assert drawn(world, checking) == drawn(world, checking)


@pytest.mark.parametrize(
    ("doubtful", "expected"),
    [([1], {2}), ([10], {8}), ([5], {4, 6}), ([5, 7], {4, 6, 8}), ([5, 6.5], {4, 6, 8}), ([], set())],
)
def test_neighbours(doubtful: list[int], expected: set[int]) -> None:
    assert sampling.neighbours([2, 4, 6, 8], doubtful) == expected


def test_nothing_is_settled_before_everybody_on_the_sample_was_looked_at(world: World, checking: Campaign) -> None:
    with pytest.raises(services.SampleNeeded):
        services.settle_checking(checking, by=world.drafter, now=world.now)
    sample = drawn(world, checking)
    for page in sample.first_pages[1:]:
        judge(world, sample, page)
    with pytest.raises(services.SampleNeeded):
        services.settle_checking(checking, by=world.drafter, now=world.now)

    judge(world, sample, sample.first_pages[0])
    services.settle_checking(checking, by=world.drafter, now=world.now)

    assert checking.state == "ready"


def test_one_wrong_group_holds_the_whole_document(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)
    judge(world, sample, sample.first_pages[0])

    judge(world, sample, sample.first_pages[1], is_right=False, note="다른 사람의 주소")

    assert not Notice.objects.sendable().exists()
    assert Notice.objects.filter(reasons=["sample_wrong"]).count() == 89
    assert sampling.was_found_wrong(checking.documents.get())
    with pytest.raises(NotAllowed):
        services.settle_checking(checking, by=world.drafter, now=world.now)


def test_what_a_sample_found_wrong_nobody_releases(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)
    judge(world, sample, sample.first_pages[0], is_right=False, note="다른 사람의 주소")
    notice = Notice.objects.select_related("recipient__campaign").get(first_page=sample.first_pages[0])

    with pytest.raises(services.NotReleasable):
        services.release_notice(notice, note="괜찮아 보임", by=world.sender, now=world.now)


def test_a_wrong_group_says_what_is_wrong(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)

    with pytest.raises(NotAllowed, match="적어"):
        judge(world, sample, sample.first_pages[0], is_right=False)


def test_a_verdict_is_not_changed_and_saying_it_twice_is_harmless(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)
    page = sample.first_pages[0]
    judge(world, sample, page)
    judge(world, sample, page)

    with pytest.raises(NotAllowed, match="이미"):
        judge(world, sample, page, is_right=False, note="잘못 눌렀음")
    assert sample.verdicts.count() == 1


def test_another_assignment_needs_another_sample(world: World, checking: Campaign) -> None:
    accept_sample(checking, by=world.drafter, now=world.now)
    sample = drawn(world, checking)
    checking.documents.update(groups_sha256="f" * 64)

    with pytest.raises(services.SampleNeeded):
        services.settle_checking(checking, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed, match="다시 뽑아"):
        judge(world, sample, sample.first_pages[0])
    assert drawn(world, checking) != sample


def test_only_groups_of_the_sample_are_judged_and_only_by_the_department(world: World, checking: Campaign) -> None:
    sample = drawn(world, checking)

    with pytest.raises(NotAllowed):
        judge(world, sample, 9999)
    with pytest.raises(NotAllowed):
        services.judge_group(sample, first_page=sample.first_pages[0], is_right=True, by=world.stranger, now=world.now)


@pytest.mark.parametrize(("count", "words"), [(60, "5%"), (300, "1%"), (3000, "0.1%")])
def test_the_rule_of_three_is_said_in_words(count: int, words: str) -> None:
    assert f"틀린 것은 {words}보다 적다" in rule_of_three(count)


def test_a_second_official_takes_a_wrong_verdict_back_and_everything_is_proved_anew(world: World) -> None:
    campaign = analysed(world)
    sample = drawn(world, campaign)
    page = sample.first_pages[0]
    verdict = judge(world, sample, page, is_right=False, note="이름이 다름")
    for by, note in ((world.drafter, "잘못 누름"), (world.stranger, "잘못 누름"), (world.sender, " ")):
        with pytest.raises(NotAllowed):
            services.withdraw_verdict(verdict, note=note, by=by, now=world.now)
    assert not Notice.objects.sendable().filter(recipient__campaign=campaign).exists()

    services.withdraw_verdict(verdict, note="다시 견주어 보니 같음", by=world.sender, now=world.now)
    with pytest.raises(NotAllowed):
        services.withdraw_verdict(verdict, note="또", by=world.sender, now=world.now)
    services.work_on_files(now=world.now, seconds=100)

    campaign.refresh_from_db()
    assert campaign.state == "checking"
    again = drawn(world, campaign)
    assert page in sampling.unseen(again)
    assert Notice.objects.sendable().filter(recipient__campaign=campaign).count() == len(again.first_pages)
    assert not sampling.was_found_wrong(campaign.documents.get(is_current=True))
    assert judge(world, again, page).is_right
