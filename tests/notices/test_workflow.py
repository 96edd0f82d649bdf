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

    assert left == set(C) - {C.PURGED}
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

    assert doors == {R.VERIFIED, R.ADDRESSABLE}  # the second by statute alone: the database asks for the ground
    assert RECIPIENT_STEPS[R.VERIFIED] & sending == RECIPIENT_STEPS[R.ADDRESSABLE] & sending == {R.QUEUED}


def test_a_delivered_picture_stays_delivered() -> None:
    assert RECIPIENT_STEPS[R.DELIVERED] == {R.OPENED, R.UNOPENED}


def test_buckets_of_the_workflow_are_those_the_database_demands() -> None:
    campaign = Campaign()

    assert set(LIVE_IN_WORKFLOW) == set(LIVE)
    assert {state for state in R if bucket_of(state, campaign) == "paper"} == set(PAPER)
    assert {state for state in R if bucket_of(state, campaign) is None} == set(LIVE)
    assert (bucket_of(R.DELIVERED, campaign), bucket_of(R.EXCLUDED, campaign)) == ("electronic", "excluded")


def test_without_letters_nobody_ends_on_paper() -> None:
    assert {bucket_of(state, Campaign(has_paper=False)) for state in PAPER} == {"unreached"}


def test_where_only_an_opening_counts_a_delivery_is_not_the_end() -> None:
    campaign = Campaign(effect=Campaign.Effect.OPENED)

    assert [bucket_of(state, campaign) for state in (R.DELIVERED, R.OPENED, R.UNOPENED)] == [
        None,
        "electronic",
        "paper",
    ]


def test_states_after_consent_are_reached_through_consent_standing_consent_or_statute_only() -> None:
    before_consent = set(R) - set(CONSENTED) - {R.CANCELLED}
    for before in before_consent:
        allowed = {R.VERIFIED, R.QUEUED} if before == R.ADDRESSABLE else {R.VERIFIED}
        if before in (R.ASKING, R.ASK_UNDELIVERED, R.SILENT):
            allowed.add(R.OPENED)  # what was to be acknowledged was in the text itself
        assert RECIPIENT_STEPS[before] & set(CONSENTED) <= allowed


def test_every_reason_has_korean_words() -> None:
    for code in REASONS:
        assert reason_label(code) != code
        assert not reason_label(code).isascii()
