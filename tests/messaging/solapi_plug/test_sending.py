"""A group is made, filled and then sent: what can be known after each step."""

from typing import Any
from uuid import uuid4

import pytest
from solapi import SolapiMessageService
from solapi.model.request.groups.get_groups import GetGroupsRequest

from messaging.carriers.base import (
    Accepted,
    Leg,
    Misconfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    StillUnknown,
)
from messaging.carriers.solapi import Solapi, codes, plug, reading
from tests.messaging.legs import asked, jpeg, mms, sms
from tests.messaging.simulator_process import (
    RunningSimulator,
    eventually,
)
from tests.messaging.solapi_plug.account import Memory, made, taken


def test_two_people_with_one_telephone_both_get_their_message(simulator: RunningSimulator, carrier: Solapi) -> None:
    legs = [sms(text="첫째 분께"), sms(text="둘째 분께")]

    outcomes = carrier.submit(legs, key=uuid4())

    assert all(isinstance(one, Accepted) for one in outcomes.values())
    assert [taken(simulator, leg) for leg in legs] == [1, 1]


BEFORE_SENDING = [("POST", 1), ("PUT", 1)]
LOST = ["hang_after", "reset_after", "error_after", "garbage", "wrong_types", "huge", "error_before", "reset_before"]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize(("method", "nth"), BEFORE_SENDING, ids=["making the group", "putting messages into it"])
def test_before_the_last_step_nothing_was_sent(simulator: RunningSimulator, fault: str, method: str, nth: int) -> None:
    carrier, leg, memory = made(simulator.url, timeout=0.6), sms(), Memory()
    simulator.control(rules=[{"fault": fault, "method": method, "nth": nth, "path": "/solapi"}])

    with pytest.raises(NotSent) as raised:
        carrier.submit([leg], key=uuid4(), remember=memory)

    assert not isinstance(raised.value, Misconfigured)
    simulator.control(rules=[])
    found = made(simulator.url).look_up(asked([leg], key=uuid4(), remembered=memory.group))
    assert found == {leg.id: NotFound()}
    assert taken(simulator, leg) == 0


def test_a_group_is_remembered_before_it_is_sent(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg = sms()

    def gone(reference: str) -> None:
        raise NotSent("somebody else settled this call")

    with pytest.raises(NotSent):
        carrier.submit([leg], key=uuid4(), remember=gone)

    assert taken(simulator, leg) == 0


def test_nothing_is_sent_so_late_that_the_lease_could_end(
    simulator: RunningSimulator, carrier: Solapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = sms()
    monkeypatch.setattr(plug, "LATEST_SEND", -1.0)

    with pytest.raises(NotSent):
        carrier.submit([leg], key=uuid4())

    assert taken(simulator, leg) == 0


def test_a_look_up_leaves_no_group_behind_that_could_still_be_sent(
    simulator: RunningSimulator, carrier: Solapi, theirs: SolapiMessageService
) -> None:
    leg, memory = sms(), Memory()
    simulator.control(rules=[{"fault": "error_before", "nth": 2, "path": "/solapi"}])
    with pytest.raises(OutcomeUnknown):
        carrier.submit([leg], key=uuid4(), remember=memory)

    found = carrier.look_up(asked([leg], key=uuid4(), remembered=memory.group))

    groups = theirs.get_groups(GetGroupsRequest(group_id=memory.group))
    assert found == {leg.id: NotFound()}
    assert [group.status for group in groups.group_list.values()] == ["DELETED"]


def test_a_group_that_seems_to_wait_but_cannot_be_deleted_proves_nothing(
    simulator: RunningSimulator, carrier: Solapi
) -> None:
    leg, memory = sms(), Memory()
    simulator.control(rules=[{"fault": "look_up_lag", "seconds": 1.0, "nth": 2, "path": "/solapi"}])
    carrier.submit([leg], key=uuid4(), remember=memory)
    call = asked([leg], key=uuid4(), remembered=memory.group)

    assert carrier.look_up(call) == {leg.id: StillUnknown()}
    assert eventually(lambda: isinstance(carrier.look_up(call)[leg.id], Accepted))


def test_a_group_all_of_whose_messages_are_refused_is_not_sent(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg, memory = sms(to="0212345678"), Memory()

    outcomes = carrier.submit([leg], key=uuid4(), remember=memory)

    assert outcomes == {leg.id: codes.rejected("1011")}
    assert taken(simulator, leg) == 0


def test_a_second_picture_is_refused_and_never_left_out(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg, other = mms(jpeg(), jpeg(30, 30)), sms()

    outcomes = carrier.submit([leg, other], key=uuid4())

    assert outcomes[leg.id] == codes.TOO_MANY_PICTURES
    assert isinstance(outcomes[other.id], Accepted)
    assert (taken(simulator, leg), taken(simulator, other)) == (0, 1)


def test_an_empty_purse_pauses_the_carrier(simulator: RunningSimulator, carrier: Solapi) -> None:
    simulator.control(rules=[{"fault": "balance_gone", "path": "/solapi"}])

    with pytest.raises(Misconfigured):
        carrier.submit([sms()], key=uuid4())


def test_long_lists_are_read_to_their_end(
    simulator: RunningSimulator, carrier: Solapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs, memory = [sms() for _ in range(7)], Memory()
    monkeypatch.setattr(plug, "PAGE", 3)
    carrier.submit(legs, key=uuid4(), remember=memory)

    found = carrier.look_up(asked(legs, key=uuid4(), remembered=memory.group))

    assert all(isinstance(found[leg.id], Accepted) for leg in legs)


def row(leg: Leg, **more: Any) -> dict[str, Any]:
    return {"to": leg.to, "statusCode": "2000", "messageId": str(leg.id)[:8], **more}


def test_results_without_our_field_are_read_in_our_order() -> None:
    legs = [sms(), sms(to="01011112222")]

    outcomes = reading.registered({"resultList": [row(leg) for leg in legs]}, legs)

    assert outcomes == {leg.id: Accepted(str(leg.id)[:8]) for leg in legs}


@pytest.mark.parametrize("strange", ["missing", "other telephone", "another's field"])
def test_results_that_are_not_about_our_legs_prove_nothing(strange: str) -> None:
    leg = sms()
    rows = {
        "missing": [],
        "other telephone": [row(leg) | {"to": "01099998888"}],
        "another's field": [row(leg, customFields={"attempt": str(uuid4())})],
    }

    with pytest.raises(OutcomeUnknown):
        reading.registered({"resultList": rows[strange]}, [leg])
