"""시험: two ways of deciding side by side. Who gets which follows from the conversation's key; harm stops it."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import sqrt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q

from chatbot.engine.policy import Decision
from chatbot.models import Conversation, Experiment, Handover, Turn, TurnCandidate
from portal.accounts.models import User
from portal.core.errors import Refused

CONTROL = "usual"
MAY_VARY = ("direct_at", "exits_below")  # from how sure on one answer is given, and below what none is offered
FEWEST_TURNS = 200  # in each arm, before anything is concluded
HARM_Z = 2.6  # about one false alarm in two hundred looks
HARM_SHARE = 0.02  # a difference smaller than this harms nobody
REPEATED_WITHIN = timedelta(seconds=60)
_BAD = ("disliked", "handed_over", "repeated")


class AlreadyRunning(Refused):
    """One at a time."""

    sentence = "다른 시험이 진행 중입니다. 먼저 그 시험을 끝내 주세요."


class NotVariable(Refused):
    """Emergencies are never under test, and only thresholds of ordinary questions vary."""

    sentence = "시험할 수 없는 값입니다. 일반 질문의 기준값만, 0과 1 사이로 바꿀 수 있습니다."


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of deciding: its name, and the thresholds that differ from the build's."""

    name: str
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """What happened in one arm."""

    arm: str
    turns: int
    tapped: int
    chips: int
    disliked: int
    handed_over: int
    repeated: int

    def share(self, what: str) -> float:
        """How often, of the arm's turns."""
        count: int = getattr(self, what)
        return count / self.turns if self.turns else 0.0

    @property
    def tap_percent(self) -> float:
        """Choices that were tapped, of those offered."""
        return round(100 * self.tapped / self.chips, 1) if self.chips else 0.0


def draft_experiment(*, name: str, arms: Mapping[str, Mapping[str, float]], by: User, now: datetime) -> Experiment:
    """
    Prepare an experiment; the usual way is always one of its arms.

    :raises NotVariable: for a threshold that may not vary, or a value outside 0..1
    """
    for thresholds in arms.values():
        if any(key not in MAY_VARY or not 0 <= value <= 1 for key, value in thresholds.items()):
            raise NotVariable
    if not arms:
        raise NotVariable
    kept = {CONTROL: {}, **{arm: dict(thresholds) for arm, thresholds in arms.items()}}
    return Experiment.objects.create(name=name, arms=kept, salt=secrets.token_hex(16))


@transaction.atomic
def start_experiment(*, experiment: Experiment, by: User, now: datetime) -> None:
    """
    Begin.

    :raises AlreadyRunning: while another one runs
    """
    try:
        with transaction.atomic():
            Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.DRAFT).update(
                state=Experiment.State.RUNNING, started_at=now
            )
    except IntegrityError as error:
        raise AlreadyRunning from error


def stop_experiment(*, experiment: Experiment, reason: str, now: datetime) -> None:
    """End it; everybody is answered the usual way again from the next question on."""
    Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.RUNNING).update(
        state=Experiment.State.STOPPED, stopped_at=now, stop_reason=reason[:200]
    )


def variant_of(conversation: Conversation, now: datetime) -> Arm | None:
    """The arm this conversation is decided by, kept with it; None while no experiment runs. The only way to an arm."""
    running = Experiment.objects.filter(state=Experiment.State.RUNNING, started_at__lte=now).first()
    if running is None:
        return None
    name = _lot(running, conversation)
    kept = f"{running.pk}:{name}"[:20]
    if conversation.variant != kept:
        conversation.variant = kept
        Conversation.objects.filter(pk=conversation.pk).update(variant=kept)
    return Arm(name, running.arms[name])


def under_test(decision: Decision, conversation: Conversation, now: datetime) -> Decision:
    """The decision as the conversation's arm takes it. Exact words and emergencies are decided the usual way."""
    arm = variant_of(conversation, now)
    if arm is None or not arm.thresholds or decision.kind == "empty" or decision.p_right >= 1:
        return decision
    direct_at, exits_below = arm.thresholds.get("direct_at"), arm.thresholds.get("exits_below")
    kind = decision.kind
    if direct_at is not None and kind in ("direct", "chips"):
        kind = "direct" if decision.p_right >= direct_at else "chips"
    if exits_below is not None and kind in ("chips", "exits"):
        kind = "exits" if decision.p_scope < exits_below or not decision.candidates else "chips"
    return replace(decision, kind=kind)


def _lot(experiment: Experiment, conversation: Conversation) -> str:
    """The same key falls into the same arm on every machine and every visit."""
    key = bytes(conversation.key_index) if conversation.key_index else conversation.public_id.bytes
    digest = hmac.new(experiment.salt.encode(), key, sha256).digest()
    names: list[str] = sorted(experiment.arms)
    return names[int.from_bytes(digest[:8]) % len(names)]


def measure(experiment: Experiment) -> list[Measured]:
    """What happened in each arm since the experiment began; emergencies and forms are not counted."""
    since = experiment.started_at
    if since is None:
        return []
    turns = Turn.objects.filter(asked_at__gte=since, decision__in=["direct", "chips", "exits"])
    if experiment.stopped_at is not None:
        turns = turns.filter(asked_at__lte=experiment.stopped_at)
    tapped = Exists(TurnCandidate.objects.filter(turn=OuterRef("pk"), tapped_at__isnull=False))
    soon = Turn.objects.filter(
        conversation=OuterRef("conversation"),
        decision__in=["direct", "chips", "exits"],
        seq=OuterRef("seq") + 1,
        asked_at__lte=OuterRef("asked_at") + REPEATED_WITHIN,
    )
    handed = Handover.objects.filter(conversation=OuterRef("conversation"), asked_at__gte=since)
    rows = turns.annotate(is_tapped=tapped, comes_again=Exists(soon), is_handed=Exists(handed))
    found: dict[str, Any] = {
        row["conversation__variant"]: row
        for row in rows.values("conversation__variant").annotate(
            turns=Count("pk"),
            chips=Count("pk", filter=Q(decision="chips")),
            tapped=Count("pk", filter=Q(is_tapped=True)),
            disliked=Count("pk", filter=Q(value=-1)),
            handed_over=Count("conversation", filter=Q(is_handed=True), distinct=True),
            repeated=Count("pk", filter=Q(comes_again=True, is_tapped=False)),
        )
    }
    names = ("turns", "tapped", "chips", *_BAD)
    return [
        Measured(arm, **{name: found.get(f"{experiment.pk}:{arm}"[:20], {}).get(name, 0) for name in names})
        for arm in sorted(experiment.arms, key=lambda arm: (arm != CONTROL, arm))
    ]


def watch(*, now: datetime) -> str:
    """Stop the running experiment if an arm is clearly worse than the usual way. Returns why, or nothing."""
    running = Experiment.objects.filter(state=Experiment.State.RUNNING).first()
    if running is None:
        return ""
    usual, *others = measure(running)
    for arm in others:
        for what in _BAD:
            if _is_worse(arm, usual, what):
                reason = f"‘{arm.arm}’: {_NAMES[what]} {arm.share(what):.1%}, 보통 {usual.share(what):.1%}"
                stop_experiment(experiment=running, reason=reason, now=now)
                return reason
    return ""


_NAMES = {"disliked": "‘아니요’ 평가", "handed_over": "상담 연결", "repeated": "60초 안에 다시 물음"}


def _is_worse(arm: Measured, usual: Measured, what: str) -> bool:
    """Two shares compared: enough turns, a difference that matters, and one that is hardly chance."""
    if min(arm.turns, usual.turns) < FEWEST_TURNS:
        return False
    difference = arm.share(what) - usual.share(what)
    both = (getattr(arm, what) + getattr(usual, what)) / (arm.turns + usual.turns)
    spread = sqrt(both * (1 - both) * (1 / arm.turns + 1 / usual.turns))
    return difference >= HARM_SHARE and spread > 0 and difference / spread >= HARM_Z
