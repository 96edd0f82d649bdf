"""Everything that can happen to a message, one verb each: the room's public face."""

from messaging.opting_out import lift_opt_out, opt_out
from messaging.receiving import record_receipts, record_replies
from messaging.services.deciding import NotUnresolved, ReasonMissing, settle_unresolved
from messaging.services.hooks import keep_unreadable, take_hook
from messaging.services.inbox import NoAnswerPossible, answer_reply, close_reply
from messaging.services.reference import TemplateRefused, load_reference, load_templates
from messaging.services.sending import (
    ImageRef,
    KeyReused,
    NoSenderNumber,
    NotInTransaction,
    Outgoing,
    Refusal,
    Sent,
    TemplateNotApproved,
    send,
    send_many,
)
from messaging.services.streams import AlreadyLeft, cancel, cancel_stream, pause, resume

__all__ = [
    "AlreadyLeft",
    "ImageRef",
    "KeyReused",
    "NoAnswerPossible",
    "NoSenderNumber",
    "NotInTransaction",
    "NotUnresolved",
    "Outgoing",
    "ReasonMissing",
    "Refusal",
    "Sent",
    "TemplateNotApproved",
    "TemplateRefused",
    "answer_reply",
    "cancel",
    "cancel_stream",
    "close_reply",
    "keep_unreadable",
    "lift_opt_out",
    "load_reference",
    "load_templates",
    "opt_out",
    "pause",
    "record_receipts",
    "record_replies",
    "resume",
    "send",
    "send_many",
    "settle_unresolved",
    "take_hook",
]
