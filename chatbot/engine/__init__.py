"""Korean question → best answer, a few choices, or an honest way on. No database in here."""
