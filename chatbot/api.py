"""`/api/v1/chat/turns/`: other offices' kiosks and pages ask the same chatbot; its cards come as JSON."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chatbot import queries, services
from chatbot.cards import Summary, to_json
from chatbot.drawing import cards_of
from chatbot.models import Conversation, Turn
from messaging.api.base import Api
from messaging.api.describing import REFUSALS
from messaging.api.serializers import Exact
from messaging.models import Scope
from portal.core import clock
from portal.core.languages import house_language


class TurnIn(Exact):
    """A question, or the token of something tapped."""

    conversation = serializers.RegexField(
        r"^[A-Za-z0-9_-]{8,64}$", help_text="보내는 시스템이 정한 대화 번호. 개인정보를 넣지 마세요"
    )
    request_key = serializers.UUIDField(help_text="요청마다 새 값. 같은 값을 다시 보내면 처음 답을 돌려줍니다")
    text = serializers.CharField(required=False, default="", max_length=5000, allow_blank=True)
    token = serializers.CharField(required=False, default="", max_length=600, allow_blank=True)


class TurnOut(serializers.Serializer):
    """What became of it."""

    number = serializers.IntegerField(help_text="대화 안의 순번")
    decision = serializers.ChoiceField(choices=Turn.Decision.choices)
    cards = serializers.ListField(child=serializers.DictField(), help_text="`card`가 종류입니다 (docs/api.md)")


class Turns(Api):
    """One turn of a conversation."""

    scopes: ClassVar = {"POST": Scope.CHAT}

    @extend_schema(
        operation_id="ask_chatbot",
        summary="챗봇에게 묻기",
        tags=["챗봇"],
        request=TurnIn,
        responses={200: TurnOut, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """질문 하나, 또는 고른 것 하나에 답합니다. 답은 카드의 목록이고, 언제나 다음 길이 있습니다."""
        asked = TurnIn(data=request.data)
        asked.is_valid(raise_exception=True)
        given, now = asked.validated_data, clock.now()
        name = f"{self.key(request).pk}:{given['conversation']}"
        conversation = services.conversation_of(channel=Conversation.Channel.API, key=name, now=now)
        pressed = {"conversation": conversation, "request_key": given["request_key"], "now": now}
        with house_language():  # what is said in the thread is kept, whatever a cookie asks for
            if given["token"]:
                turn = services.tap(token=given["token"], **pressed)
            else:
                turn = services.say(text=given["text"], **pressed)
        return Response(TurnOut(shown(turn)).data)


def shown(turn: Turn) -> dict[str, Any]:
    """A turn as JSON values. What was answered to a petition stays here: a key proves an office, not a citizen."""
    reply = cards_of(queries.turn_with_cards(turn), is_second_miss=turn.conversation.misses_in_row > 1)
    cards = [Summary(card.draft) if isinstance(card, Summary) else card for card in reply.cards]
    return {"number": turn.seq, "decision": turn.decision, "cards": [to_json(card) for card in cards]}
