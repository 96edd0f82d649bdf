"""저장한 보기: a filter of the worklist that an official wants again, hers alone or her department's."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from complaints import services
from complaints.admin.access import list_address
from complaints.admin.desk_forms import SavedViewForm
from complaints.models import SavedView
from complaints.permissions import official_behind
from portal.accounts.looking import user_of
from portal.accounts.models import Official
from portal.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved view as the list shows it."""

    pk: int
    name: str
    query: str
    is_own: bool
    is_shared: bool
    is_current: bool


def saved_for(official: Official, *, current: str) -> list[Kept]:
    """Her own views and those her department shares, by name; `current` is the list she looks at."""
    rows = SavedView.objects.filter(
        Q(official=official) | Q(is_shared=True, official__department=official.department_id, official__is_active=True)
    )
    return [
        Kept(row.pk, row.name, f"?{row.query}", row.official_id == official.pk, row.is_shared, row.query == current)
        for row in rows.order_by("name", "pk")
    ]


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is narrowed now."""
    official = _official(request)
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "보기의 이름을 1~30자로 적어 주세요.")
        return redirect(list_address())
    query = QueryDict(form.cleaned_data["query"].removeprefix("?"))
    try:
        services.keep_view(
            official=official,
            name=form.cleaned_data["name"],
            query=query,
            is_shared=form.cleaned_data["is_shared"],
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(f"{list_address()}?{query.urlencode()}")
    messages.success(request, f"‘{form.cleaned_data['name']}’ 보기를 저장했습니다.")
    return redirect(f"{list_address()}?{query.urlencode()}")


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one of one's own away."""
    view = get_object_or_404(SavedView, pk=pk, official=_official(request))
    services.drop_view(view)
    messages.success(request, f"‘{view.name}’ 보기를 지웠습니다.")
    return redirect(list_address())


def _official(request: HttpRequest) -> Official:
    user = user_of(request)
    official = official_behind(user)
    if official is None or not user.has_perm("complaints.view_complaint"):
        raise PermissionDenied
    return official
