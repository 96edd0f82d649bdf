"""The cache is warmth, not truth: with Redis gone everything is a miss."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

_log = structlog.get_logger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose reads miss and whose writes do nothing while the server is away."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default when it is absent or the server is."""
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            _log.warning("cache_away", error=type(error).__name__)
            return default

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Store the value if the server is there."""
        try:
            super().set(key, value, timeout, version)
        except (RedisError, OSError) as error:
            _log.warning("cache_away", error=type(error).__name__)
