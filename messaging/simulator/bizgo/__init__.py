"""The dialect under /bizgo: one call for every channel, an idempotency key, reports and replies by webhook."""

from messaging.simulator.bizgo.counter import BizgoDialect

__all__ = ["BizgoDialect"]
