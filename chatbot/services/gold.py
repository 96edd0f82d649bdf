"""The questions no build may lose: those that ship, and those officials add."""

from django.db import transaction

from chatbot import judging
from chatbot.engine.text import key_of, mask
from chatbot.models import GoldQuestion
from chatbot.shipped import REFERENCE, entries


@transaction.atomic
def load_gold() -> int:
    """Bring the questions that ship in line with their file; what officials added or pinned stays."""
    rows = judging.read_rows(REFERENCE / "gold.tsv", known=(entry.slug for entry in entries()))
    known = {question.text_key: question for question in GoldQuestion.objects.all()}
    new, changed = [], []
    for row in rows:
        text = mask(row.query)
        key, expected = key_of(text) or text, sorted(row.slugs)
        question = known.get(key)
        if question is None:
            known[key] = GoldQuestion(text=text, text_key=key, expected=expected, kind=row.kind)
            new.append(known[key])
        elif question.pk and (question.expected, question.kind) != (expected, row.kind):
            question.expected, question.kind = expected, row.kind
            changed.append(question)
    GoldQuestion.objects.bulk_create(new)
    GoldQuestion.objects.bulk_update(changed, ["expected", "kind"])
    return len(rows)
