"""What was sent to whom, what became of it, and what came back."""

from messaging.models.attempts import (
    FINAL,
    LIVE,
    RANKS,
    UNSETTLED,
    Attempt,
    Channel,
    DeliveryEvent,
    Dispatch,
    LegStatus,
    ReasonKind,
)
from messaging.models.inbound import HookReject, OptOut, Receipt, Reply
from messaging.models.messages import MESSAGE_FINAL, Message, MessageImage, MessageStatus, Purpose, Route
from messaging.models.senders import SenderNumber
from messaging.models.streams import Stream, StreamCount
from messaging.models.templates import Template, TemplateVersion

__all__ = [
    "FINAL",
    "LIVE",
    "MESSAGE_FINAL",
    "RANKS",
    "UNSETTLED",
    "Attempt",
    "Channel",
    "DeliveryEvent",
    "Dispatch",
    "HookReject",
    "LegStatus",
    "Message",
    "MessageImage",
    "MessageStatus",
    "OptOut",
    "Purpose",
    "ReasonKind",
    "Receipt",
    "Reply",
    "Route",
    "SenderNumber",
    "Stream",
    "StreamCount",
    "Template",
    "TemplateVersion",
]
