#!/usr/bin/env python3
"""Every command works without any environment: services are found, or started for the length of the command."""

import sys

from portal.stack.commands import run

if __name__ == "__main__":
    sys.exit(run(sys.argv))
