"""The simulator's plug in small batches, so that there is a middle to be killed in."""

from dataclasses import replace

from messaging.carriers.simulator import CAPABILITIES, Simulator


class InSmallBatches(Simulator):
    """As the original, twenty legs a call."""

    capabilities = replace(CAPABILITIES, batch_size=20)
