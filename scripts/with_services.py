#!/usr/bin/env python3
"""Runs any command on throw-away PostgreSQL and Valkey, with every setting the portal requires."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from portal.stack import secrets, surroundings
from portal.stack.commands import end_in_order
from portal.stack.errors import StackError
from portal.stack.services import throwaway


def main(command: list[str]) -> int:
    """Run it; its exit code."""
    if not command:
        print("scripts/with_services.py CMD…", file=sys.stderr)
        return 2
    end_in_order()
    with ExitStack() as stack:
        addresses = stack.enter_context(throwaway())
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotong-state-")))
        os.environ |= {"DATABASE_URL": addresses.database_url, "REDIS_URL": addresses.redis_url}
        surroundings.fill(surroundings.defaults(secrets.fresh(), state=state))
        try:
            return subprocess.run(command, check=False).returncode
        except KeyboardInterrupt:  # the command has heard it too
            return 130


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StackError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(error.exit_code)
