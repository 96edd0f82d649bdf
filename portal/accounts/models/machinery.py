"""What the house remembers about its own machinery: keys of campaigns, rate limits, heartbeats."""

from django.db import models


class DataKey(models.Model):
    """A key of its own for one object (a campaign), wrapped by DATA_KEK. Destroying it makes the object unreadable."""

    purpose = models.CharField("용도", max_length=40)
    object_ref = models.CharField("대상", max_length=80)
    wrapped = models.BinaryField("감싼 키", null=True)
    created_at = models.DateTimeField("만든 때")
    destroyed_at = models.DateTimeField("파기한 때", null=True, blank=True)

    class Meta:
        verbose_name = "데이터 키"
        verbose_name_plural = "데이터 키"
        constraints = [
            models.UniqueConstraint(fields=["purpose", "object_ref"], name="one_data_key_per_object"),
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="destroyed_key_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.object_ref}"


class RateBucket(models.Model):
    """Tokens of one rate limit; kept in PostgreSQL so that limits hold with Redis gone."""

    key = models.CharField("열쇠", max_length=120, primary_key=True)
    tokens = models.FloatField("남은 횟수")
    refilled_at = models.DateTimeField("채운 때")

    class Meta:
        verbose_name = "횟수 제한"
        verbose_name_plural = "횟수 제한"

    def __str__(self) -> str:
        return "rate bucket"


class Heartbeat(models.Model):
    """When a process of ours last did real work; a worker that only answers pings is deaf."""

    process = models.CharField("프로세스", max_length=40)
    host = models.CharField("서버", max_length=80)
    at = models.DateTimeField("일시")

    class Meta:
        verbose_name = "동작 신호"
        verbose_name_plural = "동작 신호"
        constraints = [models.UniqueConstraint(fields=["process", "host"], name="one_heartbeat_per_process")]

    def __str__(self) -> str:
        return f"{self.process}@{self.host}"
