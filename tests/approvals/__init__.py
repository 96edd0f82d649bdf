"""Approvals: lines of people, stand-ins, decisions that come back."""
