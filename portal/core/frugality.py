"""How a process that serves for days asks the C library to treat memory."""

import ctypes

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # <malloc.h>
ARENAS = 2
LARGE_BYTES = 128 * 1024


def give_back_memory() -> bool:
    """
    Few arenas, and large blocks straight back to the system: an index loaded once leaves no hole behind.

    To be called before threads begin: glibc otherwise opens an arena for each and keeps what they freed. Returns
    whether the C library understands it.
    """
    try:
        ask = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # not glibc: musl and macOS have no such thing, and no such arenas
        return False
    return all([ask(_ARENA_MAX, ARENAS), ask(_MMAP_THRESHOLD, LARGE_BYTES)])
