"""The plug for Bizgo (Infobank): texts and AlimTalk out, reports and two-way replies in. See docs/carriers.md."""

from messaging.carriers.bizgo.plug import Bizgo

__all__ = ["Bizgo"]
