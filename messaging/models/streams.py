"""Streams share a carrier fairly and can be paused; their counts are kept so that no page counts rows."""

from django.conf import settings
from django.db import models

CAMPAIGN = "campaign:"
CANARY = 50


class Stream(models.Model):
    """발송 흐름: a topic, or one campaign (`campaign:2611-01`)."""

    name = models.CharField("이름", max_length=80, unique=True)
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="캠페인과 API 키의 흐름은 그 부서의 것, 주제의 흐름은 모든 부서의 것(비움)",
    )
    weight = models.PositiveSmallIntegerField("몫", default=1, help_text="같은 차선에서 2는 1의 두 배를 보냅니다.")
    last_served_at = models.DateTimeField("마지막 차례", null=True, blank=True)
    served_count = models.PositiveIntegerField("보낸 시도", default=0)
    canary_count = models.PositiveSmallIntegerField(
        "먼저 보내 볼 건수", default=0, help_text="이만큼 먼저 보내 보고, 95%가 접수되면 나머지를 보냅니다."
    )
    released_at = models.DateTimeField("나머지를 보내기 시작한 일시", null=True, blank=True)
    paused_at = models.DateTimeField("멈춘 일시", null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="멈춘 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    pause_reason = models.CharField("멈춘 까닭", max_length=200, blank=True)

    class Meta:
        verbose_name = "발송 흐름"
        verbose_name_plural = "발송 흐름"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(paused_at__isnull=True) | ~models.Q(pause_reason=""), name="paused_stream_says_why"
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=1), name="every_stream_gets_its_turn"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def named(cls, name: str, *, department: int | None = None) -> "Stream":
        """The stream with this name, new if need be. A campaign begins with a canary; whoever sends first owns it."""
        canary = CANARY if name.startswith(CAMPAIGN) else 0
        defaults = {"canary_count": canary, "department_id": department}
        found, _ = cls.objects.get_or_create(name=name, defaults=defaults)
        if department is not None and found.department_id is None:  # paused before anything was sent
            cls.objects.filter(pk=found.pk, department=None).update(department=department)
            found.department_id = department
        return found

    @property
    def is_trying(self) -> bool:
        """Whether its first legs are out and the others wait for what becomes of them."""
        return self.released_at is None and 0 < self.canary_count <= self.served_count


class StreamCount(models.Model):
    """
    How many messages of a stream are in each status, as differences to be summed.

    A statement trigger on Message appends them, which is free where a counter row would be fought over (measured
    128,000 rows a second against 19,000); a sweep squashes them.
    """

    stream = models.ForeignKey(Stream, verbose_name="발송 흐름", on_delete=models.CASCADE, related_name="counts")
    metric = models.CharField("상태", max_length=20)
    delta = models.BigIntegerField("증감")

    class Meta:
        verbose_name = "발송 집계"
        verbose_name_plural = "발송 집계"
        indexes = [models.Index(fields=["stream", "metric"], name="count_of_stream")]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.metric} {self.delta:+}"
