"""What citizens teach by what they tap: proposals only, until an official approves them and the gate lets them in."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from django.db import transaction

from chatbot.catalogue import documents
from chatbot.engine.text import key_of, morphemes, normalise
from chatbot.models import Faq, Phrasing, Synonym, TurnCandidate
from chatbot.permissions import NotYours, keeps_everything
from chatbot.services.building import nudge_index
from portal.accounts.models import User
from portal.core.clock import day_in_korea

LOOKED_BACK = timedelta(days=30)
FEWEST_PEOPLE = 2  # one person's taps teach nothing: neither a joke nor an attack
SHORTEST_TERM = 2
LONGEST = 200


@transaction.atomic
def propose(*, now: datetime) -> tuple[int, int]:
    """Propose phrasings and synonyms from a month of taps. Returns how many of each are new."""
    tapped = TurnCandidate.objects.filter(
        tapped_at__gte=now - LOOKED_BACK, turn__safety_kind="", faq__status=Faq.Status.PUBLISHED
    )
    rows = list(tapped.order_by("pk").values_list("turn__text_masked", "faq", "turn__conversation"))
    return _propose_phrasings(rows, now=now), _propose_synonyms(rows, now=now)


def _propose_phrasings(rows: list[tuple[str, int, int]], *, now: datetime) -> int:
    people: dict[tuple[int, str], set[int]] = defaultdict(set)
    words: dict[tuple[int, str], str] = {}
    for text, faq, conversation in rows:
        name = (faq, key_of(text)[:LONGEST])
        people[name].add(conversation)
        words.setdefault(name, text)
    wanted = [name for name, who in people.items() if len(who) >= FEWEST_PEOPLE and name[1]]
    known = set(Phrasing.objects.filter(text_key__in=[key for _, key in wanted]).values_list("text_key", flat=True))
    fresh = [
        Phrasing(
            faq_id=faq,
            text=words[faq, key][:LONGEST],
            text_key=key,
            source=Phrasing.Source.FEEDBACK,
            state=Phrasing.State.PROPOSED,
            changed_at=now,
        )
        for faq, key in wanted
        if key not in known
    ]
    return len(Phrasing.objects.bulk_create(fresh, ignore_conflicts=True))


def _propose_synonyms(rows: list[tuple[str, int, int]], *, now: datetime) -> int:
    """Words said before an answer was tapped that no answer knows; what is added is the answer's first word."""
    held = documents(day_in_korea(now))
    known = {
        word
        for one in held
        for text in (one.question, *one.tags, *one.phrasings, one.answer)
        for word in morphemes(normalise(text))
    }
    means = {one.key: one.tags[0] for one in held if one.tags}
    said: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for text, faq, conversation in rows:
        for word in set(morphemes(normalise(text))) - known:
            if len(word) >= SHORTEST_TERM and faq in means:
                said[word][faq].add(conversation)
    fresh = []
    for word, answers in sorted(said.items()):
        faq, count = Counter({faq: len(who) for faq, who in answers.items()}).most_common(1)[0]
        if count >= FEWEST_PEOPLE:
            fresh.append(Synonym(term=word[:40], expands_to=means[faq][:80], changed_at=now))
    there = set(Synonym.objects.filter(term__in=[one.term for one in fresh]).values_list("term", flat=True))
    return len(Synonym.objects.bulk_create([one for one in fresh if one.term not in there], ignore_conflicts=True))


@transaction.atomic
def decide_synonym(*, synonym: Synonym, state: str, by: User, now: datetime) -> None:
    """
    Approve or reject a word; it acts on every answer, so an administrator decides.

    :raises NotYours: for anybody else
    """
    if not keeps_everything(by):
        raise NotYours("비슷한 말은 모든 답변에 쓰이므로 관리자만 정할 수 있습니다.")
    synonym.state, synonym.decided_by, synonym.changed_at = state, by, now
    synonym.save(update_fields=["state", "decided_by", "changed_at"])
    nudge_index()
