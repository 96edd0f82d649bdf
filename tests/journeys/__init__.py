"""Whole stories on real parts: PostgreSQL, Valkey, a Celery worker, beat, and the carrier simulator over HTTP."""
