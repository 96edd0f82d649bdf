"""Things that may happen at the same time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from portal.stack.errors import StackError


async def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    """
    Await all at once; the results in order.

    :raises StackError: the first one's, after the others have been cancelled
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except* StackError as errors:
        first = errors.exceptions[0]
        raise first if isinstance(first, StackError) else errors from None
    return [task.result() for task in tasks]
