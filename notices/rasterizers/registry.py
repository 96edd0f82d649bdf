"""In the cage: an engine by its dotted path."""

from functools import lru_cache
from importlib import import_module

from notices.rasterizers.base import Rasterizer


@lru_cache(maxsize=4)
def engine(path: str) -> Rasterizer:
    """
    The engine at `package.module.Class`: one for all batches of a child, so that the document stays open.

    :raises ImportError: if there is none
    """
    module, _, name = path.rpartition(".")
    made: Rasterizer = getattr(import_module(module), name)()
    return made
