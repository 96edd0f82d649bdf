"""결재함 and 대결 권한 위임 in the officials' admin."""

from portal.approvals.admin import deciding, standing_in

__all__ = ["deciding", "standing_in"]
