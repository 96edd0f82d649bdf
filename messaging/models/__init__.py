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
from messaging.models.carriers import CarrierState, ClusterIdentity, Upload
from messaging.models.inbound import HookReject, OptOut, PollCursor, Receipt, Reply, ReplyPart
from messaging.models.keys import ApiKey, OfficeReply, RequestKey, Scope
from messaging.models.messages import MESSAGE_FINAL, HoldReason, Message, MessageImage, MessageStatus, Purpose, Route
from messaging.models.money import BilledOn, Budget, BudgetDay, Invoice, LedgerCount, LedgerEntry, Price
from messaging.models.preferences import ChangeSource, Means, Preference, PreferenceChange, Subscription
from messaging.models.senders import SenderDocument, SenderNumber
from messaging.models.streams import Stream, StreamCount
from messaging.models.templates import ReviewState, Template, TemplateReview, TemplateVersion
from messaging.models.triage import AnswerPhrase, TriageDecision

__all__ = [
    "FINAL",
    "LIVE",
    "MESSAGE_FINAL",
    "RANKS",
    "UNSETTLED",
    "AnswerPhrase",
    "ApiKey",
    "Attempt",
    "BilledOn",
    "Budget",
    "BudgetDay",
    "CarrierState",
    "ChangeSource",
    "Channel",
    "ClusterIdentity",
    "DeliveryEvent",
    "Dispatch",
    "HoldReason",
    "HookReject",
    "Invoice",
    "LedgerCount",
    "LedgerEntry",
    "LegStatus",
    "Means",
    "Message",
    "MessageImage",
    "MessageStatus",
    "OfficeReply",
    "OptOut",
    "PollCursor",
    "Preference",
    "PreferenceChange",
    "Price",
    "Purpose",
    "ReasonKind",
    "Receipt",
    "Reply",
    "ReplyPart",
    "RequestKey",
    "ReviewState",
    "Route",
    "Scope",
    "SenderDocument",
    "SenderNumber",
    "Stream",
    "StreamCount",
    "Subscription",
    "Template",
    "TemplateReview",
    "TemplateVersion",
    "TriageDecision",
    "Upload",
]
