"""Everything the case page shows, read in few questions: left what the citizen said, right what happens next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.forms import Textarea
from django.http import HttpRequest
from django.urls import reverse

from complaints import desk_queries, queries, tracking
from complaints.admin.access import address, list_address
from complaints.admin.doing import DOINGS, Way, front, ways
from complaints.admin.due import d_day
from complaints.admin.forms import NoteForm, RevealForm, StepForm
from complaints.admin.locating import HALF, dots
from complaints.admin.previewing import Preview
from complaints.announcements import due_words
from complaints.geography import Point
from complaints.models import Assignment, Attachment, Category, Complaint, Outcome, Revision, StageChange
from complaints.nearby_queries import same_photo_elsewhere
from complaints.parking_queries import evidence_words
from complaints.permissions import official_behind
from complaints.services.correcting import LABELS
from complaints.services.drafts import words_of
from complaints.wording import DueLine, due_lines, stage_label
from complaints.workflow import Actor, Clock, Stage
from messaging.queries import messages_about
from portal.accounts.models import Official, User
from portal.core import clock, phones
from portal.core.differing import Part, parts
from portal.core.privacy import mask_name, mask_phone

SAME_PHONE = 5
MESSAGES = 20
ASSIGNMENTS = 2  # why this department, why this officer
_NOT_FOR_EYES = ("name", "phone", "lat", "lon", "location_source")  # masked, or told by the address
_BY_MACHINE = (Assignment.Reason.RULE, Assignment.Reason.MODEL)


@dataclass(slots=True)
class Shown:
    """What differs between a first look and a page that came back: the form in front, and what to say above it."""

    active: str = ""
    form: StepForm | None = None
    previews: list[Preview] | None = None
    stale: list[StageChange] | None = None
    since: int = 0
    is_revealed: bool = False
    note_form: NoteForm | None = None
    reveal_form: RevealForm | None = None
    kept_at: datetime | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """One field that was put right: the words that went and the words that came."""

    label: str
    revision: Revision
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to know before pressing a button."""

    words: str
    tone: str = "warn"
    url: str = ""


def context(complaint: Complaint, shown: Shown, *, user: User) -> dict[str, Any]:
    """What the template draws."""
    official = official_behind(user)
    found = ways(complaint, by=user)
    _put_in_front(complaint, shown, found, official)
    changes = list(complaint.changes.order_by("seq"))
    around = desk_queries.around(complaint)
    nearby = desk_queries.nearby(complaint, by=user)
    revisions = list(complaint.revisions.order_by("seq", "pk")) if _was_corrected(changes) else []
    assignments = list(complaint.assignments.order_by("-pk")[:ASSIGNMENTS])[::-1]
    return {
        "title": complaint.number,
        "complaint": complaint,
        "stage_label": stage_label(complaint),
        "left": d_day(complaint, now=clock.now()),
        "rows": tracking.timeline(complaint, changes),
        "changes": changes,
        "around": around,
        "warnings": _warnings(complaint, around, nearby),
        **_front(shown, found, official),
        **_person(complaint, is_revealed=shown.is_revealed),
        **_words(complaint, changes, revisions),
        **_place(complaint, nearby),
        **_routing(complaint, assignments, found),
        **_due(complaint),
        "since_opened": [_correction(one) for one in revisions if one.seq > shown.since] if shown.stale else [],
        "notes": complaint.notes.select_related("by__official").order_by("pk"),
        "note_form": shown.note_form or NoteForm(prefix="note"),
        "reveal_form": shown.reveal_form or RevealForm(prefix="reveal"),
        "others": _others(complaint, user),
        "messages_sent": messages_about(complaint.number).order_by("-pk")[:MESSAGES],
        "list_url": list_address(),
    }


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page of the officials' site needs."""
    return {**admin.site.each_context(request), "is_fullwidth": "1"}


def _put_in_front(complaint: Complaint, shown: Shown, found: list[Way], official: Official | None) -> None:
    """The form of the step in front: what came back, else the asked or the usual step with what was half written."""
    if shown.form is not None:
        return
    allowed = {way.name for way in found if way.is_allowed}
    shown.active = shown.active if shown.active in allowed else front(complaint, found)
    doing = DOINGS.get(shown.active)
    if doing is None:
        return
    draft = desk_queries.draft_of(complaint, official=official, step=shown.active) if official else None
    shown.form = doing.form(complaint=complaint, prefix=shown.active, initial=words_of(draft) if draft else None)
    shown.kept_at = draft.at if draft else None


def _front(shown: Shown, found: list[Way], official: Official | None) -> dict[str, Any]:
    writes = shown.form is not None and any(isinstance(field.widget, Textarea) for field in shown.form.fields.values())
    return {
        "ways": [way for way in found if way.name != shown.active],
        "active": shown.active,
        "active_label": next((way.label for way in found if way.name == shown.active), ""),
        "doing": DOINGS.get(shown.active),
        "form": shown.form,
        "kept_at": shown.kept_at,
        "previews": shown.previews,
        "stale": shown.stale,
        "writes": writes and official is not None,
        "standard_texts": desk_queries.standard_texts(official) if writes and official else [],
    }


def _was_corrected(changes: list[StageChange]) -> bool:
    return any(change.step == "correct" for change in changes)


def _warnings(complaint: Complaint, around: desk_queries.Around, nearby: Sequence[desk_queries.Near]) -> list[Caution]:
    """What an official should know before the next step."""
    found = []
    if around.approval_count:
        url = reverse("admin:approvals_approval_changelist")
        found.append(Caution("결재를 기다리고 있습니다. 결재가 끝나면 저절로 처리됩니다.", url=url))
    if around.open_part_count:
        found.append(Caution(f"나눈 민원 {around.open_part_count}건이 아직 처리 중입니다."))
    if complaint.lead is not None:
        url = address("case", complaint.lead.pk)
        found.append(Caution(f"대표 민원 {complaint.lead.number}에 병합되었습니다. 처리는 거기에서 합니다.", url=url))
    many = desk_queries.citizens_of_one_purport(complaint, nearby)
    if many >= desk_queries.MANY:
        found.append(
            Caution(
                f"가까이에서 {many}명이 같은 일로 신고했습니다. 하나로 병합해 함께 처리할 수 있습니다.", url="#place-h"
            )
        )
    if complaint.unread_count:
        found.append(Caution(f"읽지 않은 민원인 메시지가 {complaint.unread_count}건 있습니다.", url="#said"))
    if not complaint.phone:
        found.append(Caution("연락처가 없어 알림이 나가지 않습니다."))
    return found


def _person(complaint: Complaint, *, is_revealed: bool) -> dict[str, Any]:
    name, phone = complaint.name, complaint.phone
    return {
        "is_revealed": is_revealed,
        "name": name if is_revealed else mask_name(name),
        "phone": phones.display(phone) if is_revealed else mask_phone(phone) if phone else "",
        "has_contact": bool(name or phone),
        "has_no_phone": not phone,
    }


def _words(complaint: Complaint, changes: list[StageChange], revisions: list[Revision]) -> dict[str, Any]:
    """What the citizen said when filing and since, what was put right, and the pictures."""
    said = [change for change in changes if change.actor == Actor.CITIZEN and change.step not in ("file", "correct")]
    files = list(complaint.attachments.order_by("ordinal"))
    return {
        "said": [change for change in said if change.public_text or change.internal_text],
        "corrections": [_correction(revision) for revision in revisions if revision.field not in _NOT_FOR_EYES],
        "photos": [one for one in files if one.purpose != Attachment.Purpose.DOCUMENT],
        "documents": [one for one in files if one.purpose == Attachment.Purpose.DOCUMENT],
        "copies": same_photo_elsewhere(complaint, files),
        "evidence": evidence_words(changes),
        "petition": json.loads(complaint.extra) if complaint.extra else None,
        "supplement": complaint.supplements.filter(ended_at=None).first()
        if complaint.stage == Stage.SUPPLEMENTING
        else None,
        "outcome": Outcome(complaint.outcome).label if complaint.outcome else "",
    }


def _correction(revision: Revision) -> Correction:
    return Correction(LABELS.get(revision.field, revision.field), revision, tuple(parts(revision.old, revision.new)))


def _place(complaint: Complaint, nearby: list[desk_queries.Near]) -> dict[str, Any]:
    """The small drawing, and the cases in it as a list."""
    if complaint.lat is None or complaint.lon is None:
        return {"nearby": [], "dots": None}
    here = Point(complaint.lat, complaint.lon)
    others = [
        (Point(one.complaint.lat, one.complaint.lon), one.complaint.number, address("case", one.complaint.pk))
        for one in nearby
        if one.complaint.lat is not None and one.complaint.lon is not None
    ]
    return {"nearby": [_near(one) for one in nearby], "dots": dots(here, others), "half": HALF}


def _near(one: desk_queries.Near) -> dict[str, Any]:
    return {
        "complaint": one.complaint,
        "metres": one.metres,
        "label": stage_label(one.complaint),
        "url": address("case", one.complaint.pk),
    }


def _routing(complaint: Complaint, assignments: list[Assignment], found: list[Way]) -> dict[str, Any]:
    """Why it came here, and the router's other guesses as one-click corrections for whoever may send it on."""
    may_correct = any(way.name == "reroute" and way.is_allowed for way in found)
    machine = next((one for one in assignments if one.reason in _BY_MACHINE), None)
    guesses = machine.breakdown.get("top3", []) if machine else []
    codes = {code: share for _, code, share in guesses}
    used = Category.objects.filter(code__in=codes, is_active=True).select_related("department")
    rows = list(used) if codes and may_correct else []
    others = [row for row in rows if row.department_id != complaint.department_id]
    return {
        "assignments": assignments,
        "words_weighed": machine.breakdown.get("words", []) if machine else [],
        "alternatives": [{"category": row, "percent": round(codes[row.code] * 100)} for row in others],
        "may_correct": may_correct,
    }


def _due(complaint: Complaint) -> dict[str, Any]:
    return {"due": due_words(complaint), "is_paused": complaint.clock == Clock.PAUSED}


def why_due(complaint: Complaint) -> list[DueLine]:
    """The due date day by day; asked for only when somebody wants to know, it takes several questions."""
    found = queries.why_due(complaint) if complaint.due_at else None
    return due_lines(found) if found else []


def _others(complaint: Complaint, user: User) -> list[dict[str, Any]]:
    """The same phone's other cases, as far as the official may see them."""
    if complaint.phone_index is None:
        return []
    rows = queries.seen_by(user).filter(phone_index=complaint.phone_index).exclude(pk=complaint.pk)
    return [{"complaint": row, "label": stage_label(row), "url": address("case", row.pk)} for row in rows[:SAME_PHONE]]
