"""Reading all our Python, undisturbed."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_garbage_is_collected() -> Iterator[None]:
    """
    What is collected while Python 3.11 builds a tree may report an error, which builds a tree too, and the first one
    fails with `AST constructor recursion depth mismatch`. The loop that browser tests leave behind does so now and then.
    """
    gc.disable()
    yield
    gc.enable()
