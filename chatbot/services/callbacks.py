"""A late answer to KakaoTalk: its address takes one, once, within a minute. What became of a call is never guessed."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import httpx
import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from chatbot.models import Conversation, KakaoCallback
from portal.core.bells import ring

_log = structlog.get_logger(__name__)
LIFE = timedelta(seconds=55)  # of the minute that Kakao gives
KEPT = timedelta(days=1)
SECONDS = 5.0
AT_ONCE = 50


def keep_callback(*, url: str, conversation: Conversation, body: dict[str, Any], asked_at: datetime) -> bool:
    """Write down what is to be sent, and ring. False if the address was used before."""
    from chatbot import tasks  # noqa: PLC0415  (tasks call services)

    row = KakaoCallback(
        url_hash=hashlib.sha256(url.encode()).digest(),
        conversation=conversation,
        expires_at=asked_at + LIFE,
    )
    row.url, row.body = url, json.dumps(body, ensure_ascii=False)
    try:
        with transaction.atomic():
            row.save()
            ring(tasks.send_kakao_callbacks)
    except IntegrityError:
        return False
    return True


def send_callbacks(*, now: datetime, transport: httpx.BaseTransport | None = None) -> int:
    """
    Send what waits, each once. It counts as sent before the call: if the outcome is unknown it is not sent again, and
    the answer stands in the conversation. Its words are forgotten here with the same stroke, and when it is too late.
    """
    too_late = Q(sent_at=None, expires_at__lte=now)
    KakaoCallback.objects.filter(too_late | Q(expires_at__lt=now - KEPT)).delete()
    if not KakaoCallback.objects.filter(sent_at=None).exists():
        return 0
    with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False, transport=transport) as client:
        sent = 0
        for row in _claims(now):
            _post(client, row)
            sent += 1
    return sent


def _claims(now: datetime) -> Iterator[KakaoCallback]:
    """One by one: each is taken when the one before is gone, so that none is taken that is too late by then."""
    began = monotonic()
    for _ in range(AT_ONCE):
        row = _claimed(now + timedelta(seconds=monotonic() - began))
        if row is None:
            return
        yield row


@transaction.atomic
def _claimed(now: datetime) -> KakaoCallback | None:
    waiting = KakaoCallback.objects.select_for_update(skip_locked=True).filter(sent_at=None, expires_at__gt=now)
    row = waiting.order_by("expires_at", "pk").first()
    if row is not None:
        KakaoCallback.objects.filter(pk=row.pk).update(sent_at=now, body_sealed=b"", url_sealed=b"")
    return row


def _post(client: httpx.Client, row: KakaoCallback) -> None:
    try:
        answer = client.post(row.url, content=row.body, headers={"Content-Type": "application/json"})
        _log.info("kakao_callback", callback=row.pk, status=answer.status_code)
    except httpx.HTTPError as error:
        _log.warning("kakao_callback_unknown", callback=row.pk, error=type(error).__name__)
