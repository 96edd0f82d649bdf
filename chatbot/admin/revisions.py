"""지난 판: what an answer said, word by word against what came after it, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from chatbot.admin.access import official_with, page_of, site
from chatbot.models import Faq, FaqRevision
from chatbot.permissions import may_keep
from portal.accounts.models import Department
from portal.core.differing import Part, parts

LABELS = {
    "kind": "종류", "question": "질문", "answer": "답변", "tags": "낱말", "category": "분류", "department": "담당 부서",
    "petition_code": "이어지는 신청", "links": "링크", "facets": "짧은 답", "agency_name": "맡는 기관",
    "agency_phone": "기관 전화", "agency_url": "기관 누리집", "place_name": "장소", "place_address": "주소",
    "valid_from": "쓰기 시작하는 날", "valid_to": "마지막 날", "has_sample_facts": "예시 수치",
    "map_layer": "지도 묶음",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One field that changed."""

    label: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Shown:
    """One revision and what it changed."""

    revision: FaqRevision
    lines: list[Line]
    restore_url: str


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Every published state, the newest first."""
    user = official_with(request, "view_faq")
    faq = get_object_or_404(Faq, pk=pk)
    kept = list(faq.revisions.select_related("by").order_by("-version"))
    names = department_names()
    shown = [
        Shown(one, lines_between(before.snapshot if before else {}, one.snapshot, names), _restore(faq, one))
        for one, before in zip(kept, [*kept[1:], None], strict=False)  # nothing kept, nothing shown
    ]
    context = {
        **site(request),
        "title": "지난 판",
        "faq": faq,
        "shown": shown,
        "may_write": user.has_perm("chatbot.change_faq") and may_keep(user, faq.department_id),
        "edit_url": page_of("faq", "edit", faq.pk),
    }
    return render(request, "admin/chatbot/revisions.html", context)


def department_names() -> dict[str, str]:
    """A snapshot keeps the number of a department."""
    return {str(pk): name for pk, name in Department.objects.values_list("pk", "name")}


def _restore(faq: Faq, revision: FaqRevision) -> str:
    return f"{page_of('faq', 'edit', faq.pk)}?version={revision.version}"


def lines_between(before: dict[str, Any], after: dict[str, Any], names: dict[str, str]) -> list[Line]:
    """What a snapshot says otherwise than the one before."""
    if not before:
        return []
    found = []
    for name, label in LABELS.items():
        old, new = _words(name, before.get(name), names), _words(name, after.get(name), names)
        if old != new:
            found.append(Line(label, parts(old, new)))
    return found


def _words(name: str, value: Any, names: dict[str, str]) -> str:
    if name == "department":
        return names.get(str(value), "없음")
    if name == "kind":
        return str(Faq.Kind(value).label) if value else ""
    if isinstance(value, bool):
        return "있음" if value else "없음"
    if isinstance(value, list | tuple):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value)
    return "" if value is None else str(value)
