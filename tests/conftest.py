"""Fixtures every room shares."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_static_names(settings: Settings) -> None:
    """Hashed names need a collectstatic run; tests read the files where they lie."""
    plain = {"BACKEND": "portal.core.static.PlainFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
