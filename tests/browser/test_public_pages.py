"""Forms and the first stop of the keyboard; what holds for every page stands in test_every_page."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops


def test_first_stop_of_a_page_leads_past_what_every_page_repeats(visit: Visit) -> None:
    page = visit("/")

    stops = focus_stops(page, most=1)

    assert "본문으로 건너뛰기" in stops[0]["what"]


def test_refused_form_takes_the_focus_and_its_links_lead_to_the_fields(visit: Visit) -> None:
    page = visit("/dev/components/")

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        target = page.locator(str(link.get_attribute("href")))
        expect(target).to_be_visible()
        expect(target).to_have_attribute("aria-invalid", "true")
        described = str(
            target.get_attribute("aria-describedby")
            or target.evaluate("e => e.closest('fieldset')?.getAttribute('aria-describedby')")
        )
        assert any(page.locator(f"#{name}").inner_text().endswith(link.inner_text()) for name in described.split())


def test_form_is_sent_once_however_often_it_is_pressed(visit: Visit) -> None:
    page = visit("/dev/components/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.route("**/dev/components/?*", lambda route: None)  # an answer that never comes

    form = page.locator("main form").nth(0)
    with page.expect_request(lambda request: request.is_navigation_request()):
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); form.requestSubmit(); }")
    page.wait_for_timeout(200)

    assert len(sent) == 1
