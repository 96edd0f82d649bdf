"""An answer's life: written, published, restored, checked, retired; each state kept, each department its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from chatbot.models import Faq, FaqRevision, Phrasing
from chatbot.permissions import NotYours
from chatbot.services import publishing
from chatbot.services.publishing import content_from, content_of
from tests.chatbot.officials import NOW, Office, office, phrase

__all__ = ["office"]

LATER = NOW + timedelta(days=3)


def publish(office: Office, **changes: Any) -> FaqRevision:
    faq = Faq.objects.get(pk=office.sofa.pk)
    return publishing.publish_faq(
        faq=faq, content=replace(content_of(faq), **changes), phrasings=["소파 버리고 싶어요"], seen=faq.version,
        reason="요금이 올랐습니다", by=office.editor, now=LATER,
    )  # fmt: skip


def test_publishing_stamps_who_checked_and_keeps_both_states(office: Office) -> None:
    revision = publish(office, answer="3,000원입니다.", facets=(("fee", "3,000원"),), links=(("안내", "https://a.kr"),))

    faq = Faq.objects.get(pk=office.sofa.pk)
    assert (faq.answer, faq.checked_by, faq.checked_on) == ("3,000원입니다.", office.editor, LATER.date())
    assert [one.version for one in faq.revisions.order_by("version")] == [1, revision.version]
    assert faq.revisions.get(version=1).snapshot["answer"] == "그렇게 합니다."
    assert (faq.facets.get().text, faq.links.get().label) == ("3,000원", "안내")


def test_a_kept_state_is_read_back_whole(office: Office) -> None:
    revision = publish(office, links=(("안내", "https://a.kr"),), valid_to="2027-01-31", tags=("소파", "장롱"))

    assert content_from(revision.snapshot) == content_of(Faq.objects.get(pk=office.sofa.pk))


def test_another_departments_answer_is_not_written(office: Office) -> None:
    faq = office.sofa

    with pytest.raises(NotYours):
        publishing.publish_faq(
            faq=faq, content=content_of(faq), phrasings=[], seen=1, reason="", by=office.other, now=LATER
        )
    with pytest.raises(NotYours):
        publishing.confirm_faq(faq=faq, by=office.other, now=LATER)
    with pytest.raises(NotYours):
        publishing.retire_faq(faq=faq, reason="", by=office.other, now=LATER)
    assert Faq.objects.get(pk=faq.pk).version == 1


def test_two_officials_cannot_overwrite_each_other(office: Office) -> None:
    publish(office, answer="먼저 고침")

    with pytest.raises(publishing.OutOfDate):
        publishing.publish_faq(
            faq=office.sofa, content=content_of(office.sofa), phrasings=[], seen=1, reason="", by=office.root, now=LATER
        )


def test_made_up_figures_are_for_the_demo_district_only(office: Office, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = False

    with pytest.raises(publishing.SampleFacts):
        publish(office, has_sample_facts=True)
    publish(office, has_sample_facts=False)


def test_somebody_must_answer_for_what_is_published(office: Office) -> None:
    faq = publishing.draft_faq(
        slug="nobody", content=replace(content_of(office.sofa), department=None), phrasings=[], by=office.root, now=NOW
    )

    with pytest.raises(publishing.Unassigned):
        publishing.publish_faq(
            faq=faq, content=content_of(faq), phrasings=[], seen=0, reason="", by=office.root, now=LATER
        )


def test_a_draft_is_given_to_nobody_until_it_is_published(office: Office) -> None:
    content = replace(content_of(office.sofa), question="장롱은요?")
    faq = publishing.draft_faq(slug="closet", content=content, phrasings=["장롱 치워요"], by=office.editor, now=NOW)
    assert faq.status == Faq.Status.DRAFT

    with pytest.raises(publishing.SlugTaken):
        publishing.draft_faq(slug="closet", content=content, phrasings=[], by=office.editor, now=NOW)
    publishing.publish_faq(
        faq=faq, content=content, phrasings=["장롱 치워요"], seen=0, reason="", by=office.editor, now=NOW
    )

    faq.refresh_from_db()
    assert (faq.status, faq.version, faq.revisions.count()) == (Faq.Status.PUBLISHED, 1, 1)


def test_the_same_words_lead_to_one_answer_and_the_other_is_named(office: Office) -> None:
    with pytest.raises(publishing.PhrasingTaken, match="여권은 어디서"):
        publishing.add_phrasing(
            faq=office.sofa, text="여권 새로  만들래요!", source="official", by=office.editor, now=NOW
        )
    with pytest.raises(publishing.NothingSaid):
        publishing.add_phrasing(faq=office.sofa, text="!!!", source="official", by=office.editor, now=NOW)


def test_what_is_left_out_of_the_list_is_rejected_and_numbers_are_masked(office: Office) -> None:
    publishing.set_phrasings(faq=office.sofa, texts=["장롱 버려요 010-1234-5678"], by=office.editor, now=LATER)

    states = dict(office.sofa.phrasings.values_list("text", "state"))
    assert states == {"소파 버리고 싶어요": "rejected", "장롱 버려요 [전화번호]": "approved"}


def test_a_proposal_is_decided_once_by_its_own_department(office: Office) -> None:
    proposal = phrase(office.sofa, "침대 버려요", state="proposed")

    with pytest.raises(NotYours):
        publishing.approve_phrasing(phrasing=proposal, by=office.other, now=LATER)
    publishing.approve_phrasing(phrasing=proposal, by=office.editor, now=LATER)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (Phrasing.State.APPROVED, office.editor)


def test_an_answer_past_its_last_day_goes_by_itself(office: Office) -> None:
    publish(office, valid_to="2026-11-10")

    assert publishing.retire_expired(now=NOW + timedelta(days=8)) == 0
    assert publishing.retire_expired(now=NOW + timedelta(days=9)) == 1
    office.sofa.refresh_from_db()
    assert office.sofa.status == Faq.Status.RETIRED
    assert office.sofa.revisions.order_by("-version")[0].reason == "마지막 날이 지남"
