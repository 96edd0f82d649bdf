"""Only what is published today is ever given, whatever the index believes."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chatbot import queries, services
from chatbot.models import Faq, IndexBuild, Turn
from chatbot.services import building
from tests.chatbot.shelves import NOW, by_words_alone, make_faqs

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
OUT_OF_DATE = (
    {"status": Faq.Status.RETIRED},
    {"status": Faq.Status.DRAFT},
    {"valid_to": TODAY - timedelta(days=1)},
    {"valid_from": TODAY + timedelta(days=1)},
)
IN_DATE = ({"valid_to": TODAY}, {"valid_from": TODAY}, {"valid_from": TODAY, "valid_to": TODAY})


@pytest.fixture(autouse=True)
def faqs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Faq]:
    """An index of the day before: it still knows what is no longer given."""
    by_words_alone(monkeypatch)
    made = make_faqs()
    building.build_index(now=NOW)
    return made


def ask(text: str) -> Turn:
    conversation = services.open_conversation(public_id=None, now=NOW)
    return services.say(conversation=conversation, text=text, request_key=uuid4(), now=NOW)


@pytest.mark.parametrize("change", OUT_OF_DATE)
def test_what_is_withdrawn_is_never_given(faqs: dict[str, Faq], change: dict[str, object]) -> None:
    assert ask("여권은 어디서 만드나요?").faq == faqs["passport"]

    Faq.objects.filter(pk=faqs["passport"].pk).update(**change)
    turn = ask("여권은 어디서 만드나요?")

    assert turn.faq != faqs["passport"]
    assert turn.decision != Turn.Decision.DIRECT, "the next one may be meant, but nobody has said so"
    assert faqs["passport"].pk not in turn.candidates.values_list("faq", flat=True)


@pytest.mark.parametrize("change", IN_DATE)
def test_the_first_and_the_last_day_count(faqs: dict[str, Faq], change: dict[str, object]) -> None:
    Faq.objects.filter(pk=faqs["passport"].pk).update(**change)

    assert ask("여권은 어디서 만드나요?").faq == faqs["passport"]


def test_a_turn_tells_which_index_it_asked(faqs: dict[str, Faq]) -> None:
    turn = ask("여권은 어디서 만드나요?")

    assert turn.build == IndexBuild.objects.get(state=IndexBuild.State.ACTIVE)
    assert turn.mode == Turn.Mode.LEXICAL
    assert turn.probability is not None


def test_the_search_box_gives_no_more_than_the_chat(faqs: dict[str, Faq]) -> None:
    Faq.objects.filter(pk=faqs["passport"].pk).update(status=Faq.Status.RETIRED)

    assert faqs["passport"] not in queries.answers_for("여권은 어디서 만드나요?")


def test_the_next_days_index_leaves_it_out(faqs: dict[str, Faq]) -> None:
    Faq.objects.filter(pk=faqs["passport"].pk).update(valid_to=TODAY)

    building.build_index(now=NOW)
    assert IndexBuild.objects.count() == 1, "the last day is a day like any other"
    building.sweep_index(now=NOW + timedelta(days=1))

    assert IndexBuild.objects.get(state=IndexBuild.State.ACTIVE).faq_count == len(faqs) - 1
