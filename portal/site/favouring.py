"""즐겨찾기: what the floating menu holds. On the device for everybody; for citizens who are signed in, here as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.guards import citizen_of, citizens_only
from portal.accounts.models import User
from portal.core.doors import public
from portal.site import keeping, menu
from portal.site.models import MOST_FAVOURITES, Favourite

_MERGED = "favourites.merged"
_MOST_SENT = 12
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One line as it is drawn."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Quick:
    """The floating menu of one reader. `is_hers`: kept under her account; `is_merged`: this device told."""

    entries: Sequence[Shown]
    is_hers: bool = False
    is_merged: bool = False
    is_chosen: bool = False


def quick(request: HttpRequest) -> SimpleLazyObject:
    """What the page's floating menu holds; asked of the database only where one is drawn for somebody signed in."""
    return SimpleLazyObject(lambda: _quick(request))


def _quick(request: HttpRequest) -> Quick:
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES and hasattr(request, "user")
    user = citizen_of(request) if has_session else None
    if user is None:
        return Quick(_defaults())
    lines = _lines_of(user)
    is_merged = bool(request.session.get(_MERGED))
    return Quick(_shown(lines) or _defaults(), is_hers=True, is_merged=is_merged, is_chosen=bool(lines))


def _lines_of(user: User) -> list[Line]:
    return list(Favourite.objects.filter(user=user).order_by("position").values_list("path", "label"))


def _defaults() -> Sequence[Shown]:
    return [Shown(entry.label, entry.icon, entry.url) for entry in menu.QUICK]


def _shown(lines: Sequence[Line]) -> Sequence[Shown]:
    """Pages of the menu are called what the menu calls them today, in the reader's language."""
    known = menu.by_address()
    return [
        Shown(known[path].label, known[path].icon, path) if path in known else Shown(label, "star", path)
        for path, label in lines
    ]


@public
@require_safe
def favourites(request: HttpRequest) -> HttpResponse:
    """What the floating menu holds: chosen and arranged by thumb, with or without scripts."""
    found = _quick(request)
    urls = {entry.url for entry in menu.QUICK}
    candidates = [*menu.QUICK, *(entry for entry in menu.CANDIDATES if entry.url not in urls)]
    chosen = {one.url for one in found.entries}
    context = {
        "candidates": candidates,
        "addable": [entry for entry in candidates if entry.url not in chosen],
        "mine": found,
        "is_full": len(found.entries) >= MOST_FAVOURITES,
    }
    return render(request, "site/favourites.html", context)


@citizens_only
@csrf_protect
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """The list as the device has it (script), or one change of it (form); what is kept is the answer."""
    user = cast(User, citizen_of(request))
    act = next((name for name in ("up", "down", "remove", "add", "reset") if name in request.POST), "")
    if act:
        keeping.keep_favourites(user, chosen=_changed(user, act, request.POST.get(act, "")))
        request.session[_MERGED] = True
        return redirect("site:favourites")
    paths, labels = request.POST.getlist("path")[:_MOST_SENT], request.POST.getlist("label")[:_MOST_SENT]
    sent = list(zip(paths, labels, strict=False))
    if "merge" in request.POST:
        kept = keeping.merge_favourites(user, device=sent)
    else:
        kept = keeping.keep_favourites(user, chosen=sent)
    request.session[_MERGED] = True
    return JsonResponse([{"label": _(one.label), "icon": one.icon, "url": one.url} for one in _shown(kept)], safe=False)


def _changed(user: User, act: str, path: str) -> list[Line]:
    lines = _lines_of(user) or [(one.url, str(one.label)) for one in _defaults()]
    place = next((place for place, line in enumerate(lines) if line[0] == path), None)
    if act == "reset":
        return []
    if act == "add" and place is None and path in menu.by_address():
        return [*lines, (path, str(menu.by_address()[path].label))]
    if place is None:
        return lines
    if act == "remove":
        return [line for line in lines if line[0] != path] if len(lines) > 1 else lines
    other = place - 1 if act == "up" else place + 1 if act == "down" else place
    if 0 <= other < len(lines):
        lines[place], lines[other] = lines[other], lines[place]
    return lines
