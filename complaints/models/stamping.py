"""Whether what the router knows has changed since a process last read it: one row, renewed by every change."""

import pgtrigger
from django.db import models

_RENEW = """
    INSERT INTO complaints_routingstamp (id, value) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET value = excluded.value;
    RETURN NULL;
"""


class RoutingStamp(models.Model):
    """
    The one row that changes with rules, words, categories and versions, whoever changes them and from where.

    A random value, not a counter: after a rollback the old value stands for the old content again.
    """

    value = models.UUIDField("판")

    class Meta:
        verbose_name = "배정 자료의 판"
        verbose_name_plural = "배정 자료의 판"

    def __str__(self) -> str:
        return str(self.value)


def renews_routing(name: str) -> pgtrigger.Trigger:
    """The trigger of a table the router reads: each statement that changes it renews the stamp, once."""
    return pgtrigger.Trigger(
        name=f"{name}_renews_routing",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=_RENEW,
    )
