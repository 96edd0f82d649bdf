"""연계정보 (CI) of a person: kept only as a keyed digest, under the name the relay knows her by."""

import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings

TITLES = ("연계정보", "ci", "연계정보(ci)")
KEPT_AS = "ci_hmac"


def ci_hmac(ci: str) -> str:
    """The digest under the key agreed with the relay (NOTICES_CI_KEY)."""
    key: bytes = settings.NOTICES_CI_KEY
    return hmac.digest(key, ci.strip().encode(), hashlib.sha256).hex()


def without_ci(extra: Mapping[str, str]) -> dict[str, str]:
    """
    The further columns of one row as they may be stored: a CI becomes its digest, all else stays as it is.

    An installation without a relay has no key for it, and no use: then the CI is left out.
    """
    kept: dict[str, str] = {}
    for title, value in extra.items():
        if title.strip().lower().replace(" ", "") not in TITLES:
            kept[title] = value
        elif value.strip() and settings.NOTICES_CI_KEY:
            kept[KEPT_AS] = ci_hmac(value)
    return kept
