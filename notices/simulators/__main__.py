"""`python -m notices.simulators payments|relays …`: one of the two on the loopback interface."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from notices.simulators import payments, relays


class Simulator(Protocol):
    """What each of the two modules offers."""

    WHAT: str

    def describe(self, parser: argparse.ArgumentParser) -> None: ...

    async def run(self, options: argparse.Namespace) -> int: ...


BOTH: Mapping[str, Simulator] = {"payments": payments, "relays": relays}


def main(arguments: Sequence[str]) -> int:
    """Run one of them; the exit code."""
    parser = argparse.ArgumentParser("python -m notices.simulators")
    kinds = parser.add_subparsers(dest="which", required=True)
    for name, simulator in BOTH.items():
        simulator.describe(kinds.add_parser(name, description=simulator.WHAT))
    return start(parser.parse_args(arguments))


def start(options: argparse.Namespace) -> int:
    """Run the simulator that `options.which` names; the exit code."""
    try:
        return asyncio.run(BOTH[options.which].run(options))
    except (OSError, ValueError) as error:
        print(f"설정 오류: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
