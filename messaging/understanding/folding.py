"""Several texts of one person → what stands: the last clear answer, a stop that sticks, what somebody must look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from messaging.understanding.model import Label, Question, Reading


@dataclass(frozen=True, slots=True)
class Fold:
    """What a recipient's texts amount to. `label` is empty while nothing clear was said."""

    label: Label | str = ""
    option: str = ""
    name: str = ""
    birth: date | None = None
    is_opted_out: bool = False
    needs_triage: bool = False


def fold(readings: Iterable[Reading], question: Question) -> Fold:
    """
    The last clear answer stands; thanks, questions and unrelated text never overwrite it; a stop sticks.

    Ambiguous text after an answer keeps the answer but asks for a person. Name and birth may come before or after. A
    bare 네 after a refusal answers our acknowledgement as likely as our question: it never makes a yes of a no. A
    consent that is taken back (취소할게요) is no longer counted.
    """
    label: Label | str = ""
    option = name = ""
    birth: date | None = None
    is_opted_out = needs_triage = False
    for reading in readings:
        name = reading.name or name
        birth = reading.birth or birth
        if reading.label == "opt_out":
            is_opted_out = True
        elif reading.rule == "options.nod" and label == "refuse":
            needs_triage = True
        elif reading.is_clear:
            label, option, needs_triage = reading.label, reading.option, False
        elif reading.rule == "doubt.withdrawn" and label == "consent":
            label, option, needs_triage = "", "", True
        elif reading.label == "ambiguous":
            needs_triage = True
    if is_opted_out:
        label, option = "opt_out", ""
    elif not label and not question.options and (name or birth):
        label = "identity"
    elif not label and needs_triage:
        label = "ambiguous"
    elif not label and (name or birth):
        label = "identity"
    return Fold(label, option, name, birth, is_opted_out, needs_triage)
