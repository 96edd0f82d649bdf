"""Loading approved answers: all or nothing, again without harm, every mistake named."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from chatbot.models import Faq, FaqLink
from portal.accounts.models import Department
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

REFERENCE = Path(__file__).resolve().parent.parent / "reference"


class WrongContent(Refused):
    """The file of answers cannot be loaded; the sentence lists every mistake."""


def load_reference(*, now: datetime) -> int:
    """The answers that ship with the project. Returns how many there are."""
    return load_faqs(json.loads((REFERENCE / "faq.json").read_text("utf-8")), now=now)


@transaction.atomic
def load_faqs(entries: list[dict[str, Any]], *, now: datetime) -> int:
    """
    Bring the answers in line with `entries` (the shape of chatbot/reference/faq.json); unchanged ones stay untouched.

    :raises WrongContent: naming each unknown department or repeated id; nothing is changed then
    """
    aliases = tomllib.loads((REFERENCE / "department_aliases.toml").read_text("utf-8"))
    departments = {department.name: department for department in Department.objects.all()}
    mistakes: list[str] = []
    seen: set[str] = set()
    for entry in entries:
        if entry["id"] in seen:
            mistakes.append(f"{entry['id']}: 같은 식별자가 두 번 있습니다.")
        seen.add(entry["id"])
        if _department_name(entry, aliases, departments) is None:
            mistakes.append(f"{entry['id']}: ‘{entry['department']}’ 부서를 알 수 없습니다.")
    if mistakes:
        raise WrongContent("\n".join(mistakes))
    known = {faq.slug: faq for faq in Faq.objects.select_for_update().prefetch_related("links")}
    for entry in entries:
        name = _department_name(entry, aliases, departments) or ""
        _store(entry, departments[name], known.get(entry["id"]), now)
    return len(entries)


def _department_name(entry: dict[str, Any], aliases: dict[str, str], known: dict[str, Department]) -> str | None:
    name = entry["department"]
    if name in known:
        return str(name)
    alias = aliases.get(name)
    return alias if alias in known else None


def _store(entry: dict[str, Any], department: Department, known: Faq | None, now: datetime) -> None:
    values = _columns(entry, department)
    links = [(link["label"], link["url"]) for link in entry["links"][:3]]
    if known is None:
        known = Faq(slug=entry["id"], status=Faq.Status.PUBLISHED, checked_on=day_in_korea(now))
    elif all(getattr(known, name) == value for name, value in values.items()) and links == [
        (link.label, link.url) for link in sorted(known.links.all(), key=lambda link: link.position)
    ]:
        return
    for name, value in values.items():
        setattr(known, name, value)
    known.changed_at = now
    known.save()
    known.links.all().delete()
    FaqLink.objects.bulk_create(
        FaqLink(faq=known, label=label, url=url, position=position) for position, (label, url) in enumerate(links, 1)
    )


def _columns(entry: dict[str, Any], department: Department) -> dict[str, Any]:
    place = entry["map"] or {"kind": "none"}
    is_place = place["kind"] == "place"
    return {
        "question": _localised(entry["question"]),
        "answer": _localised(entry["answer"]),
        "category": entry["category"],
        "department": department,
        "tags": list(entry["tags"]),
        "petition_code": entry["form"] or "",
        "map_kind": place["kind"],
        "map_layer": place.get("layer", ""),
        "place_name": _localised(place.get("name", "")),
        "place_address": _localised(place.get("address", "")),
        "lat": place["lat"] if is_place else None,
        "lon": place["lng"] if is_place else None,
        "has_sample_facts": entry["sample_facts"],
    }


def _localised(text: str) -> str:
    """The sample answers speak of 행복구 in 행복시; this installation has a name of its own."""
    return text.replace("행복구", settings.DISTRICT_NAME).replace("행복시", settings.DISTRICT_CITY)
