"""Start-up checks of the database: what would fail silently must fail loudly."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections


def korean_can_be_searched(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Under the plain C locale trigrams of Hangul are empty and Korean search finds nothing, without any error."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("select current_setting('server_encoding'), '가나다' ~ '^\\w+$'")
            encoding, knows_hangul = cursor.fetchone()
        if encoding != "UTF8" or not knows_hangul:
            hint = "initdb --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.UTF-8"
            sentence = "데이터베이스가 한글을 글자로 알지 못합니다. 문자 분류(LC_CTYPE)를 C.UTF-8로 만들어 주세요."
            found.append(Error(sentence, hint=hint, id="sotong.E001"))
    return found
