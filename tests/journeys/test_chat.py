"""A question nobody has an answer for becomes a complaint with the words already in it."""

import pytest

from chatbot.models import Turn
from chatbot.tokens import Kind, token_of
from complaints.models import Complaint
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import House, eventually

NUMBER = "01055504321"
QUESTION = "공원 동상 코가 떨어져 나갔어요"


@pytest.mark.timeout(900)
def test_an_unanswered_question_is_filed_and_tracked(house: House) -> None:
    with Citizen(house.url) as citizen:
        answer = citizen.send("/chat/turns/", citizen.open("/chat/"), text="여권은 어디서 만드나요?")
        assert "여권" in answer.text

        asked = citizen.send("/chat/turns/", citizen.open("/chat/"), text=QUESTION)
        turn = Turn.objects.order_by("-pk")[0]
        if turn.decision != Turn.Decision.EXITS:
            none = token_of(Kind.CHOICE, turn.pk, 0, now=turn.asked_at)
            asked = citizen.send("/chat/turns/", asked.text, token=none)
        assert f'value="{QUESTION}"' in asked.text

        form = citizen.send("/complaints/new/", asked.text, prefill="chatbot", body=QUESTION)
        assert QUESTION in form.text
        receipt = citizen.send(
            "/complaints/new/", form.text, body=QUESTION, place="가좌동 7", phone="01055504321", name=""
        )

    complaint = Complaint.objects.get()
    assert complaint.body == QUESTION
    assert complaint.number in receipt.text
    eventually(lambda: [text for text in house.texts_on(NUMBER) if complaint.number in text])
