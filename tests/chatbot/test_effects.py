"""What a change would do is told before it is made, and nothing of it is kept."""

from django.urls import reverse

from chatbot.models import Faq, GoldQuestion
from tests.chatbot.officials import Office, html, office, signed_in
from tests.chatbot.test_admin import filled, leads_to
from tests.chatbot.test_mining import DRONES, drones

__all__ = ["office"]


def test_the_effect_counts_own_questions_and_shows_what_breaks_elsewhere(office: Office) -> None:
    GoldQuestion.objects.create(text="침대 매트리스 수거", text_key="침대매트리스수거", expected=["sofa"])
    GoldQuestion.objects.create(text="여권 사진 규격", text_key="여권사진규격", expected=["passport"])
    url = reverse("admin:chatbot_faq_effect")
    client = signed_in(office.editor)

    better = html(client.post(url, filled(office.sofa, phrasings="소파 버리고 싶어요\n침대 매트리스 수거")))
    worse = html(client.post(url, filled(office.sofa, tags="대형폐기물, 여권 사진 규격, 여권 사진, 규격")))

    assert "질문 1개 중 <b>1개</b>가 답변됩니다" in better
    assert "좋아지는 질문 1개" in better
    assert "‘대형폐기물은 어떻게 버리나요?’ 바로 답변" in better
    assert "나빠지지 않습니다" in better
    assert "다른 질문 1개가 나빠집니다" in worse
    assert "여권 사진 규격" in worse
    assert Faq.objects.get(pk=office.sofa.pk).tags == ["대형폐기물", "소파"]


def test_an_answer_written_for_a_bundle_counts_its_questions_and_solves_it(office: Office) -> None:
    cluster = drones(office)
    client = signed_in(office.other)
    new = reverse("admin:chatbot_faq_new")
    written = {
        **filled(office.passport, question="드론을 날려도 되나요?", answer="공원에서는 안 됩니다.", tags="드론", phrasings=DRONES[0]),
        "slug": "drone", "cluster": str(cluster.pk), "seen": "0",
    }  # fmt: skip

    drafted = client.post(new, written)
    faq = Faq.objects.get(slug="drone")
    page = html(client.get(leads_to(drafted)))
    looked = html(client.post(reverse("admin:chatbot_faq_effect"), {**written, "faq": str(faq.pk)}))
    client.post(reverse("admin:chatbot_faq_edit", args=[faq.pk]), {**written, "do": "publish"})

    assert "묶음의 질문 3개를 위한" in page
    assert "질문 3개 중 <b>3개</b>가 답변됩니다" in looked
    cluster.refresh_from_db()
    assert (cluster.state, cluster.solved_by) == ("solved", faq)
