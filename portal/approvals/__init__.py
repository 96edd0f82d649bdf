"""결재: draft, review and approval of a frozen snapshot."""
