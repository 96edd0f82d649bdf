"""Who hears of what; a topic nobody listens to stops the start."""

from datetime import datetime

import pytest

from messaging import tasks, topics
from messaging.checks import every_topic_is_heard
from messaging.models import Message, Reply
from messaging.understanding import Reading


def _listen(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    raise AssertionError


def test_every_topic_of_the_product_is_heard() -> None:
    assert every_topic_is_heard() == []


@pytest.mark.usefixtures("handlers")
def test_a_topic_that_expects_replies_without_a_listener_is_an_error() -> None:
    errors = every_topic_is_heard()

    assert {error.id for error in errors} == {"messaging.E001"}
    assert any("notices.consent" in error.msg for error in errors)


@pytest.mark.usefixtures("handlers")
def test_listening_to_a_topic_that_is_not_is_an_error() -> None:
    topics.on_reply("nobody.asked")(_listen)

    assert "messaging.E002" in {error.id for error in every_topic_is_heard()}


@pytest.mark.usefixtures("handlers")
def test_two_rooms_cannot_listen_to_one_topic() -> None:
    topics.on_reply("notices.consent")(_listen)

    with pytest.raises(topics.AlreadyRegistered):
        topics.on_reply("notices.consent")(lambda *, reply, reading, message, now: None)


@pytest.mark.usefixtures("handlers")
def test_a_picture_nobody_keeps_is_the_wrong_picture() -> None:
    with pytest.raises(topics.WrongImage):
        topics.load_image("nobody:1", Message())


@pytest.mark.django_db
def test_the_bells_find_nothing_to_do_in_an_empty_house() -> None:
    tasks.drain()
    tasks.receive()
    tasks.reconcile()
