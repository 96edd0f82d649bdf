"""The days that count: seeded from the shipped calendar, corrected by officials."""

from django.db import models


class CalendarDay(models.Model):
    """
    One date. `counts` is the law's question (a working day of the Act), `is_open` the office's (somebody is there).

    The two differ: an office open on a Saturday moves no deadline, and one closed on a Tuesday does not either.
    """

    class Source(models.TextChoices):
        """Who says so. Rows of officials are never overwritten by a library."""

        LIBRARY = "library", "기본 달력"
        OFFICIAL = "official", "공무원 지정"
        IMPORT = "import", "가져오기"

    on = models.DateField("날짜", primary_key=True)
    counts = models.BooleanField("처리기간 산입")
    is_open = models.BooleanField("청사 운영")
    opens_at = models.TimeField("시작")
    closes_at = models.TimeField("마감")
    lunch_from = models.TimeField("점심 시작")
    lunch_until = models.TimeField("점심 끝")
    name = models.CharField("이름", max_length=60, blank=True)
    source = models.CharField("출처", max_length=10, choices=Source.choices, default=Source.LIBRARY)
    decided_by = models.ForeignKey(
        "accounts.User", verbose_name="지정한 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("지정한 때", null=True, blank=True)
    reason = models.CharField("사유", max_length=200, blank=True)

    class Meta:
        verbose_name = "달력"
        verbose_name_plural = "달력"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(counts=False) | ~models.Q(on__iso_week_day__in=[6, 7]), name="weekends_never_count"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__lte=models.F("lunch_from"))
                & models.Q(lunch_from__lte=models.F("lunch_until"))
                & models.Q(lunch_until__lte=models.F("closes_at")),
                name="office_hours_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(source="official") | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="official_day_names_who",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["library", "official", "import"]), name="calendar_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}".strip()
