"""화면 설정 hold on the device by a cookie that names nobody; pages that say no say it kindly."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.site.look import Look, read, written

pytestmark = pytest.mark.django_db


def stylesheets(page: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="stylesheet" href="/static/css/(\w+)\.css"(?: media="([^"]+)")?', page))


def test_without_a_choice_the_device_decides(client: Client) -> None:
    page = client.get("/").content.decode()

    found = stylesheets(page)
    assert (found["dark"], found["contrast"]) == ("(prefers-color-scheme: dark)", "(prefers-contrast: more)")
    assert '<html lang="ko">' in page


@pytest.mark.parametrize(
    ("theme", "contrast", "wanted"),
    [
        ("dark", "", {"dark": "", "contrast": "(prefers-contrast: more)"}),
        ("light", "", {"contrast": "(prefers-contrast: more)"}),
        ("", "more", {"dark": "(prefers-color-scheme: dark)", "contrast": ""}),
    ],
)
def test_choice_holds_on_every_page(client: Client, theme: str, contrast: str, wanted: dict[str, str]) -> None:
    answer = client.post("/look/", {"theme": theme, "contrast": contrast, "size": "130", "hand": "left"})

    page = client.get("/help/").content.decode()
    found = {name: media for name, media in stylesheets(page).items() if name in ("dark", "contrast")}
    assert answer.status_code == 302
    assert found == wanted
    assert '<html lang="ko" data-size="130" data-hand="left">' in page


def test_choice_leads_back_to_where_it_was_made_but_never_elsewhere(client: Client) -> None:
    back = client.post("/look/", {"size": "110", "next": "/help/"})
    away = client.post("/look/", {"size": "110", "next": "https://example.com/"})
    no_path = client.post("/look/", {"size": "110", "next": "foo"})

    assert back.headers["Location"] == "/help/"
    assert away.headers["Location"] == "/look/"
    assert no_path.headers["Location"] == "/look/"


def test_form_shows_what_was_chosen(client: Client) -> None:
    client.post("/look/", {"size": "150"})

    assert re.search(r'value="150"[^>]* checked', client.get("/look/").content.decode())


def test_unknown_choice_is_refused_beside_its_field(client: Client) -> None:
    answer = client.post("/look/", {"size": "900"})

    assert answer.status_code == 422
    assert 'id="id_size_error"' in answer.content.decode()


@given(st.text(max_size=40))
def test_cookie_of_nonsense_says_nothing(value: str) -> None:
    assert written(read(value)) in (value, written(Look()))


def test_every_choice_survives_the_cookie() -> None:
    for one in (Look(), Look("dark", "more", "130", "left"), Look("light"), Look(hand="left"), Look(size="90")):
        assert read(written(one)) == one


def test_wrong_method_is_answered_with_a_page_for_people_and_bare_for_machines(client: Client) -> None:
    person = client.post("/help/", headers={"Accept": "text/html"})
    machine = client.post("/help/", headers={"Accept": "application/json"})

    assert (person.status_code, machine.status_code) == (405, 405)
    assert "그렇게 열 수 없어요" in person.content.decode()
    assert person.headers["Allow"] == machine.headers["Allow"] == "GET, HEAD"
    assert machine.content == b""
