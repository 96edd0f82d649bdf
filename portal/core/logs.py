"""Logging: ids, counts and route patterns to stdout; never names, numbers, message bodies or paths with tokens."""

from typing import Any

import structlog


def _without_locals(_: Any, __: str, event: Any) -> Any:
    """Positional arguments of library log lines stay, our own personal fields never get in."""
    event.pop("positional_args", None)
    return event


def logging_config(*, form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: JSON lines in production (`form="json"`), readable lines on a console."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.StackInfoRenderer(),
        _without_locals,
    ]
    if form == "json":
        last: list[Any] = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.contextvars.merge_contextvars, *shared],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # its warnings carry paths
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "httpx": {"level": "WARNING"},  # it logs addresses, and ours hold hook secrets
            "httpcore": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "celery": {"level": "WARNING"},  # one line per discarded bell would drown the rest
            "django.server": {"level": "WARNING"},  # prints paths
            "PIL": {"level": "WARNING"},
            "smpplib": {"level": "ERROR"},  # its debug lines are whole texts and numbers
        },
    }
