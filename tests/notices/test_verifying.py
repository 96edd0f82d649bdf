"""진위확인: a number says whose and what, and wrong numbers all look alike."""

import pytest
from django.test import Client

from notices.codes import normal_code
from notices.models import Notice, VerifyCode
from notices.opening_queries import code_of, codes_of
from notices.services.verifying import index_codes
from notices.views.verifying import TRIES
from tests.notices.reading import Reader, delivered
from tests.notices.world import World


@pytest.fixture
def reader(world: World, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    reader = delivered(world.checking(), world)
    index_codes()
    return reader


def page(client: Client, code: str) -> str:
    return client.get(f"/verify/{code}/").content.decode()


def test_a_number_says_what_anybody_may_know(client: Client, reader: Reader) -> None:
    text = page(client, code_of(reader.notice))

    assert "김*늘" in text
    assert "군소음 피해보상금 결정 통지서" in text
    assert "유효" in text
    assert reader.notice.document.sha256 in text
    for secret in (reader.recipient.name, reader.recipient.key, reader.birth, "5678"):
        assert secret not in text.replace(reader.notice.document.sha256, "")  # which may hold any four digits


def test_a_withdrawn_document_says_so(client: Client, reader: Reader) -> None:
    Notice.objects.filter(pk=reader.notice.pk).update(state="void")

    assert "철회된 문서입니다" in page(client, code_of(reader.notice))


def test_wrong_and_unknown_numbers_look_alike(client: Client, reader: Reader) -> None:
    wrong = code_of(reader.notice).replace("-", "")
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")

    paths = [f"/verify/{code}/" for code in (wrong, "A" * 16, "nonsense")]
    answers = [client.get(path) for path in paths]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content.replace(path.encode(), b"") for path, answer in zip(paths, answers, strict=True)}) == 1


def test_ten_tries_a_minute(client: Client, world: World, reader: Reader) -> None:
    for _ in range(TRIES):
        page(client, "A" * 16)

    answer = client.get(f"/verify/{code_of(reader.notice)}/")
    assert answer.status_code == 429
    assert "김*늘" not in answer.content.decode()
    world.tick(minutes=1)
    assert "김*늘" in page(client, code_of(reader.notice))


def test_the_short_address_of_a_qr_code_leads_there(client: Client, reader: Reader) -> None:
    code = codes_of(reader.notice)[0]

    answer = client.get(f"/V/{code}")

    assert (answer.status_code, answer["Location"]) == (301, f"/verify/{code}/")


def test_the_form_forgives_how_a_number_is_written(client: Client, reader: Reader) -> None:
    code = codes_of(reader.notice)[0]
    written = code_of(reader.notice).lower().replace("0", "o").replace("1", "l")

    assert client.get("/verify/", {"code": written})["Location"] == f"/verify/{code}/"
    assert client.get("/verify/", {"code": "123"}).status_code == 422
    assert client.get("/verify/").status_code == 200


@pytest.mark.parametrize("text", ["", "U" * 16, "0" * 15, "0" * 17, "가" * 16])
def test_what_is_no_number_is_none(text: str) -> None:
    assert normal_code(text) == ""


def test_the_number_itself_is_nowhere(reader: Reader) -> None:
    rows = str(list(VerifyCode.objects.values()))

    assert codes_of(reader.notice)[0] not in rows
    assert codes_of(reader.notice)[0].lower() not in rows


def test_each_page_is_indexed_once_and_a_notice_proved_later_follows(world: World, reader: Reader) -> None:
    assert VerifyCode.objects.count() == 3
    assert index_codes() == 0

    later = Notice.objects.exclude(pk=reader.notice.pk)[0]
    VerifyCode.objects.filter(notice=later).delete()
    Notice.objects.filter(pk=later.pk).update(state="void")
    assert index_codes() == 0
    Notice.objects.filter(pk=later.pk).update(state="proved")
    assert index_codes() == 1
