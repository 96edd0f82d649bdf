"""Reads: how far the analysis of a document has come, what is happening now, and how long it may still take."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from notices.models import RenderBatch, SourceDocument

D = SourceDocument.State
_DONE = Q(state=RenderBatch.State.DONE)
_FEWEST = 3  # batches before a speed is worth saying


@dataclass(frozen=True)
class Progress:
    """One pass over a document, in pages (or in people, while letters are made)."""

    label: str
    unit: str
    done_count: int
    all_count: int
    seconds_left: int | None = None

    @property
    def percent(self) -> int:
        """0 to 100."""
        return self.done_count * 100 // self.all_count if self.all_count else 0

    @property
    def time_left(self) -> str:
        """In words, or '' while nobody can tell."""
        if self.seconds_left is None or self.done_count == self.all_count:
            return ""
        minutes = -(-self.seconds_left // 60)
        return "1분 안에 끝납니다" if minutes <= 1 else f"약 {minutes:,}분 남았습니다"


def progress_of(document: SourceDocument) -> list[Progress]:
    """The passes that have begun, in their order."""
    batches = RenderBatch.objects.filter(document=document)
    drawing = batches.exclude(profile__in=[RenderBatch.MAKING, RenderBatch.READING])
    passes = (
        ("통지서 쓰기", "명", batches.filter(profile=RenderBatch.MAKING)),
        ("쪽 읽기", "쪽", batches.filter(profile=RenderBatch.READING)),
        ("그림 만들기", "쪽", drawing),
    )
    found = (_progress(label, unit, mine) for label, unit, mine in passes)
    return [one for one in found if one.all_count]


def _progress(label: str, unit: str, batches: QuerySet[RenderBatch]) -> Progress:
    pages = F("last_page") - F("first_page") + 1
    said = batches.aggregate(
        all=Sum(pages),
        done=Sum(pages, filter=_DONE),
        timed=Count("pk", filter=_DONE & Q(done_at__isnull=False)),
        first=Min("done_at"),
        last=Max("done_at"),
    )
    done, whole = said["done"] or 0, said["all"] or 0
    left = None
    if said["timed"] >= _FEWEST:
        spent = (said["last"] - said["first"]) / timedelta(seconds=1)
        left = round(spent / (done * (said["timed"] - 1) / said["timed"]) * (whole - done))
    return Progress(label, unit, done, whole, left)


def happening(document: SourceDocument) -> str:
    """What is being done to a document right now."""
    waiting = RenderBatch.objects.filter(document=document).exclude(state=RenderBatch.State.DONE)
    if document.state in (D.UPLOADED, D.EXAMINING) and not document.stored_as:
        is_writing = waiting.exists()
        return "명부로 통지서를 쓰고 있습니다." if is_writing else "쓴 통지서를 한 파일로 묶고 있습니다."
    if document.state == D.UPLOADED:
        return "파일 점검을 기다리고 있습니다."
    if document.state == D.EXAMINING:
        return "파일을 열어 크기와 글꼴, 숨은 동작을 점검하고 있습니다."
    if document.state == D.READING:
        is_reading = waiting.filter(profile=RenderBatch.READING).exists()
        return "쪽마다 관리번호, 성명, QR 코드를 읽고 있습니다." if is_reading else "쪽과 명부를 맞춰 보고 있습니다."
    return "휴대전화에서 읽을 그림을 만들고 있습니다." if waiting.exists() else "마무리하고 있습니다."


def waits_for(document: SourceDocument, *, has_roster: bool) -> str:
    """What is missing before the analysis of an accepted file begins."""
    if document.zone_template:
        return "곧 분석을 시작합니다." if has_roster else "명부가 들어오면 분석을 시작합니다."
    if has_roster:
        return "쪽 서식을 그리거나 가진 서식에서 고르면 분석을 시작합니다."
    return "쪽 서식을 고르고 명부를 올리면 분석을 시작합니다."
