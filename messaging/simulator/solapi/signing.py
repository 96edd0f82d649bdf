"""Who may call: `Authorization: HMAC-SHA256 apiKey=…, date=…, salt=…, signature=…`, each signature once."""

import hashlib
import hmac
import re
from collections import deque
from datetime import datetime, timedelta

LARGEST_SKEW = timedelta(minutes=15)
_SALT_BYTES = range(12, 65)
_FIELD = re.compile(r"(\w+)=([^,\s]+)")


class Doorman:
    """Checks signatures; remembers each for as long as its date would still be taken."""

    def __init__(self, *, key: str, secret: str) -> None:
        self._key = key.encode()
        self._secret = secret.encode()
        self._used: set[str] = set()
        self._order: deque[tuple[datetime, str]] = deque()

    def problem(self, header: str, *, now: datetime) -> str:
        """The error code this call is refused with; '' when it is in order."""
        method, _, rest = header.partition(" ")
        # Their own library writes ApiKey and Date, their documents apiKey and date.
        given = {name.lower(): value for name, value in _FIELD.findall(rest)}
        if method != "HMAC-SHA256" or not given.keys() >= {"apikey", "date", "salt", "signature"}:
            return "Unauthorized"
        if not hmac.compare_digest(given["apikey"].encode(), self._key):
            return "InvalidAPIKey"
        signed = (given["date"] + given["salt"]).encode()
        expected = hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        if len(given["salt"]) not in _SALT_BYTES or not hmac.compare_digest(given["signature"], expected):
            return "SignatureDoesNotMatch"
        return self._time_problem(given["date"], expected, now)

    def _time_problem(self, date: str, signature: str, now: datetime) -> str:
        try:
            at = datetime.fromisoformat(date)
        except ValueError:
            return "RequestTimeTooSkewed"
        if at.tzinfo is None or abs(now - at) > LARGEST_SKEW:
            return "RequestTimeTooSkewed"
        while self._order and now - self._order[0][0] > 2 * LARGEST_SKEW:
            self._used.discard(self._order.popleft()[1])
        if signature in self._used:
            return "DuplicatedSignature"
        self._used.add(signature)
        self._order.append((now, signature))
        return ""
