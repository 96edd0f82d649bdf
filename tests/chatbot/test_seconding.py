"""What sends citizens to another agency is published by two people; everything else by one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from chatbot.models import Faq, FaqProposal
from chatbot.permissions import NotYours
from chatbot.services import publishing, seconding
from chatbot.services.publishing import NeedsSecond, OutOfDate, content_of
from portal.accounts.models import User
from tests.chatbot.officials import NOW, Office, answer, html, office, official, signed_in
from tests.chatbot.test_admin import edit_url, filled

__all__ = ["office"]
AGENCY = {"kind": "referral", "agency_name": "국세청", "agency_phone": "126", "agency_url": ""}


@pytest.fixture
def tax(office: Office) -> Faq:
    return answer("ref-tax", "소득세는 어디에 물어보나요?", office.clean, **AGENCY)


@pytest.fixture
def colleague(office: Office) -> User:
    return official("second", office.clean, "editor")


def seen(proposal: FaqProposal) -> str:
    return proposal.proposed_at.isoformat()


def put_forward(faq: Faq, *, by: User, phone: str = "1588-0126", at: datetime = NOW) -> FaqProposal:
    content = replace(content_of(faq), agency_phone=phone)
    made = seconding.put_forward(
        faq=faq, content=content, phrasings=["소득세 문의"], seen=faq.version, reason="번호 바뀜", by=by, now=at
    )
    assert made is None
    return FaqProposal.objects.get(faq=faq)


def test_a_new_number_is_given_out_once_another_official_has_dialled_it(
    office: Office, tax: Faq, colleague: User
) -> None:
    proposal = put_forward(tax, by=office.editor)
    tax.refresh_from_db()
    assert tax.agency_phone == "126"

    with pytest.raises(NeedsSecond):
        seconding.second(proposal=proposal, seen_at=seen(proposal), by=office.editor, now=NOW)
    revision = seconding.second(proposal=proposal, seen_at=seen(proposal), by=colleague, now=NOW)

    assert revision.reason.startswith(f"작성 {office.editor.get_full_name() or office.editor.username}. ")
    tax.refresh_from_db()
    assert (tax.agency_phone, tax.checked_by) == ("1588-0126", colleague)
    assert tax.phrasings.get().text == "소득세 문의"
    assert not FaqProposal.objects.exists()


def test_nobody_publishes_it_alone_nor_by_calling_it_something_else(office: Office, tax: Faq) -> None:
    for kind in ("referral", "answer"):
        with pytest.raises(NeedsSecond):
            publishing.publish_faq(
                faq=tax, content=replace(content_of(tax), kind=kind), phrasings=[], seen=tax.version,
                reason="", by=office.editor, now=NOW,
            )  # fmt: skip


def test_our_own_answers_need_one_person_only(office: Office) -> None:
    content = replace(content_of(office.sofa), answer="새로 고친 답입니다.")

    made = seconding.put_forward(
        faq=office.sofa, content=content, phrasings=[], seen=office.sofa.version, reason="", by=office.editor, now=NOW
    )

    assert made is not None
    assert not FaqProposal.objects.exists()


def test_another_department_neither_puts_forward_nor_seconds(office: Office, tax: Faq) -> None:
    with pytest.raises(NotYours):
        put_forward(tax, by=office.other)
    proposal = put_forward(tax, by=office.editor)

    with pytest.raises(NotYours):
        seconding.second(proposal=proposal, seen_at=seen(proposal), by=office.other, now=NOW)
    with pytest.raises(NotYours):
        seconding.turn_down(proposal=proposal, by=office.other)


def test_a_proposal_that_was_overtaken_is_refused(office: Office, tax: Faq, colleague: User) -> None:
    proposal = put_forward(tax, by=office.editor)
    Faq.objects.filter(pk=tax.pk).update(version=tax.version + 1)

    with pytest.raises(OutOfDate):
        seconding.second(proposal=proposal, seen_at=seen(proposal), by=colleague, now=NOW)


def test_a_number_put_forward_after_the_look_is_not_seconded(office: Office, tax: Faq, colleague: User) -> None:
    looked_at = seen(put_forward(tax, by=office.editor))
    again = put_forward(tax, by=office.editor, phone="060-700-0000", at=NOW + timedelta(minutes=3))

    with pytest.raises(OutOfDate):
        seconding.second(proposal=again, seen_at=looked_at, by=colleague, now=NOW)

    tax.refresh_from_db()
    assert tax.agency_phone == "126"


def test_another_agencys_number_in_an_answer_of_ours_needs_two_people_too(office: Office) -> None:
    wanted = replace(content_of(office.sofa), agency_name="국세청", agency_phone="060-700-0000")
    with pytest.raises(NeedsSecond):
        publishing.publish_faq(
            faq=office.sofa, content=wanted, phrasings=[], seen=office.sofa.version, reason="", by=office.editor,
            now=NOW,
        )  # fmt: skip

    publishing.retire_faq(faq=office.sofa, reason="", by=office.editor, now=NOW)
    office.sofa.refresh_from_db()
    saved = publishing.save_faq(
        faq=office.sofa, content=wanted, phrasings=[], seen=office.sofa.version, by=office.editor, now=NOW
    )
    with pytest.raises(NeedsSecond):
        publishing.publish_faq(
            faq=saved, content=wanted, phrasings=[], seen=saved.version, reason="", by=office.editor, now=NOW
        )


def test_a_number_that_is_given_out_already_stays_with_one_person(office: Office) -> None:
    Faq.objects.filter(pk=office.sofa.pk).update(agency_name="환경부", agency_phone="110")
    office.sofa.refresh_from_db()
    content = replace(content_of(office.sofa), answer="새로 고친 답입니다.")

    publishing.publish_faq(
        faq=office.sofa, content=content, phrasings=[], seen=office.sofa.version, reason="", by=office.editor, now=NOW
    )


def test_a_draft_saved_after_a_proposal_is_not_overwritten_by_it(office: Office, tax: Faq) -> None:
    Faq.objects.filter(pk=tax.pk).update(status=Faq.Status.DRAFT)
    put_forward(tax, by=office.editor)

    publishing.save_faq(faq=tax, content=content_of(tax), phrasings=[], seen=tax.version, by=office.editor, now=NOW)

    assert not FaqProposal.objects.exists()


def test_it_waits_on_the_editors_page_and_is_confirmed_there(office: Office, tax: Faq, colleague: User) -> None:
    writer, checker = signed_in(office.editor), signed_in(colleague)
    typed = filled(tax, **{**AGENCY, "agency_phone": "1588-0126"}, do="publish")

    assert writer.post(edit_url(tax), typed).status_code == 302
    own, others = html(writer.get(edit_url(tax))), html(checker.get(edit_url(tax)))
    assert 'value="1588-0126"' in own  # the writer goes on where she was, the others read what is live
    assert 'value="126"' in others
    assert "소득세" in others
    assert "더함: " in others
    assert "걸어 보았고 맞음" not in own
    assert "걸어 보았고 맞음" in others
    checker.post(f"/admin/chatbot/faq/{tax.pk}/second/")
    assert FaqProposal.objects.exists()
    checker.post(f"/admin/chatbot/faq/{tax.pk}/second/", {"seen_at": seen(FaqProposal.objects.get())})

    tax.refresh_from_db()
    assert tax.agency_phone == "1588-0126"


# --- taken down by two -----------------------------------------------------------------------------------------------


def take_down(faq: Faq, *, by: User, at: datetime = NOW) -> FaqProposal:
    assert not seconding.take_down(faq=faq, seen=faq.version, reason="번호 없어짐", by=by, now=at)
    return FaqProposal.objects.get(faq=faq)


def test_another_agencys_number_is_taken_down_by_two_officials(office: Office, tax: Faq, colleague: User) -> None:
    with pytest.raises(NeedsSecond):
        publishing.retire_faq(faq=tax, reason="", by=office.editor, now=NOW)
    proposal = take_down(tax, by=office.editor)
    tax.refresh_from_db()
    assert tax.status == Faq.Status.PUBLISHED

    with pytest.raises(NeedsSecond):
        seconding.second(proposal=proposal, seen_at=seen(proposal), by=office.editor, now=NOW)
    revision = seconding.second(proposal=proposal, seen_at=seen(proposal), by=colleague, now=NOW)

    tax.refresh_from_db()
    assert tax.status == Faq.Status.RETIRED
    assert revision.by == colleague
    assert revision.reason.startswith("내리자고 한 사람 ")
    assert not FaqProposal.objects.exists()


def test_an_answer_of_ours_that_shows_such_a_number_is_taken_down_by_two_as_well(office: Office) -> None:
    Faq.objects.filter(pk=office.sofa.pk).update(agency_name="환경부", agency_phone="110")
    office.sofa.refresh_from_db()

    take_down(office.sofa, by=office.editor)

    office.sofa.refresh_from_db()
    assert office.sofa.status == Faq.Status.PUBLISHED


def test_what_was_published_after_the_look_is_not_taken_down(office: Office, tax: Faq, colleague: User) -> None:
    with pytest.raises(OutOfDate):
        seconding.take_down(faq=tax, seen=tax.version - 1, reason="", by=office.editor, now=NOW)
    proposal = take_down(tax, by=office.editor)
    looked_at = seen(proposal)
    Faq.objects.filter(pk=tax.pk).update(version=tax.version + 1)
    with pytest.raises(OutOfDate):
        seconding.second(proposal=proposal, seen_at=looked_at, by=colleague, now=NOW)
    Faq.objects.filter(pk=tax.pk).update(version=tax.version)

    put_forward(tax, by=office.editor, at=NOW + timedelta(minutes=3))

    with pytest.raises(OutOfDate):
        seconding.second(proposal=proposal, seen_at=looked_at, by=colleague, now=NOW)
    tax.refresh_from_db()
    assert (tax.status, tax.agency_phone) == (Faq.Status.PUBLISHED, "126")


def test_another_department_takes_nothing_down(office: Office, tax: Faq) -> None:
    with pytest.raises(NotYours):
        seconding.take_down(faq=tax, seen=tax.version, reason="", by=office.other, now=NOW)


def test_a_last_day_that_two_have_signed_needs_no_more_signatures(office: Office, tax: Faq) -> None:
    Faq.objects.filter(pk=tax.pk).update(valid_to=NOW.date() - timedelta(days=1))

    assert publishing.retire_expired(now=NOW) == 1


def test_taking_down_waits_on_the_editors_page_and_is_confirmed_there(
    office: Office, tax: Faq, colleague: User
) -> None:
    writer, checker = signed_in(office.editor), signed_in(colleague)
    down = reverse("admin:chatbot_faq_retire", args=[tax.pk])

    writer.post(down, {"reason": "번호 없어짐"})
    assert not FaqProposal.objects.exists(), "who does not say which version she saw has seen none"
    writer.post(down, {"reason": "번호 없어짐", "seen": tax.version})

    page = html(checker.get(edit_url(tax)))
    assert "내리자고 합니다" in page
    assert "확인했음, 내리기" in page
    assert "확인했음, 내리기" not in html(writer.get(edit_url(tax)))
    checker.post(f"/admin/chatbot/faq/{tax.pk}/second/", {"seen_at": seen(FaqProposal.objects.get())})
    tax.refresh_from_db()
    assert tax.status == Faq.Status.RETIRED
