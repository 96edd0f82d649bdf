"""The plug for Solapi v4: groups made first and sent last, so that every outcome can be asked for."""

from messaging.carriers.solapi.plug import Solapi

__all__ = ["Solapi"]
