"""
Celery is a doorbell: tasks carry ids at most, results are ignored, and a sweep finds what a bell should have begun.

The timetable lives here, in code. `manage.py drain` does the same work from cron when there is no broker and no beat.
"""

import os
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab
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
        "chatbot.tasks.send_kakao_callbacks",
    ),
    "receive": ("messaging.tasks.receive",),
    "render": (
        "notices.tasks.render",
        "notices.tasks.make_ahead",
        "complaints.tasks.process_photos",
        "portal.certificates.tasks.make",
    ),
    "chatbot": (
        "chatbot.tasks.build_index",
        "chatbot.tasks.keep_promises",
        "chatbot.tasks.sweep_index",
        "chatbot.tasks.judge_index",
        "chatbot.tasks.work_night",
    ),
    "housekeeping": (
        "messaging.tasks.keep_house",
        "notices.tasks.run_campaigns",
        "notices.tasks.index_codes",
        "complaints.tasks.sweep",
        "complaints.tasks.erase",
        "portal.certificates.tasks.erase",
        "complaints.tasks.forget_originals",
        "complaints.tasks.train_router",
        "complaints.tasks.roll_up",
        "portal.site.tasks.heartbeat",
        "portal.site.tasks.push_news",
        "portal.site.tasks.count_days",
        "portal.site.tasks.forget_pairs",
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
    worker_max_memory_per_child=800_000,  # kB at its peak: whoever builds the chat's index needs 440,000, and must stay
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
        "certificates": {"task": "portal.certificates.tasks.make", "schedule": 60.0, "options": {"expires": 60}},
        "old-certificates": {"task": "portal.certificates.tasks.erase", "schedule": crontab(hour=3, minute=50)},
        "photos": {"task": "complaints.tasks.process_photos", "schedule": 15.0, "options": {"expires": 15}},
        "complaints": {"task": "complaints.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
        "originals": {"task": "complaints.tasks.forget_originals", "schedule": crontab(hour=3, minute=20)},
        "erasure": {"task": "complaints.tasks.erase", "schedule": crontab(hour=3, minute=0)},
        "figures": {"task": "complaints.tasks.roll_up", "schedule": crontab(hour=3, minute=0)},
        "router": {"task": "complaints.tasks.train_router", "schedule": crontab(hour=2, minute=0)},
        "index": {"task": "chatbot.tasks.sweep_index", "schedule": 60.0, "options": {"expires": 60}},
        "chatbot-night": {"task": "chatbot.tasks.work_night", "schedule": crontab(hour=2, minute=30)},
        "promises": {"task": "chatbot.tasks.keep_promises", "schedule": 60.0, "options": {"expires": 60}},
        "index-judging": {"task": "chatbot.tasks.judge_index", "schedule": crontab(hour=3, minute=40)},
        "reconcile": {"task": "messaging.tasks.reconcile", "schedule": 20.0, "options": {"expires": 20}},
        "kakao": {"task": "chatbot.tasks.send_kakao_callbacks", "schedule": 5.0, "options": {"expires": 5}},
        "punctuality": {"task": "portal.site.tasks.count_days", "schedule": crontab(hour=3, minute=10)},
        "menu-pairs": {"task": "portal.site.tasks.forget_pairs", "schedule": crontab(hour=3, minute=15)},
        "push": {"task": "portal.site.tasks.push_news", "schedule": 30.0, "options": {"expires": 30}},
        "heartbeat": {"task": "portal.site.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 5}},
    },
)
app.autodiscover_tasks()


@signals.worker_process_init.connect
def _begin_each_task_afresh(**_: Any) -> None:
    """In workers only: a task that is called as a function may well be within a transaction."""
    from portal.core.connections import forget_broken  # noqa: PLC0415  (Django is set up by now, not at the import)

    def forget(**_: Any) -> None:
        forget_broken()

    signals.task_prerun.connect(forget, weak=False)


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's LOGGING is already in force: Celery must not replace it."""
