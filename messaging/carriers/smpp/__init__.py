"""The plug for SMPP 3.4: a line that one process holds, for carriers without a web interface."""

from messaging.carriers.smpp.plug import Smpp

__all__ = ["Smpp"]
