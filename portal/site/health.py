"""Whether this process lives and can serve: for balancers and containers, in words only."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from chatbot.shelf import mode_here
from portal.core.doors import public

DATABASE_SECONDS = 1.0
BROKER_SECONDS = 0.5

_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")  # a hanging database hangs here, not in a page
_seen = {"complete": False}


def _ask_database() -> str:
    """`ok`, or `migrating` until every migration this release knows is there; checked once per process."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        if not _seen["complete"]:
            executor = MigrationExecutor(connection)
            _seen["complete"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return "ok" if _seen["complete"] else "migrating"
    finally:
        connection.close()


def _database() -> str:
    asked: Future[str] = _asking.submit(_ask_database)
    try:
        return asked.result(timeout=DATABASE_SECONDS)
    except (DatabaseError, TookTooLong):
        asked.cancel()
        return "down"


def _broker() -> str:
    address = settings.REDIS_URL.replace("redis+socket://", "unix://")
    client = redis.Redis.from_url(address, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS)
    try:
        client.ping()
    except (RedisError, OSError):
        return "down"
    finally:
        client.close()
    return "ok"


@public
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Pages can be served. A broker that is down does not empty the balancer: pages work without it."""
    database = _database()
    status = "ok" if database == "ok" else "down"
    answer = {"status": status, "database": database, "broker": _broker(), "chatbot": mode_here()}
    return JsonResponse(answer, status=200 if database == "ok" else 503)
