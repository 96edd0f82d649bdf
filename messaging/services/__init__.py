"""Everything that can happen to a message, one verb each: the room's public face."""

from messaging.opting_out import OnlyByHerself, lift_opt_out, opt_out, record_unsubscribes
from messaging.services.acknowledging import acknowledge, may_acknowledge
from messaging.services.carriers import UnknownCarrier, equip_carrier, pause_carrier, resume_carrier
from messaging.services.deciding import NotUnresolved, ReasonMissing, settle_unresolved
from messaging.services.erasing import erase_personal_data
from messaging.services.hooks import keep_unreadable, store_events, take_hook
from messaging.services.housekeeping import keep_house
from messaging.services.inbox import NoAnswerPossible, answer_reply, close_reply, leave_to_officials
from messaging.services.officials import tell_officials
from messaging.services.polling import poll_carriers, sync_opt_outs
from messaging.services.reference import TemplateRefused, load_reference, load_templates
from messaging.services.restoring import NotRestored, acknowledge_restore
from messaging.services.reviews import (
    CommentMissing,
    NotInThatState,
    SecondReviewerNeeded,
    decide_version,
    record_review,
    submit_version,
    sync_templates,
    withdraw_version,
)
from messaging.services.senders import DocumentRefused, keep_document, open_document
from messaging.services.sending import (
    ApprovalNeeded,
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
from messaging.services.streams import AlreadyLeft, cancel, cancel_stream, pause, release, resume
from messaging.services.triage import (
    AlreadyDecided,
    TooLateToUndo,
    ask_for_decision,
    decide_reply,
    need_no_decision,
    note_decision,
    undo_decision,
)
from messaging.services.writing import CodeRefused, NothingChanged, NotInOrder, write_template, write_version
from messaging.storing import record_receipts, record_replies

__all__ = [
    "AlreadyDecided",
    "AlreadyLeft",
    "ApprovalNeeded",
    "CodeRefused",
    "CommentMissing",
    "DocumentRefused",
    "ImageRef",
    "KeyReused",
    "NoAnswerPossible",
    "NoSenderNumber",
    "NotInOrder",
    "NotInThatState",
    "NotInTransaction",
    "NotRestored",
    "NotUnresolved",
    "NothingChanged",
    "OnlyByHerself",
    "Outgoing",
    "ReasonMissing",
    "Refusal",
    "SecondReviewerNeeded",
    "Sent",
    "TemplateNotApproved",
    "TemplateRefused",
    "TooLateToUndo",
    "UnknownCarrier",
    "acknowledge",
    "acknowledge_restore",
    "answer_reply",
    "ask_for_decision",
    "cancel",
    "cancel_stream",
    "close_reply",
    "decide_reply",
    "decide_version",
    "equip_carrier",
    "erase_personal_data",
    "keep_document",
    "keep_house",
    "keep_unreadable",
    "leave_to_officials",
    "lift_opt_out",
    "load_reference",
    "load_templates",
    "may_acknowledge",
    "need_no_decision",
    "note_decision",
    "open_document",
    "opt_out",
    "pause",
    "pause_carrier",
    "poll_carriers",
    "record_receipts",
    "record_replies",
    "record_review",
    "record_unsubscribes",
    "release",
    "resume",
    "resume_carrier",
    "send",
    "send_many",
    "settle_unresolved",
    "store_events",
    "submit_version",
    "sync_opt_outs",
    "sync_templates",
    "take_hook",
    "tell_officials",
    "undo_decision",
    "withdraw_version",
    "write_template",
    "write_version",
]
