"""The make-believe district: people, cases, a campaign and conversations, all made through services."""
