"""What taps teach is proposed, never learned by itself; and the night does it all."""

from datetime import timedelta

import pytest
from django.urls import reverse

from chatbot.models import Faq, Phrasing, Synonym, Turn, UnansweredCluster
from chatbot.permissions import NotYours
from chatbot.services import nights, proposing
from tests.chatbot.officials import NOW, Office, asked, html, office, signed_in

__all__ = ["office"]

NIGHT = NOW + timedelta(hours=12)


def tapped(text: str, faq: Faq) -> Turn:
    turn = asked(text, decision="chips", shown=(faq,))
    turn.candidates.update(tapped_at=NOW)
    return turn


def test_two_people_who_tap_the_same_make_a_proposal_and_one_does_not(office: Office) -> None:
    one = tapped("쓰봉 어디 팔아요", office.sofa)
    asked("쓰봉 어디 팔아요", decision="chips", shown=(office.sofa,), conversation=one.conversation).candidates.update(
        tapped_at=NOW
    )
    assert proposing.propose(now=NIGHT) == (0, 0)

    tapped("쓰봉 어디 팔아요?", office.sofa)
    assert proposing.propose(now=NIGHT)[0] == 1
    assert proposing.propose(now=NIGHT)[0] == 0

    made = Phrasing.objects.get(source="feedback")
    assert (made.text, made.state, made.faq) == ("쓰봉 어디 팔아요", "proposed", office.sofa)


def test_a_word_no_answer_knows_is_proposed_as_another_for_the_answers_first(office: Office) -> None:
    tapped("냉장고 버릴래", office.sofa)
    tapped("냉장고 처리", office.sofa)

    proposing.propose(now=NIGHT)

    assert Synonym.objects.get(term="냉장고").expands_to == "대형폐기물"
    assert not Synonym.objects.filter(term="소파").exists()


def test_a_rejected_word_is_not_proposed_again_and_only_an_administrator_decides(office: Office) -> None:
    tapped("냉장고 버릴래", office.sofa)
    tapped("냉장고 처리", office.sofa)
    proposing.propose(now=NIGHT)
    word = Synonym.objects.get(term="냉장고")

    with pytest.raises(NotYours):
        proposing.decide_synonym(synonym=word, state="approved", by=office.editor, now=NIGHT)
    proposing.decide_synonym(synonym=word, state="rejected", by=office.root, now=NIGHT)
    proposing.propose(now=NIGHT)

    assert Synonym.objects.get(term="냉장고").state == "rejected"


def test_proposals_are_decided_on_their_page(office: Office) -> None:
    for text in ("침대 치워 주세요", "침대 치워 주세요!"):
        tapped(text, office.sofa)
    proposing.propose(now=NIGHT)
    phrasing = Phrasing.objects.get(source="feedback")
    url = reverse("admin:chatbot_synonym_proposals")

    assert "침대 치워" not in html(signed_in(office.other).get(url))
    signed_in(office.other).post(url, {f"phrasing-{phrasing.pk}": "approved"})
    assert Phrasing.objects.get(pk=phrasing.pk).state == "proposed"

    client = signed_in(office.editor)
    assert "침대 치워 주세요" in html(client.get(url))
    client.post(url, {f"phrasing-{phrasing.pk}": "approved"})
    assert Phrasing.objects.get(pk=phrasing.pk).state == "approved"


def test_the_night_bundles_proposes_retires_counts_and_forgets(office: Office) -> None:
    asked("우주선 면허 갱신", shown=(office.sofa,))
    asked("아주 옛날 질문", at=NOW - timedelta(days=190))
    Faq.objects.filter(pk=office.passport.pk).update(valid_to=NOW.date() - timedelta(days=1))

    nights.work_night(now=NIGHT)
    nights.work_night(now=NIGHT)

    assert UnansweredCluster.objects.get().size == 1
    assert list(Turn.objects.values_list("text_masked", flat=True)) == ["우주선 면허 갱신"]
    assert Faq.objects.get(pk=office.passport.pk).status == "retired"
