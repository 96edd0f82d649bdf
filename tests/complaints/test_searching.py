"""Two syllables are found in sealed text, and what is stored says nothing to whoever lacks the key."""

import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from pytest_django import Settings
from time_machine import TimeMachineFixture

from complaints import search_queries
from complaints.models import Complaint
from complaints.search_queries import search
from complaints.searching import TooShort, folded, grams_for, grams_of, pieces_of, stands_in, terms_of
from complaints.services import Place
from complaints.services.searching import reindex
from tests.complaints.conftest import World
from tests.complaints.officials import LIST, signed_in


def found(query: str, **options: int) -> list[str]:
    pks = search(Complaint.objects.all(), query, **options).pks
    bodies = {one.pk: one.body for one in Complaint.objects.filter(pk__in=pks)}
    return [bodies[pk] for pk in pks]


def test_spaces_punctuation_case_and_width_do_not_matter() -> None:
    assert folded("가로 등·CCTV！ １번") == "가로등cctv1번"
    assert pieces_of("가로등") == {"가로", "로등"}
    assert grams_of("가로 등") == grams_of("가로등")


@pytest.mark.parametrize("query", ["", "  ", "등", "가로등 불", "!!", "가로등 ㄱ"])
def test_a_single_syllable_is_refused(query: str) -> None:
    with pytest.raises(TooShort, match="두 글자 이상 입력해 주세요"):
        terms_of(query)


def test_the_index_is_keyed_and_has_no_order(settings: Settings) -> None:
    ours = grams_of("가로등이 꺼졌어요")
    settings.PII_INDEX_KEY = b"x" * 32

    assert ours == sorted(set(ours))
    assert all(-(2**31) <= gram < 2**31 for gram in ours)
    assert not set(ours) & set(grams_of("가로등이 꺼졌어요"))


def test_pieces_do_not_run_from_the_text_into_the_address() -> None:
    assert not set(grams_for(["요새"])) & set(grams_of("꺼졌어요", "새빛로"))
    assert not stands_in(["요새"], "꺼졌어요", "새빛로")


def test_what_was_filed_is_found_by_two_syllables_of_text_or_address(world: World) -> None:
    world.file(body="학교 앞 가로 등이 깜빡여요")
    world.file(body="쓰레기가 쌓였어요", place=Place(address="새빛로 12 가로수길"))

    assert found("로등") == ["학교 앞 가로 등이 깜빡여요"]
    assert found("가로수") == ["쓰레기가 쌓였어요"]
    assert found("학교 깜빡") == ["학교 앞 가로 등이 깜빡여요"]
    assert found("가로") == ["쓰레기가 쌓였어요", "학교 앞 가로 등이 깜빡여요"]
    assert found("학교 쓰레기") == []


def test_all_pieces_without_the_word_is_no_hit(world: World) -> None:
    world.file(body="불법 광고물, 법주 이야기, 주차 금지")  # 불법, 법주, 주차, but not 불법주차

    assert set(grams_for(["불법주차"])) <= set(Complaint.objects.get().search_grams)
    assert found("불법주차") == []


def test_pages_follow_one_another_and_end_at_the_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_queries, "PAGE", 2)
    for number in range(5):
        world.tick(minutes=1)
        world.file(body=f"가로등 {number}", phone="")

    everything = search(Complaint.objects.all(), "가로등")

    assert (len(everything.pks), everything.is_all) == (5, True)
    assert found("가로등", most=3) == ["가로등 4", "가로등 3", "가로등 2"]
    assert not search(Complaint.objects.all(), "가로등", most=3).is_all


def test_only_given_rows_are_searched(world: World) -> None:
    complaint = world.file(body="가로등")

    assert search(Complaint.objects.exclude(pk=complaint.pk), "가로등").pks == ()


def test_what_is_missing_is_indexed_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.services.searching.BATCH", 2)
    pks = [world.file(body=f"가로등 {number}", phone="").pk for number in range(3)]
    Complaint.objects.update(search_grams=[])

    assert list(reindex()) == [pks[1], pks[2]]
    assert len(found("가로등")) == 3
    assert list(reindex()) == []


def test_a_stopped_run_goes_on_where_it_was(world: World) -> None:
    pks = [world.file(body=f"가로등 {number}", phone="").pk for number in range(2)]
    Complaint.objects.update(search_grams=[1])
    out = io.StringIO()

    call_command("index_search", "--all", "--after", str(pks[0]), stdout=out)

    assert out.getvalue().splitlines()[0] == f"--after {pks[1]}"
    assert found("가로등") == ["가로등 1"]


def test_an_empty_row_has_nothing_to_find(world: World) -> None:
    complaint = world.file(body="가로등")
    Complaint.objects.filter(pk=complaint.pk).update(body_sealed=b"")

    assert found("가로등") == []


@pytest.fixture
def may_look(world: World, time_machine: TimeMachineFixture) -> None:
    """Heads and officers may open the worklist, as the shipped roles allow."""
    time_machine.move_to(world.now)
    view = Permission.objects.filter(content_type__app_label="complaints", codename__startswith="view_")
    for group in Group.objects.all():
        group.permissions.set(view)


def test_officials_find_words_in_the_worklist_among_what_they_may_see(world: World, may_look: None) -> None:
    lamp, tree = world.file(body="가로등이 깜빡여요"), world.file(body="가로수가 깜빡 쓰러졌어요")

    page = signed_in(world.officer).get(LIST, {"q": "깜빡", "tab": "open"}).content.decode()

    assert lamp.number in page
    assert tree.number not in page  # another department's


def test_the_worklist_says_why_a_syllable_finds_nothing_and_where_it_stopped(
    world: World, may_look: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = search.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "most", 1)
    for _ in range(2):
        world.file(phone="")
    client = signed_in(world.officer)

    assert "두 글자 이상 입력해 주세요" in client.get(LIST, {"q": "등"}).content.decode()
    assert "가장 최근 1건까지만 찾았습니다" in client.get(LIST, {"q": "가로등"}).content.decode()
