"""AlimTalk through Solapi: the review of wordings, and messages made of them."""

from dataclasses import replace
from uuid import uuid4

from messaging.carriers.base import Accepted, TemplateState, TemplateText
from messaging.carriers.solapi import Solapi, codes
from tests.messaging.legs import alimtalk
from tests.messaging.simulator_process import RunningSimulator, eventually
from tests.messaging.solapi_plug.account import made

WORDING = TemplateText(code="complaints.received", name="접수", body="[새빛구] #{이름}님, 접수되었습니다.")


def approved(carrier: Solapi, text: TemplateText) -> str:
    state = carrier.submit_template(text)
    assert eventually(lambda: review(carrier, state.code).state != "submitted")
    return state.code


def review(carrier: Solapi, code: str) -> TemplateState:
    state = carrier.read_template(code)
    assert state is not None
    return state


def test_a_wording_is_reviewed_and_then_filled_by_them(simulator: RunningSimulator, carrier: Solapi) -> None:
    code = approved(carrier, WORDING)
    leg = replace(alimtalk(), template_code=code, variables={"이름": "김하늘"}, buttons=())

    carrier.submit([leg], key=uuid4())

    assert review(carrier, code) == review(carrier, WORDING.code)
    assert simulator.truth()[-1]["text"] == "[새빛구] 김하늘님, 접수되었습니다."


def test_a_message_may_name_its_wording_as_we_do(simulator: RunningSimulator, carrier: Solapi) -> None:
    code = approved(carrier, replace(WORDING, code="complaints.ours"))
    leg = replace(alimtalk(), template_code="complaints.ours", variables={"이름": "김하늘"}, buttons=())

    outcome = carrier.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Accepted)
    assert simulator.truth()[-1]["template"] == code
    stranger = replace(leg, id=uuid4(), template_code="nobody.registered.this")
    assert carrier.submit([stranger], key=uuid4()) == {stranger.id: codes.rejected("1042")}


def test_a_wording_asked_for_twice_is_registered_once(carrier: Solapi) -> None:
    text = replace(WORDING, code="complaints.again")

    assert carrier.submit_template(text).code == carrier.submit_template(text).code


def test_a_rejected_wording_says_why(carrier: Solapi) -> None:
    code = approved(carrier, replace(WORDING, code="complaints.rejected", body="반려될 문구입니다."))

    assert review(carrier, code).state == "rejected"
    assert "반려" in review(carrier, code).comments
    assert carrier.read_template("nobody.knows") is None
    assert carrier.read_template("KA01TP000000000000000000000000") is None


def test_kakao_talk_failing_sends_nothing_by_itself(simulator: RunningSimulator, carrier: Solapi) -> None:
    number = "01077771111"
    code = approved(carrier, replace(WORDING, code="complaints.plain", body="접수되었습니다."))
    simulator.control(switches=[{"number": number, "name": "no_kakao", "on": True}])

    carrier.submit([replace(alimtalk(number), template_code=code, buttons=())], key=uuid4())

    assert [one["channel"] for one in simulator.phone(number)["messages"]] == ["alimtalk"]


def test_without_a_channel_alimtalk_is_not_offered() -> None:
    assert "alimtalk" not in made(channel_id="").capabilities.channels
