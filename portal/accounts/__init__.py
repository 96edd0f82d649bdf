"""People: users, officials, departments, the calendar, the audit book."""
