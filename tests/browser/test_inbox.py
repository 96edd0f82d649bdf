"""The inbox in a browser: new words appear by themselves, keys work, and desk and telephone can read it."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect
from pytest_django import Settings

from messaging import delivery, receiving, services, topics, windows
from messaging.carriers import registry
from messaging.models import AnswerPhrase, Message, Reply, SenderNumber, TemplateVersion, TriageDecision
from messaging.understanding import Reading
from portal.accounts.models import User
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import WCAG, overflow, violations
from tests.browser.test_officials import KNOWN
from tests.messaging.making import TOLD, certify, make_template, queue, reply
from tests.messaging.test_replies import CONSENT


@pytest.fixture(autouse=True)
def _room(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A district that may send and a question whose unclear answers wait for an official."""

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        if reading is not None and reading.label == "ambiguous":
            services.ask_for_decision(reply=reply)

    def check(*, reply: Reply, by: User) -> None:
        """Everybody may."""

    def decided(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
        """Nothing follows."""

    registry._built.cache_clear()
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {}}}
    certify("main")
    for name in ("_reply_handlers", "_questions", "_persons", "_decision_handlers", "_outcome_handlers"):
        monkeypatch.setattr(topics, name, {})
    monkeypatch.setattr(windows, "closed_until", lambda *_, **__: None)
    topics.on_reply("notices.consent", question=lambda message: CONSENT)(handler)
    topics.on_decision("notices.consent", check=check)(decided)
    services.load_reference(now=clock.now())
    services.load_templates(now=clock.now())
    TemplateVersion.objects.update(review_state="approved", approved_at=clock.now())
    today = clock.day_in_korea(clock.now())
    SenderNumber.objects.update(
        status="registered", evidence="증-1", registered_on=today, expires_on=today + timedelta(days=9), inbox=""
    )


def _say(text: str, key: str, sender: str = "01012345678") -> Reply:
    services.record_replies(carrier="main", events=[reply(text, key, sender=sender)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=key)


def test_new_words_appear_by_themselves_and_are_answered(signed_in: Visit) -> None:
    AnswerPhrase.objects.create(title="여권 창구", text="구청 1층 여권 창구로 오세요.")
    _say("여권은 어디서 만드나요?", "a")
    page = signed_in("/admin/messaging/reply/")
    _say("다른 사람의 말", "b", sender="01099998888")
    expect(page.get_by_text("다른 사람의 말")).to_be_visible()

    page.get_by_text("여권은 어디서 만드나요?").click()
    _say("사진도 필요한가요?", "c")
    expect(page.get_by_text("사진도 필요한가요?")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("네, 사진 한 장을 가져오세요.")
    expect(page.get_by_text("단문(SMS)")).to_be_visible()
    page.get_by_label("상용구").select_option(label="여권 창구")
    expect(page.locator("textarea[name=text]")).to_have_value("구청 1층 여권 창구로 오세요.")
    page.locator("textarea[name=text]").fill(
        "여권 창구는 구청 1층에 있습니다. 신분증과 사진 한 장을 가지고 평일 아홉 시부터 오세요. 고맙습니다."
    )
    expect(page.get_by_text("장문(LMS)")).to_be_visible()
    page.get_by_role("button", name="답장 보내기").click()

    expect(page.locator(".ib-ours")).to_contain_text("여권 창구는 구청 1층에")


def test_unclear_replies_are_decided_and_taken_back_with_keys(signed_in: Visit) -> None:
    make_template()
    with transaction.atomic():
        queue(topic="notices.consent", reply_for=timedelta(days=3))
    delivery.drain(seconds=5)
    _say("동의하면 뭐가 좋아요?", "a")
    _say("1번으로 할지 2번으로 할지 모르겠어요", "b")
    page = signed_in("/admin/messaging/triagedecision/")

    page.keyboard.press("j")
    page.keyboard.press("2")
    page.wait_for_url("**decided=**")
    assert TriageDecision.objects.get().reply.event_key == "a"
    page.keyboard.press("u")
    expect(page.get_by_text("되돌렸습니다")).to_be_visible()

    assert list(TriageDecision.objects.order_by("pk").values_list("verdict", flat=True)) == ["refuse", "undone"]


def test_the_pages_are_accessible_and_fit_desk_and_telephone(signed_in: Visit) -> None:
    long = _say("가로등이 꺼졌어요. " * 60, "a")
    problems = []

    for path in ("reply/", "reply/?show=stuck", f"reply/{long.pk}/change/", "triagedecision/", "answerphrase/"):
        page = signed_in(f"/admin/messaging/{path}")
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            found = (violations(page, rules=WCAG, allowed=KNOWN), overflow(page))
            problems += [(path, width, found)] if found != ([], 0) else []

    assert problems == []
