"""
Draws pages in a cage and prints the most memory the cage ever had, in KiB.

    python -m notices.benchmarks.memory PDF FIRST STOP
"""

import resource
import sys
from pathlib import Path

from notices.rendering import NoticePages, render_batch
from notices.zones import load_templates


def main(pdf: Path, numbers: range) -> None:
    """Every page is a notice of its own."""
    notices = [NoticePages(str(number), (number,)) for number in numbers]
    for _ in render_batch(pdf, notices, template=load_templates()[0]):
        pass
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    main(Path(sys.argv[1]), range(int(sys.argv[2]), int(sys.argv[3])))
