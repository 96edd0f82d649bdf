"""The words that complaint columns may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop


class Kind(TextChoices):
    """민원의 종류 (민원 처리에 관한 법률 §2), and the report that carries no right to an answer."""

    STATUTORY = "statutory", "법정민원"
    INQUIRY = "inquiry", "질의민원"
    SUGGESTION = "suggestion", "건의민원"
    GRIEVANCE = "grievance", "고충민원"
    OTHER = "other", "기타민원"
    REPORT = "report", "제보"


class Channel(TextChoices):
    """How a complaint reached us."""

    WEB = "web", "누리집"
    SMS = "sms", "문자"
    KAKAO = "kakao", "카카오톡"
    CHATBOT = "chatbot", "챗봇"
    PHONE = "phone", "전화"
    VISIT = "visit", "방문"
    OPEN311 = "open311", "Open311"


class Outcome(TextChoices):
    """How a resolved complaint ended."""

    ACCEPTED = "accepted", gettext_noop("수용")
    PARTIAL = "partial", gettext_noop("일부 수용")
    ALREADY_DONE = "already_done", gettext_noop("이미 처리됨")
    REFUSED = "refused", gettext_noop("불수용")
    GUIDED = "guided", gettext_noop("안내")
    LONG_REVIEW = "long_review", gettext_noop("장기 검토")


class LocationSource(TextChoices):
    """How we know the place."""

    NONE = "none", "없음"
    GPS = "gps", "휴대전화 위치"
    EXIF = "exif", "사진 위치"
    PIN = "pin", "지도에서 고름"
    TEXT = "text", "글로 적음"


class PeriodUnit(TextChoices):
    """How a processing period is counted (the Act, §19). 즉시 has no number."""

    IMMEDIATE = "immediate", "즉시"
    DAY = "day", "일"
    WEEK = "week", "주"
    MONTH = "month", "개월"
    YEAR = "year", "년"
