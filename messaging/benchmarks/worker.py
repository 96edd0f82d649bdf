"""The worker of the usual design: Django set up, then its one task."""

import django

django.setup()

from messaging.benchmarks.naive import app  # noqa: E402

__all__ = ["app"]
