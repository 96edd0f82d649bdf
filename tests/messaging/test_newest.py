"""When a telephone was last sent something: what push is told by."""

from datetime import timedelta

import pytest

from messaging import delivery
from messaging.queries import newest_sent
from portal.core import clock
from tests.messaging.making import leg_of, make_template, queue

pytestmark = pytest.mark.usefixtures("office", "daytime")


def test_newest_is_what_a_carrier_took_last_for_that_telephone() -> None:
    make_template()
    waiting = queue()
    index = bytes(waiting.phone_index)
    began = clock.now() - timedelta(minutes=1)
    assert newest_sent({index}, after=began) == {}, "nothing has left"

    delivery.drain(seconds=5)

    accepted_at = leg_of(waiting).accepted_at
    assert accepted_at is not None
    assert newest_sent({index}, after=began) == {index: accepted_at}
    assert newest_sent({index}, after=accepted_at) == {}
    assert newest_sent({b"another telephone"}, after=began) == {}
