"""What is the simulator plug's own, beside the contract of all plugs."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from messaging.carriers.base import NotSent, OutcomeUnknown, Rejected
from messaging.carriers.simulator import CAPABILITIES, CODES, Simulator
from messaging.simulator import signing
from messaging.simulator.orders import MAX_LEGS, REASONS
from tests.messaging.carriers_under_test import OWN, Trial
from tests.messaging.legs import OFFICE, jpeg, mms, sms
from tests.messaging.simulator_process import HOOK_SECRET, KEY, NOWHERE, running_simulator


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with running_simulator(tmp_path_factory.mktemp("own") / "truth.jsonl", "--sender", OFFICE) as running:
        yield Trial.of(OWN, running)


def test_both_readings_of_the_document_agree() -> None:
    assert set(REASONS) == set(CODES)
    assert set(OWN.wrong) <= set(CODES)
    assert CAPABILITIES.batch_sizes["sms"] == MAX_LEGS
    plug = Simulator(base_url=NOWHERE, key=KEY, hook_secret=HOOK_SECRET)
    assert signing.path_secret(HOOK_SECRET) == plug.hook_path_secrets[0]


def test_the_same_key_again_gets_the_first_answers(trial: Trial) -> None:
    legs, key = [sms(), sms(to="0212345678"), sms()], uuid4()

    first, second = trial.submit(legs, key=key), trial.submit(legs, key=key)

    assert first == second == trial.look_up(legs, key=key)
    assert [trial.taken(leg) for leg in legs] == [1, 0, 1]


def test_the_same_key_for_another_text_is_asked_about_and_never_delivered(trial: Trial) -> None:
    leg, key = sms(), uuid4()
    trial.submit([leg], key=key)

    with pytest.raises(OutcomeUnknown):
        trial.submit([replace(leg, text="다른 글")], key=key)

    assert trial.taken(leg) == 1


@pytest.mark.parametrize("picture", [jpeg(mode="CMYK"), jpeg(form="PNG"), b"\xff\xd8\xff", b"%PDF-1.7"])
def test_only_baseline_jpegs_are_taken(trial: Trial, picture: bytes) -> None:
    leg = mms(picture)

    outcome = trial.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Rejected)
    assert outcome.code == "2106"


def test_a_batch_too_large_is_refused_whole(trial: Trial) -> None:
    legs = [sms() for _ in range(CAPABILITIES.batch_sizes["sms"] + 1)]

    with pytest.raises(NotSent):
        trial.submit(legs, key=uuid4())

    assert not any(trial.taken(leg) for leg in legs[:3])
