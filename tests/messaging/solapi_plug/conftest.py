"""One simulator for all tests of the plug, the plug, and the vendor's own client pointed at it."""

from collections.abc import Iterator

import pytest
from solapi import SolapiMessageService

from messaging.carriers.solapi import Solapi
from tests.messaging.legs import OFFICE
from tests.messaging.simulator_process import KEY, Receiver, RunningSimulator, receiving, running_simulator
from tests.messaging.solapi_plug.account import made


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("solapi") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as running:
        yield running


@pytest.fixture
def carrier(simulator: RunningSimulator) -> Solapi:
    simulator.control(rules=[])
    return made(simulator.url)


@pytest.fixture
def theirs(simulator: RunningSimulator) -> SolapiMessageService:
    """The vendor's own client, pointed at our simulator."""
    service = SolapiMessageService(KEY, KEY)
    service.base_url = f"{simulator.url}/solapi"
    return service
