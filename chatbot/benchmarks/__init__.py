"""
What `manage.py bench chatbot` measures: the shipped answers on throw-away services, asked the gold questions.

Every way of finding an answer is asked the same questions in the same run; figures are for comparison within it.
"""
