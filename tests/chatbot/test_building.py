"""An index is built beside the one at work, survives bad luck, and is live wherever it is read."""

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from chatbot import shelf
from chatbot.engine import reading
from chatbot.engine.embedders import NoEmbedder
from chatbot.engine.index import Index
from chatbot.models import EmbeddedText, Faq, IndexBuild, Synonym
from chatbot.services import building, gating, nightly
from tests.chatbot.shelves import NOW, CountingEmbedder, add_gold, add_phrasing, make_faqs

pytestmark = pytest.mark.django_db
State = IndexBuild.State
Wear = Callable[[object], None]


@pytest.fixture
def wear(monkeypatch: pytest.MonkeyPatch) -> Wear:
    """Put another embedder into every place that asks for the process' own."""

    def put(plug: object) -> None:
        for module in (shelf, building):
            monkeypatch.setattr(module, "embedder", lambda: plug)

    return put


@pytest.fixture(autouse=True)
def faqs(monkeypatch: pytest.MonkeyPatch, wear: Wear) -> dict[str, Faq]:
    wear(NoEmbedder())
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(building, "_looked", building._Looked())
    monkeypatch.setattr(building, "_kept", building._Kept())
    shelf.forget()
    return make_faqs()


def build(now_after: timedelta = timedelta()) -> IndexBuild | None:
    return building.build_index(now=NOW + now_after)


def states() -> list[str]:
    return list(IndexBuild.objects.order_by("pk").values_list("state", flat=True))


def best(text: str) -> str:
    found = shelf.current().decide(text).candidates
    return Faq.objects.get(pk=found[0].key).slug if found else ""


# --- building --------------------------------------------------------------------------------------------------------


def test_the_first_build_is_put_to_work() -> None:
    build()

    assert states() == [State.ACTIVE]
    assert shelf.current().build_id == IndexBuild.objects.get().pk
    assert best("소파 버리기") == "bulky"


def test_cron_alone_judges_it_every_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "embedder", NoEmbedder)
    build()

    call_command("drain", daily=True)

    assert "nightly" in IndexBuild.objects.get().scores


def test_the_same_inputs_are_built_once() -> None:
    assert build() is not None
    assert build() is None
    assert states() == [State.ACTIVE]


def test_an_approved_phrasing_makes_a_new_build(faqs: dict[str, Faq]) -> None:
    build()
    assert best("멍멍이 신고") != "pet"

    add_phrasing(faqs["pet"], "멍멍이 신고")
    build()

    assert states() == [State.SUPERSEDED, State.ACTIVE]
    assert best("멍멍이 신고") == "pet"


def test_a_word_officials_explain_makes_a_new_build() -> None:
    build()
    assert best("땅콩책자") != "passport"

    Synonym.objects.create(term="땅콩책자", expands_to="여권", state=Synonym.State.APPROVED, changed_at=NOW)
    build()

    assert best("땅콩책자") == "passport"


def test_a_corrected_text_needs_no_build_to_be_read(faqs: dict[str, Faq]) -> None:
    build()
    Faq.objects.filter(pk=faqs["snow"].pk).update(answer="제설은 안전과로 바뀌었습니다.")

    key = shelf.current().decide("제설").candidates[0].key
    assert Faq.objects.get(pk=key).answer == "제설은 안전과로 바뀌었습니다."


def test_an_edit_during_the_build_is_built_as_well(faqs: dict[str, Faq], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, edits = building._index, ["멍멍이 신고"]

    def edited_meanwhile(wanted: building.Inputs) -> Index:
        index = whole(wanted)
        if edits:
            add_phrasing(faqs["pet"], edits.pop())
        return index

    monkeypatch.setattr(building, "_index", edited_meanwhile)
    build()

    assert states() == [State.SUPERSEDED, State.ACTIVE]
    assert best("멍멍이 신고") == "pet"


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_another_building_leaves(faqs: dict[str, Faq]) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [building._LOCK])
            held.set()
            done.wait(20)
            cursor.execute("select pg_advisory_unlock(%s)", [building._LOCK])
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(20)
        assert build() is None
        assert states() == []
    finally:
        done.set()
        other.join()
    assert build() is not None


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_build_at_work() -> None:
    def run() -> None:
        building.build_index(now=NOW)
        connections.close_all()

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert states() == [State.ACTIVE]


def test_a_build_that_breaks_leaves_the_old_one_at_work(faqs: dict[str, Faq], monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    add_phrasing(faqs["pet"], "멍멍이 신고")

    def broken(wanted: building.Inputs) -> Index:
        raise ArithmeticError("not finite")

    with monkeypatch.context() as patch:
        patch.setattr(building, "_index", broken)
        with pytest.raises(ArithmeticError):
            build()
    assert states() == [State.ACTIVE, State.FAILED]

    assert build(timedelta(minutes=1)) is None, "what failed a moment ago is not tried each minute"
    assert build(timedelta(minutes=11)) is not None
    assert best("멍멍이 신고") == "pet"


def test_a_build_whose_process_died_is_marked_and_made_again() -> None:
    IndexBuild.objects.create(content_hash=b"x" * 32, started_at=NOW)

    build()

    assert states() == [State.FAILED, State.ACTIVE]


def test_only_what_changed_is_embedded(faqs: dict[str, Faq], wear: Wear) -> None:
    plug = CountingEmbedder()
    wear(plug)
    build()
    first = len(plug.asked)
    assert EmbeddedText.objects.count() == len(set(plug.asked))

    plug.asked.clear()
    faq = faqs["snow"]
    faq.question = "눈 치우는 일은 누가 하나요?"
    faq.save()
    build()

    assert 0 < len(plug.asked) < first / 2
    assert IndexBuild.objects.get(state=State.ACTIVE).embedder_id == plug.id


def test_what_a_process_remembers_changes_neither_the_index_nor_its_judgement(
    faqs: dict[str, Faq], wear: Wear, monkeypatch: pytest.MonkeyPatch
) -> None:
    wear(CountingEmbedder())
    for asked, slug in (("소파 버리기", "bulky"), ("여권 발급 장소", "passport"), ("제설 담당", "snow")):
        add_gold(asked, slug)
    add_gold("우주선 면허")
    build()
    faqs["bulky"].answer = "스티커를 사서 붙여 내놓으세요."
    faqs["bulky"].save()
    add_phrasing(faqs["pet"], "멍멍이 신고")
    build()
    quick = IndexBuild.objects.get(state=State.ACTIVE)

    IndexBuild.objects.filter(pk=quick.pk).delete()
    IndexBuild.objects.update(state=State.ACTIVE)
    monkeypatch.setattr(building, "_kept", building._Kept())
    gating._seen.clear()
    for cache in (reading.read, reading.names_of):
        cache.cache_clear()
    build()

    full = IndexBuild.objects.get(state=State.ACTIVE)
    assert bytes(full.blob or b"") == bytes(quick.blob or b"")
    assert full.losses == quick.losses
    assert {**full.scores, "seconds": 0} == {**quick.scores, "seconds": 0}


def test_the_index_to_be_compared_with_is_the_one_at_work(faqs: dict[str, Faq]) -> None:
    build()
    first = bytes(IndexBuild.objects.get(state=State.ACTIVE).content_hash)
    add_phrasing(faqs["pet"], "멍멍이 신고")
    build()
    IndexBuild.objects.filter(state=State.ACTIVE).update(state=State.GATED)
    IndexBuild.objects.filter(content_hash=first).update(state=State.ACTIVE)

    found = building.index_at_work()

    assert found is not None
    assert bytes.fromhex(found.content_hash) == first


def test_a_worker_that_stays_prepares_for_the_first_edit(faqs: dict[str, Faq], wear: Wear) -> None:
    plug = CountingEmbedder()
    wear(plug)
    build()
    building._kept.index, building._kept.vectors = None, {}
    gating._seen.clear()

    building.sweep_index(now=NOW, stays=True)

    assert building._kept.index is not None
    assert building._kept.vectors
    assert len(gating._seen) == 1


# --- what time and accidents bring -----------------------------------------------------------------------------------


def test_the_sweep_finds_a_lost_nudge(faqs: dict[str, Faq]) -> None:
    building.sweep_index(now=NOW)
    assert building.sweep_index(now=NOW) is None

    add_phrasing(faqs["pet"], "멍멍이 신고")
    assert building.sweep_index(now=NOW) is not None


def test_a_blob_that_rots_in_the_database_is_built_again() -> None:
    build()
    IndexBuild.objects.update(blob=b"rotten")

    assert build() is not None
    assert best("소파 버리기") == "bulky"


@pytest.mark.parametrize("damage", [b"", b"rotten", None])
def test_a_damaged_blob_is_refused_and_the_words_must_do(damage: bytes | None) -> None:
    build()
    whole = bytes(IndexBuild.objects.get().blob or b"")
    IndexBuild.objects.update(blob=whole[: len(whole) // 2] if damage is None else damage)

    found = shelf.current()

    assert (found.build_id, found.mode) == (None, "lexical")
    assert best("소파 버리기") == "bulky"


def test_a_blob_of_another_release_is_refused_though_its_hash_is_right() -> None:
    build()
    other = b"an index as it will be written next year"
    IndexBuild.objects.update(blob=other, blob_sha256=hashlib.sha256(other).digest())

    assert shelf.current().build_id is None
    assert best("소파 버리기") == "bulky"


def test_without_any_build_the_rows_are_read_and_read_again_when_they_change(faqs: dict[str, Faq]) -> None:
    assert best("멍멍이 신고") != "pet"

    add_phrasing(faqs["pet"], "멍멍이 신고")

    assert best("멍멍이 신고") == "pet"


def test_without_words_letters_still_offer_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_dictionary(*_: object, **__: object) -> Index:
        raise RuntimeError("no dictionary")

    monkeypatch.setattr(Index, "build", no_dictionary)

    decision = shelf.current().decide("여권 발급")

    assert shelf.mode_here() == "trigram"
    assert (decision.kind, decision.mode) == ("chips", "trigram")
    assert Faq.objects.get(pk=decision.candidates[0].key).slug == "passport"
    assert shelf.current().decide("zzz").kind == "exits"
    assert shelf.current().decide("!!").kind == "empty"


def test_a_process_keeps_its_index_while_another_thread_fetches_the_next(faqs: dict[str, Faq]) -> None:
    build()
    before = shelf.current()
    add_phrasing(faqs["pet"], "멍멍이 신고")
    build()

    with shelf._looking:
        assert shelf.current() is before
    assert shelf.current().build_id != before.build_id
    assert before.decide("소파 버리기").candidates, "a turn ends with the index it began with"


def test_a_web_process_warms_itself_beside_its_work(faqs: dict[str, Faq], monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", lambda self: begun.append(self))

    shelf.warm_beside()

    assert [(one.name, one.daemon) for one in begun] == [("chatbot-warm", True)]


def test_a_database_that_is_away_is_no_reason_not_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(shelf, "_look", away)
    shelf.warm()

    assert shelf.mode_here() == "starting"


def test_health_says_nothing_before_the_first_question() -> None:
    assert shelf.mode_here() == "starting"
    shelf.warm()
    assert shelf.mode_here() == "lexical"
