"""People and what every room needs to remember about itself."""

from portal.accounts.models.audit import AuditEntry
from portal.accounts.models.calendar import CalendarDay
from portal.accounts.models.machinery import DataKey, Heartbeat, RateBucket
from portal.accounts.models.people import ROLES, Department, Official, User
from portal.accounts.models.signing_in import Device, PhoneProof

__all__ = [
    "ROLES",
    "AuditEntry",
    "CalendarDay",
    "DataKey",
    "Department",
    "Device",
    "Heartbeat",
    "Official",
    "PhoneProof",
    "RateBucket",
    "User",
]
