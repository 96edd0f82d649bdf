"""Whatever citizens, carriers and officials do, in whatever order: everybody in one place, every sum right."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from messaging.models import Message, MessageStatus
from notices import balancing, queries, services
from notices.models import Campaign, Consent, Recipient
from notices.services.opening import record_opening
from notices.workflow import LIVE
from portal.core.errors import Refused
from tests.notices.world import World

PHONES = ["+821011110000", "+821022220000", "+821022220000", "+821033330000", "+821044440000"]
PEOPLE = [(f"시민{number}", date(1960 + number, 1 + number, 10 + number), phone) for number, phone in enumerate(PHONES)]
TEXTS = [
    "1",
    "2",
    "동의",
    "1 {birth}",
    "{birth}",
    "1 {other}",
    "990909",
    "글쎄요 뭔지 모르겠네",
    "감사합니다",
    "문자 그만 보내세요",
]
STATUSES = [MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.SUPPRESSED]

PLANS = [{}, {"effect": "opened", "ladder": "standard"}, {"effect": "opened", "ladder": "quick", "has_paper": False}]

EVENTS = st.one_of(
    st.tuples(st.just("reply"), st.integers(0, len(PEOPLE) - 1), st.sampled_from(TEXTS)),
    st.tuples(st.just("outcome"), st.integers(0, 30), st.sampled_from(STATUSES)),
    st.tuples(st.just("tick"), st.sampled_from([0, 1, 30, 49, 400]), st.none()),
    st.tuples(st.just("open"), st.integers(0, len(PEOPLE) - 1), st.none()),
    st.tuples(st.just("decide"), st.sampled_from(["consent", "refuse", "unrelated"]), st.none()),
    st.tuples(
        st.sampled_from(["close_asking", "send", "pause", "resume", "cancel", "paper", "close"]), st.none(), st.none()
    ),
)


class Undone(Exception):
    """Rolls one example back."""


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(events=st.lists(EVENTS, min_size=8, max_size=30), plan=st.sampled_from(PLANS))
def test_identities_hold_after_any_sequence(
    world: World, events: list[tuple[str, Any, Any]], plan: dict[str, Any]
) -> None:
    started = world.now
    with pytest.raises(Undone):
        play(world, events, plan)
    world.now = started


@transaction.atomic
def play(world: World, events: list[tuple[str, Any, Any]], plan: dict[str, Any]) -> None:
    """One story, rolled back at its end."""
    campaign = world.asking(PEOPLE, **plan)
    for event in events:
        happen(world, campaign, *event)
        campaign.refresh_from_db()
        check(campaign)
    raise Undone


def happen(world: World, campaign: Campaign, what: str, one: Any, other: Any) -> None:
    """One thing happens, or is refused on purpose. Anything else is a bug."""
    try:
        with transaction.atomic():
            _happen(world, campaign, what, one, other)
    except Refused:
        pass


def _happen(world: World, campaign: Campaign, what: str, one: Any, other: Any) -> None:
    if what == "reply":
        person = PEOPLE[one]
        neighbour = PEOPLE[(one + 1) % len(PEOPLE)]
        world.reply(person, other.format(birth=f"{person[1]:%y%m%d}", other=f"{neighbour[1]:%y%m%d}"))
    elif what == "outcome":
        found = list(Message.objects.filter(reference=campaign.number).exclude(status="delivered").order_by("pk"))
        if found:
            world.settle(found[one % len(found)], other)
    elif what == "tick":
        world.tick(hours=one)
        world.run(campaign)
    elif what == "open":
        citizen = world.of(campaign, PEOPLE[one])
        if Message.objects.filter(key__startswith=f"notices:{campaign.pk}:{citizen.pk}:deliver:").exists():
            record_opening(citizen, factor="relay", evidence="relay:1", now=world.now)
    elif what == "decide":
        answer = queries.answers_to_decide(campaign).first()
        if answer is not None:
            services.decide_answer(answer, meaning=one, by=world.drafter, now=world.now)
    else:
        verb(world, campaign, what)


def verb(world: World, campaign: Campaign, what: str) -> None:
    """One button of an official."""
    now = world.tick(minutes=5)
    if what == "close_asking":
        services.close_asking(campaign, by=world.drafter, now=now, reason="시험")
    elif what == "send":
        world.launch(campaign)
    elif what == "pause":
        services.pause(campaign, reason="시험", by=world.drafter, now=now)
    elif what == "resume":
        services.resume(campaign, by=world.sender, now=now)
    elif what == "cancel":
        services.cancel(campaign, reason="시험", by=world.drafter, now=now)
    elif what == "paper":
        world.post(campaign)
    else:
        services.close(campaign, by=world.drafter, now=now)


def check(campaign: Campaign) -> None:
    """What must be true at every moment."""
    facts = queries.facts_of(campaign)
    assert not balancing.broken(balancing.identities(facts))
    rows = queries.recounted(campaign)
    assert {name: facts.counts.get(name, 0) for name in rows} == rows
    for person in Recipient.objects.filter(campaign=campaign):
        awaits_opening = person.state == "delivered" and campaign.effect == "opened"
        assert (person.bucket is None) == (person.state in LIVE or awaits_opening)
    pictures = Message.objects.filter(reference=campaign.number, topic="notices.notice")
    assert pictures.count() == pictures.values("phone_index", "key").distinct().count()
    for key in pictures.values_list("key", flat=True):
        consent = Consent.objects.get(recipient_id=int(key.split(":")[2]))
        assert (consent.decision, consent.identity) == ("given", "match")
    open_questions = Recipient.objects.filter(campaign=campaign, state__in=["asking", "agreed"], needs_triage=False)
    assert open_questions.exists() or campaign.state != "closed"
