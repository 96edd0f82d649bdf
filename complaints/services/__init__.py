"""Everything that can happen to a complaint: one verb each."""

from complaints.attachments import Photo, PhotoRefused
from complaints.services.adopting import adopt
from complaints.services.approving import AlreadyProposed, NoApprover, act, foresee, propose, record_decision
from complaints.services.claiming import claim
from complaints.services.closing import (
    CloseReason,
    NotEnoughProof,
    PartsOpen,
    TooEarly,
    amend,
    close,
    resolve,
    send_back,
    withdraw,
)
from complaints.services.correcting import CodeNeeded, Proof, correct
from complaints.services.drafts import drop_draft, keep_draft
from complaints.services.erasing import erase_old_cases
from complaints.services.excluding import ExclusionRefused, end_exclusion, exclude
from complaints.services.extending import (
    CannotAsk,
    ConsentNeeded,
    NotALegalReason,
    NothingAsked,
    PastDue,
    ask_extension,
    extend,
    grant_extension,
    refuse_extension,
)
from complaints.services.filing import Filing, Place, PlaceRefused, TooLong, discard, file, receive
from complaints.services.following import AlreadyEnded, OwnCase, follow, unfollow
from complaints.services.handing import NotAvailable, assign, reassign, share
from complaints.services.hearing import (
    LOW_SCORE,
    NotAnOfficial,
    ScoreRefused,
    ask_for_score,
    explain_score,
    mark_read,
    note,
    rate,
    write,
)
from complaints.services.merging import AlreadyMerged, merge, unmerge
from complaints.services.nudging import nudge
from complaints.services.passing import TooLate, bounce, transfer
from complaints.services.places import load_places
from complaints.services.placing import reroute, route
from complaints.services.processing import process_photos
from complaints.services.publishing import NotMasked, publish
from complaints.services.recalculating import recalculate, recalculate_all
from complaints.services.redistributing import Move, Moved, proposal, redistribute
from complaints.services.reference import load_reference
from complaints.services.reminding import progress, remind, remind_supplement, send_reminders
from complaints.services.reopening import accept_reopening, decline_reopening, reopen
from complaints.services.resealing import reseal_photos
from complaints.services.ruling import trouble_of
from complaints.services.splitting import Part, split
from complaints.services.stepping import Missing, NotAllowed, SignatureNeeded, Stale, TooMany
from complaints.services.supplementing import NotYet, ask_again, extend_supplement, note_bounces
from complaints.services.sweeping import sweep
from complaints.services.training import install_router, learn_from, train_router
from complaints.services.viewing import ViewRefused, drop_view, keep_view
from complaints.services.weighing import TooHeavy, weigh
from complaints.services.working import DateRefused, answer_supplement, ask_supplement, inspect, review

__all__ = [
    "LOW_SCORE",
    "AlreadyEnded",
    "AlreadyMerged",
    "AlreadyProposed",
    "CannotAsk",
    "CloseReason",
    "CodeNeeded",
    "ConsentNeeded",
    "DateRefused",
    "ExclusionRefused",
    "Filing",
    "Missing",
    "Move",
    "Moved",
    "NoApprover",
    "NotALegalReason",
    "NotAllowed",
    "NotAnOfficial",
    "NotAvailable",
    "NotEnoughProof",
    "NotMasked",
    "NotYet",
    "NothingAsked",
    "OwnCase",
    "Part",
    "PartsOpen",
    "PastDue",
    "Photo",
    "PhotoRefused",
    "Place",
    "PlaceRefused",
    "Proof",
    "ScoreRefused",
    "SignatureNeeded",
    "Stale",
    "TooEarly",
    "TooHeavy",
    "TooLate",
    "TooLong",
    "TooMany",
    "ViewRefused",
    "accept_reopening",
    "act",
    "adopt",
    "amend",
    "answer_supplement",
    "ask_again",
    "ask_extension",
    "ask_for_score",
    "ask_supplement",
    "assign",
    "bounce",
    "claim",
    "close",
    "correct",
    "decline_reopening",
    "discard",
    "drop_draft",
    "drop_view",
    "end_exclusion",
    "erase_old_cases",
    "exclude",
    "explain_score",
    "extend",
    "extend_supplement",
    "file",
    "follow",
    "foresee",
    "grant_extension",
    "inspect",
    "install_router",
    "keep_draft",
    "keep_view",
    "learn_from",
    "load_places",
    "load_reference",
    "mark_read",
    "merge",
    "note",
    "note_bounces",
    "nudge",
    "process_photos",
    "progress",
    "proposal",
    "propose",
    "publish",
    "rate",
    "reassign",
    "recalculate",
    "recalculate_all",
    "receive",
    "record_decision",
    "redistribute",
    "refuse_extension",
    "remind",
    "remind_supplement",
    "reopen",
    "reroute",
    "reseal_photos",
    "resolve",
    "review",
    "route",
    "send_back",
    "send_reminders",
    "share",
    "split",
    "sweep",
    "train_router",
    "transfer",
    "trouble_of",
    "unfollow",
    "unmerge",
    "weigh",
    "withdraw",
    "write",
]
