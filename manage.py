#!/usr/bin/env python3
"""Every command works without any environment: services are found, or started for the length of the command."""

import sys

from portal.stack.commands import run


def execute() -> None:
    """Hand the command line to Django, once the settings have what they need."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the settings

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    sys.exit(run(sys.argv, execute))
