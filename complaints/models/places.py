"""Where things are, without a map server: 행정동 as polygons, names people use, and where parking is forbidden."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Dong(models.Model):
    """행정동. `polygon` is a list of [lat, lon] corners in order; the last joins the first."""

    code = models.CharField("부호", max_length=20, unique=True)
    name = models.CharField("이름", max_length=40, unique=True)
    aliases = ArrayField(models.CharField(max_length=40), verbose_name="다른 이름", default=list, blank=True)
    polygon = models.JSONField("경계", default=list)

    class Meta:
        verbose_name = "행정동"
        verbose_name_plural = "행정동"

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """지명: a road, a park, a school, a stop, as people call it."""

    name = models.CharField("이름", max_length=60)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="다른 이름", default=list, blank=True)
    lat = models.FloatField("위도")
    lon = models.FloatField("경도")
    dong = models.ForeignKey(
        Dong, verbose_name="행정동", on_delete=models.PROTECT, null=True, blank=True, related_name="places"
    )

    class Meta:
        verbose_name = "지명"
        verbose_name_plural = "지명"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "dong"], nulls_distinct=False, name="one_place_per_name_and_dong"),
            models.CheckConstraint(
                condition=Q(lat__gte=33, lat__lte=39.5, lon__gte=124, lon__lte=132.5), name="named_place_is_in_korea"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ParkingRule(models.Model):
    """주민신고 요건 of one zone, as announced: what the photos must show for a fine without a visit."""

    zone = models.CharField("구역", max_length=40)
    valid_from = models.DateField("적용 시작일")
    min_photos = models.PositiveSmallIntegerField("사진 수", default=2)
    min_gap_seconds = models.PositiveIntegerField("사진 간격(초)", default=60)
    max_distance_m = models.PositiveIntegerField("사진 사이 거리(m)", default=30)
    weekday_from = models.TimeField("평일 시작", null=True, blank=True)
    weekday_until = models.TimeField("평일 끝", null=True, blank=True, help_text="둘 다 비우면 하루 종일입니다.")
    has_weekend = models.BooleanField("주말·공휴일 적용", default=True)
    weekend_from = models.TimeField("주말 시작", null=True, blank=True)
    weekend_until = models.TimeField("주말 끝", null=True, blank=True)
    deadline_days = models.PositiveSmallIntegerField(
        "신고 기한(일)", default=1, help_text="찍은 날부터 며칠 뒤 24시까지"
    )
    note = models.CharField("안내", max_length=200, blank=True)

    class Meta:
        verbose_name = "주정차 신고 요건"
        verbose_name_plural = "주정차 신고 요건"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["zone", "valid_from"], name="one_parking_rule_per_zone_and_day"),
            models.CheckConstraint(condition=Q(min_photos__gte=1), name="parking_rule_wants_a_photo"),
            models.CheckConstraint(
                condition=Q(weekday_from__isnull=True, weekday_until__isnull=True)
                | Q(weekday_from__isnull=False, weekday_until__isnull=False),
                name="parking_weekday_hours_are_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(weekend_from__isnull=True, weekend_until__isnull=True)
                | Q(weekend_from__isnull=False, weekend_until__isnull=False),
                name="parking_weekend_hours_are_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.zone
