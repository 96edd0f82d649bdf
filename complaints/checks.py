"""Start-up checks: a router without weights and a calendar without next year fail late, and nobody would notice."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004  (Django's name for it)
from django.db import connections

from complaints import routing_queries
from complaints.models import RouterVersion
from complaints.services import calendars
from portal.accounts.models import CalendarDay
from portal.core.clock import day_in_korea, now


def router_has_its_weights(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Missing or broken weights: fewer cases find their department by themselves."""
    tables = [table for alias in databases or () for table in connections[alias].introspection.table_names()]
    if RouterVersion._meta.db_table not in tables:  # a database that is being made
        return []
    trouble = routing_queries.trouble()
    hint = "manage.py setup을 다시 실행하거나, 관리 화면의 ‘분류 모델’에서 사용 중인 모델을 확인하세요."
    return [Warning(trouble, hint=hint, id="sotong.W201")] if trouble else []


def next_year_is_in_the_calendar(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """From October on: a period that reaches into a year nobody entered cannot be counted."""
    tables = [table for alias in databases or () for table in connections[alias].introspection.table_names()]
    if CalendarDay._meta.db_table not in tables or not CalendarDay.objects.exists():
        return []
    is_missing = calendars.next_year_missing(now_on=day_in_korea(now()))
    hint = "관리 화면의 달력에서 등록하거나 manage.py sync_holidays --years를 실행하세요."
    return [Warning("내년 근무일 달력이 없습니다.", hint=hint, id="sotong.W202")] if is_missing else []
