"""What the room remembers: the complaint as it is now, and the book of what happened to it."""

from complaints.models.attachment import Attachment
from complaints.models.catalogue import Agency, Category, CategoryKeyword, Evidence
from complaints.models.clocks import Exclusion, Extension, OutageWindow
from complaints.models.complaint import Complaint, ComplaintQuerySet
from complaints.models.desk import AnswerDraft, SavedView, StandardText
from complaints.models.duty import Duty, Leave
from complaints.models.episodes import Follower, Satisfaction, SupplementRequest, Transfer
from complaints.models.figures import DailyCount
from complaints.models.history import Assignment, Note, Revision, StageChange
from complaints.models.places import Dong, ParkingRule, Place
from complaints.models.proposals import Proposal
from complaints.models.routing import Correction, RouterVersion, RoutingRule
from complaints.models.vocabulary import Channel, Kind, LocationSource, Outcome, PeriodUnit

__all__ = [
    "Agency",
    "AnswerDraft",
    "Assignment",
    "Attachment",
    "Category",
    "CategoryKeyword",
    "Channel",
    "Complaint",
    "ComplaintQuerySet",
    "Correction",
    "DailyCount",
    "Dong",
    "Duty",
    "Evidence",
    "Exclusion",
    "Extension",
    "Follower",
    "Kind",
    "Leave",
    "LocationSource",
    "Note",
    "OutageWindow",
    "Outcome",
    "ParkingRule",
    "PeriodUnit",
    "Place",
    "Proposal",
    "Revision",
    "RouterVersion",
    "RoutingRule",
    "Satisfaction",
    "SavedView",
    "StageChange",
    "StandardText",
    "SupplementRequest",
    "Transfer",
]
