"""Start-up checks of the seal: a certificate that runs out tomorrow must not be found out by a citizen."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as Warn

from portal.certificates.seal import SealMissing, the_seal
from portal.core import clock

WARNED_BEFORE = timedelta(days=30)


def seal_is_ready(**_: Any) -> list[CheckMessage]:
    """Whether the key can be opened and counts for another month. Without one nothing is issued, which is a choice."""
    if not settings.SEAL_KEY_FILE:
        return []
    now = clock.now()
    try:
        seal = the_seal(now=now)
    except SealMissing:
        sentence = "SEAL_KEY_FILE의 전자도장 열쇠를 쓸 수 없습니다. 증명서를 발급하지 못합니다."
        return [Warn(sentence, hint="docs/operations.md의 ‘전자도장’을 보세요.", id="sotong.W010")]
    if seal.ends_at - now < WARNED_BEFORE:
        sentence = f"전자도장 인증서가 {seal.ends_at:%Y-%m-%d}에 끝납니다. 새 열쇠로 바꿔 주세요."
        return [Warn(sentence, id="sotong.W011")]
    return []
