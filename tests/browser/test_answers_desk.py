"""The chatbot's pages for officials in Chromium: readable, and no wider than the screen of a desk or a telephone."""

from django.urls import reverse
from playwright.sync_api import expect

from chatbot.models import Faq, Handover, UnansweredCluster
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import WCAG, overflow, violations
from tests.browser.test_officials_desk import DESK, KNOWN, PHONE, Enter, enter
from tests.chatbot.officials import Office, asked, office

__all__ = ["enter", "office"]
LONG = "관리사무소에서 안 된다고 해서 여쭙니다. " * 3 + "새빛로12길가나다라마바사아자차카타파하" * 5


def test_pages_are_readable_and_no_wider_than_the_screen(office: Office, enter: Enter, visit: Visit) -> None:
    turn = asked(LONG, at=clock.now(), shown=(office.sofa,))
    waiting = Handover.objects.create(conversation=turn.conversation, department=office.clean, asked_at=clock.now())
    bundle = UnansweredCluster.objects.create(
        label=LONG[:60], department=office.clean, size=1, first_at=clock.now(), last_at=clock.now()
    )
    bundle.members.create(turn=turn)
    Faq.objects.filter(pk=office.sofa.pk).update(answer=LONG)
    enter(office.editor)

    for name, args in (
        ("hourcount_changelist", []),
        ("unansweredcluster_changelist", []),
        ("handover_talk", [waiting.pk]),
        ("faq_edit", [office.sofa.pk]),
    ):
        page = visit(reverse(f"admin:chatbot_{name}", args=args))
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            expect(page.locator("[aria-busy=true]")).to_have_count(0)  # a preview that is being made is pale
            assert (name, violations(page, rules=WCAG, allowed=KNOWN), overflow(page)) == (name, [], 0)

    page.set_viewport_size(DESK)
    card, field = page.locator("fieldset.cw-card").bounding_box(), page.get_by_label("답변", exact=True).bounding_box()
    assert card
    assert field
    assert field["x"] + field["width"] <= card["x"] + card["width"]
