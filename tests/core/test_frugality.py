"""The C library is asked, and understands."""

import os
import subprocess
import sys

from portal.core.frugality import LARGE_BYTES, give_back_memory

ASKED = f"""
from portal.core.frugality import give_back_memory
asked = give_back_memory()
def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * {os.sysconf("SC_PAGE_SIZE")}
many = [bytearray({4 * LARGE_BYTES}) for _ in range(100)]
kept = [bytearray(10) for _ in range(1000)]
before = resident()
del many
print(asked, before - resident())
"""


def test_large_blocks_go_back_to_the_system_at_once() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], check=True, capture_output=True, text=True).stdout.split()

    assert told[0] == str(give_back_memory())
    assert told[0] == "False" or int(told[1]) > 90 * 4 * LARGE_BYTES
