"""색인: what the gate found is shown, and the two decisions need a permission and a reason."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.models import IndexBuild
from tests.chatbot.officials import NOW, Office, html, office, signed_in

__all__ = ["office"]

PAGE = reverse("admin:chatbot_indexbuild_changelist")


def refused() -> IndexBuild:
    return IndexBuild.objects.create(
        content_hash=b"1" * 32,
        state="refused",
        faq_count=2,
        scores={"questions": 10, "top1": 0.8},
        losses=[{"text": "소파 버리기", "before": "대형폐기물", "after": "여권"}],
        problem="하나를 잃습니다.",
        started_at=NOW,
    )


def test_a_refused_build_shows_what_it_would_lose(office: Office) -> None:
    refused()

    shown = html(signed_in(office.root).get(PAGE))

    assert "80.0%" in shown
    assert "소파 버리기" in shown
    assert "그래도 이 색인 쓰기" in shown


def test_a_decision_without_a_reason_or_on_old_inputs_is_refused_in_words(office: Office) -> None:
    build = refused()
    client = signed_in(office.root)
    override = reverse("admin:chatbot_indexbuild_override", args=[build.pk])

    silent = html(client.post(override, {"reason": " "}, follow=True))
    outdated = html(client.post(override, {"reason": "괜찮음"}, follow=True))
    back = html(client.post(reverse("admin:chatbot_indexbuild_roll_back"), {"reason": "괜찮음"}, follow=True))

    assert "까닭을 적어 주세요" in silent
    assert "이 색인은 쓸 수 없습니다" in outdated
    assert "되돌" in back
    assert IndexBuild.objects.get().state == "refused"


def test_the_page_takes_the_same_few_queries_however_many_builds(office: Office) -> None:
    client = signed_in(office.root)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    refused()
    count()
    few = count()
    for _ in range(5):
        refused()

    assert count() == few <= 20
