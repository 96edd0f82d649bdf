"""발송 in the officials' admin: what left, what is unclear, what came back, and what it is sent with."""

from messaging.admin import carriers, costs, flow, inbox, keys, outbox, setting_up, templates, triage

__all__ = ["carriers", "costs", "flow", "inbox", "keys", "outbox", "setting_up", "templates", "triage"]
