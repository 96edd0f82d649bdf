"""Fixtures every room shares."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings as examples
from pytest_django import Settings

from chatbot import shelf
from tests import schema

examples.register_profile("patient", examples.default, deadline=None)  # however slow this machine is
examples.load_profile("patient")


@pytest.fixture(autouse=True)
def plain_static_names(settings: Settings) -> None:
    """Hashed names need a collectstatic run; tests read the files where they lie."""
    plain = {"BACKEND": "portal.core.static.PlainFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def empty_shelf() -> None:
    """A process holds the chatbot's index for a second: long enough to answer from the rows of the test before."""
    shelf.forget()


@pytest.fixture(scope="session")
def kept_schema() -> Iterator[schema.Kept | None]:
    """The schema of an earlier run, on a server of this run's own; None on any other server."""
    if not schema.is_ours():
        yield None
        return
    with schema.kept() as found:
        yield found


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, kept_schema: schema.Kept | None
) -> bool:
    """Read back instead of migrated, where that is possible."""
    if kept_schema is None or not kept_schema.is_there:
        return bool(request.config.getvalue("reuse_db"))
    name = connection.settings_dict["TEST"].get("NAME") or f"test_{connection.settings_dict['NAME']}"
    kept_schema.restore(os.environ["DATABASE_URL"], name)
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, kept_schema: schema.Kept | None) -> None:
    """Migrated, and kept for the next run and for the process that waits for it."""
    if kept_schema is not None and not kept_schema.is_there:
        kept_schema.keep(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
