"""The allowed steps, as data: complete, in words, and in agreement with the database."""

import pytest

from notices.models import Campaign, Recipient
from notices.models.recipients import CONSENTED, LIVE, PAPER
from notices.workflow import CAMPAIGN_STEPS, REASONS, RECIPIENT_STEPS, NotAllowed, bucket_of, reason_label, step_of
from notices.workflow import LIVE as LIVE_IN_WORKFLOW

C = Campaign.State
R = Recipient.State


def test_every_campaign_state_but_the_last_can_be_left_and_reached() -> None:
    left = {before for step in CAMPAIGN_STEPS.values() for before in step.befores}
    reached = {step.after for step in CAMPAIGN_STEPS.values()}

    assert left == set(C) - {C.CLOSED, C.CANCELLED}
    assert reached == set(C)


@pytest.mark.parametrize("verb", CAMPAIGN_STEPS)
@pytest.mark.parametrize("state", C)
def test_a_verb_starts_only_where_it_may(verb: str, state: str) -> None:
    if state in CAMPAIGN_STEPS[verb].befores:
        assert step_of(verb, state=state).after in C
    else:
        with pytest.raises(NotAllowed) as refused:
            step_of(verb, state=state)
        assert C(state).label in refused.value.sentence


def test_starting_to_ask_and_to_send_need_a_second_official() -> None:
    needing = {verb for verb, step in CAMPAIGN_STEPS.items() if step.needs_second_official}

    assert needing == {"launch", "send_notices"}
    assert all(CAMPAIGN_STEPS[verb].roles == {"sender"} for verb in needing)


def test_every_recipient_state_can_be_reached_and_ends_somewhere() -> None:
    reached = {after for afters in RECIPIENT_STEPS.values() for after in afters}

    assert set(RECIPIENT_STEPS) == set(R)
    assert reached | {R.IMPORTED} == set(R)


def test_no_way_leads_to_sending_but_through_verified_consent() -> None:
    sending = {R.QUEUED, R.SENT, R.DELIVERED, R.UNDELIVERED, R.UNRESOLVED}
    doors = {before for before, afters in RECIPIENT_STEPS.items() if afters & sending and before not in sending}

    assert doors == {R.VERIFIED}
    assert RECIPIENT_STEPS[R.VERIFIED] & sending == {R.QUEUED}


def test_a_delivered_picture_stays_delivered() -> None:
    assert not RECIPIENT_STEPS[R.DELIVERED]


def test_buckets_of_the_workflow_are_those_the_database_demands() -> None:
    assert set(LIVE_IN_WORKFLOW) == set(LIVE)
    assert {state for state in R if bucket_of(state) == "paper"} == set(PAPER)
    assert {state for state in R if bucket_of(state) is None} == set(LIVE)
    assert (bucket_of(R.DELIVERED), bucket_of(R.EXCLUDED)) == ("electronic", "excluded")


def test_states_after_consent_are_reached_through_verified_only() -> None:
    before_consent = set(R) - set(CONSENTED) - {R.CANCELLED}
    for before in before_consent:
        assert RECIPIENT_STEPS[before] & set(CONSENTED) <= {R.VERIFIED}


def test_every_reason_has_korean_words() -> None:
    for code in REASONS:
        assert reason_label(code) != code
        assert not reason_label(code).isascii()
