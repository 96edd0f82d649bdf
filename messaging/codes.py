"""One-time codes on their way: the courier that `portal.accounts.proofs` hands them to."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from messaging import services
from portal.accounts import proofs


@proofs.delivers_codes
def bring_code(*, phone: str, code: str, key: str, now: datetime) -> None:
    """
    Queue the code in the first lane, as one plain text. Its last line is what telephones read by themselves (WebOTP):
    `@host #123456`.
    """
    services.send(
        to=phone,
        template="messaging.code",
        context={"인증번호": code, "누리집": urlsplit(settings.SITE_URL).hostname or ""},
        topic="messaging.code",
        reference="",
        key=key,
        by=None,
        now=now,
    )
