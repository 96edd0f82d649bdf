"""
The door KakaoTalk knocks at. Under the right secret every call is answered with 200 and valid JSON, whatever happens.

Kakao waits five seconds and may ask again: we answer within two, and the same words within three seconds are one turn.
Somebody in danger is shown the numbers to press even if nothing else works.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import close_old_connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chatbot import queries, services
from chatbot.cards import Chip, Reply
from chatbot.channels import kakao, kakao_request
from chatbot.channels.kakao_request import Asked
from chatbot.drawing import cards_of, person_chip, safety_of
from chatbot.models import Conversation, Turn
from chatbot.services.recording import held
from chatbot.tokens import Kind, Tap, read_token, token_of
from portal.accounts.services import take_token
from portal.core.client import address_of
from portal.core.clock import now as present
from portal.core.doors import public
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)
BUDGET_SECONDS = 2.0
RETRY = timedelta(seconds=3)
PER_MINUTE = 30
LARGEST_BODY = 64 * 1024
BUSY = "지금은 답을 준비하지 못했습니다. 잠시 뒤 다시 물어봐 주세요. 급하시면 전화해 주세요."
SOON = "답을 찾고 있어요. 잠시만 기다려 주세요."
NOT_OURS = "연결되지 않은 챗봇입니다. 전화로 문의해 주세요."
THANKS = "알려 주셔서 고맙습니다."
WHY = "어떤 점이 아쉬웠나요?"
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="kakao")


@public
@csrf_exempt
@require_POST
def skill(request: HttpRequest, secret: str) -> HttpResponse:
    """One utterance or tap. A wrong secret or a strange address: there is nothing here."""
    is_known = [constant_time_compare(secret, known) for known in settings.KAKAO_SKILL_SECRETS]
    allowed = settings.KAKAO_ALLOWED_IPS
    if not any(is_known) or (allowed and address_of(request) not in allowed):
        raise Http404
    return JsonResponse(
        _answer(request.read(LARGEST_BODY + 1), now=present()), json_dumps_params={"ensure_ascii": False}
    )


def _answer(body: bytes, *, now: datetime) -> dict[str, Any]:
    if len(body) > LARGEST_BODY:
        return _sorry(BUSY)
    try:
        asked = kakao_request.read(body)
    except kakao_request.Unreadable:
        return _sorry(BUSY)
    if settings.KAKAO_BOT_ID and asked.bot != settings.KAKAO_BOT_ID:
        return _sorry(NOT_OURS, asked)
    work = _threads.submit(_worked, asked, now=now)
    try:
        error = work.exception(timeout=BUDGET_SECONDS)
    except TimeoutError:
        return _later(work, asked, now=now)
    return _settled(work, error, asked)


def _settled(work: "Future[dict[str, Any]]", error: BaseException | None, asked: Asked) -> dict[str, Any]:
    if error is None:
        return work.result()
    if isinstance(error, Refused):
        return _sorry(error.sentence, asked)
    _log.error("kakao_failed", error=type(error).__name__)
    return _sorry(BUSY, asked)


def _later(work: "Future[dict[str, Any]]", asked: Asked, *, now: datetime) -> dict[str, Any]:
    """Too slow: to an address for late answers the answer is sent when it is there, else there is only the way on."""
    if not asked.callback_url or asked.danger is not None:
        return _sorry(BUSY, asked)
    work.add_done_callback(partial(_keep_late, asked=asked, now=now))
    return kakao.patience(SOON)


def _keep_late(work: "Future[dict[str, Any]]", *, asked: Asked, now: datetime) -> None:
    close_old_connections()
    conversation = _conversation(asked, now=now)
    body = _settled(work, work.exception(), asked)
    services.keep_callback(url=asked.callback_url, conversation=conversation, body=body, asked_at=now)
    close_old_connections()


def _worked(asked: Asked, *, now: datetime) -> dict[str, Any]:
    """In a thread of its own, so that the two seconds can be kept; it brings its own connection."""
    close_old_connections()
    try:
        return _spoken(asked, now=now)
    finally:
        close_old_connections()


def _spoken(asked: Asked, *, now: datetime) -> dict[str, Any]:
    conversation = _conversation(asked, now=now)
    tapped = _rating(asked, now=now)
    if tapped is not None:
        return _rated(conversation, tapped, now=now)
    with transaction.atomic():
        held(conversation)  # asked again meanwhile: that waits here, and finds the turn of the first
        key, is_repeated = _request_key(conversation, asked, now=now)
        if not is_repeated and not _may_ask(conversation, asked, now=now):
            return _sorry(services.TooMany.sentence, asked)
        try:
            turn = _turn(conversation, asked, request_key=key, now=now)
        except Refused as error:  # a try counts all the same
            return _sorry(error.sentence, asked)
    return draw(turn)


def _turn(conversation: Conversation, asked: Asked, *, request_key: UUID, now: datetime) -> Turn:
    if asked.token:
        return services.tap(conversation=conversation, token=asked.token, request_key=request_key, now=now)
    return services.say(conversation=conversation, text=asked.utterance, request_key=request_key, now=now)


def draw(turn: Turn) -> dict[str, Any]:
    """A turn as Kakao's JSON, with thumbs under an answer and a person to ask everywhere."""
    shown = queries.turn_with_cards(turn)
    is_form = turn.decision == Turn.Decision.DIALOGUE  # its own buttons lead to a person too
    taps = [] if is_form else [person_chip(now=turn.asked_at)]
    if turn.decision == Turn.Decision.DIRECT:
        taps[:0] = [_thumb("👍 도움됐어요", turn, 1), _thumb("👎 아니요", turn, -1)]
    reply = cards_of(shown, is_second_miss=turn.conversation.misses_in_row > 1)
    return kakao.response(reply, quick=taps)


def _thumb(label: str, turn: Turn, value: int, reason: str = "") -> Chip:
    return Chip(label, token_of(Kind.RATE, turn.pk, value, reason, now=turn.asked_at))


def _conversation(asked: Asked, *, now: datetime) -> Conversation:
    return services.conversation_of(channel=Conversation.Channel.KAKAO, key=asked.user_key, now=now)


def _may_ask(conversation: Conversation, asked: Asked, *, now: datetime) -> bool:
    """Nobody who says she is in danger is told to wait."""
    if asked.danger is not None and not asked.token:
        return True
    return take_token(key=f"kakao:{conversation.public_id}", capacity=PER_MINUTE, per_seconds=60, now=now)


def _request_key(conversation: Conversation, asked: Asked, *, now: datetime) -> tuple[UUID, bool]:
    """Kakao numbers no request: the same words from the same block within three seconds are the same request."""
    moment = int(now.timestamp() // RETRY.total_seconds())
    said = f"{asked.utterance}\0{asked.block}\0{asked.token}"
    keys = [uuid5(conversation.public_id, f"{said}\0{bucket}") for bucket in (moment, moment - 1)]
    known = conversation.turns.filter(request_key__in=keys, asked_at__gt=now - RETRY).values_list(
        "request_key", flat=True
    )
    first = known.first()
    return (first, True) if first else (keys[0], False)


def _rating(asked: Asked, *, now: datetime) -> Tap | None:
    if not asked.token:
        return None
    tapped = read_token(asked.token, now=now)
    return tapped if tapped.kind == Kind.RATE else None


def _rated(conversation: Conversation, tapped: Tap, *, now: datetime) -> dict[str, Any]:
    """A thumb. One that went down is asked why, once, in words to tap."""
    turn_pk, value, reason = tapped.values
    turn = conversation.turns.filter(pk=int(turn_pk)).first()
    if turn is None:
        return _sorry(BUSY)
    services.rate(turn=turn, value=int(value), reason=reason, now=now)
    if value == "-1" and not reason:
        chips = [_thumb(one.label, turn, -1, one.value) for one in Turn.Reason if one.value]
        return kakao.plain(WHY, chips=[*chips, person_chip(now=now)])
    return kakao.plain(THANKS, chips=[person_chip(now=now)])


def _sorry(sentence: str, asked: Asked | None = None) -> dict[str, Any]:
    """A sentence and a number to call; in danger the numbers that help, whatever else has gone wrong."""
    if asked is not None and asked.danger is not None:
        return kakao.response(Reply((safety_of(asked.danger),)))
    return kakao.plain(sentence, buttons=[kakao.call_button("☎ 대표전화", settings.DISTRICT_PHONE)])
