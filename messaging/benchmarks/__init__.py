"""
What `manage.py bench messaging` measures, each part by itself, on throw-away services.

Figures are for comparison within one run: a ratio holds on another machine, a rate does not.
"""
