"""Conversations with the chatbot, answered and unanswered."""

from datetime import datetime, timedelta
from uuid import uuid4

from chatbot import services
from chatbot.models import Turn

_TALKS = (
    ("대형폐기물 어떻게 버려요?", "소파 버리려면 얼마예요?"),
    ("여권 만들려면 뭐가 필요해요", "얼마나 걸려요?"),
    ("dmachrans 어디에 버려요", "음식물 쓰레기 어디에 버려요"),
    ("ㅇㄱ", "가로등이 나갔어요"),
    ("집 앞에 화분 놔도 과태료 나와요?", "전입신고 방법"),
)
_UNANSWERED = ("드론 날리려면 허가 받아야 하나요", "우리 동네 수제맥주 축제 언제 해요", "유기농 텃밭 분양도 하나요")


def make_talks(*, now: datetime) -> int:
    """A few citizens' questions over the last days. Returns how many questions."""
    count = 0
    for number, questions in enumerate(_TALKS):
        asked_at = now - timedelta(hours=9 * number + 1)
        conversation = services.open_conversation(public_id=None, now=asked_at)
        for step, text in enumerate(questions):
            moment = asked_at + timedelta(minutes=step)
            services.say(conversation=conversation, text=text, request_key=uuid4(), now=moment)
            count += 1
    return count + _make_unanswered(now)


def _make_unanswered(now: datetime) -> int:
    """Questions nobody has written an answer for: where choices are offered, none of them is it."""
    for number, text in enumerate(_UNANSWERED):
        asked_at = now - timedelta(hours=5 * number + 2)
        conversation = services.open_conversation(public_id=None, now=asked_at)
        turn = services.say(conversation=conversation, text=text, request_key=uuid4(), now=asked_at)
        if turn.decision != Turn.Decision.EXITS:
            services.refuse_choices(conversation=conversation, turn=turn, request_key=uuid4(), now=asked_at)
    return len(_UNANSWERED)
