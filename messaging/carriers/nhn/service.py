"""One of NHN Cloud's services on the line: its address and keys, and the header that judges every answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from messaging.carriers.base import Misconfigured, OutcomeUnknown
from messaging.carriers.http import Line
from messaging.carriers.nhn.codes import NOT_KNOWN_WHETHER, WRONG_ACCOUNT

KST: Final = timezone(timedelta(hours=9))
PAGE: Final = 1000
MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Told:
    """An answer in the documented shape: the code of the call (0 = taken) and the whole document."""

    code: int
    document: Mapping[str, Any]


class Service:
    """Calls under `/{name}/{app key}`."""

    def __init__(self, *, base_url: str, root: str, app_key: str, secret_key: str, timeout: float) -> None:
        self._root = f"{root}/{app_key}"
        self._line = Line(base_url=base_url, headers={"x-secret-key": secret_key}, timeout=timeout)

    def call(
        self,
        method: str,
        place: str,
        *,
        document: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """
        One call and what the service said. A refusal comes with HTTP 200, so the header is what counts.

        :raises CarrierError: Misconfigured for a wrong key or account, OutcomeUnknown where the header proves nothing
        """
        answer = self._line.call(method, f"{self._root}/{place}", document=document, params=params, headers=headers)
        match answer.document:
            case {"header": {"isSuccessful": bool(is_successful), "resultCode": int(code)}} if is_successful == (
                code == 0
            ):
                if code in WRONG_ACCOUNT:
                    raise Misconfigured(f"NHN {code}")
                if code in NOT_KNOWN_WHETHER:
                    raise OutcomeUnknown(f"NHN {code}")
                return Told(code, answer.document)
        raise OutcomeUnknown("answer is not in the documented shape")

    def ask(self, place: str, *, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """
        A question, and its whole answer.

        :raises CarrierError: OutcomeUnknown also where the service refuses to answer
        """
        told = self.call("GET", place, params=params)
        if told.code:
            raise OutcomeUnknown(f"NHN {told.code}")
        return told.document


def rows_at(document: Mapping[str, Any], *path: str) -> Sequence[Mapping[str, Any]]:
    """
    The list at this place of an answer.

    :raises OutcomeUnknown: if it is not there
    """
    found: Any = document
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise OutcomeUnknown("answer is not in the documented shape")
    return found


def reference_of(row: Mapping[str, Any]) -> str:
    """
    NHN's name for one message: the request and the recipient in it.

    :raises OutcomeUnknown: if the row has none
    """
    match row:
        case {"requestId": str(request), "recipientSeq": int(seq)} if request:
            return f"{request}:{seq}"
    raise OutcomeUnknown("answer is not in the documented shape")


def moment(text: Any) -> datetime:
    """
    A time as NHN writes it: Korean time, with or without an offset.

    :raises ValueError:
    """
    if not isinstance(text, str):
        raise ValueError("time")
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo else found.replace(tzinfo=KST)
