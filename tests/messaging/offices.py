"""Two departments with keys, and a short way to call the API."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.test import Client

from messaging.models import ApiKey, Scope
from messaging.services.keys import issue_key
from portal.accounts.models import Department, User
from portal.core import clock
from tests.messaging.making import make_template

TEMPLATE = "offices.test"
_numbers = count(1)


def make_department(code: str) -> Department:
    """One department of its own."""
    return Department.objects.get_or_create(code=code, defaults={"name": f"{code}과", "phone": "02-120-0000"})[0]


def make_key(
    *scopes: Scope, department: str = "library", mode: str = "live", per_minute: int = 3000
) -> tuple[ApiKey, str]:
    """A key and its text; without scopes, every scope but the unmasking one."""
    wanted = scopes or tuple(scope for scope in Scope if scope != Scope.UNMASK)
    by, _ = User.objects.get_or_create(username="keeper", is_staff=True)
    return issue_key(
        name="도서관 예약",
        department=make_department(department),
        mode=ApiKey.Mode(mode),
        scopes=wanted,
        per_minute=per_minute,
        by=by,
        now=clock.now(),
    )


def make_wording(**changes: Any) -> None:
    """A wording open to other systems."""
    make_template(TEMPLATE, **changes)


def row(to: str = "010-1234-5678", name: str = "김하늘", reference: str = "") -> dict[str, Any]:
    """One recipient."""
    return {"to": to, "variables": {"이름": name}, "reference": reference}


def order(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One order."""
    return {"template": TEMPLATE, "recipients": list(rows) or [row()], **changes}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    body: bytes
    headers: Any

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> list[tuple[int | None, str]]:
        """The rows and fields of a problem."""
        return [(one.get("row"), one["field"]) for one in self.data.get("errors", ())]


class System:
    """Another office's system with its key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._client = Client(enforce_csrf_checks=True)

    def get(self, path: str, **query: Any) -> Answer:
        return self._call("get", path, data=query)

    def delete(self, path: str) -> Answer:
        return self._call("delete", path)

    def post(self, body: Any, *, key: str | None = None, content_type: str = "application/json") -> Answer:
        sent = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = {} if key == "" else {"Idempotency-Key": key or f"request-{next(_numbers)}"}
        return self._call("post", "/api/v1/messages", data=sent, content_type=content_type, extra=headers)

    def send(self, *rows: dict[str, Any], **changes: Any) -> Sequence[dict[str, Any]]:
        """The queued messages of one order."""
        answer = self.post(order(*rows, **changes))
        assert answer.status == 201, answer.body.decode()
        messages: list[dict[str, Any]] = answer.data["messages"]
        return messages

    def _call(self, method: str, path: str, *, extra: dict[str, str] | None = None, **values: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.text}", **(extra or {})}
        response = getattr(self._client, method)(path, headers=headers, **values)
        assert not response.cookies
        return Answer(response.status_code, response.content, response.headers)


def system(*scopes: Scope, **changes: Any) -> System:
    """A system with a new key."""
    return System(make_key(*scopes, **changes)[1])
