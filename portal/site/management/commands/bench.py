"""How fast it is: ratios measured in one run, on services that are thrown away afterwards."""

import json
import os
import platform
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatbot.benchmarks.parts import PARTS as CHATBOT
from complaints.benchmarks.parts import PARTS as COMPLAINTS
from complaints.benchmarks.parts import SIZE as COMPLAINTS_SIZE
from messaging.benchmarks.parts import PARTS as MESSAGING
from notices.benchmarks.parts import PARTS as NOTICES
from notices.benchmarks.stage import NoSample, sample_in
from portal.certificates.benchmarks import PARTS as CERTIFICATES
from portal.certificates.benchmarks import SIZE as CERTIFICATES_SIZE

SIZE = 51_000
PAGES = 60


@dataclass(frozen=True)
class Room:
    """The parts of one room's benchmark, what they are given, and whether their figures stand side by side."""

    parts: Mapping[str, Callable[[Any], dict[str, Any]]]
    work_from: Callable[[Mapping[str, Any]], Any]
    is_flat: bool = False


ROOMS = {
    "messaging": Room(MESSAGING, lambda options: options["size"] or SIZE),
    "complaints": Room(COMPLAINTS, lambda options: options["size"] or COMPLAINTS_SIZE),
    "certificates": Room(CERTIFICATES, lambda options: options["size"] or CERTIFICATES_SIZE),
    "chatbot": Room(CHATBOT, lambda options: 0),
    "notices": Room(NOTICES, lambda options: sample_in(options["dir"], options["n"]), is_flat=True),
}


class Command(BaseCommand):
    """Progress goes to standard error; the last line of standard output is one JSON object."""

    help = "성능을 잽니다. 잠깐 쓰고 버리는 PostgreSQL과 Valkey에서 돕니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which room, which of its parts, how much of everything."""
        parser.add_argument("room", choices=sorted(ROOMS))
        parser.add_argument("--only", default="", help="쉼표로 나눈 부분 이름 (비우면 전부)")
        usual = f"messaging {SIZE:,}, complaints {COMPLAINTS_SIZE:,}, certificates {CERTIFICATES_SIZE}"
        parser.add_argument("--size", type=int, help=f"messaging, complaints, certificates: 건수 (기본 {usual})")
        parser.add_argument("--n", type=int, default=PAGES, help=f"notices: 쪽수 (기본 {PAGES})")
        parser.add_argument("--dir", type=Path, help="notices: notices.pdf와 roster.xlsx가 있는 폴더 (기본 시연 자료)")

    def handle(self, *args: Any, **options: Any) -> None:
        """One part after another."""
        room = ROOMS[options["room"]]
        wanted = [name for name in options["only"].split(",") if name] or list(room.parts)
        if unknown := sorted(set(wanted) - set(room.parts)):
            raise CommandError(f"모르는 부분입니다: {', '.join(unknown)}. 있는 것: {', '.join(room.parts)}")
        if options["n"] < 1 or (options["size"] is not None and options["size"] < 1):
            raise CommandError("건수는 1 이상이어야 합니다.")
        try:
            work = room.work_from(options)
        except NoSample as refused:
            raise CommandError(refused.sentence) from None
        found = _surroundings({**options, "size": options["size"] if room.is_flat else work})
        for name, measure in room.parts.items():
            if name in wanted:
                print(f"— {name}", file=sys.stderr, flush=True)
                measured = measure(work)
                found |= measured if room.is_flat else {name: measured}
        found["load_after"] = round(os.getloadavg()[0], 2)
        found["noisy"] = found["load_before"] > (found["cores"] or 1) / 2
        self.stdout.write(json.dumps(found, ensure_ascii=False))


def _surroundings(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "bench": options["room"],
        "room": options["room"],
        "size": options["size"],
        "n": options["n"],
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }
