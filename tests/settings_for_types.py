"""The portal's settings with harmless values, for the type checker's Django plugin; nothing is started or opened."""

import tempfile
from pathlib import Path

from portal.stack import secrets, surroundings

surroundings.fill(surroundings.defaults(secrets.fresh(), state=Path(tempfile.gettempdir())))
surroundings.fill({"DATABASE_URL": "postgres://sotong@localhost/sotong", "REDIS_URL": "redis://localhost:6379/0"})

from portal.settings import *  # noqa: E402, F403
