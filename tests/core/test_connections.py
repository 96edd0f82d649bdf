"""A task that was interrupted leaves the worker usable."""

import threading

import pytest
from django.db import Error, connection, transaction

from portal.core.connections import forget_broken


def _in_a_thread_of_its_own(broken: list[str], answers: list[int]) -> None:
    """Threads have connections of their own: this one is left as a time limit leaves it."""
    transaction.atomic().__enter__()
    connection.close()
    try:
        connection.cursor()
    except Error as error:
        broken.append(str(error))
    forget_broken()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select 1")
        answers.append(cursor.fetchone()[0])
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_left_within_a_transaction_serves_the_next_task() -> None:
    broken: list[str] = []
    answers: list[int] = []
    thread = threading.Thread(target=_in_a_thread_of_its_own, args=(broken, answers))

    thread.start()
    thread.join(timeout=60)

    assert broken
    assert answers == [1]
