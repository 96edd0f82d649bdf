"""What people decide otherwise is remembered, and each night a new model learns from it; a worse one never decides."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from complaints import comparing, judging, routing, routing_queries
from complaints.models import Category, Complaint, Correction, RouterVersion
from portal.accounts.models import Department, User
from portal.core import learning
from portal.core.learning import Example

_log = structlog.get_logger(__name__)

HELD_OUT_EVERY = 5  # every fifth correction is never learned: any two versions can be compared on it
SHADOWS_KEPT = timedelta(days=30)
_LOCK = 5_240_311  # one training at a time, whoever began it
_NAMES = {"department_at_1": "첫 부서", "department_at_3": "세 부서", "auto_precision": "자동 배정 정확도"}
State = RouterVersion.State


def learn_from(
    complaint: Complaint, *, category: Category | None, department: Department, by: User, now: datetime
) -> Correction | None:
    """
    A person says whose case it is: triage, a reroute or a corrected category. None if there is no text to learn from.

    Called before the case moves. Without a category the likeliest of the department's is taken for meant.
    """
    text = routing.normalise(complaint.body)
    if not text.strip():
        return None
    decision = routing_queries.router().decide(complaint.body, place=complaint.address)
    guessed = Category.objects.select_related("department").filter(code=decision.category).first()
    return Correction.objects.create(
        complaint=complaint,
        text=text,
        predicted_category=complaint.category or guessed,
        predicted_department=complaint.department or (guessed.department if guessed else None),
        category=category or _likeliest(decision, department),
        department=department,
        by=by,
        at=now,
    )


def _likeliest(decision: routing.Decision, department: Department) -> Category | None:
    """Of the department's categories the one that the text sounds most like; the only one if there is one."""
    mine = list(Category.objects.filter(department=department, is_active=True).order_by("code"))
    if len(mine) == 1:
        return mine[0]
    strengths = {one.pk: sum(decision.scores.get(one.code, (0.0, 0.0))) for one in mine}
    best = max(mine, key=lambda one: strengths[one.pk], default=None)
    return best if best is not None and strengths[best.pk] > 0 else None


@transaction.atomic
def install_router(*, now: datetime) -> RouterVersion | None:
    """
    Version 1 is the weights that ship; after an upgrade that brings others, they follow unless learned ones decide.
    Learned ones that this release cannot read give way to them.

    None if there is nothing to install: the same weights decide already, or what ships cannot be read.
    """
    path = routing_queries.REFERENCE / "router.npz"
    try:
        weights = path.read_bytes()
        model = learning.unpacked(weights)
    except (OSError, learning.NotUnderstood):
        _log.error("shipped_router_unusable")
        return None
    active = RouterVersion.objects.filter(state=State.ACTIVE).defer("weights").first()
    is_same = active is not None and bytes(active.sha256) == hashlib.sha256(weights).digest()
    is_learned = active is not None and active.correction_count > 0
    if (is_same or is_learned) and not routing_queries.trouble():
        return None
    examples = learning.read_examples(routing_queries.REFERENCE / "training.tsv")
    version = _kept(weights, examples, (), threshold=routing.AUTOMATIC_WITH_MODEL, now=now)
    version.scores = {"trained_on": model.trained_on}
    version.verdict = "제품에 든 모델입니다."
    version.save(update_fields=["scores", "verdict"])
    _promote(version)
    return version


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a night's training reads: the texts that ship, corrections to learn, and corrections to be judged by."""

    shipped: tuple[Example, ...]
    learned: tuple[Example, ...]
    unseen: tuple[Example, ...]
    corrections: tuple[int, ...]  # the rows behind `learned`

    @property
    def digest(self) -> str:
        """Says whether anything is new since the last time."""
        return learning.digest_of([*self.shipped, *self.learned])


def train_router(*, now: datetime) -> RouterVersion | None:
    """
    Train a shadow version of what ships and what was corrected; it decides from now on unless it is worse.

    No transaction is open meanwhile: training takes a minute, and cases are filed. None if nothing new was learned, or
    somebody else is training.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            return _train(now=now)
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _train(*, now: datetime) -> RouterVersion | None:
    lessons = _lessons()
    if not lessons.learned or RouterVersion.objects.filter(scores__trained_on=lessons.digest).exists():
        return None
    lexicon = routing_queries.router().lexicon
    model = judging.trained([*lessons.shipped, *lessons.learned])
    out_of_fold = comparing.out_of_fold(lessons.shipped, lexicon=lexicon, extra=lessons.learned)
    threshold = comparing.threshold_for(out_of_fold) or routing.AUTOMATIC_WITH_MODEL
    verdict = _verdict(lessons, model, out_of_fold, threshold=threshold, lexicon=lexicon)
    with transaction.atomic():
        version = _kept(learning.packed(model), lessons.shipped, lessons.corrections, threshold=threshold, now=now)
        version.scores = {"trained_on": lessons.digest, **verdict.scores}
        version.verdict = verdict.sentence
        version.save(update_fields=["scores", "verdict"])
        if not verdict.worse:
            _promote(version)
            Correction.objects.filter(pk__in=lessons.corrections).update(used_in=version)
        RouterVersion.objects.filter(state=State.SHADOW, trained_at__lt=now - SHADOWS_KEPT).delete()
    _log.info("router_trained", version=version.pk, promoted=not verdict.worse, corrections=len(lessons.learned))
    return version


def _lessons() -> Lessons:
    """The last word on each case whose text is still there; every fifth case is kept for judging."""
    rows = (
        Correction.objects.exclude(text_sealed=b"")
        .filter(category__is_active=True)
        .select_related("category")
        .order_by("complaint", "-pk")
        .distinct("complaint")
    )
    learned: list[Example] = []
    unseen: list[Example] = []
    used: list[int] = []
    for row in rows:
        if row.category is None:
            continue
        example = Example(row.category.code, f"민원 {row.complaint_id}", row.text)
        if row.complaint_id % HELD_OUT_EVERY == 0:
            unseen.append(example)
        else:
            learned.append(example)
            used.append(row.pk)
    shipped = learning.read_examples(routing_queries.REFERENCE / "training.tsv")
    return Lessons(tuple(shipped), tuple(learned), tuple(unseen), tuple(used))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison found; `worse` names the figures that fell."""

    scores: dict[str, object]
    worse: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For the page of versions."""
        if not self.worse:
            return "나빠진 수치가 없어 사용합니다."
        return f"나빠져서 쓰지 않습니다: {', '.join(self.worse)}"


def _verdict(
    lessons: Lessons,
    model: learning.Model,
    out_of_fold: Sequence[judging.Judged],
    *,
    threshold: float,
    lexicon: routing.Lexicon,
) -> Verdict:
    """Against the version at work on corrections neither has read, and against the shipped weights on shipped texts."""
    active = routing_queries.router().version
    base = comparing.out_of_fold(lessons.shipped, lexicon=lexicon)
    held_out = comparing.figures_of(comparing.with_threshold(out_of_fold, threshold)).stored()
    shipped = comparing.figures_of(comparing.with_threshold(base, routing.AUTOMATIC_WITH_MODEL)).stored()
    scores: dict[str, object] = {"held_out": held_out, "held_out_shipped": shipped}
    worse = [f"기본 글 {_NAMES[name]}" for name in comparing.worse_in(held_out, shipped, allowance=comparing.ALLOWANCE)]
    if lessons.unseen:
        new = comparing.judge(lessons.unseen, lexicon=lexicon, model=model, threshold=threshold)
        old = comparing.judge(lessons.unseen, lexicon=lexicon, model=active.model, threshold=active.threshold)
        now_figures, before = comparing.figures_of(new).stored(), comparing.figures_of(old).stored()
        scores |= {"corrections": now_figures, "corrections_before": before}
        worse += [f"바로잡은 글 {_NAMES[name]}" for name in comparing.worse_in(now_figures, before)]
    return Verdict(scores, tuple(worse))


def _kept(
    weights: bytes, shipped: Sequence[Example], corrections: Sequence[int], *, threshold: float, now: datetime
) -> RouterVersion:
    return RouterVersion.objects.create(
        trained_at=now,
        row_count=len(shipped) + len(corrections),
        correction_count=len(corrections),
        weights=weights,
        sha256=hashlib.sha256(weights).digest(),
        threshold=threshold,
    )


def _promote(version: RouterVersion) -> None:
    """The version decides from now on; the one before keeps its weights, for whoever asks why it chose."""
    RouterVersion.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
    RouterVersion.objects.filter(pk=version.pk).update(state=State.ACTIVE)
    version.state = State.ACTIVE
