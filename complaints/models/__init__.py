"""What the room remembers: the complaint as it is now, and the book of what happened to it."""

from complaints.models.attachment import Attachment
from complaints.models.catalogue import Agency, Category, CategoryKeyword
from complaints.models.complaint import Complaint, ComplaintQuerySet
from complaints.models.duty import Duty, Leave
from complaints.models.episodes import Satisfaction, SupplementRequest, Transfer
from complaints.models.history import Assignment, Note, StageChange
from complaints.models.vocabulary import Channel, Kind, LocationSource, Outcome, PeriodUnit

__all__ = [
    "Agency",
    "Assignment",
    "Attachment",
    "Category",
    "CategoryKeyword",
    "Channel",
    "Complaint",
    "ComplaintQuerySet",
    "Duty",
    "Kind",
    "Leave",
    "LocationSource",
    "Note",
    "Outcome",
    "PeriodUnit",
    "Satisfaction",
    "StageChange",
    "SupplementRequest",
    "Transfer",
]
