"""A citizen has proven her phone: what she filed with it before signing in becomes hers."""

from datetime import datetime, timedelta

from complaints.models import Complaint
from portal.accounts.models import User

NOT_OLDER_THAN = timedelta(days=180)  # before that the number may have been somebody else's


def adopt(*, citizen: User, now: datetime) -> int:
    """Put the citizen's name to the cases filed with her phone and nobody's account; how many. No step of the cases."""
    recent = Complaint.objects.filter(citizen=None, submitted_at__gt=now - NOT_OLDER_THAN)
    return recent.filter(phone_index=citizen.phone_index).update(citizen=citizen) if citizen.phone_index else 0
