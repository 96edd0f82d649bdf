"""
What `manage.py bench complaints` measures: a million complaints, of which 15,000 are open, on throw-away services.

The rows are made by a few statements inside the database; only what is looked at is sealed. Each question is asked with
its indexes and by reading the whole table. Figures are for comparison within one run.
"""
