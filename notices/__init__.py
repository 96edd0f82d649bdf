"""통지서: one document per citizen, fifty thousand at a time."""
