"""Every reply in every state of every kind: where it leads, and what never happens; and two replies at once."""

import threading
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import connections

from messaging import answering
from messaging.models import Reply
from notices.models import Answer, Consent
from notices.plans import PlannedOption, PlannedQuestion
from tests.notices.world import HANEUL, Person, World

BIRTH = "900101"
WRONG = ("1 850505", "1 860606", "1 870707")
REPLIES = {
    "yes": "1 900101",
    "no": "2 900101",
    "bare": "1",
    "birth": BIRTH,
    "wrong": "1 991231",
    "stop": "문자 보내지 마세요",
    "picture": "",
    "chat": "날씨가 좋네요",
}
REACHED = {"asking": (), "half": ("1",), "yes": ("1 900101",), "no": ("2",), "mismatch": WRONG}
CHOICE = PlannedQuestion("무엇을 지을까요?", options=(PlannedOption(1, "도서관"), PlannedOption(2, "놀이터")))
KINDS: dict[str, dict[str, Any]] = {
    "notice": {},
    "consent": {"kind": "consent", "title": "전자고지 수신"},
    "vote": {"kind": "vote", "title": "마을 사업", "questions": (CHOICE,)},
}
# kind → state → reply → where it leads; what is not named leaves her where she is
LEADS: dict[str, Mapping[str, Mapping[str, str]]] = {
    "notice": {
        "asking": {"yes": "verified", "no": "declined", "stop": "declined", "bare": "agreed", "wrong": "agreed"},
        "half": {"yes": "verified", "birth": "verified", "no": "declined", "stop": "declined"},
        "yes": {"no": "revoked", "stop": "revoked"},
        "no": {"yes": "verified", "bare": "agreed", "wrong": "agreed"},
        "mismatch": {"no": "declined", "stop": "declined"},
    },
    "consent": {
        "asking": {"yes": "answered", "no": "answered", "stop": "answered", "bare": "agreed", "wrong": "agreed"},
        "half": {"yes": "answered", "birth": "answered", "no": "answered", "stop": "answered"},
        "no": {"bare": "agreed", "wrong": "agreed"},
        "mismatch": {"no": "answered", "stop": "answered"},
    },
    "vote": {
        "asking": {"yes": "answered", "no": "answered", "stop": "unanswered"},
        "half": {"yes": "answered", "no": "answered", "birth": "answered", "stop": "unanswered"},
        "no": {"yes": "answered", "no": "answered", "birth": "answered", "stop": "unanswered"},
    },
}


def crowd() -> dict[tuple[str, str], Person]:
    """One person for each state and reply, each with a phone of her own."""
    pairs = [(state, reply) for state in REACHED for reply in REPLIES]
    return {
        pair: (f"시민{place:02d}", date(1990, 1, 1), f"+8210300000{place:02d}")
        for place, pair in enumerate(pairs, start=1)
    }


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_reply_in_every_state_leads_where_it_must(world: World, kind: str) -> None:
    people = crowd()
    campaign = world.asking(list(people.values()), **KINDS[kind])
    for (state, _), person in people.items():
        for text in REACHED[state]:
            world.reply(person, text)
    before = {pair: world.state(campaign, person) for pair, person in people.items()}

    for (_, reply), person in people.items():
        world.reply(person, REPLIES[reply])

    found = {pair: world.state(campaign, person) for pair, person in people.items()}
    wanted = {(state, reply): LEADS[kind].get(state, {}).get(reply, before[state, reply]) for state, reply in people}
    assert {pair: one for pair, one in found.items() if one != wanted[pair]} == {}
    counted = Answer.objects.filter(is_counted=True, replaced_at=None)
    proved = counted.filter(recipient__identified_at__isnull=False).count()
    refused = counted.filter(option__meaning="refuse", recipient__identified_at__isnull=True).count()
    assert counted.count() == proved + refused
    assert counted.values("recipient").distinct().count() == counted.count()
    assert not Consent.objects.filter(decision="given", recipient__identified_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_replies_at_once_leave_one_answer_that_stands(world: World) -> None:
    campaign = world.asking((HANEUL,), **KINDS["vote"])
    waiting = [world.write(HANEUL, text) for text in ("1 900101", "2 900101")]
    failures: list[BaseException] = []

    def hear(reply: Reply) -> None:
        try:
            answering.handle(reply=reply.pk, now=world.now)
        except BaseException as error:  # noqa: BLE001  (shown by the assertion below)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hear, args=(reply,)) for reply in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert world.state(campaign, HANEUL) == "answered"
    assert Answer.objects.filter(is_clear=True).count() == 2
    assert Answer.objects.filter(is_counted=True, replaced_at=None).count() == 1
