"""The simulator's plug in small batches, so that there is a middle to be killed in."""

from dataclasses import replace
from typing import Any

from messaging.carriers.simulator import Simulator


class InSmallBatches(Simulator):
    """As the original, twenty legs a call."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.capabilities = replace(
            self.capabilities, batch_sizes=dict.fromkeys(self.capabilities.batch_sizes, 20), tps=5000.0
        )
