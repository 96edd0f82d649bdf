"""Database connections of workers: one task's accident must not be the next one's."""

from django.db import connections


def forget_broken() -> None:
    """
    Give up connections that believe to be within a transaction; asked where none can be, before a task begins.

    A time limit interrupts a task anywhere, also while Django enters or leaves a transaction. What is left then refuses
    every later task of the process: "Cannot open a new connection in an atomic block".
    """
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            connection.in_atomic_block = False
            connection.needs_rollback = False
            connection.closed_in_transaction = False
            connection.savepoint_ids = []
            connection.atomic_blocks = []
            connection.run_on_commit = []
            connection.close()
