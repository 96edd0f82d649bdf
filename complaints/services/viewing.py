"""Lists that officials want again."""

from django.db import transaction
from django.http import QueryDict

from complaints.models import SavedView
from portal.accounts.models import Official
from portal.core.errors import Refused

MOST_VIEWS = 20
# A saved view asks the same question again; it never holds a place in the list, or whom somebody searched for.
_LEFT_OUT = ("after", "before", "since", "q", "who")
_LONGEST_QUERY = 300


class ViewRefused(Refused):
    """Too many saved views, or one that cannot be kept."""


@transaction.atomic
def keep_view(*, official: Official, name: str, query: QueryDict, is_shared: bool = False) -> SavedView:
    """
    Keep a narrowed list under a name; the same name again replaces it. Search words are not kept: they may be a phone.

    :raises ViewRefused: if there are too many already, or too many conditions in one
    """
    asked = query.copy()
    for one in _LEFT_OUT:
        asked.pop(one, None)
    for one in [key for key, value in asked.items() if not value]:
        asked.pop(one)
    words = asked.urlencode()
    if len(words) > _LONGEST_QUERY:
        raise ViewRefused("조건이 너무 많습니다. 조건을 줄여 주세요.")
    kept = SavedView.objects.select_for_update().filter(official=official)
    if kept.exclude(name=name).count() >= MOST_VIEWS:
        raise ViewRefused(f"보기는 {MOST_VIEWS}개까지 저장할 수 있습니다. 쓰지 않는 것을 지워 주세요.")
    view, _ = SavedView.objects.update_or_create(
        official=official, name=name, defaults={"query": words, "is_shared": is_shared}
    )
    return view


def drop_view(view: SavedView) -> None:
    """Throw a saved view away."""
    view.delete()
