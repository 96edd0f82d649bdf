"""The five addresses of the API: each reads a request, makes one call, and says what came of it."""

import hashlib
import json
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging import office_queries
from messaging.api import paging, problems, showing
from messaging.api.base import Api
from messaging.api.describing import CURSOR, IDEMPOTENCY_KEY, LIMIT, REFUSALS
from messaging.api.serializers import (
    MessageOut,
    MessagesOut,
    OrderIn,
    PlacedOut,
    RepliesOut,
    TemplatesOut,
)
from messaging.models import ApiKey, Message, MessageStatus, Scope
from messaging.services import cancel
from messaging.services.offices import Order, place
from messaging.services.requests import Answer, answer_once
from portal.core import clock

LONGEST_KEY = 255


class Messages(Api):
    """`/api/v1/messages`."""

    scopes: ClassVar = {"GET": Scope.READ, "POST": Scope.SEND}

    @extend_schema(
        operation_id="send_messages",
        summary="메시지 보내기",
        tags=["메시지"],
        parameters=[IDEMPOTENCY_KEY],
        request=OrderIn,
        responses={201: PlacedOut, **REFUSALS},
    )
    def post(self, request: Request) -> HttpResponse:
        """
        승인된 서식으로 최대 1,000명에게 보냅니다.

        틀린 받는 이가 있어도 나머지는 접수합니다. 모두 틀리면 422로 답합니다.
        """
        key = self.key(request)
        asked = OrderIn(data=request.data)
        asked.is_valid(raise_exception=True)
        order, now = asked.order(), clock.now()

        def act(number: int) -> Answer:
            return _answer(key, order, number)

        done = answer_once(api_key=key, key=_request_key(request), body_sha256=_digest(request.data), now=now, act=act)
        kind = "application/json" if done.status < 400 else problems.MEDIA_TYPE
        return HttpResponse(done.text, status=done.status, content_type=kind)

    @extend_schema(
        operation_id="list_messages",
        summary="보낸 메시지 목록",
        tags=["메시지"],
        parameters=[CURSOR, LIMIT],
        responses={200: MessagesOut, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """이 키의 부서가 API로 보낸 메시지를 최근 것부터 보여 줍니다."""
        key, limit, after = self.key(request), paging.limit_of(request), paging.after(request)
        rows = office_queries.messages_of(key)
        page = list((rows.filter(id__lt=after) if after is not None else rows)[: limit + 1])
        shown, more = page[:limit], len(page) > limit
        _note_unmasked(request, key, shown, action="list")
        messages = [showing.message(row, key) for row in shown]
        next_cursor = paging.cursor(shown[-1].pk) if more else None
        return Response(MessagesOut({"messages": messages, "next_cursor": next_cursor}).data)


class OneMessage(Api):
    """`/api/v1/messages/{id}`."""

    scopes: ClassVar = {"GET": Scope.READ, "DELETE": Scope.SEND}

    @extend_schema(
        operation_id="read_message",
        summary="메시지 결과",
        tags=["메시지"],
        responses={200: MessageOut, **REFUSALS},
    )
    def get(self, request: Request, message_id: UUID) -> Response:
        """메시지 하나가 어떻게 되었는지 보여 줍니다."""
        return self._show(request, self._found(request, message_id))

    @extend_schema(
        operation_id="cancel_message",
        summary="메시지 취소",
        tags=["메시지"],
        responses={200: MessageOut, **REFUSALS},
    )
    def delete(self, request: Request, message_id: UUID) -> Response:
        """아직 나가지 않은 메시지를 취소합니다. 이미 나갔으면 409로 답하고, 취소한 것을 다시 취소해도 괜찮습니다."""
        message = self._found(request, message_id)
        if message.status != MessageStatus.CANCELLED:
            cancel(message=message, by=None, now=clock.now())
        return self._show(request, self._found(request, message_id))

    def _found(self, request: Request, message_id: UUID) -> Message:
        found = office_queries.messages_of(self.key(request)).filter(sealed_id=message_id).first()
        if found is None:
            raise NotFound
        return found

    def _show(self, request: Request, message: Message) -> Response:
        key = self.key(request)
        _note_unmasked(request, key, [message], action="view")
        return Response(MessageOut(showing.message(message, key)).data)


class Replies(Api):
    """`/api/v1/replies`."""

    scopes: ClassVar = {"GET": Scope.REPLIES}

    @extend_schema(
        operation_id="list_replies",
        summary="회신 가져오기",
        tags=["회신"],
        parameters=[CURSOR, LIMIT],
        responses={200: RepliesOut, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """이 부서가 API로 보낸 메시지에 온 답장을 오래된 것부터, 빠짐없이 한 번씩 보여 줍니다."""
        key, limit, after = self.key(request), paging.limit_of(request), paging.after(request) or 0
        page = list(office_queries.replies_of(key).filter(number__gt=after)[: limit + 1])
        shown = page[:limit]
        showing.note_look(request, key, "reply", [row.reply_id for row in shown], action="list")
        last = shown[-1].number if shown else after
        body = {
            "replies": [showing.reply(row, key) for row in shown],
            "next_cursor": paging.cursor(last),
            "has_more": len(page) > limit,
        }
        return Response(RepliesOut(body).data)


class Templates(Api):
    """`/api/v1/templates`."""

    scopes: ClassVar = {"GET": Scope.TEMPLATES}

    @extend_schema(
        operation_id="list_templates",
        summary="쓸 수 있는 서식",
        tags=["서식"],
        responses={200: TemplatesOut, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """다른 시스템이 쓸 수 있는 승인된 서식과 그 치환변수를 보여 줍니다."""
        rows = [showing.template(version) for version in office_queries.wordings_for_offices()]
        return Response(TemplatesOut({"templates": rows}).data)


class Nowhere(APIView):
    """Every other address below /api/: a problem, not a page."""

    authentication_classes: ClassVar[list[type]] = []
    permission_classes: ClassVar[list[type]] = []
    throttle_classes: ClassVar[list[type]] = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whatever the method."""
        raise NotFound


def _answer(key: ApiKey, order: Order, number: int) -> Answer:
    done = place(api_key=key, order=order, request=number, now=clock.now())
    if not done.messages:
        body = problems.problem(422, "보낼 수 있는 받는 이가 한 명도 없습니다.", errors=showing.refusals(done))
        return Answer(422, json.dumps(body, ensure_ascii=False))
    return Answer(201, JSONRenderer().render(PlacedOut(showing.placed(done, key)).data).decode())


def _request_key(request: Request) -> str:
    text: str = request.headers.get("Idempotency-Key", "")
    if not (0 < len(text) <= LONGEST_KEY and text.isascii() and text.isprintable()):
        sentence = f"Idempotency-Key 머리글에 {LONGEST_KEY}자 이하의 값을 넣어 주세요. 요청마다 새 값을 씁니다."
        raise ValidationError({"Idempotency-Key": [sentence]})
    return text


def _digest(data: Any) -> bytes:
    """Of what the body says: white space and the order of fields do not make another request."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).digest()


def _note_unmasked(request: Request, key: ApiKey, messages: list[Message], *, action: str) -> None:
    if key.may(Scope.UNMASK):
        showing.note_look(request, key, "message", [message.pk for message in messages], action=action)
