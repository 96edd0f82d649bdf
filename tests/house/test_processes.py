"""Every task has a queue, every queue a worker, and every bell of the timetable an existing task."""

import re

import yaml

from portal.celery import QUEUES, ROUTES, app
from tests.house.tracked import ROOT, python_files


def own_tasks() -> dict[str, object]:
    app.autodiscover_tasks(force=True)
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_names_a_queue_that_a_worker_serves() -> None:
    tasks = own_tasks()
    routed = {task: queue for queue, names in ROUTES.items() for task in names}

    assert tasks
    assert set(tasks) == set(routed)
    assert set(routed.values()) <= set(QUEUES)
    assert all(app.amqp.router.route({}, name)["queue"].name == queue for name, queue in routed.items())


def test_every_entry_of_the_timetable_is_a_task() -> None:
    timetable = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert timetable <= set(own_tasks())


def test_compose_serves_every_queue() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    served: set[str] = set()
    for name, service in compose["services"].items():
        if name.startswith("worker"):
            command = service["command"]
            line = command if isinstance(command, str) else " ".join(command)
            found = re.search(r"-Q\s+(\S+)", line)
            assert found, f"{name} does not say which queues it serves"
            served |= set(found[1].split(","))

    assert served == set(QUEUES)


def test_nothing_is_scheduled_through_the_broker() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if re.search(r"\b(eta|countdown)=", path.read_text("utf-8"))
    ]

    assert offenders == [], "due_at is a column: a broker that loses its memory must lose no work"
