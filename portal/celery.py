"""
Celery is a doorbell: tasks carry ids at most, results are ignored, and a sweep finds what a bell should have begun.

The timetable lives here, in code. `manage.py drain` does the same work from cron when there is no broker and no beat.
"""

import os
from typing import Any

from celery import Celery, signals
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

QUEUES = ("send", "receive", "render", "chatbot", "housekeeping")
ROUTES = {
    "send": (
        "messaging.tasks.drain",
        "messaging.tasks.reconcile",
        "messaging.tasks.poll",
        "messaging.tasks.sync_templates",
        "notices.tasks.work_relay",
        "notices.tasks.reconcile_payments",
    ),
    "receive": ("messaging.tasks.receive",),
    "render": ("notices.tasks.render", "notices.tasks.make_ahead", "complaints.tasks.process_photos"),
    "housekeeping": (
        "messaging.tasks.keep_house",
        "notices.tasks.run_campaigns",
        "notices.tasks.index_codes",
        "complaints.tasks.sweep",
        "portal.site.tasks.heartbeat",
    ),
}
KEY_PREFIX = os.environ.get("KEY_PREFIX", "sotong")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name) for name in QUEUES],
    task_default_queue="housekeeping",
    task_routes={task: {"queue": queue} for queue, tasks in ROUTES.items() for task in tasks},
    task_ignore_result=True,
    task_acks_late=False,  # a doorbell may be lost
    task_soft_time_limit=240,
    task_time_limit=300,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=30,
    worker_max_tasks_per_child=1000,
    worker_max_memory_per_child=400_000,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": f"{KEY_PREFIX}:",
    },
    task_publish_retry=False,
    timezone="Asia/Seoul",
    beat_schedule={
        "drain": {"task": "messaging.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
        "receive": {"task": "messaging.tasks.receive", "schedule": 5.0, "options": {"expires": 5}},
        "poll": {"task": "messaging.tasks.poll", "schedule": 5.0, "options": {"expires": 5}},
        "messaging-house": {"task": "messaging.tasks.keep_house", "schedule": 900.0, "options": {"expires": 900}},
        "reviews": {"task": "messaging.tasks.sync_templates", "schedule": 3600.0, "options": {"expires": 3600}},
        "render": {"task": "notices.tasks.render", "schedule": 5.0, "options": {"expires": 5}},
        "campaigns": {"task": "notices.tasks.run_campaigns", "schedule": 15.0, "options": {"expires": 15}},
        "relay": {"task": "notices.tasks.work_relay", "schedule": 15.0, "options": {"expires": 15}},
        "payments": {"task": "notices.tasks.reconcile_payments", "schedule": 30.0, "options": {"expires": 30}},
        "reading": {"task": "notices.tasks.make_ahead", "schedule": 15.0, "options": {"expires": 15}},
        "codes": {"task": "notices.tasks.index_codes", "schedule": 60.0, "options": {"expires": 60}},
        "photos": {"task": "complaints.tasks.process_photos", "schedule": 15.0, "options": {"expires": 15}},
        "complaints": {"task": "complaints.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
        "reconcile": {"task": "messaging.tasks.reconcile", "schedule": 20.0, "options": {"expires": 20}},
        "heartbeat": {"task": "portal.site.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 5}},
    },
)
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's LOGGING is already in force: Celery must not replace it."""
