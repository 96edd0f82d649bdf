"""What officials' pages of every room share."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from unfold.admin import ModelAdmin

MOST_COUNTED = 1000


class CappedPaginator(Paginator):
    """Counts to a thousand and no further: some tables hold millions."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most a thousand and one."""
        rows: Any = self.object_list
        return len(rows) if isinstance(rows, list | tuple) else rows.order_by()[: MOST_COUNTED + 1].count()


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only services write: nothing to add, change or delete in the admin."""

    show_full_result_count = False  # a list page counts nothing
    when_empty = ""  # what it means that nothing is there, in words

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
