"""Long files: what a page costs near the end of ten thousand, and how much memory one child needs."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notices.benchmarks.pages import PX_PER_MM
from notices.benchmarks.stage import Meter, Sample, repeated, say
from notices.rasterizers import PageRequest
from notices.rasterizers.poppler import Poppler

SHORT, LONG = 100, 10_000
ROUNDS = 3


def measure(sample: Sample, *, pages: int = LONG) -> dict[str, Any]:
    """A hundred pages of a short and of a long file in turn; then the memory of a child at work on the long one."""
    with tempfile.TemporaryDirectory(prefix="sotong-bench-") as folder:
        say(f"{pages:,}쪽 파일 만들기")
        short = repeated(sample.pdf, Path(folder) / "short.pdf", pages=SHORT)
        long = repeated(sample.pdf, Path(folder) / "long.pdf", pages=pages)
        in_short, in_long = Meter(), Meter()
        for_short, for_long = Poppler(), Poppler()  # as a worker has it: the same document range after range
        for number in range(1, ROUNDS + 1):
            say(f"짧은 파일과 긴 파일, {number}/{ROUNDS}번째")
            with in_short.over(SHORT):
                _draw(for_short, short, range(1, SHORT + 1))
            first = (pages - SHORT) * 9 // 10 // sample.all_count * sample.all_count + 1  # the same pages of the sample
            with in_long.over(SHORT):
                _draw(for_long, long, range(first, first + SHORT))
        return {
            "poppler_short_ms": round(in_short.ms, 2),
            "poppler_long_ms": round(in_long.ms, 2),
            "long_file_ratio": round(in_long.ms / in_short.ms, 3),
            "rss_mb": _rss_mb(long, range(pages - SHORT, pages)),
        }


def _draw(engine: Poppler, pdf: Path, numbers: Sequence[int]) -> None:
    for _ in engine.pages(pdf, [PageRequest(number, PX_PER_MM) for number in numbers]):
        pass


def _rss_mb(pdf: Path, numbers: range) -> int:
    """The most memory a child that draws ever had, asked of a process that has had no other child."""
    command = [sys.executable, "-m", "notices.benchmarks.memory", str(pdf), str(numbers.start), str(numbers.stop)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    return round(int(done.stdout) / 1024)
