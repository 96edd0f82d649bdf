"""Made-up citizens, their merged notices, the roster that belongs to them, and the truth."""
