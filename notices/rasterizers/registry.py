"""In the cage: an engine by its dotted path."""

from importlib import import_module

from notices.rasterizers.base import Rasterizer


def engine(path: str) -> Rasterizer:
    """
    The engine at `package.module.Class`.

    :raises ImportError: if there is none
    """
    module, _, name = path.rpartition(".")
    made: Rasterizer = getattr(import_module(module), name)()
    return made
