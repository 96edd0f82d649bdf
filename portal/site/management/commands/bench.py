"""How fast it is: ratios measured in one run, on services that are thrown away afterwards."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.benchmarks.parts import PARTS as MESSAGING

ROOMS = {"messaging": MESSAGING}
SIZE = 51_000


class Command(BaseCommand):
    """Progress goes to standard error; the last line of standard output is one JSON object."""

    help = "성능을 잽니다. 잠깐 쓰고 버리는 PostgreSQL과 Valkey에서 돕니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which room, which of its parts, how much of everything."""
        parser.add_argument("room", choices=sorted(ROOMS))
        parser.add_argument("--only", default="", help="쉼표로 나눈 부분 이름 (비우면 전부)")
        parser.add_argument("--size", type=int, default=SIZE, help=f"건수 (기본 {SIZE:,})")

    def handle(self, *args: Any, **options: Any) -> None:
        """One part after another."""
        parts = ROOMS[options["room"]]
        wanted = [name for name in options["only"].split(",") if name] or list(parts)
        if unknown := sorted(set(wanted) - set(parts)):
            raise CommandError(f"모르는 부분입니다: {', '.join(unknown)}. 있는 것: {', '.join(parts)}")
        if options["size"] < 1:
            raise CommandError("건수는 1 이상이어야 합니다.")
        found: dict[str, Any] = {"room": options["room"], "size": options["size"], "cores": os.cpu_count()}
        for name, measure in parts.items():
            if name in wanted:
                print(f"— {name}", file=sys.stderr, flush=True)
                found[name] = measure(options["size"])
        self.stdout.write(json.dumps(found, ensure_ascii=False))
