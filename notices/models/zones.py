"""How the pages of one kind of notice are laid out, version by version: what a document used is never changed."""

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from notices import zones as shapes

# A document names its zones by title and version, and proofs were given with them: they stay what they were.
_FREEZE = """
    if exists (
        select 1 from notices_sourcedocument as d
        join notices_zonetemplate as t on d.zone_template = t.title and d.zone_version = t.version
        where t.id = coalesce(new.{key}, old.{key})
    ) then
        raise exception 'zones of a document are never changed: make a new version' using errcode = 'check_violation';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
"""


class ZoneTemplate(models.Model):
    """One version of a layout. Without a department it came with the product and is there for all."""

    class QrScheme(models.TextChoices):
        """What a QR code on its pages says."""

        SIGNED = "signed", "서명된 QR (관리번호|쪽|서명)"
        VERIFY_URL = "verify_url", "진위확인 주소 QR"
        NONE = "none", "QR 없음"

    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="부서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="zone_templates",
    )
    title = models.CharField("서식 이름", max_length=80)
    version = models.PositiveSmallIntegerField("판", default=1, validators=[MinValueValidator(1)])
    qr_scheme = models.CharField("QR 방식", max_length=10, choices=QrScheme.choices)
    has_check_digit = models.BooleanField("관리번호에 검증 숫자 있음", default=False)
    page_width_mm = models.FloatField("쪽 너비(mm)", default=210)
    page_height_mm = models.FloatField("쪽 높이(mm)", default=297)
    created_by = models.ForeignKey(
        "accounts.User", verbose_name="만든 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("만든 때")

    class Meta:
        verbose_name = "쪽 서식"
        verbose_name_plural = "쪽 서식"
        constraints = [
            models.UniqueConstraint(fields=["title", "version"], name="one_template_per_title_and_version"),
            models.CheckConstraint(condition=~Q(title="") & Q(version__gte=1), name="template_has_title_and_version"),
            models.CheckConstraint(
                condition=Q(qr_scheme__in=["signed", "verify_url", "none"]), name="template_qr_scheme_known"
            ),
            models.CheckConstraint(
                condition=Q(page_width_mm__range=(100, 1700), page_height_mm__range=(100, 1700)),
                name="template_page_of_usual_size",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_template_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_FREEZE.format(key="id"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}판"

    def as_template(self) -> shapes.Template:
        """The layout as readers and the assignment want it."""
        return shapes.Template(
            title=self.title,
            version=self.version,
            page_width_mm=self.page_width_mm,
            page_height_mm=self.page_height_mm,
            qr_scheme=shapes.QrScheme(self.qr_scheme),
            has_check_digit=self.has_check_digit,
            zones=tuple(zone.as_zone() for zone in self.zones.order_by("position", "pk")),
        )


class Zone(models.Model):
    """One rectangle of a page, and what its text must look like."""

    class Field(models.TextChoices):
        """What it tells."""

        KEY = "key", "관리번호"
        NAME = "name", "성명"
        BIRTH = "birth", "생년월일"
        ADDRESS = "address", "주소"
        AMOUNT = "amount", "금액"
        PAGE = "page", "쪽 번호(1/2)"
        QR = "qr", "QR 코드"
        FREE = "free", "빈자리(우리 QR을 찍을 곳)"

    class On(models.TextChoices):
        """Which pages of a notice have it."""

        EVERY = "every", "모든 쪽"
        FIRST = "first", "첫 쪽만"
        LATER = "later", "둘째 쪽부터"

    template = models.ForeignKey(ZoneTemplate, verbose_name="서식", on_delete=models.CASCADE, related_name="zones")
    position = models.PositiveSmallIntegerField("순서")
    name = models.CharField("이름", max_length=40)
    field = models.CharField("무엇", max_length=10, choices=Field.choices)
    on = models.CharField("어느 쪽에", max_length=10, choices=On.choices)
    left = models.FloatField("왼쪽(mm)")
    top = models.FloatField("위(mm)")
    width = models.FloatField("너비(mm)")
    height = models.FloatField("높이(mm)")
    pattern = models.CharField("형식", max_length=200, blank=True)
    is_masked = models.BooleanField("가려진 값", default=False)

    class Meta:
        verbose_name = "칸"
        verbose_name_plural = "칸"
        constraints = [
            models.UniqueConstraint(fields=["template", "name"], name="one_zone_per_name"),
            models.CheckConstraint(
                condition=Q(field__in=["key", "name", "birth", "address", "amount", "page", "qr", "free"]),
                name="zone_field_known",
            ),
            models.CheckConstraint(condition=Q(on__in=["every", "first", "later"]), name="zone_pages_known"),
            models.CheckConstraint(
                condition=Q(left__gte=0, top__gte=0, width__gt=0, height__gt=0), name="zone_is_a_rectangle"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_zone_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_FREEZE.format(key="template_id"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.name}"

    def as_zone(self) -> shapes.Zone:
        """The rectangle as readers and the assignment want it."""
        return shapes.Zone(
            name=self.name,
            field=shapes.Field(self.field),
            on=shapes.On(self.on),
            left=self.left,
            top=self.top,
            width=self.width,
            height=self.height,
            pattern=self.pattern,
            is_masked=self.is_masked,
        )
