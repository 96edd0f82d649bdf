"""The complaint as it is now. How it came to be so stands in `StageChange`."""

from functools import reduce
from operator import or_
from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor

from complaints import numbers
from complaints.models.catalogue import Category
from complaints.models.vocabulary import Channel, Kind, LocationSource, Outcome, PeriodUnit
from complaints.workflow import COUNTED, ENDED, HELD, IN_HAND, Clock, Stage
from portal.accounts.models import Department, Official, User
from portal.core.fields import SealedField, SealedModel, sealed_text

TITLE_LENGTH = 40
PHOTO_ONLY = "사진으로 보낸 신고"
ERASED = "보존기간이 지나 지운 민원"
INTAKE_DESK = (Stage.SUBMITTED, Stage.RECEIVED, Stage.TRANSFERRED)


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Complaints, narrowed to whom they concern."""

    def visible_to(self, user: User | AnonymousUser) -> "ComplaintQuerySet":
        """
        What somebody may see at all: own cases, one's department, the intake desk, or everything for an examiner.

        Every list, page and export starts here; what is not in it does not exist for the user (404).
        """
        return self._seen(user, [] if isinstance(user, AnonymousUser) else [Q(citizen=user)])

    def of_office(self, user: User | AnonymousUser) -> "ComplaintQuerySet":
        """
        What an official works on, for lists and figures of the office; her own reports are on the citizen's pages.

        Without "or her own" one index in the order of the list answers, and not two that must be joined and sorted.
        """
        return self._seen(user, [])

    def _seen(self, user: User | AnonymousUser, own: list[Q]) -> "ComplaintQuerySet":
        """By department and role, and never what is for another department's eyes alone."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        official: Official | None = getattr(user, "official", None)
        if official is not None and not official.is_active:
            official = None
        found = self.filter(reduce(or_, [*own, _open_to(official)]))
        parts = own + _offices_of(official)
        if user.is_superuser or (official is not None and official.has_role("examiner")):
            return found
        return found.filter(reduce(or_, parts)) if parts else self.none()

    def open(self) -> "ComplaintQuerySet":
        """Cases that somebody still has to do something about."""
        return self.filter(is_open=True)


def _when(stages: tuple[Stage, ...] | list[Stage], then: Q) -> Q:
    """In these stages, `then` must hold."""
    return ~Q(stage__in=[stage.value for stage in stages]) | then


_ERASED = Q(erased_at__isnull=False)


def _offices_of(official: Official | None) -> list[Q]:
    """What the roles of an official open, one condition for each."""
    found: list[Q] = []
    if official is not None and (official.has_role("officer") or official.has_role("head")):
        found.append(Q(department=official.department_id))
    if official is not None and official.has_role("intake"):
        found.append(Q(stage__in=INTAKE_DESK))
    return found


def _open_to(official: Official | None) -> Q:
    """감사 전용 categories (직원응대·부패) are for their own department alone, whoever else may see everything."""
    hidden = Category.objects.filter(is_sensitive=True)
    if official is not None:
        hidden = hidden.exclude(department=official.department_id)
    return Q(category=None) | ~Q(category__in=hidden)


class Complaint(SealedModel):
    """민원 한 건."""

    number = models.CharField("접수번호", max_length=16, unique=True)
    token_hash = models.BinaryField("링크 해시", max_length=32, unique=True, editable=False)
    token_version = models.PositiveSmallIntegerField("링크 판", default=1, editable=False)
    intake_key = models.UUIDField("접수 키", unique=True, editable=False)
    version = models.PositiveIntegerField("판", default=1, editable=False)

    kind = models.CharField("종류", max_length=12, choices=Kind.choices, default=Kind.OTHER)
    channel = models.CharField("접수 경로", max_length=12, choices=Channel.choices)
    stage = models.CharField("단계", max_length=16, choices=Stage.choices, default=Stage.SUBMITTED)
    stage_before = models.CharField("보완 전 단계", max_length=16, choices=Stage.choices, blank=True)
    outcome = models.CharField("처리 결과", max_length=16, choices=Outcome.choices, blank=True)
    priority = models.PositiveSmallIntegerField("긴급도", default=3, help_text="1 긴급 … 4 낮음")
    category = models.ForeignKey(
        "complaints.Category", verbose_name="분류", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(
        Department, verbose_name="부서", on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    officer = models.ForeignKey(
        Official, verbose_name="담당자", on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )

    citizen = models.ForeignKey(
        User, verbose_name="민원인", on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    name_sealed = SealedField(verbose_name="이름(봉인)")
    name = sealed_text("name_sealed")
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16, null=True, blank=True, editable=False)
    body_sealed = SealedField(verbose_name="내용(봉인)")
    body = sealed_text("body_sealed")
    extra_sealed = SealedField(verbose_name="신청서의 답(봉인)")
    extra = sealed_text("extra_sealed")  # JSON: a petition's title, and each question's name with its answer

    lat = models.FloatField("위도", null=True, blank=True)
    lon = models.FloatField("경도", null=True, blank=True)
    address = models.CharField("장소", max_length=200, blank=True)
    address_detail_sealed = SealedField(verbose_name="상세 위치(봉인)")
    address_detail = sealed_text("address_detail_sealed")
    dong = models.ForeignKey(
        "complaints.Dong", verbose_name="행정동", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    location_source = models.CharField(
        "위치 출처", max_length=8, choices=LocationSource.choices, default=LocationSource.NONE
    )

    submitted_at = models.DateTimeField("신청한 때")
    receive_by_at = models.DateTimeField("접수 기한")
    received_at = models.DateTimeField("접수한 때", null=True, blank=True)
    period_value = models.PositiveSmallIntegerField("처리기간", null=True, blank=True)
    period_unit = models.CharField("처리기간 단위", max_length=10, choices=PeriodUnit.choices, blank=True)
    due_at = models.DateTimeField("처리기한", null=True, blank=True, help_text="이 시각부터 기한이 지난 것입니다.")
    promised_due_at = models.DateTimeField(
        "처음 약속한 기한", null=True, blank=True, help_text="접수할 때 알린 기한. 통계에만 씁니다."
    )
    clock = models.CharField("기한 시계", max_length=8, choices=Clock.choices, default=Clock.INTAKE)
    ended_at = models.DateTimeField("끝난 때", null=True, blank=True)
    erased_at = models.DateTimeField("개인정보를 지운 때", null=True, blank=True, editable=False)

    answer_sealed = SealedField(verbose_name="답변(봉인)")
    answer = sealed_text("answer_sealed")
    refusal_reason_sealed = SealedField(verbose_name="불수용 사유(봉인)")
    refusal_reason = sealed_text("refusal_reason_sealed")
    remedy = models.TextField("불복 방법", blank=True)

    rerouted_count = models.PositiveSmallIntegerField("재배정 횟수", default=0)
    reopened_count = models.PositiveSmallIntegerField("재검토 요청 횟수", default=0)
    round = models.PositiveSmallIntegerField("처리 차수", default=1)
    extension_count = models.PositiveSmallIntegerField("연장 횟수", default=0)
    unread_count = models.PositiveSmallIntegerField("안 읽은 민원인 메시지", default=0)
    lead = models.ForeignKey(
        "self", verbose_name="대표 민원", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_cases"
    )
    parent = models.ForeignKey(
        "self", verbose_name="나눈 민원", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    published_text = models.TextField(
        "공개하는 글", blank=True, help_text="개인정보를 가린 글. 비어 있으면 공개하지 않습니다."
    )
    search_grams = ArrayField(models.IntegerField(), verbose_name="검색 색인", default=list, editable=False)

    cell = models.GeneratedField(  # about 100 m square; near means the cells that a radius touches
        expression=Floor((F("lat") - 30) * 1000) * 100000 + Floor((F("lon") - 120) * 1000),
        output_field=models.BigIntegerField("격자"),
        db_persist=True,
    )

    is_open = models.GeneratedField(
        expression=models.Case(
            models.When(stage__in=[stage.value for stage in ENDED], then=False),
            default=True,
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField("진행 중"),
        db_persist=True,
    )

    objects = models.Manager.from_queryset(ComplaintQuerySet)()

    class Meta:
        verbose_name = "민원"
        verbose_name_plural = "민원"
        indexes: ClassVar = [
            models.Index(fields=["department", "due_at"], name="open_by_department", condition=Q(is_open=True)),
            models.Index(fields=["officer", "due_at"], name="open_by_officer", condition=Q(is_open=True)),
            models.Index(fields=["stage", "receive_by_at"], name="open_by_stage", condition=Q(is_open=True)),
            models.Index(fields=["citizen", "-submitted_at"], name="complaints_of_citizen"),
            models.Index(fields=["phone_index", "-submitted_at"], name="complaints_of_phone"),
            models.Index(fields=["-submitted_at", "-id"], name="complaints_newest_first"),
            models.Index(fields=["category", "cell", "submitted_at"], name="open_by_cell", condition=Q(is_open=True)),
            GinIndex(fields=["search_grams"], name="complaints_by_words"),
            models.Index(fields=["department"], name="unread_by_department", condition=Q(unread_count__gt=0)),
            models.Index(fields=["ended_at"], name="complaints_by_end", condition=Q(ended_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="complaint_stage_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="complaint_kind_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="complaint_channel_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="complaint_outcome_known"),
            models.CheckConstraint(
                condition=_when(
                    [*COUNTED, Stage.RESOLVED, Stage.RETURNED, Stage.REOPENING],
                    Q(received_at__isnull=False, due_at__isnull=False) & ~Q(period_unit=""),
                ),
                name="received_has_due_date",
            ),
            models.CheckConstraint(
                condition=_when([Stage.RESOLVED, Stage.REOPENING], ~Q(outcome="") & (~Q(answer_sealed=b"") | _ERASED)),
                name="resolved_has_answer",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | _ERASED | (~Q(refusal_reason_sealed=b"") & ~Q(remedy="")),
                name="refused_has_reason_and_remedy",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=ENDED, clock="stopped", ended_at__isnull=False)
                | (~Q(stage__in=ENDED) & ~Q(clock="stopped") & Q(ended_at__isnull=True)),
                name="ended_has_stopped_clock",
            ),
            models.CheckConstraint(
                condition=~_ERASED | Q(stage__in=ENDED, body_sealed=b"", phone_sealed=b"", answer_sealed=b""),
                name="erased_has_ended_and_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["submitted", "reopening"], clock="intake")
                | (~Q(stage__in=["submitted", "reopening"]) & ~Q(clock="intake")),
                name="intake_clock_before_receiving",
            ),
            models.CheckConstraint(
                condition=Q(stage="supplementing", clock="paused", stage_before__in=IN_HAND)
                | (~Q(stage="supplementing") & Q(stage_before="")),
                name="supplement_pauses_clock",
            ),
            models.CheckConstraint(
                condition=~Q(clock="paused") | Q(stage__in=COUNTED), name="only_a_counted_clock_pauses"
            ),
            models.CheckConstraint(condition=Q(extension_count__lte=2), name="extension_count_at_most_two"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="no_part_of_itself"),
            models.CheckConstraint(
                condition=_when(
                    [*HELD, Stage.RESOLVED, Stage.REOPENING], Q(officer__isnull=False, department__isnull=False)
                ),
                name="in_hand_has_officer",
            ),
            models.CheckConstraint(
                condition=_when([Stage.ROUTED], Q(department__isnull=False)), name="routed_has_department"
            ),
            models.CheckConstraint(
                condition=Q(stage="merged", lead__isnull=False) | (~Q(stage="merged") & Q(lead__isnull=True)),
                name="merged_has_lead",
            ),
            models.CheckConstraint(condition=Q(lead__isnull=True) | ~Q(lead=F("id")), name="no_merge_into_itself"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__gte=33, lat__lte=39.5, lon__gte=124, lon__lte=132.5),
                name="place_is_in_korea",
            ),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=4), name="priority_from_1_to_4"),
            models.CheckConstraint(
                condition=Q(round__gte=1, round__lte=3, reopened_count__lte=2), name="reopened_at_most_twice"
            ),
            models.CheckConstraint(
                condition=Q(phone_sealed=b"", phone_index__isnull=True)
                | (~Q(phone_sealed=b"") & Q(phone_index__isnull=False)),
                name="phone_is_indexed",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="version_never_falls",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__version__lt=pgtrigger.F("old__version")),
            ),
            pgtrigger.Protect(
                name="stage_moves_with_version",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__stage__df=pgtrigger.F("old__stage"))
                & pgtrigger.Q(new__version=pgtrigger.F("old__version")),
            ),
            pgtrigger.Protect(name="complaints_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """The beginning of what the citizen wrote, for lists. Opened from the seal, so never stored in clear."""
        first = " ".join(self.body.split()) or (ERASED if self.erased_at else PHOTO_ONLY)
        return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"

    @property
    def token(self) -> str:
        """The secret of the citizen's link. Only its hash is stored."""
        return numbers.token_of(self.sealed_id, self.token_version)

    @property
    def is_urgent(self) -> bool:
        """Whether the words sounded like danger."""
        return self.priority == 1
