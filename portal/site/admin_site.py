"""The officials' admin site."""

from unfold.sites import UnfoldAdminSite


class SotongAdminSite(UnfoldAdminSite):
    """Ours instead of Django's."""
