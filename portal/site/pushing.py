"""Push as an extra beside messages: only says that something is new, to devices whose owners asked for it."""

import hashlib
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from py_vapid import Vapid02, b64urlencode
from pywebpush import WebPushException, webpush
from requests import RequestException

from messaging import queries as messaging
from portal.accounts import sessions
from portal.accounts.models import User
from portal.core.context import the_district
from portal.core.errors import Refused
from portal.site.models import PushEndpoint

MOST_DEVICES = 10  # of one citizen: the oldest makes room
MOST_FAILURES = 10
FRESH_FOR = timedelta(hours=1)  # news older than that was read in its message long ago
TIMEOUT_SECONDS = 5.0
KEPT_SECONDS = 4 * 60 * 60  # by the push service, while the telephone is off
GONE = (404, 410)
MOST_AT_ONCE = 50  # of one sweep: the next one comes in half a minute
SECONDS = 10.0  # for all of them: others wait behind it
AUTH_BYTES = 16
_log = structlog.get_logger(__name__)


class NotAPushService(Refused):
    """The address is none of the push services we speak to: a server that calls any address can be abused."""

    sentence = "이 브라우저의 알림 서비스로는 보낼 수 없습니다. 알림톡과 문자는 그대로 갑니다."


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gives for one device: where to, and the keys that only it can open."""

    address: str
    p256dh: str
    auth: str

    @property
    def is_ours(self) -> bool:
        """Whether it is one of the services we speak to."""
        try:
            parts = urlsplit(self.address)
            is_plain = parts.username is None and parts.port in (None, 443)
        except ValueError:
            return False
        if parts.hostname in ("127.0.0.1", "localhost"):
            return parts.hostname in settings.PUSH_HOSTS
        known = any(
            parts.hostname == host or (parts.hostname or "").endswith(f".{host}") for host in settings.PUSH_HOSTS
        )
        return parts.scheme == "https" and is_plain and known

    @property
    def can_be_written_to(self) -> bool:
        """Whether the keys are a point of the curve and a secret: with any others nothing can be sealed."""
        try:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decoded(self.p256dh))
            return len(_decoded(self.auth)) == AUTH_BYTES
        except ValueError:
            return False


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_on() -> bool:
    """Whether this installation pushes at all."""
    return bool(settings.PUSH_VAPID_KEY)


def public_key() -> str:
    """What browsers subscribe with."""
    numbers = Vapid02.from_string(settings.PUSH_VAPID_KEY).public_key
    return str(b64urlencode(numbers.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)))


def _hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


@transaction.atomic
def keep_endpoint(*, user: User, subscription: Subscription, session_key: str, now: datetime) -> PushEndpoint:
    """
    From now on, until its session is over, this device hears of news.

    :raises NotAPushService: if the address is none of the services we speak to, or its keys are none
    """
    if not (is_on() and subscription.is_ours and subscription.can_be_written_to):
        raise NotAPushService
    PushEndpoint.objects.filter(address_hash=_hash(subscription.address)).delete()
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    endpoint = PushEndpoint.objects.create(
        user=user,
        session_key=session_key,
        address_hash=_hash(subscription.address),
        device=json.dumps({"endpoint": subscription.address, "keys": keys}),
        told_until=now,
        created_at=now,
    )
    kept = PushEndpoint.objects.filter(user=user).order_by("-created_at", "-pk").values("pk")[:MOST_DEVICES]
    PushEndpoint.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return endpoint


def forget_endpoints(*, user: User) -> None:
    """No device of hers hears of anything any more."""
    PushEndpoint.objects.filter(user=user).delete()


def push_news(*, now: datetime) -> int:
    """Tell each device once that its owner's telephone was sent something since. Returns how many were told."""
    _forget_signed_out(now)
    if not is_on():
        return 0
    told, until = 0, time.monotonic() + SECONDS
    for endpoint, sent_at in list(_waiting(now))[:MOST_AT_ONCE]:
        if time.monotonic() >= until:
            break  # slow services: the rest waits for the next sweep
        if _claimed(endpoint, sent_at):
            told += _told(endpoint)
    return told


def _forget_signed_out(now: datetime) -> None:
    """Signing out, here or from another device, ends it; so does leaving."""
    here = sessions.lasting(now=now).filter(session_key=OuterRef("session_key"))
    PushEndpoint.objects.filter(Q(user__is_active=False) | ~Exists(here)).delete()


def _waiting(now: datetime) -> Iterator[tuple[PushEndpoint, datetime]]:
    """Devices that have not heard of the newest yet, whoever has waited longest first."""
    endpoints = PushEndpoint.objects.select_related("user").filter(user__phone_index__isnull=False)
    found = list(endpoints.order_by("told_until", "pk"))
    phones = {bytes(one.user.phone_index or b"") for one in found}
    newest = messaging.newest_sent(phones, after=now - FRESH_FOR) if phones else {}
    for endpoint in found:
        sent_at = newest.get(bytes(endpoint.user.phone_index or b""))
        if sent_at is not None and sent_at > endpoint.told_until:
            yield endpoint, sent_at


def _claimed(endpoint: PushEndpoint, sent_at: datetime) -> bool:
    """Two sweeps at once tell it once; a push that is lost is not repeated, because the message itself is there."""
    rows = PushEndpoint.objects.filter(pk=endpoint.pk, told_until=endpoint.told_until)
    return rows.update(told_until=sent_at) == 1


def _told(endpoint: PushEndpoint) -> bool:
    """Nothing of the message is in it: what is shown on a locked screen is for anybody's eyes."""
    words = {"title": f"{the_district().name} 소통", "body": "새 알림이 왔어요. 눌러서 확인해 주세요.", "url": "/me/"}
    try:
        webpush(
            json.loads(endpoint.device),
            json.dumps(words),
            vapid_private_key=settings.PUSH_VAPID_KEY,
            vapid_claims={"sub": settings.PUSH_CONTACT},
            ttl=KEPT_SECONDS,
            timeout=TIMEOUT_SECONDS,
        )
    except (WebPushException, RequestException, ValueError) as refused:  # the last: nothing can be sealed for it
        status = getattr(getattr(refused, "response", None), "status_code", 0)
        _log.info("push_refused", endpoint=endpoint.pk, status=status)
        _forget_or_count(endpoint, is_gone=status in GONE)
        return False
    PushEndpoint.objects.filter(pk=endpoint.pk).update(failed_count=0)
    return True


def _forget_or_count(endpoint: PushEndpoint, *, is_gone: bool) -> None:
    if is_gone or endpoint.failed_count + 1 >= MOST_FAILURES:
        PushEndpoint.objects.filter(pk=endpoint.pk).delete()
    else:
        PushEndpoint.objects.filter(pk=endpoint.pk).update(failed_count=endpoint.failed_count + 1)
