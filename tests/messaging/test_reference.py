"""Loading wordings, the first sender number and the streams."""

from pathlib import Path

import pytest
from pytest_django import Settings

from messaging import services
from messaging.models import SenderNumber, Stream, Template, TemplateVersion
from messaging.services.reference import read_source
from portal.core import clock

pytestmark = pytest.mark.django_db
SIMULATOR = {"main": {"BACKEND": "messaging.carriers.simulator.Simulator", "OPTIONS": {}}}
ALIMTALK = """+++
title = "민원 접수 안내"
purpose = "answer"
route = "alimtalk_then_text"
[[buttons]]
label = "진행 보기"
url = "#{진행주소}"
+++
[#{기관}] 민원이 접수되었습니다. 번호 #{번호}
"""
TEXT = ALIMTALK.replace("alimtalk_then_text", "text").replace(
    '[[buttons]]\nlabel = "진행 보기"\nurl = "#{진행주소}"\n', ""
)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """An empty templates/messages/complaints of our own."""
    settings.BASE_DIR = tmp_path
    room = tmp_path / "templates" / "messages" / "complaints"
    room.mkdir(parents=True)
    return room


def test_a_file_becomes_a_version_and_a_changed_file_the_next(folder: Path) -> None:
    (folder / "received.txt").write_text(TEXT, encoding="utf-8")
    assert services.load_templates(now=clock.now()) == 1
    assert services.load_templates(now=clock.now()) == 0

    (folder / "received.txt").write_text(TEXT.replace("접수되었습니다", "접수됐습니다"), encoding="utf-8")
    assert services.load_templates(now=clock.now()) == 1

    versions = TemplateVersion.objects.filter(template__code="complaints.received").order_by("number")
    assert [version.number for version in versions] == [1, 2]
    assert versions[1].body.endswith("번호 #{번호}")


def test_an_alimtalk_wording_waits_for_its_review_and_a_text_does_not(folder: Path) -> None:
    (folder / "received.txt").write_text(ALIMTALK, encoding="utf-8")
    (folder / "plain.txt").write_text(TEXT, encoding="utf-8")

    services.load_templates(now=clock.now())

    states = dict(TemplateVersion.objects.values_list("template__code", "review_state"))
    assert states == {"complaints.received": "draft", "complaints.plain": "approved"}


def test_the_simulator_has_nobody_who_reviews(folder: Path, settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = SIMULATOR
    (folder / "received.txt").write_text(ALIMTALK, encoding="utf-8")

    services.load_templates(now=clock.now())

    version = TemplateVersion.objects.get()
    assert version.review_state == "approved"
    assert version.buttons == [{"label": "진행 보기", "url": "#{진행주소}"}]


def test_a_third_part_is_the_text_of_the_fallback(folder: Path) -> None:
    (folder / "received.txt").write_text(f"{ALIMTALK}+++\n[#{{기관}}] 접수 #{{번호}}\n", encoding="utf-8")

    services.load_templates(now=clock.now())

    assert TemplateVersion.objects.get().text_body == "[#{기관}] 접수 #{번호}"


@pytest.mark.parametrize(
    "broken",
    [
        "안내문",
        TEXT.replace('purpose = "answer"', 'purpose = "advertisement"'),
        TEXT.replace('title = "민원 접수 안내"', 'title = ""'),
        TEXT.replace('title = "민원 접수 안내"', f'title = "{"가" * 21}"'),
        TEXT.replace("민원이 접수되었습니다.", "https://example.com 에서 확인"),
        TEXT.replace("민원이", "😀"),
        ALIMTALK.replace("alimtalk_then_text", "text"),
        TEXT.replace("purpose", "colour = 'blue'\npurpose"),
        TEXT.replace("[#{기관}] 민원이 접수되었습니다. 번호 #{번호}", ""),
    ],
)
def test_a_file_that_is_not_in_order_ends_the_set_up_by_name(folder: Path, broken: str) -> None:
    (folder / "received.txt").write_text(broken, encoding="utf-8")

    with pytest.raises(services.TemplateRefused, match=r"complaints\.received"):
        services.load_templates(now=clock.now())

    assert not Template.objects.exists()


def test_every_wording_that_ships_is_in_order() -> None:
    root = Path(__file__).parents[2] / "templates" / "messages"

    sources = [read_source(path, path.stem) for path in root.glob("*/*.txt")]

    assert all("#{기관}" in source.body for source in sources)


def test_the_first_sender_number_is_a_draft_until_an_official_registers_it(settings: Settings) -> None:
    settings.DISTRICT_PHONE = "02-987-6543"

    services.load_reference(now=clock.now())
    services.load_reference(now=clock.now())

    number = SenderNumber.objects.get()
    assert (number.number, number.status, number.is_default) == ("029876543", "draft", True)
    assert Stream.objects.filter(name="complaints.stage").exists()


def test_in_a_rehearsal_the_first_sender_number_is_ready(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = SIMULATOR

    services.load_reference(now=clock.now())

    assert SenderNumber.objects.get().may_send_on(clock.day_in_korea(clock.now()))


def test_what_an_official_changed_is_left_alone() -> None:
    services.load_reference(now=clock.now())
    SenderNumber.objects.update(name="민원실", status="suspended")

    services.load_reference(now=clock.now())

    assert SenderNumber.objects.values_list("name", "status").get() == ("민원실", "suspended")
