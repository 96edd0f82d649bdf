"""
What a stream's recipients answered, as appended differences: one count per recipient, never per text.

A changed mind moves one from one answer to another in the transaction that handles the text. What an official decided
outranks what was read, before or after.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from messaging import locks
from messaging.models import Message, Reply, StreamCount, TriageDecision
from messaging.understanding import Option, Question, Reading, fold
from messaging.understanding.model import Label

ANSWERED = "reply"
TO_DECIDE = "reply:triage"
_ASKED = Question(kind="survey", options=(Option("1", "1", "답", "choice"),))  # some question with something to choose
_CLEAR = ("consent", "refuse", "choice", "opt_out")
_NOT_IN_FORCE = (TriageDecision.Verdict.UNDONE, TriageDecision.Verdict.OVERTAKEN)


@dataclass(slots=True)
class _Text:
    """One reply of a recipient, and what an official made of it."""

    reply: int
    label: str
    rule: str
    option: str
    verdicts: list[tuple[int, str]] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """The last decision, unless it was taken back or overtaken."""
        last = self.verdicts[-1][1] if self.verdicts else ""
        return "" if last in _NOT_IN_FORCE else last

    @property
    def reading(self) -> Reading:
        """As it was read."""
        return Reading(label=cast(Label, self.label), rule=self.rule, masked_text="", option=self.option)


def count_reply(reply: Reply, message: Message) -> None:
    """Move the recipient's answer to where it stands with this text. Called last in the transaction that handled it."""
    texts = _texts(message.pk)
    before = _standing([text for text in texts if text.reply != reply.pk])
    _move(message.stream_id, before, _standing(texts))


def count_decision(decision: TriageDecision) -> None:
    """Move the recipient's answer to where an official put it, or back."""
    message = Message.objects.filter(replies=decision.reply_id).first()
    if message is None:
        return
    texts = _texts(message.pk)
    after = _standing(texts)
    for text in texts:
        text.verdicts = [one for one in text.verdicts if one[0] != decision.pk]
    _move(message.stream_id, _standing(texts), after)


def decided_among(messages: Collection[int]) -> set[int]:
    """The messages whose answer an official has decided: what comes later is flagged for her."""
    decisions = TriageDecision.objects.filter(reply__message__in=messages).order_by("pk")
    last = {
        reply: (message, verdict)
        for message, reply, verdict in decisions.values_list("reply__message_id", "reply_id", "verdict")
    }
    return {message for message, verdict in last.values() if verdict not in _NOT_IN_FORCE}


def count_to_decide(messages: Mapping[int, int]) -> None:
    """Message → by how much the texts of its recipient that wait for a decision became more or fewer."""
    streams = dict(Message.objects.filter(pk__in=messages).values_list("pk", "stream_id"))
    StreamCount.objects.bulk_create(
        StreamCount(stream_id=streams[message], metric=TO_DECIDE, delta=delta) for message, delta in messages.items()
    )


def _texts(message: int) -> list[_Text]:
    """
    Everything that was said to one message, and the decisions that have taken effect.

    Nobody else counts it until our transaction ends.
    """
    locks.hold([f"messaging.tally:{message}"])
    rows = Reply.objects.filter(message=message, handled_at__isnull=False).order_by("pk")
    texts = {row[0]: _Text(*row) for row in rows.values_list("pk", "label", "rule", "option")}
    if len(texts) > 1 or any(text.label not in _CLEAR for text in texts.values()):
        decisions = TriageDecision.objects.filter(reply__in=texts, reply__decide_at=None).order_by("pk")
        for pk, reply, verdict in decisions.values_list("pk", "reply_id", "verdict"):
            texts[reply].verdicts.append((pk, verdict))
    return list(texts.values())


def _standing(texts: Sequence[_Text]) -> str:
    """One word for all a recipient said; '' if she said nothing."""
    if not texts:
        return ""
    decided = max((text for text in texts if text.verdict), key=lambda text: text.verdicts[-1][0], default=None)
    if decided is not None:
        is_over = any(text.label == "opt_out" for text in texts)
        return "opt_out" if is_over else decided.verdict if decided.verdict in _CLEAR else "other"
    readings = [text.reading for text in texts if text.label]
    label = fold(readings, _ASKED).label
    return label if label in _CLEAR else "unclear" if label == "ambiguous" else "other"


def _move(stream: int, before: str, after: str) -> None:
    if before == after:
        return
    deltas = {f"{ANSWERED}:{before}": -1} if before else {ANSWERED: 1}
    deltas[f"{ANSWERED}:{after}"] = 1
    StreamCount.objects.bulk_create(
        StreamCount(stream_id=stream, metric=metric, delta=delta) for metric, delta in deltas.items()
    )
