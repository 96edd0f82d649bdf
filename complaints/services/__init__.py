"""Everything that can happen to a complaint: one verb each."""

from complaints.attachments import Photo, PhotoRefused
from complaints.services.closing import TooEarly, bounce, close, resolve, send_back, transfer, withdraw
from complaints.services.filing import Filing, Place, PlaceRefused, TooLong, discard, file, receive
from complaints.services.handing import NotAvailable, assign, reassign, share
from complaints.services.hearing import NotAnOfficial, ScoreRefused, mark_read, note, rate, write
from complaints.services.merging import merge, unmerge
from complaints.services.placing import reroute, route
from complaints.services.processing import process_photos
from complaints.services.reference import load_reference
from complaints.services.reopening import accept_reopening, decline_reopening, reopen
from complaints.services.resealing import reseal_photos
from complaints.services.stepping import Missing, NotAllowed, Stale, TooMany
from complaints.services.sweeping import sweep
from complaints.services.working import DateRefused, answer_supplement, ask_supplement, inspect, review

__all__ = [
    "DateRefused",
    "Filing",
    "Missing",
    "NotAllowed",
    "NotAnOfficial",
    "NotAvailable",
    "Photo",
    "PhotoRefused",
    "Place",
    "PlaceRefused",
    "ScoreRefused",
    "Stale",
    "TooEarly",
    "TooLong",
    "TooMany",
    "accept_reopening",
    "answer_supplement",
    "ask_supplement",
    "assign",
    "bounce",
    "close",
    "decline_reopening",
    "discard",
    "file",
    "inspect",
    "load_reference",
    "mark_read",
    "merge",
    "note",
    "process_photos",
    "rate",
    "reassign",
    "receive",
    "reopen",
    "reroute",
    "reseal_photos",
    "resolve",
    "review",
    "route",
    "send_back",
    "share",
    "sweep",
    "transfer",
    "unmerge",
    "withdraw",
    "write",
]
