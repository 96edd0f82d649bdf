"""What time brings: looked for each minute, by beat or by cron, and harmless twice."""

from datetime import datetime

from complaints.models import Complaint
from complaints.services import redistributing, ruling
from complaints.services.handing import share
from complaints.services.reminding import send_reminders
from complaints.services.stepping import NotAllowed, Stale
from complaints.workflow import Stage

BATCH = 200


def sweep(*, now: datetime) -> int:
    """
    Give cases that nobody could take before to whoever is on duty now. Returns how many found an officer.

    Rules that can no longer do what they say go off, and heads hear of leaves in which cases fall due.
    """
    ruling.switch_off_broken(now=now)
    redistributing.announce(now=now)
    found = _share_waiting(now=now)
    send_reminders(now=now)
    return found


def _share_waiting(*, now: datetime) -> int:
    """
    The most pressing first. Where nobody is there for one case, nobody is for the next of its kind.

    So a department without officers keeps no other's cases waiting, however many of its own lie in front.
    """
    rows = Complaint.objects.filter(stage=Stage.ROUTED).order_by("due_at", "pk")
    found, in_vain = 0, set()
    for pk, priority, *kind in rows.values_list("pk", "priority", "department", "category", "dong"):
        if found == BATCH:
            break
        if tuple(kind) in in_vain and priority > 1:  # of danger the heads hear each time
            continue
        try:
            if share(Complaint.objects.get(pk=pk), now=now) is None:
                in_vain.add(tuple(kind))
            else:
                found += 1
        except (Stale, NotAllowed):  # an official was quicker
            continue
    return found
