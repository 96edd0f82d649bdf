"""24 Nov 2026: unmistakable on both sides of the Atlantic."""
