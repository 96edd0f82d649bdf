"""What time brings: looked for each minute, by beat or by cron, and harmless twice."""

from datetime import datetime

from complaints.models import Complaint
from complaints.services.handing import share
from complaints.services.stepping import Stale
from complaints.workflow import Stage

BATCH = 200


def sweep(*, now: datetime) -> int:
    """Give cases that nobody could take before to whoever is on duty now. Returns how many found an officer."""
    waiting = Complaint.objects.filter(stage=Stage.ROUTED).order_by("due_at", "pk")[:BATCH]
    found = 0
    for complaint in waiting:
        try:
            found += share(complaint, now=now) is not None
        except Stale:  # an official was quicker
            continue
    return found
