"""What runs inside `portal.core.cage`, and nowhere else. No Django here."""
