"""Every night: questions nobody answered are bundled by meaning and brought to the department that could answer."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from chatbot.catalogue import documents
from chatbot.engine.text import key_of
from chatbot.likeness import DIMENSIONS, Likeness, Vectors, average_link, nearest, telling_words, unit
from chatbot.models import ClusterMember, Faq, Turn, TurnCandidate, UnansweredCluster
from chatbot.permissions import NotYours, may_keep
from chatbot.services import publishing, telling
from portal.accounts.models import Department, User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.hangul import is_initials

LOOKED_BACK = timedelta(days=30)
SETTLED = timedelta(hours=1)  # so long after a choice was offered, nobody taps it any more
MOST_TURNS = 2000
SHORTEST = 2
_STATES = UnansweredCluster.State


class AlreadyDone(Refused):
    """Somebody was quicker."""

    sentence = "이미 다른 사람이 처리한 묶음입니다."


@dataclass(frozen=True, slots=True)
class Mined:
    """What a night brought: how many questions, new bundles, bundles that are open again."""

    question_count: int
    new_count: int
    reopened_count: int


def mine_unanswered(*, now: datetime) -> Mined:
    """Bundle what is in no bundle yet, and tell each department once a day what is new for it."""
    turns = _unbundled(now)
    if not turns:
        return Mined(0, 0, 0)
    likeness = Likeness(text for one in documents(day_in_korea(now)) for text in (one.question, *one.phrasings))
    vectors = likeness.vectors([turn.text_masked for turn in turns])
    with transaction.atomic():
        reopened, rest = _join_known(turns, vectors, now=now)
        made = _make_new([turns[row] for row in rest], vectors[rest])
    telling.tell_of_clusters([*made, *reopened], now=now)
    return Mined(len(turns), len(made), len(reopened))


def _unbundled(now: datetime) -> list[Turn]:
    """Exits, thumbs down and choices nobody took; the same words once in a conversation, nothing of danger."""
    untouched = Q(decision=Turn.Decision.CHIPS, asked_at__lt=now - SETTLED) & ~Exists(
        TurnCandidate.objects.filter(turn=OuterRef("pk"), tapped_at__isnull=False)
    )
    disliked = Q(value=-1, decision__in=[Turn.Decision.DIRECT, Turn.Decision.CHIPS])
    wanted = Turn.objects.filter(
        Q(decision=Turn.Decision.EXITS) | disliked | untouched,
        asked_at__gte=now - LOOKED_BACK,
        asked_at__lte=now,
        safety_kind="",
        membership=None,
    )
    found: dict[tuple[int, str], Turn] = {}
    for turn in wanted.order_by("-asked_at")[:MOST_TURNS]:
        key = key_of(turn.text_masked)
        if _says_something(key):
            found.setdefault((turn.conversation_id, key), turn)
    known = ClusterMember.objects.filter(turn__conversation__in=[conversation for conversation, _ in found])
    said = {(one, key_of(text)) for one, text in known.values_list("turn__conversation", "turn__text_masked")}
    return sorted((turn for name, turn in found.items() if name not in said), key=lambda turn: turn.pk)


def _says_something(key: str) -> bool:
    return len(key) >= SHORTEST and not key.isdigit() and not (is_initials(key) and len(set(key)) == 1)


def _join_known(turns: Sequence[Turn], vectors: Vectors, *, now: datetime) -> tuple[list[UnansweredCluster], list[int]]:
    """Give each turn to the bundle it is like; a solved one whose questions come back opens again."""
    clusters = [
        one
        for one in UnansweredCluster.objects.select_for_update(of=("self",)).order_by("pk")
        if one.centroid is not None and len(one.centroid) == DIMENSIONS * 4
    ]
    if not clusters:
        return [], list(range(len(turns)))
    centres = np.stack([np.frombuffer(bytes(one.centroid or b""), dtype=np.float32) for one in clusters])
    best, alike = nearest(vectors, centres)
    least = settings.CHATBOT_CLUSTER_PERCENT / 100
    joined: dict[int, list[int]] = defaultdict(list)
    for row in range(len(turns)):
        if alike[row] >= least:
            joined[int(best[row])].append(row)
    reopened = []
    for number, rows in joined.items():
        cluster = clusters[number]
        _grow(cluster, [turns[row] for row in rows], vectors[rows])
        if _returns(cluster, [turns[row] for row in rows]):
            cluster.state, cluster.solved_at = _STATES.OPEN, None
            reopened.append(cluster)
        cluster.save()
    taken = {row for rows in joined.values() for row in rows}
    return reopened, [row for row in range(len(turns)) if row not in taken]


def _returns(cluster: UnansweredCluster, turns: Iterable[Turn]) -> bool:
    solved_at = cluster.solved_at
    return cluster.state == _STATES.SOLVED and solved_at is not None and any(one.asked_at > solved_at for one in turns)


def _grow(cluster: UnansweredCluster, turns: Sequence[Turn], vectors: Vectors) -> None:
    centre = np.frombuffer(bytes(cluster.centroid or b""), dtype=np.float32)
    summed = centre * cluster.size + vectors.sum(axis=0)
    cluster.centroid = unit(summed.reshape(1, -1).astype(np.float32))[0].tobytes()
    cluster.size += len(turns)
    cluster.first_at = min(cluster.first_at, *(turn.asked_at for turn in turns))
    cluster.last_at = max(cluster.last_at, *(turn.asked_at for turn in turns))
    ClusterMember.objects.bulk_create(ClusterMember(cluster=cluster, turn=turn) for turn in turns)


def _make_new(turns: Sequence[Turn], vectors: Vectors) -> list[UnansweredCluster]:
    """Bundles of what is like nothing known; each goes to the department whose answer came nearest."""
    made = []
    held = Counter(word for turn in turns for word in set(telling_words([turn.text_masked], rarity=_plain, most=9)))
    departments = _nearest_departments(turns)
    for rows in average_link(vectors, least=settings.CHATBOT_CLUSTER_PERCENT / 100) if len(turns) else []:
        members = [turns[row] for row in rows]
        cluster = UnansweredCluster.objects.create(
            label=_label(members, held),
            centroid=unit(vectors[rows].mean(axis=0, keepdims=True))[0].tobytes(),
            size=len(members),
            first_at=min(turn.asked_at for turn in members),
            last_at=max(turn.asked_at for turn in members),
            department_id=_commonest(departments.get(turn.pk) for turn in members),
        )
        ClusterMember.objects.bulk_create(ClusterMember(cluster=cluster, turn=turn) for turn in members)
        made.append(cluster)
    return made


def _plain(_: str) -> float:
    return 1.0


def _label(members: Sequence[Turn], held: Counter[str]) -> str:
    """The words that set it apart, else the shortest question."""
    texts = [turn.text_masked for turn in members]
    words = telling_words(texts, rarity=lambda word: 1 / held[word] ** 0.5 if held[word] else 1.0)
    return (" · ".join(words) or min(texts, key=len))[:80]


def _nearest_departments(turns: Sequence[Turn]) -> dict[int, int | None]:
    first = TurnCandidate.objects.filter(turn__in=turns, rank=1)
    return dict(first.values_list("turn", "faq__department"))


def _commonest(departments: Iterable[int | None]) -> int | None:
    counted = Counter(one for one in departments if one is not None)
    return counted.most_common(1)[0][0] if counted else None


@transaction.atomic
def assign_cluster(*, cluster: UnansweredCluster, department: Department, by: User, now: datetime) -> None:
    """
    Send a bundle to the department that can answer, and tell it.

    :raises NotYours: if it lies with another department
    :raises AlreadyDone: if it was solved or dismissed meanwhile
    """
    locked = _open(cluster, by)
    locked.department, locked.state = department, _STATES.ASSIGNED
    locked.save(update_fields=["department", "state"])
    telling.tell_of_clusters([locked], now=now)


@transaction.atomic
def dismiss_cluster(*, cluster: UnansweredCluster, by: User, now: datetime) -> None:
    """
    Nothing to answer here; whoever asks the same again joins it silently.

    :raises NotYours: if it lies with another department
    :raises AlreadyDone: if it was solved or dismissed meanwhile
    """
    locked = _open(cluster, by)
    locked.state = _STATES.DISMISSED
    locked.save(update_fields=["state"])


@transaction.atomic
def teach_from_cluster(*, cluster: UnansweredCluster, faq: Faq, texts: Sequence[str], by: User, now: datetime) -> int:
    """
    Add questions of a bundle to an answer that has them covered, and call it solved. Returns how many were added.

    :raises NotYours: if another department answers for the bundle or the answer
    :raises AlreadyDone: if it was solved or dismissed meanwhile
    :raises PhrasingTaken: if another answer has the same words
    """
    locked = _open(cluster, by)
    for text in texts:
        publishing.add_phrasing(faq=faq, text=text, source="mined", by=by, now=now)
    _solve(locked, faq, now=now)
    return len(texts)


@transaction.atomic
def solve_cluster(*, cluster: UnansweredCluster, faq: Faq, by: User, now: datetime) -> None:
    """
    A new answer was written for it.

    :raises NotYours: if it lies with another department
    :raises AlreadyDone: if it was solved or dismissed meanwhile
    """
    _solve(_open(cluster, by), faq, now=now)


@transaction.atomic
def reopen_cluster(*, cluster: UnansweredCluster, by: User, now: datetime) -> None:
    """
    It was not done after all.

    :raises NotYours: if it lies with another department
    """
    locked = _locked(cluster, by)
    locked.state, locked.solved_at, locked.solved_by = _STATES.OPEN, None, None
    locked.save(update_fields=["state", "solved_at", "solved_by"])


def _solve(cluster: UnansweredCluster, faq: Faq, *, now: datetime) -> None:
    cluster.state, cluster.solved_by, cluster.solved_at = _STATES.SOLVED, faq, now
    cluster.save(update_fields=["state", "solved_by", "solved_at"])


def _open(cluster: UnansweredCluster, by: User) -> UnansweredCluster:
    locked = _locked(cluster, by)
    if locked.state not in (_STATES.OPEN, _STATES.ASSIGNED):
        raise AlreadyDone
    return locked


def _locked(cluster: UnansweredCluster, by: User) -> UnansweredCluster:
    locked = UnansweredCluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
    if locked.department_id is not None and not may_keep(by, locked.department_id):
        raise NotYours
    return locked
