"""Embedded PostgreSQL and Valkey, and the supervisor behind ./run. Plain Python, imported by no room."""
