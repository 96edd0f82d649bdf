"""민원 from filing to reply."""
