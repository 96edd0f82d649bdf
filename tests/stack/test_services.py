"""The embedded services: Korean can be searched, and nothing stays behind."""

import os

from portal.stack.postgres import count_trigrams


def test_korean_has_trigrams() -> None:
    assert count_trigrams(os.environ["DATABASE_URL"]) == 3
