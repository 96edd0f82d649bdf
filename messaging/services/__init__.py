"""Everything that can happen to a message, one verb each: the room's public face."""

from messaging.opting_out import OnlyByHerself, lift_opt_out, opt_out, record_unsubscribes
from messaging.services.deciding import NotUnresolved, ReasonMissing, settle_unresolved
from messaging.services.erasing import erase_personal_data
from messaging.services.hooks import keep_unreadable, store_events, take_hook
from messaging.services.housekeeping import keep_house
from messaging.services.inbox import NoAnswerPossible, answer_reply, close_reply
from messaging.services.polling import poll_carriers, sync_opt_outs
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
from messaging.storing import record_receipts, record_replies

__all__ = [
    "AlreadyLeft",
    "ImageRef",
    "KeyReused",
    "NoAnswerPossible",
    "NoSenderNumber",
    "NotInTransaction",
    "NotUnresolved",
    "OnlyByHerself",
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
    "erase_personal_data",
    "keep_house",
    "keep_unreadable",
    "lift_opt_out",
    "load_reference",
    "load_templates",
    "opt_out",
    "pause",
    "poll_carriers",
    "record_receipts",
    "record_replies",
    "record_unsubscribes",
    "resume",
    "send",
    "send_many",
    "settle_unresolved",
    "store_events",
    "sync_opt_outs",
    "take_hook",
]
