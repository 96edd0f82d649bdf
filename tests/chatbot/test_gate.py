"""A new index that loses questions does not take over by itself; a person may decide otherwise, and go back."""

from datetime import timedelta

import pytest

from chatbot import shelf
from chatbot.models import Faq, GoldQuestion, IndexBuild
from chatbot.services import building, gold
from chatbot.services.gating import SPARE, Asked, Pair, Seen, problems
from portal.accounts.models import User
from tests.chatbot.shelves import NOW, add_gold, add_phrasing, by_words_alone, make_faqs

pytestmark = pytest.mark.django_db
State = IndexBuild.State


@pytest.fixture(autouse=True)
def faqs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Faq]:
    by_words_alone(monkeypatch)
    made = make_faqs()
    for text, slug in (
        ("소파 버리기", "bulky"),
        ("장롱 배출", "bulky"),
        ("여권 발급 장소", "passport"),
        ("제설 담당", "snow"),
    ):
        add_gold(text, slug)
    add_gold("우주선 면허")
    return made


@pytest.fixture
def administrator() -> User:
    return User.objects.create(username="root", is_superuser=True, is_staff=True)


def build(minutes: int = 0) -> IndexBuild | None:
    return building.build_index(now=NOW + timedelta(minutes=minutes))


def at_work() -> IndexBuild:
    return IndexBuild.objects.get(state=State.ACTIVE)


def add_many_gold() -> None:
    """So many that one question weighs less than the gate allows."""
    for number in range(300):
        add_gold(f"{chr(ord('가') + 28 * number)}동 여권 발급", "passport")


def spoil(faq: Faq) -> None:
    """An edit after which nobody finds the answer any more."""
    faq.question, faq.tags, faq.answer = "새로운 안내", ["안내"], "안내합니다."
    faq.save()


def refused(faqs: dict[str, Faq]) -> IndexBuild:
    build()
    spoil(faqs["bulky"])
    build(1)
    return IndexBuild.objects.get(state=State.REFUSED)


# --- the gate --------------------------------------------------------------------------------------------------------


def test_scores_are_kept_with_the_build() -> None:
    build()

    scores = at_work().scores
    assert (scores["questions"], scores["top3"], scores["none_direct"]) == (5, 1.0, 0.0)


def test_a_build_that_loses_questions_is_refused_and_says_which(faqs: dict[str, Faq]) -> None:
    found = refused(faqs)

    assert at_work().pk != found.pk
    assert "세 후보" in found.problem
    lost = {loss["text"]: loss for loss in found.losses}
    assert set(lost) >= {"소파 버리기", "장롱 배출"}
    assert lost["소파 버리기"]["before"] == "bulky"
    assert lost["소파 버리기"]["after"] != "bulky"


def test_the_old_one_stays_at_work_and_the_refused_is_not_built_again(faqs: dict[str, Faq]) -> None:
    refused(faqs)

    assert build(2) is None
    key = shelf.current().decide("소파 버리기").candidates[0].key
    assert key == faqs["bulky"].pk


def test_an_answer_that_takes_anothers_question_is_named(faqs: dict[str, Faq]) -> None:
    build()
    for text in ("제설 담당", "제설 누가", "눈 제설 담당 부서", "제설 담당 어디"):
        add_phrasing(faqs["pet"], text)
    build(1)

    found = IndexBuild.objects.order_by("-pk")[0]
    assert found.state == State.REFUSED
    assert [(loss["text"], loss["after"]) for loss in found.losses] == [("제설 담당", "pet")]


def test_one_pinned_question_is_enough(faqs: dict[str, Faq]) -> None:
    add_many_gold()
    GoldQuestion.objects.filter(text="제설 담당").update(is_pinned=True)
    build()
    faq = faqs["snow"]
    faq.question, faq.tags, faq.answer = "겨울 안내", ["겨울"], "안내합니다."
    faq.save()
    build(1)

    found = IndexBuild.objects.get(state=State.REFUSED)
    assert found.problem == "꼭 지켜야 하는 질문 1개를 잃습니다."


def test_one_question_of_hundreds_may_be_lost(faqs: dict[str, Faq]) -> None:
    add_many_gold()
    build()
    faq = faqs["snow"]
    faq.question, faq.tags, faq.answer = "겨울 안내", ["겨울"], "안내합니다."
    faq.save()
    build(1)

    assert at_work().losses[0]["text"] == "제설 담당"


def test_answering_what_is_not_ours_is_refused(faqs: dict[str, Faq]) -> None:
    build()
    add_phrasing(faqs["pet"], "우주선 면허")
    build(1)

    assert IndexBuild.objects.get(state=State.REFUSED).problem == "우리 일이 아닌 질문에 잘못 답하는 일이 늘어납니다."


def test_a_retired_answer_cannot_be_lost(faqs: dict[str, Faq]) -> None:
    build()
    Faq.objects.filter(pk=faqs["bulky"].pk).update(status=Faq.Status.RETIRED)
    build(1)

    assert at_work().faq_count == 3
    assert shelf.current().decide("소파 버리기").best != faqs["bulky"].pk


def test_phrasings_of_a_changed_answer_are_asked_of_an_index_that_has_not_read_them(faqs: dict[str, Faq]) -> None:
    for number in range(6):
        add_phrasing(faqs["bulky"], f"소파 {number}개 내놓기")
    build()
    faqs["bulky"].answer = "스티커를 사서 붙여 내놓으세요."
    faqs["bulky"].save()
    build(1)

    assert at_work().scores["phrasings"] == 3


@pytest.mark.parametrize(("lost", "is_refused"), [(0, False), (1, False), (2, True)])
def test_one_of_the_few_phrasings_of_a_reworded_answer_may_be_lost(lost: int, *, is_refused: bool) -> None:
    found, missed = Seen("bulky", True, True, False), Seen("", False, False, False)
    asked = Asked("소파", frozenset({"bulky"}))
    pairs = [Pair(asked, found, missed if number < lost else found) for number in range(14)]

    assert bool(list(problems(pairs, spare=SPARE))) is is_refused
    assert bool(list(problems(pairs))) is (lost > 0)


# --- people decide ---------------------------------------------------------------------------------------------------


def test_somebody_with_the_right_to_it_may_override(faqs: dict[str, Faq], administrator: User) -> None:
    found = refused(faqs)

    building.override_build(build=found, reason="안내가 통째로 바뀌었습니다.", by=administrator, now=NOW)

    assert at_work().pk == found.pk
    assert at_work().override_by == administrator
    assert shelf.current().build_id == found.pk
    assert build(2) is None


def test_nobody_else_may(faqs: dict[str, Faq]) -> None:
    found, other = refused(faqs), User.objects.create(username="other", is_staff=True)

    with pytest.raises(building.MayNotDecide):
        building.override_build(build=found, reason="그냥", by=other, now=NOW)
    with pytest.raises(building.MayNotDecide):
        building.roll_back(reason="그냥", by=other, now=NOW)


def test_an_override_has_a_reason(faqs: dict[str, Faq], administrator: User) -> None:
    with pytest.raises(building.NoReason):
        building.override_build(build=refused(faqs), reason="  ", by=administrator, now=NOW)


def test_what_was_built_from_old_rows_is_not_put_to_work(faqs: dict[str, Faq], administrator: User) -> None:
    found = refused(faqs)
    add_phrasing(faqs["pet"], "멍멍이 신고")

    with pytest.raises(building.Outdated):
        building.override_build(build=found, reason="까닭", by=administrator, now=NOW)


def test_rolling_back_stays_until_somebody_writes(faqs: dict[str, Faq], administrator: User) -> None:
    build()
    first = at_work().pk
    add_phrasing(faqs["pet"], "멍멍이 신고")
    build(1)

    building.roll_back(reason="엉뚱한 답이 늘었습니다.", by=administrator, now=NOW + timedelta(minutes=2))

    assert at_work().pk == first
    assert shelf.current().build_id == first
    assert build(3) is None, "the same inputs would only bring back what was taken away"
    add_phrasing(faqs["pet"], "강쥐 신고")
    assert build(4) is not None


def test_there_must_be_something_to_go_back_to(administrator: User) -> None:
    build()

    with pytest.raises(building.NothingBefore):
        building.roll_back(reason="까닭", by=administrator, now=NOW)


def test_only_a_few_builds_stay_loadable(faqs: dict[str, Faq]) -> None:
    for number in range(building.BLOBS_KEPT + 3):
        add_phrasing(faqs["pet"], f"멍멍이 신고 {number}번째")
        build(number)

    kept = IndexBuild.objects.exclude(blob=None)
    assert kept.count() == building.BLOBS_KEPT + 1


# --- the questions that ship -----------------------------------------------------------------------------------------


def test_gold_questions_are_loaded_once_and_pins_stay() -> None:
    gold.load_gold()
    count = GoldQuestion.objects.count()
    GoldQuestion.objects.filter(text="쓰봉 20리터 얼마예요").update(is_pinned=True, kind="wrong")

    gold.load_gold()

    assert GoldQuestion.objects.count() == count > 300
    question = GoldQuestion.objects.get(text="쓰봉 20리터 얼마예요")
    assert (question.is_pinned, question.kind) == (True, "slang")
