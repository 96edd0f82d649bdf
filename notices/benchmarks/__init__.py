"""
What `manage.py bench notices` measures: processor time with all children, every variant in turn within one run.

Figures are for comparison within one run: a ratio holds on another machine, a rate does not.
"""
