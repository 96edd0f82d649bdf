"""The room complaints as Django knows it."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ComplaintsConfig(AppConfig):
    """민원."""

    name = "complaints"
    verbose_name = "민원"

    def ready(self) -> None:
        """Tell messaging who hears of citizens' replies, and Django what to look at before it starts."""
        from complaints import approvals, replies  # noqa: F401, PLC0415 - models must be loaded first
        from complaints.checks import next_year_is_in_the_calendar, router_has_its_weights  # noqa: PLC0415

        register(router_has_its_weights, Tags.database)
        register(next_year_is_in_the_calendar, Tags.database)
