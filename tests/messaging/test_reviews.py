"""The review of wordings: by a carrier's reviewers, by a second official, and what may leave meanwhile."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from messaging import delivery, services
from messaging.carriers import registry
from messaging.carriers.base import Misconfigured, NotSent, TemplateState, TemplateText
from messaging.models import Attempt, Stream, TemplateReview, TemplateVersion
from messaging.permissions import NotAllowed
from portal.accounts.models import User
from portal.core import clock
from tests.messaging.making import TOLD, make_official, make_template, queue, status_of, told
from tests.messaging.reviewers import ENTRY, Desk, Reviewing

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewing(settings: Settings, office: None, daytime: None) -> Desk:
    settings.MESSAGING_CARRIERS = {"main": ENTRY}
    carrier = registry.carrier("main")
    assert isinstance(carrier, Reviewing)
    return carrier.desk


def draft(
    *, route: str = "alimtalk_then_text", writer: User | None = None, code: str = "portal.test"
) -> TemplateVersion:
    made = make_template(code, route=route)
    TemplateVersion.objects.filter(pk=made.pk).delete()
    return TemplateVersion.objects.create(
        template=made.template,
        number=made.number,
        title="안내",
        purpose="administrative",
        route=route,
        body=made.body,
        written_by=writer,
        created_at=clock.now(),
    )


def submit(version: TemplateVersion, by: User) -> None:
    services.submit_version(version=version, by=by, now=clock.now())


def sync() -> dict[str, int]:
    return services.sync_templates(now=clock.now())


def state_of(version: TemplateVersion) -> str:
    return TemplateVersion.objects.values_list("review_state", flat=True).get(pk=version.pk)


def test_a_draft_goes_through_the_carriers_review_and_leaves_under_its_name_there(reviewing: Desk) -> None:
    version = draft()

    submit(version, make_official())
    assert sync() == {"main": 1}
    assert state_of(version) == "submitted"
    assert [one.code for one in reviewing.handed_in] == ["portal.test.1"]

    reviewing.say("approved")
    assert sync() == {"main": 1}
    assert sync() == {"main": 0}

    assert state_of(version) == "approved"
    message = queue()
    delivery.drain(seconds=5)
    assert status_of(message) == "sent"
    assert [leg.template_code for leg in told().taken] == ["K-portal.test.1"]


def test_no_transaction_is_open_while_a_carrier_is_asked(reviewing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    depths: list[int] = []
    submit_template = Reviewing.submit_template

    def watched(self: Reviewing, template: TemplateText) -> TemplateState:
        depths.append(len(connection.savepoint_ids))
        return submit_template(self, template)

    monkeypatch.setattr(Reviewing, "submit_template", watched)
    submit(draft(), make_official())
    before = len(connection.savepoint_ids)

    sync()

    assert depths == [before]


def test_a_refused_wording_says_why_and_cannot_be_sent(reviewing: Desk) -> None:
    version = draft()
    submit(version, make_official())
    sync()

    reviewing.say("rejected", "광고성 문구가 있습니다.")
    sync()

    assert state_of(version) == "rejected"
    assert version.reviews.get().comments == "광고성 문구가 있습니다."
    with pytest.raises(services.TemplateNotApproved):
        queue()


@pytest.mark.parametrize("state", ["blocked", "dormant"])
def test_a_wording_taken_out_of_use_stops_its_stream_and_comes_back_with_it(reviewing: Desk, state: str) -> None:
    version = draft()
    submit(version, make_official())
    reviewing.say("approved")
    sync()
    sync()
    waiting = queue()
    reviewing.say(state)
    sync()

    delivery.drain(seconds=5)

    assert state_of(version) == state
    assert told().taken == []
    assert status_of(waiting) == "failed"
    assert Stream.objects.get(name="portal.test").pause_reason == "서식이 승인 상태가 아닙니다."
    reviewing.say("approved")
    sync()
    assert state_of(version) == "approved"


def test_what_the_office_approved_waits_for_the_carriers_reviewers(reviewing: Desk) -> None:
    make_template(route="alimtalk_then_text")
    message = queue()

    delivery.drain(seconds=5)
    assert (told().taken, status_of(message)) == ([], "held")

    reviewing.say("approved")
    sync()
    Attempt.objects.update(due_at=clock.now())
    delivery.drain(seconds=5)
    assert status_of(message) == "sent"


def test_a_wording_refused_by_one_carrier_does_not_leave_by_it(reviewing: Desk) -> None:
    version = make_template(route="alimtalk_then_text")
    TemplateReview.objects.create(version=version, carrier="main", state="rejected", checked_at=clock.now())
    message = queue()

    delivery.drain(seconds=5)

    assert (told().taken, status_of(message)) == ([], "failed")
    assert Attempt.objects.get().reason == "이 통신사의 검수를 통과한 서식이 아닙니다."


def test_a_text_needs_no_carriers_review(reviewing: Desk) -> None:
    make_template()
    message = queue()
    assert sync() == {"main": 0}

    delivery.drain(seconds=5)

    assert status_of(message) == "sent"


def test_a_second_carrier_gets_what_is_in_use_and_decides_only_for_itself(reviewing: Desk, settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = {"plain": {"BACKEND": TOLD, "OPTIONS": {}}, "main": ENTRY}
    make_template(route="alimtalk_then_text")
    newest = make_template(route="alimtalk_then_text")

    sync()
    reviewing.say("rejected", of="portal.test.2")
    sync()

    assert [one.code for one in reviewing.handed_in] == ["portal.test.2"]
    assert state_of(newest) == "approved"
    assert newest.reviews.get().state == "rejected"


def test_a_running_stream_keeps_its_wording_when_a_new_one_is_approved(reviewing: Desk) -> None:
    first = draft()
    submit(first, make_official())
    reviewing.say("approved")
    sync()
    queue()
    make_template(route="alimtalk_then_text", body="[#{기관}] 새 글")
    reviewing.say("approved", of="portal.test.2")
    sync()

    delivery.drain(seconds=5)

    assert [leg.template_code for leg in told().taken] == ["K-portal.test.1"]


def test_a_carrier_that_takes_nothing_is_tried_again(reviewing: Desk) -> None:
    version = draft()
    submit(version, make_official())

    reviewing.error = NotSent("no")
    sync()
    assert (state_of(version), version.reviews.get().state) == ("submitted", "draft")
    assert "다시 시도" in version.reviews.get().comments

    reviewing.error = Misconfigured("keys")
    assert sync() == {"main": 0}
    reviewing.error = None
    sync()
    assert version.reviews.get().state == "submitted"


def test_a_wording_the_carrier_has_lost_is_handed_in_again(reviewing: Desk) -> None:
    version = draft()
    submit(version, make_official())
    sync()
    reviewing.said.clear()

    sync()
    assert version.reviews.get().state == "draft"
    sync()

    assert len(reviewing.handed_in) == 2
    assert version.reviews.get().state == "submitted"


def test_what_was_withdrawn_is_not_approved_behind_the_offices_back(reviewing: Desk) -> None:
    version = draft()
    submit(version, make_official())
    sync()
    services.withdraw_version(version=version, now=clock.now())
    reviewing.say("approved")

    sync()

    assert state_of(version) == "draft"
    with pytest.raises(services.NotInThatState):
        services.withdraw_version(version=version, now=clock.now())


def test_a_text_is_approved_by_a_second_official(office: None) -> None:
    writer, colleague = make_official("writer", "sender"), make_official("colleague", "head")
    version = draft(route="text", writer=writer)
    submit(version, writer)

    services.decide_version(version=version, approves=True, comments="", by=colleague, now=clock.now())

    assert state_of(version) == "approved"
    assert version.reviews.get().decided_by == colleague
    assert queue().template_version == version


def test_nobody_approves_her_own_wording(office: None) -> None:
    writer, asker = make_official("writer", "administrator"), make_official("asker", "administrator")
    version = draft(route="text", writer=writer)
    submit(version, asker)

    for same in (writer, asker):
        with pytest.raises(services.SecondReviewerNeeded):
            services.decide_version(version=version, approves=True, comments="", by=same, now=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        version.reviews.update(decided_by=asker)


def test_an_approval_needs_a_role_and_a_refusal_a_word(office: None) -> None:
    writer, clerk, head = make_official("writer"), make_official("clerk"), make_official("head", "head")
    version = draft(route="text", writer=writer)
    submit(version, writer)

    with pytest.raises(NotAllowed):
        services.decide_version(version=version, approves=True, comments="", by=clerk, now=clock.now())
    with pytest.raises(services.CommentMissing):
        services.decide_version(version=version, approves=False, comments=" ", by=head, now=clock.now())
    services.decide_version(version=version, approves=False, comments="문의처를 적어 주세요.", by=head, now=clock.now())

    assert state_of(version) == "rejected"
    with pytest.raises(services.NotInThatState):
        services.decide_version(version=version, approves=True, comments="", by=head, now=clock.now())


def test_where_nobody_reviews_an_alimtalk_a_second_official_does(office: None) -> None:
    writer = make_official("writer")
    version = draft(writer=writer)
    submit(version, writer)

    services.decide_version(
        version=version, approves=True, comments="", by=make_official("head", "head"), now=clock.now()
    )

    assert state_of(version) == "approved"


def test_a_carriers_review_cannot_be_decided_in_the_office(reviewing: Desk) -> None:
    version = draft()
    submit(version, make_official())

    with pytest.raises(services.NotInThatState):
        services.decide_version(
            version=version, approves=True, comments="", by=make_official("head", "head"), now=clock.now()
        )


def test_the_command_says_what_changed(reviewing: Desk, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    make_template(route="alimtalk_then_text")
    call_command("sync_templates")
    assert capsys.readouterr().out == "main: 검수 상태 1건이 바뀌었습니다.\n"

    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {}}}
    call_command("sync_templates")
    assert "없습니다" in capsys.readouterr().out
