"""Everything that can happen to an approval, one verb each."""

from portal.approvals.services.deciding import AlreadyDecided, CommentMissing, NotHerTurn, OldPage, decide
from portal.approvals.services.proposing import AlreadyOpen, LineRefused, Seat, propose
from portal.approvals.services.standing_in import StandInRefused, end_stand_in, register_stand_in
from portal.approvals.services.voiding import void

__all__ = [
    "AlreadyDecided",
    "AlreadyOpen",
    "CommentMissing",
    "LineRefused",
    "NotHerTurn",
    "OldPage",
    "Seat",
    "StandInRefused",
    "decide",
    "end_stand_in",
    "propose",
    "register_stand_in",
    "void",
]
