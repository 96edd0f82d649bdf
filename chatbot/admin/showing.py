"""Beside the editor: the cards as a citizen sees them, how its neighbours do, and what the draft would change."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count, Q

from chatbot import effects
from chatbot.cards import name_of
from chatbot.drawing import written_cards
from chatbot.effects import Effect
from chatbot.engine.index import Document
from chatbot.models import Faq, FaqFacet, Phrasing
from chatbot.services.publishing import Content, fill

LONG_SENTENCE = 60


def look_of(content: Content, *, now: datetime) -> dict[str, Any]:
    """The cards a citizen is shown for what is in the form; `notes` say what would make them easier to read."""
    labels = dict(FaqFacet.Kind.choices)
    return {
        "cards": [(name_of(card), card) for card in written_cards(fill(Faq(), content), content.links, now=now)],
        "facets": [(labels.get(kind, kind), text) for kind, text in content.facets],
        "notes": _notes(content),
    }


def _notes(content: Content) -> list[str]:
    sentences = [one.strip() for one in content.answer.replace("\n", ". ").split(". ") if one.strip()]
    long = sum(len(one) > LONG_SENTENCE for one in sentences)
    notes = [f"{LONG_SENTENCE}자가 넘는 문장이 {long}개 있습니다. 나누면 읽기 쉽습니다."] if long else []
    missing = [label for kind, label in FaqFacet.Kind.choices if kind not in dict(content.facets)]
    if content.kind == Faq.Kind.ANSWER and len(missing) > 3:
        notes.append(f"짧은 답이 비어 있습니다: {', '.join(missing)}")
    return notes


def neighbours(faq: Faq) -> dict[str, Any]:
    """How many ways of asking this answer knows, and how many its category usually does."""
    approved = Q(phrasings__state=Phrasing.State.APPROVED)
    rows = Faq.objects.filter(category=faq.category, status=Faq.Status.PUBLISHED)
    known = dict(rows.values_list("pk").annotate(known=Count("phrasings", filter=approved)))
    usual = round(median(known.values())) if known else 0
    mine = faq.phrasings.filter(state=Phrasing.State.APPROVED).count()
    return {"known_count": mine, "usual_count": usual, "is_thin": mine * 2 < usual}


def effect_for(
    content: Content, phrasings: Sequence[str], faq: Faq | None, *, cluster: int | None = None, now: datetime
) -> Effect:
    """What publishing the form would change."""
    key = faq.pk if faq else effects.UNSAVED
    draft = Document(key, content.question, content.answer, content.tags, tuple(phrasings), content.kind)
    return effects.effect_of(draft, own=effects.own_questions(faq, cluster=cluster, now=now), now=now)
