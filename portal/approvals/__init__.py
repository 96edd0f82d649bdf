"""결재: review and approval of a frozen snapshot, for whichever room needs a second pair of eyes."""
