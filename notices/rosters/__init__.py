"""Rosters: a file of people becomes rows we can trust, and a list of every cell we cannot."""

from notices.rosters.building import Roster, RosterRow, RowProblem, build_roster
from notices.rosters.columns import LABELS, Column, Header, HeaderRefused
from notices.rosters.files import Preview, RosterRefused, look_at, read_roster

__all__ = [
    "LABELS",
    "Column",
    "Header",
    "HeaderRefused",
    "Preview",
    "Roster",
    "RosterRefused",
    "RosterRow",
    "RowProblem",
    "build_roster",
    "look_at",
    "read_roster",
]
