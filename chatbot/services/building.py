"""
The index is built beside the one at work, judged by it, and put to work: within seconds of an official's edit.

One at a time, whoever began it. Whoever finds another at work leaves: the one at work looks again after it has let go.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from django.db import connection, transaction

from chatbot import catalogue, shelf
from chatbot.embedding import embedder
from chatbot.engine import calibration
from chatbot.engine.embedders import Embedder
from chatbot.engine.index import Document, Index, Unreadable, content_hash, wanted_texts
from chatbot.engine.policy import embedded_as
from chatbot.engine.text import mask
from chatbot.engine.vectors import Embeddings
from chatbot.models import IndexBuild
from chatbot.services import gating
from chatbot.services.vectors import Remembering, vectors_of
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)

_LOCK = 5_240_606  # one build at a time
ROUNDS = 5  # edits that go on and on are left to the next bell
BLOBS_KEPT = 5  # builds one can roll back to
TRY_AGAIN = timedelta(minutes=10)  # after a build that failed, unless its inputs change
LOOK_CLOSELY = 60.0  # seconds between two readings of everything, when nothing seems to have changed
State = IndexBuild.State


class MayNotDecide(Refused):
    """Which index is at work is not everybody's decision."""

    sentence = "색인을 바꿀 권한이 없습니다."


class NoReason(Refused):
    """Against the judgement of the gate one gives a reason."""

    sentence = "까닭을 적어 주세요. 기록에 남습니다."


class Outdated(Refused):
    """What it was built from has changed since."""

    sentence = "그 사이 내용이 바뀌어 이 색인은 쓸 수 없습니다. 새로 만든 색인을 확인해 주세요."


class NothingBefore(Refused):
    """There is no older index that could still be loaded."""

    sentence = "되돌릴 색인이 없습니다."


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything an index follows from."""

    documents: list[Document]
    synonyms: dict[str, str]
    embedder_id: str

    @property
    def digest(self) -> bytes:
        """Names them: the same inputs make the same index."""
        fit = calibration.shipped()
        named = content_hash(self.documents, embedder_id=self.embedder_id, calibration=fit, synonyms=self.synonyms)
        return bytes.fromhex(named)


def inputs(on: date) -> Inputs:
    """As they stand now."""
    return Inputs(catalogue.documents(on), catalogue.synonyms(), embedder().id)


def nudge_index() -> None:
    """Something the index is built from has changed: called within the transaction that changes it."""
    from chatbot import tasks  # noqa: PLC0415  (tasks call services)

    ring(tasks.build_index)


def build_index(*, now: datetime) -> IndexBuild | None:
    """
    Bring the index in line with the rows; the build that was made last, None if there was nothing to do.

    No transaction is open meanwhile. Returns None as well if somebody else is building.
    """
    made = None
    for _ in range(ROUNDS):
        with _only_builder() as is_mine:
            if not is_mine:
                return made
            wanted = inputs(day_in_korea(now))
            if _is_settled(wanted.digest, now):
                return made
            made = _build(wanted, now=now)
        # who came meanwhile has left: what they brought is seen by looking once more without the lock's shadow
    return made


@dataclass(slots=True)
class _Looked:
    """When this process last read everything, and what it looked like from afar."""

    stamp: tuple[object, ...] = ()
    at: float = float("-inf")


@dataclass(slots=True)
class _Kept:
    """The last index this process built or read, by the hash of its bytes, and its vectors: nearly all come back."""

    sha256: bytes = b""
    index: Index | None = None
    embedder_id: str = ""
    vectors: Embeddings = field(default_factory=dict)


_looked = _Looked()
_kept = _Kept()


def sweep_index(*, now: datetime, stays: bool = False) -> IndexBuild | None:
    """
    A lost nudge, a new day or a damaged build is found here; cheap when nothing seems to have changed.

    A process that `stays` does beforehand what does not depend on the edit, so that the first one need not wait for it.
    """
    if stays and not _looked.stamp:
        _prepare(now)
    stamp = (day_in_korea(now), *catalogue.stamp())
    if stamp == _looked.stamp and time.monotonic() - _looked.at < LOOK_CLOSELY:
        return None
    built = build_index(now=now)
    _looked.stamp, _looked.at = stamp, time.monotonic()
    return built


def _prepare(now: datetime) -> None:
    """Read every text, and ask the index at work what the next one will be compared with."""
    index = index_at_work()
    if index is None:
        return
    _index(inputs(day_in_korea(now)))
    _judged(index, embedder())


@contextmanager
def _only_builder() -> Iterator[bool]:
    """Whether this connection is the one that builds; a process that dies lets go by itself."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _is_settled(digest: bytes, now: datetime) -> bool:
    """At work and sound, refused for these very inputs, or failed a moment ago."""
    last = IndexBuild.objects.filter(content_hash=digest).order_by("-pk").defer("blob").first()
    if last is None:
        return False
    if last.state == State.ACTIVE:
        return _is_sound(last)
    return last.state == State.REFUSED or (last.state == State.FAILED and last.started_at > now - TRY_AGAIN)


def _is_sound(build: IndexBuild) -> bool:
    """Whether the database still holds what was built, byte for byte; it computes that itself."""
    with connection.cursor() as cursor:
        cursor.execute("select sha256(blob) = blob_sha256 from chatbot_indexbuild where id = %s", [build.pk])
        return bool(cursor.fetchone()[0])


def _build(wanted: Inputs, *, now: datetime) -> IndexBuild:
    """Build, judge, and put to work or refuse. What was left unfinished before belongs to a process that is gone."""
    IndexBuild.objects.filter(state=State.BUILDING).update(state=State.FAILED, problem="만들다가 멈추었습니다.")
    build = IndexBuild.objects.create(
        content_hash=wanted.digest, embedder_id=wanted.embedder_id, faq_count=len(wanted.documents), started_at=now
    )
    began = time.perf_counter()
    try:
        index = _index(wanted)
        blob = index.to_bytes()
        build.blob, build.blob_sha256 = blob, hashlib.sha256(blob).digest()
        gate = _judged(index, embedder())
        _kept.sha256, _kept.index = build.blob_sha256, index
        build.scores = {**gate.scores, "seconds": round(time.perf_counter() - began, 2), "mode": index.mode}
        build.losses, build.problem, build.state = gate.losses, gate.problem, State.GATED
        build.save()
    finally:
        if build.state == State.BUILDING:
            IndexBuild.objects.filter(pk=build.pk).update(state=State.FAILED, problem="만들지 못했습니다.")
    if gate.problem:
        IndexBuild.objects.filter(pk=build.pk).update(state=State.REFUSED)
        build.state = State.REFUSED
    else:
        _put_to_work(build, now=now)
    _log.info("index_built", build=build.pk, state=build.state, faqs=build.faq_count, seconds=build.scores["seconds"])
    return build


def _index(wanted: Inputs) -> Index:
    """Only what changed is embedded again; without the embedder the words alone count."""
    vectors = _vectors_of(wanted) if wanted.embedder_id else None
    return Index.build(wanted.documents, vectors, embedder_id=wanted.embedder_id, synonyms=wanted.synonyms)


def _vectors_of(wanted: Inputs) -> Embeddings:
    """Those of the last index that this process built are still known."""
    texts = wanted_texts(wanted.documents)
    known = _kept.vectors if _kept.embedder_id == wanted.embedder_id else {}
    fresh = vectors_of([text for text in texts if text not in known], embedder())
    _kept.embedder_id = wanted.embedder_id
    _kept.vectors = {text: fresh[text] if text in fresh else known[text] for text in texts}
    return _kept.vectors


def index_at_work() -> Index | None:
    """The active build if it can be read."""
    active = IndexBuild.objects.filter(state=State.ACTIVE)
    found = active.values_list("pk", "blob_sha256").first()
    if found is None:
        return None
    sha256 = bytes(found[1] or b"")
    if _kept.index is None or _kept.sha256 != sha256:
        blob = IndexBuild.objects.values_list("blob", flat=True).get(pk=found[0])
        try:
            _kept.index, _kept.sha256 = shelf.read_blob(bytes(blob or b""), sha256=sha256), sha256
        except Unreadable:
            return None
    return _kept.index


def _judged(new: Index, plug: Embedder) -> gating.Gate:
    old, names, questions = index_at_work(), catalogue.names(), gating.gold()
    rebuilt = gating.unread_of_changed(old, new, names=names) if old is not None else ()
    remembering = Remembering(plug, [embedded_as(mask(question.text)) for question in questions]) if plug.dim else plug
    return gating.compare(old, new, names=names, embedder=remembering, questions=questions, rebuilt=rebuilt)


@transaction.atomic
def _put_to_work(build: IndexBuild, *, now: datetime) -> None:
    """Every process sees it within a second; the one before stays loadable for a while."""
    IndexBuild.objects.filter(state=State.ACTIVE).update(state=State.SUPERSEDED)
    build.state, build.activated_at = State.ACTIVE, now
    build.save(update_fields=["state", "activated_at"])
    superseded = (
        IndexBuild.objects.filter(state=State.SUPERSEDED).order_by("-activated_at", "-pk").values_list("pk", flat=True)
    )
    old = IndexBuild.objects.exclude(state=State.ACTIVE).exclude(pk__in=superseded[:BLOBS_KEPT])
    old.exclude(pk__gte=build.pk).filter(blob__isnull=False).update(blob=None, blob_sha256=None)


@transaction.atomic
def override_build(*, build: IndexBuild, reason: str, by: User, now: datetime) -> IndexBuild:
    """
    Put a refused build to work all the same.

    :raises MayNotDecide: without the permission
    :raises NoReason: without a reason
    :raises Outdated: if it is not refused any more, or was built from something else than what stands there now
    """
    _check(reason, by)
    locked = IndexBuild.objects.select_for_update().get(pk=build.pk)
    if locked.state != State.REFUSED or bytes(locked.content_hash) != inputs(day_in_korea(now)).digest:
        raise Outdated
    locked.override_reason, locked.override_by = reason.strip()[:200], by
    locked.save(update_fields=["override_reason", "override_by"])
    _put_to_work(locked, now=now)
    return locked


@transaction.atomic
def roll_back(*, reason: str, by: User, now: datetime) -> IndexBuild:
    """
    Put the build before to work again. The present one counts as refused: it is not built again from the same inputs.

    :raises MayNotDecide: without the permission
    :raises NoReason: without a reason
    :raises NothingBefore: if there is none
    """
    _check(reason, by)
    present = IndexBuild.objects.select_for_update().filter(state=State.ACTIVE).first()
    loadable = IndexBuild.objects.filter(state=State.SUPERSEDED, blob__isnull=False)
    before = loadable.order_by("-activated_at", "-pk").first()
    if present is None or before is None:
        raise NothingBefore
    present.state, present.problem = State.REFUSED, f"{by.get_username()} 되돌림: {reason.strip()}"[:300]
    present.save(update_fields=["state", "problem"])
    _put_to_work(before, now=now)
    return before


def _check(reason: str, by: User) -> None:
    if not by.has_perm("chatbot.change_indexbuild"):
        raise MayNotDecide
    if not reason.strip():
        raise NoReason
