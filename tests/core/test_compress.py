"""Public pages are compressed, personal ones are not."""

import gzip

from django.test import Client

GZIP = {"Accept-Encoding": "gzip"}


def test_public_page_travels_compressed(client: Client) -> None:
    answer = client.get("/offline/", headers=GZIP)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "인터넷이 끊겼어요" in gzip.decompress(answer.content).decode()


def test_page_that_nobody_may_store_travels_as_it_is(client: Client, db: None) -> None:
    answer = client.get("/look/", headers=GZIP)

    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in answer.headers
