"""A question becomes one turn, masked, with a way on; an official's edit is live."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chatbot import queries, services, shelf
from chatbot.cards import Form, Links, Phone, Safety
from chatbot.drawing import cards_of
from chatbot.models import Conversation, Faq, Phrasing, Turn
from chatbot.services import publishing
from portal.accounts.models import Department, User

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Faq]:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    department = Department.objects.create(code="clean", name="청소행정과", phone="02-120-0100")
    made = []
    for slug, question, answer, tags in (
        (
            "bulky",
            "대형폐기물은 어떻게 배출하나요?",
            "신고하고 스티커를 붙여 내놓으세요.",
            ["대형폐기물", "소파", "장롱"],
        ),
        ("passport", "여권은 어디서 만드나요?", "구청 민원여권과에서 신청합니다.", ["여권", "여권발급"]),
        ("snow", "눈이 오면 제설은 누가 하나요?", "도로과가 제설합니다.", ["제설", "눈"]),
    ):
        faq = Faq.objects.create(
            slug=slug, question=question, answer=answer, tags=tags, category="생활", department=department,
            status=Faq.Status.PUBLISHED, checked_on=NOW.date(), changed_at=NOW,
        )  # fmt: skip
        made.append(faq)
    return made


@pytest.fixture
def conversation() -> Conversation:
    return services.open_conversation(public_id=None, now=NOW)


def ask(conversation: Conversation, text: str, key: UUID | None = None) -> Turn:
    return services.say(conversation=conversation, text=text, request_key=key or uuid4(), now=NOW)


def test_a_sure_question_gets_one_answer(conversation: Conversation) -> None:
    turn = ask(conversation, "대형폐기물 배출")

    assert turn.decision == Turn.Decision.DIRECT
    assert turn.faq is not None
    assert turn.faq.slug == "bulky"


def test_the_same_request_is_one_turn(conversation: Conversation) -> None:
    key = uuid4()

    assert ask(conversation, "여권", key).pk == ask(conversation, "여권", key).pk
    assert conversation.turns.count() == 1


def test_what_is_stored_is_masked(conversation: Conversation) -> None:
    turn = ask(conversation, "여권 번호 900101-1234567 전화 010-1234-5678")

    assert "1234567" not in turn.text_masked
    assert "5678" not in turn.text_masked


def test_an_unknown_question_ends_in_exits_and_is_listed(conversation: Conversation) -> None:
    turn = ask(conversation, "우주선 면허 갱신")

    cards = cards_of(queries.thread_of(conversation)[-1]).cards
    assert turn.decision == Turn.Decision.EXITS
    assert any(isinstance(card, Form) for card in cards)
    assert any(isinstance(card, Phone) and card.number for card in cards)
    assert list(queries.unanswered()) == [turn]


def test_an_emergency_comes_before_everything(conversation: Conversation) -> None:
    turn = ask(conversation, "집에 불이 났어요")

    assert turn.decision == Turn.Decision.SAFETY
    assert isinstance(cards_of(queries.thread_of(conversation)[-1]).cards[0], Safety)


def test_a_choice_is_answered_and_remembered(conversation: Conversation) -> None:
    turn = ask(conversation, "여권 제설")
    rank = turn.candidates.get(faq__slug="passport").rank

    answer = services.choose(conversation=conversation, turn=turn, rank=rank, request_key=uuid4(), now=NOW)

    assert answer.decision == Turn.Decision.DIRECT
    assert answer.faq is not None
    assert answer.faq.slug == "passport"
    assert turn.candidates.get(rank=rank).tapped_at == NOW


def test_none_of_them_leads_to_the_exits(conversation: Conversation) -> None:
    turn = ask(conversation, "여권 제설")

    refused = services.refuse_choices(conversation=conversation, turn=turn, request_key=uuid4(), now=NOW)

    assert refused.decision == Turn.Decision.EXITS
    assert refused.text_masked == turn.text_masked


def test_an_edit_is_live_and_a_retired_answer_is_never_given(conversation: Conversation, answers: list[Faq]) -> None:
    ask(conversation, "여권")
    later = NOW + timedelta(minutes=1)
    Faq.objects.filter(slug="passport").update(status=Faq.Status.RETIRED, changed_at=later)
    Phrasing.objects.create(
        faq=answers[2],
        text="염화칼슘 뿌려 주세요",
        text_key="염화칼슘뿌려주세요",
        state=Phrasing.State.APPROVED,
        changed_at=later,
    )

    gone = ask(conversation, "여권")
    learned = ask(conversation, "염화칼슘 뿌려 주세요")

    assert gone.faq is None
    assert learned.faq == answers[2]


def test_a_faster_than_human_pace_is_slowed_but_not_in_danger(conversation: Conversation) -> None:
    for number in range(20):
        ask(conversation, f"여권 {number}")

    with pytest.raises(services.TooMany):
        ask(conversation, "여권")
    assert ask(conversation, "불이 났어요").decision == Turn.Decision.SAFETY


def test_a_question_as_long_as_a_letter_is_refused_kindly(conversation: Conversation) -> None:
    with pytest.raises(services.TooLong):
        ask(conversation, "여권 " * 1000)


def test_the_shipped_answers_load_twice_without_change() -> None:
    from portal.accounts.reference_data import load_departments

    Department.objects.all().update(name="옛 청소과")
    load_departments()

    first = services.load_reference(now=NOW)
    services.load_reference(now=NOW + timedelta(days=1))

    assert first >= 169
    assert not Faq.objects.filter(changed_at__gt=NOW).exists()
    assert not Faq.objects.filter(answer__contains="행복구").exists()
    assert not Phrasing.objects.filter(changed_at__gt=NOW).exists()


def test_the_first_press_made_twice_at_once_opens_one_conversation() -> None:
    press = uuid4()

    first = services.open_conversation(public_id=None, now=NOW, first_press=press)
    again = services.open_conversation(public_id=None, now=NOW, first_press=press)

    assert first == again
    assert services.open_conversation(public_id=None, now=NOW, first_press=uuid4()) != first


def test_what_an_official_published_stays_when_the_shipped_answers_are_loaded_again() -> None:
    _load_shipped()
    faq, other = Faq.objects.filter(kind="answer", department__isnull=False).order_by("-pk")[:2]
    publishing.publish_faq(
        faq=faq, content=replace(publishing.content_of(faq), answer="우리가 고친 답입니다."), phrasings=[],
        seen=faq.version, reason="", by=User.objects.create_superuser("admin"), now=NOW,
    )  # fmt: skip
    Faq.objects.filter(pk=other.pk).update(answer="지난 판의 답", checked_on=NOW.date() - timedelta(days=9))

    services.load_reference(now=NOW)

    faq.refresh_from_db()
    other.refresh_from_db()
    assert faq.answer == "우리가 고친 답입니다."
    assert other.answer != "지난 판의 답"
    assert other.checked_on is not None
    assert other.checked_on > NOW.date() - timedelta(days=9)


def _load_shipped() -> None:
    from portal.accounts.reference_data import load_departments

    Department.objects.all().update(name="옛 청소과")
    load_departments()
    services.load_reference(now=NOW)


def test_who_else_is_responsible_is_said_with_number_and_address(conversation: Conversation) -> None:
    _load_shipped()

    turn = ask(conversation, "세무서 일은 여기서 안 봐 준대유")

    assert turn.faq is not None
    cards = cards_of(turn).cards
    assert [card.number for card in cards if isinstance(card, Phone)] == ["126"]
    assert [card.links[0].url for card in cards if isinstance(card, Links)] == ["https://www.hometax.go.kr"]


def test_what_an_official_rejected_does_not_come_back_with_the_next_setup() -> None:
    _load_shipped()
    rejected = Phrasing.objects.order_by("pk").first()
    assert rejected is not None
    Phrasing.objects.filter(pk=rejected.pk).update(state=Phrasing.State.REJECTED)

    services.load_reference(now=NOW)

    rejected.refresh_from_db()
    assert rejected.state == Phrasing.State.REJECTED
    assert Phrasing.objects.filter(text_key=rejected.text_key).count() == 1


def test_an_unknown_department_is_named_and_nothing_is_loaded() -> None:
    entry: dict[str, Any] = {
        "id": "new-one", "question": "?", "answer": "!", "category": "x", "department": "없는과", "tags": [], "links": [],
        "map": None, "form": None, "sample_facts": False,
    }  # fmt: skip

    with pytest.raises(services.WrongContent) as refusal:
        services.load_faqs([entry], now=NOW)

    assert "new-one" in refusal.value.sentence
    assert not Faq.objects.filter(slug="new-one").exists()
