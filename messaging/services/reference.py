"""Loading what ships with the product: wordings from templates/messages, the first sender number, the streams."""

import tomllib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from messaging import topics
from messaging.models import Purpose, Route, SenderNumber, Stream, Template, TemplateVersion
from messaging.rehearsal import is_rehearsal
from messaging.routes import may_go_by_text
from messaging.text import TITLE_BYTES, Unencodable, check_text, count_bytes, for_text_message
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

_SENDERS = Path(__file__).parent.parent / "reference" / "senders.toml"
_FENCE = "+++"
_FRONT = {"title", "purpose", "route", "buttons"}


class TemplateRefused(Exception):
    """A message file is not in order: it names the file, and ends the set-up."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of templates/messages."""

    code: str
    title: str
    purpose: str
    route: str
    body: str
    fallback_body: str
    buttons: list[dict[str, str]] = field(default_factory=list)


def read_source(path: Path, code: str) -> Source:
    """
    One message file: TOML between `+++` lines, the wording, and after another `+++` the wording of the fallback.

    :raises TemplateRefused:
    """
    parts = [part.strip("\n") for part in path.read_text("utf-8").split(f"{_FENCE}\n")]
    if len(parts) not in (3, 4) or parts[0].strip():
        raise TemplateRefused(f"{code}: expected +++, settings, +++, text [, +++, fallback text]")
    front = tomllib.loads(parts[1])
    if unknown := set(front) - _FRONT:
        raise TemplateRefused(f"{code}: unknown settings {sorted(unknown)}")
    source = Source(
        code=code,
        title=front.get("title", ""),
        purpose=front.get("purpose", ""),
        route=front.get("route", ""),
        body=parts[2].strip(),
        fallback_body=parts[3].strip() if len(parts) == 4 else "",
        buttons=[{"label": row["label"], "url": row["url"]} for row in front.get("buttons", [])],
    )
    _check(source)
    return source


def _check(source: Source) -> None:
    if source.purpose not in Purpose.values or source.route not in Route.values:
        raise TemplateRefused(f"{source.code}: purpose or route is not one of the known words")
    if not source.title or not source.body:
        raise TemplateRefused(f"{source.code}: title and text must not be empty")
    if source.buttons and source.route != Route.ALIMTALK_THEN_TEXT:
        raise TemplateRefused(f"{source.code}: only an AlimTalk carries buttons")
    if not may_go_by_text(source.route):
        return
    try:
        check_text(for_text_message(source.fallback_body or source.body))
        title = for_text_message(source.title)
    except (Refused, Unencodable) as refused:
        raise TemplateRefused(f"{source.code}: {refused}") from refused
    if count_bytes(title) > TITLE_BYTES:
        raise TemplateRefused(f"{source.code}: the title is longer than {TITLE_BYTES} bytes")


@transaction.atomic
def load_templates(*, now: datetime) -> int:
    """
    Load templates/messages/<room>/<name>.txt; a changed file becomes a new version. How many are new.

    Where every configured carrier is the simulator there is nobody to review a wording, and it counts as approved.

    :raises TemplateRefused: if a file is not in order
    """
    folder = Path(settings.BASE_DIR) / "templates" / "messages"
    sources = [read_source(path, f"{path.parent.name}.{path.stem}") for path in sorted(folder.glob("*/*.txt"))]
    templates = _templates({source.code for source in sources})
    latest: dict[int, int] = {}
    ours: dict[int, TemplateVersion] = {}  # officials may have written others since
    for version in TemplateVersion.objects.filter(template__in=templates.values()).order_by("number"):
        latest[version.template_id] = version.number
        if version.written_by_id is None:
            ours[version.template_id] = version
    changed = []
    for source in sources:
        pk = templates[source.code].pk
        if pk not in ours or any(getattr(ours[pk], name) != value for name, value in _wording(source).items()):
            changed.append(_version(source, templates[source.code], latest.get(pk, 0) + 1, now))
    return len(TemplateVersion.objects.bulk_create(changed))


def _templates(codes: set[str]) -> dict[str, Template]:
    """Those of the files, made where a file is new."""
    known = set(Template.objects.filter(code__in=codes).values_list("code", flat=True))
    Template.objects.bulk_create([Template(code=code) for code in sorted(codes - known)], ignore_conflicts=True)
    return Template.objects.in_bulk(codes, field_name="code")


def _wording(source: Source) -> dict[str, Any]:
    return {name: value for name, value in asdict(source).items() if name != "code"}


def _version(source: Source, template: Template, number: int, now: datetime) -> TemplateVersion:
    approved = source.route != Route.ALIMTALK_THEN_TEXT or is_rehearsal()
    return TemplateVersion(
        template=template,
        number=number,
        review_state=TemplateVersion.ReviewState.APPROVED if approved else TemplateVersion.ReviewState.DRAFT,
        approved_at=now if approved else None,
        created_at=now,
        **_wording(source),
    )


@transaction.atomic
def load_reference(*, now: datetime) -> None:
    """Make the topics' streams and the first sender number. What officials changed since is left as it is."""
    known = set(Stream.objects.filter(name__in=topics.topics()).values_list("name", flat=True))
    Stream.objects.bulk_create(
        [Stream(name=name) for name in topics.topics() if name not in known], ignore_conflicts=True
    )
    for row in tomllib.loads(_SENDERS.read_text("utf-8"))["sender"]:
        _load_sender(row, day_in_korea(now))


def _load_sender(row: dict[str, Any], today: date) -> None:
    number = "".join(filter(str.isdigit, str(row["number"]).replace("#{대표번호}", settings.DISTRICT_PHONE)))
    registered = {
        "status": SenderNumber.Status.REGISTERED,
        "evidence": "모의 통신사 시험용",
        "registered_on": today,
        "expires_on": today + timedelta(days=3650),
    }
    SenderNumber.objects.get_or_create(
        number=number,
        defaults={
            "name": row["name"],
            "can_receive": row["can_receive"],
            "inbox": row["inbox"],
            "is_default": row["is_default"],
            **(registered if is_rehearsal() else {}),
        },
    )
