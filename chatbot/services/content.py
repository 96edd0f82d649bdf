"""Loading approved answers: all or nothing, again without harm, every mistake named."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chatbot.engine.text import key_of
from chatbot.models import Faq, FaqLink, FaqRevision, Phrasing, Synonym
from chatbot.services.building import nudge_index
from chatbot.services.gold import load_gold
from chatbot.services.places import load_map_places
from chatbot.shipped import REFERENCE, Entry, entries, read_faqs
from chatbot.shipped import synonyms as shipped_synonyms
from portal.accounts.models import Department
from portal.core.clock import day_in_korea
from portal.core.errors import Refused


class WrongContent(Refused):
    """The file of answers cannot be loaded; the sentence lists every mistake."""


def load_reference(*, now: datetime) -> int:
    """The answers, referrals and phrasings that ship with the project. Returns how many answers there are."""
    count = _load(entries(), now=now)
    _add_synonyms(now=now)
    load_gold()
    load_map_places()
    return count


def load_faqs(rows: list[dict[str, Any]], *, now: datetime) -> int:
    """
    Bring the answers in line with `rows` (the shape of chatbot/reference/faq.json); unchanged ones stay untouched.

    So do those that an official wrote or published.

    :raises WrongContent: naming each unknown department or repeated id; nothing is changed then
    """
    return _load(read_faqs(rows, {}), now=now)


@transaction.atomic
def _load(wanted: Sequence[Entry], *, now: datetime) -> int:
    aliases = tomllib.loads((REFERENCE / "department_aliases.toml").read_text("utf-8"))
    departments = {department.name: department for department in Department.objects.all()}
    mistakes: list[str] = []
    seen: set[str] = set()
    for entry in wanted:
        if entry.slug in seen:
            mistakes.append(f"{entry.slug}: 같은 식별자가 두 번 있습니다.")
        seen.add(entry.slug)
        if entry.department and _department_name(entry, aliases, departments) is None:
            mistakes.append(f"{entry.slug}: ‘{entry.department}’ 부서를 알 수 없습니다.")
    if mistakes:
        raise WrongContent("\n".join(mistakes))
    known = {faq.slug: faq for faq in Faq.objects.select_for_update().prefetch_related("links")}
    published = set(FaqRevision.objects.values_list("faq_id", flat=True))
    for entry in wanted:
        name = _department_name(entry, aliases, departments)
        faq = known.get(entry.slug)
        if faq is None or not (faq.status == Faq.Status.DRAFT or faq.pk in published):  # else an official's words
            _store(entry, departments[name] if name else None, faq, now)
    _add_phrasings(wanted, now=now)
    nudge_index()
    return len(wanted)


def _add_synonyms(*, now: datetime) -> None:
    """Words citizens use that are new here; what an official decided about one stays."""
    rows = [
        Synonym(term=term, expands_to=meant, state=Synonym.State.APPROVED, changed_at=now)
        for term, meant in shipped_synonyms().items()
    ]
    Synonym.objects.bulk_create(rows, ignore_conflicts=True)


def _add_phrasings(wanted: Sequence[Entry], *, now: datetime) -> None:
    """Ways of asking that are new here; what an official rejected, or approved for another answer, stays so."""
    faqs = dict(Faq.objects.filter(slug__in=[entry.slug for entry in wanted]).values_list("slug", "pk"))
    Phrasing.objects.bulk_create(
        (
            Phrasing(
                faq_id=faqs[entry.slug],
                text=text,
                text_key=key_of(text),
                state=Phrasing.State.APPROVED,
                changed_at=now,
            )
            for entry in wanted
            for text in entry.phrasings
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def _department_name(entry: Entry, aliases: dict[str, str], known: dict[str, Department]) -> str | None:
    if entry.department in known:
        return entry.department
    alias = aliases.get(entry.department)
    return alias if alias in known else None


def _store(entry: Entry, department: Department | None, known: Faq | None, now: datetime) -> None:
    values = _columns(entry, department)
    links = list(entry.links)
    if known is None:
        known = Faq(slug=entry.slug, status=Faq.Status.PUBLISHED, checked_on=day_in_korea(now))
    elif all(getattr(known, name) == value for name, value in values.items()) and links == [
        (link.label, link.url) for link in sorted(known.links.all(), key=lambda link: link.position)
    ]:
        return
    else:
        known.checked_on, known.checked_by = day_in_korea(now), None  # what somebody confirmed was another text
    for name, value in values.items():
        setattr(known, name, value)
    known.changed_at = now
    known.save()
    known.links.all().delete()
    FaqLink.objects.bulk_create(
        FaqLink(faq=known, label=label, url=url, position=position) for position, (label, url) in enumerate(links, 1)
    )


def _columns(entry: Entry, department: Department | None) -> dict[str, Any]:
    place = entry.place or {"kind": "none"}
    is_place = place["kind"] == "place"
    return {
        "kind": entry.kind,
        "question": _localised(entry.question),
        "answer": _localised(entry.answer),
        "category": entry.category,
        "department": department,
        "agency_name": entry.agency,
        "agency_phone": entry.agency_phone,
        "agency_url": entry.agency_url,
        "tags": list(entry.tags),
        "petition_code": entry.form,
        "map_kind": place["kind"],
        "map_layer": place.get("layer", ""),
        "place_name": _localised(place.get("name", "")),
        "place_address": _localised(place.get("address", "")),
        "lat": place["lat"] if is_place else None,
        "lon": place["lng"] if is_place else None,
        "has_sample_facts": entry.has_sample_facts,
    }


def _localised(text: str) -> str:
    """The sample answers speak of 행복구 in 행복시; this installation has a name of its own."""
    return text.replace("행복구", settings.DISTRICT_NAME).replace("행복시", settings.DISTRICT_CITY)
