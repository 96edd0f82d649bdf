"""The acts of a rehearsal. Each looks where the campaign stands, so a killed rehearsal goes on where it was."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from messaging.models import Reply
from messaging.queries import tally_of
from notices import queries, services
from notices.ladders import after_quiet
from notices.models import Campaign, Notice, Recipient
from notices.plans import Plan
from notices.progress import progress_of
from portal.accounts.models import User
from portal.approvals.models import Approval, ApprovalStep
from portal.approvals.services import decide
from portal.core.clock import now
from portal.core.errors import Refused
from portal.site.demo.approving import approve_and_launch
from portal.site.demo.people import make_officials
from portal.site.rehearsal.progress import Progress
from portal.site.rehearsal.sample import Sample

C = Campaign.State
R = Recipient.State
TITLE = "리허설: 군소음 피해보상금 결정 통지"
TEMPLATE = "군소음 피해보상금 결정 통지서"
LOOK_SECONDS = 0.5
QUIET_SECONDS = 12.0  # nobody answered for so long: whoever is silent stays silent
TICK_SECONDS = 45.0  # longer than the timetable takes to come back to those it has not asked yet
# The timetable is asked what is due so much later; longer than the ladder says, for a night may lie between.
REMINDED_AFTER = (timedelta(days=3), timedelta(days=8))  # the question, to whoever is silent
CONFIRMED_AFTER = timedelta(days=3)  # "have you seen it?", to whoever got a picture and said nothing


class Stuck(Refused):
    """Nothing has moved for far too long."""


@dataclass
class Play:
    """One rehearsal: who plays, and how patiently we wait."""

    sample: Sample
    progress: Progress = field(default_factory=Progress)
    patience: float = 600.0  # without any progress
    quiet: float = QUIET_SECONDS
    seconds: dict[str, float] = field(default_factory=dict)  # spent in each state, by this run
    _shown: tuple[str, int] = ("", 0)
    _moved_at: float = 0.0

    def run(self) -> Campaign:
        """
        Play until the campaign is closed.

        :raises Stuck: if a state lasts too long
        """
        make_officials(now=now())
        campaign = self._campaign()
        while campaign.state not in (C.CLOSED, C.CANCELLED):
            state, began = campaign.state, time.monotonic()
            _ACTS[C(state)](self, campaign)
            self.seconds[state] = round(self.seconds.get(state, 0.0) + time.monotonic() - began, 1)
            campaign.refresh_from_db()
        return campaign

    @property
    def drafter(self) -> User:
        """Who prepares."""
        return User.objects.get(username="notice")

    @property
    def sender(self) -> User:
        """The second official."""
        return User.objects.get(username="sender")

    def _campaign(self) -> Campaign:
        found = Campaign.objects.filter(title=TITLE).order_by("-pk").first()
        if found is not None:
            return found
        at = now()
        plan = Plan(
            title=TITLE,
            legal_basis="군용비행장·군사격장 소음 방지 및 피해 보상에 관한 법률 제14조",
            asks_from=at,
            asks_until=at + timedelta(days=10),
            ladder="picture_first",
        )
        return services.draft(plan=plan, qr_key="sample-key", by=self.drafter, now=at)

    # --- one act for each state -----------------------------------------------------------------------------------

    def hand_in(self, campaign: Campaign) -> None:
        """Roster and document; what an interrupted rehearsal handed in is recognised."""
        self.progress.say("명부와 통지서를 올립니다")
        by, at = self.drafter, now()
        services.attach_roster(campaign, file=self.sample.roster, file_name="명부.xlsx", by=by, now=at)
        services.attach_document(
            campaign, file=self.sample.pdf, file_name="통지서.pdf", zone_template=TEMPLATE, by=by, now=at
        )

    def wait_for_pictures(self, campaign: Campaign) -> None:
        """Workers read, match and draw."""

        def is_done() -> bool:
            document = queries.latest_document(campaign)
            for one in progress_of(document) if document else ():
                if one.done_count < one.all_count:
                    self._show(one.label, one.done_count, one.all_count)
                    break
            return self._state(campaign) != C.READING

        self._until(is_done)

    def settle(self, campaign: Campaign) -> None:
        """Somebody looks at the sample, page beside roster row; then the checking ends, the doubtful get letters."""
        sample = services.draw_sample(campaign, by=self.drafter, now=now())
        owners = self.sample.owners()
        document = queries.current_document(campaign)
        shown = Notice.objects.filter(document=document, first_page__in=sample.first_pages).select_related("recipient")
        for notice in shown:
            is_right = all(owners.get(page) == notice.recipient.key for page in notice.pages)
            services.judge_group(sample, first_page=notice.first_page, is_right=is_right, by=self.drafter, now=now())
        services.settle_checking(campaign, by=self.drafter, now=now())

    def approve_and_launch(self, campaign: Campaign) -> None:
        """Dry run, test on an official's own telephone, 결재, start: first the question, later the final list."""
        self.progress.say("점검하고, 시험 발송하고, 결재를 받아 시작합니다")
        approve_and_launch(campaign, drafter=self.drafter, sender=self.sender, now=now())

    def decide_and_launch(self, campaign: Campaign) -> None:
        """Where a killed rehearsal left an approval open, or decided and not acted on."""
        waiting = Approval.objects.filter(reference=campaign.number, state=Approval.State.IN_REVIEW).first()
        if waiting is not None:
            approved = ApprovalStep.Decision.APPROVED
            decide(waiting, decision=approved, sha256=waiting.sha256, by=self.sender, now=now())
            campaign.refresh_from_db()
        services.launch(campaign, manifest=campaign.manifest_sha256 or "", by=self.sender, now=now())

    def hear_answers(self, campaign: Campaign) -> None:
        """Until everybody was asked, reminded twice, and nobody has answered for a while; then the unclear ones."""
        self._until(self._quiet(campaign, "동의 회신"))
        for later in REMINDED_AFTER:
            self._go_on(campaign, later=later)
            self._until(self._quiet(campaign, "다시 여쭌 뒤 회신"))
        for answer in queries.answers_to_decide(campaign):
            services.decide_answer(answer, meaning="unrelated", by=self.drafter, now=now())
        services.close_asking(campaign, by=self.drafter, now=now(), reason="리허설 마감")

    def wait_for_sending(self, campaign: Campaign) -> None:
        """Until the last picture is handed over."""
        self._until(lambda: self._show_sent(campaign) and self._state(campaign) != C.SENDING)

    def wait_for_results(self, campaign: Campaign) -> None:
        """Until every result is in and whoever confirms has confirmed; then the letters, and the end."""

        def is_settled() -> bool:
            self._show_sent(campaign)
            return not Recipient.objects.filter(campaign=campaign, state__in=[R.QUEUED, R.SENT]).exists()

        self._until(is_settled)
        self._go_on(campaign, later=CONFIRMED_AFTER)
        self._until(self._quiet(campaign, "확인 회신"))
        batch = services.export_paper(campaign, reason="리허설 우편 발송", by=self.drafter, now=now())
        services.approve_paper(batch, by=self.sender, now=now())
        services.close(campaign, by=self.drafter, now=now())

    def _go_on(self, campaign: Campaign, *, later: timedelta) -> None:
        """What the timetable does so much later, by day; as often as there is something due, and at last nothing."""
        self.progress.say(f"{later.days}일이 지난 것으로 하고 재안내를 보냅니다")
        while services.run_campaigns(now=after_quiet(now() + later), campaign_id=campaign.pk).queued:
            pass

    def _quiet(self, campaign: Campaign, label: str) -> Callable[[], bool]:
        """Whether everything has left, every reply was read, and nobody has said anything for a while."""
        last = (-1, time.monotonic())

        def is_quiet() -> bool:
            nonlocal last
            counts = queries.counts_of(campaign)
            asked, replied, opened = counts.get("asked", 0), counts.get("replied", 0), counts.get("opened", 0)
            self._show(label, replied + opened, asked + counts.get("state:addressable", 0))
            heard = asked + replied + opened + counts.get("ask_delivered", 0) + self._left(campaign)
            if heard != last[0] or Reply.objects.filter(handled_at=None).exists():
                last = (heard, time.monotonic())
            is_anybody_waiting = self._state(campaign) == C.ASKING and counts.get("state:addressable", 0) > 0
            patience = max(self.quiet, TICK_SECONDS) if is_anybody_waiting else self.quiet
            return counts.get("ask_delivered", 0) > 0 and time.monotonic() - last[1] > patience

        return is_quiet

    def _left(self, campaign: Campaign) -> int:
        """How many texts of the campaign carriers have taken, and how many arrived: both rise until it is quiet."""
        tally = tally_of(campaign.stream)
        return sum(tally.get(status, 0) * weight for status, weight in (("sent", 1), ("delivered", 2)))

    # --- waiting --------------------------------------------------------------------------------------------------

    def _show_sent(self, campaign: Campaign) -> bool:
        counts = queries.counts_of(campaign)
        self._show("그림문자", counts.get("delivered", 0), counts.get("verified", 0))
        return True

    def _state(self, campaign: Campaign) -> str:
        return Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk)

    def _show(self, label: str, done: int, total: int) -> None:
        if (label, done) != self._shown:
            self._shown, self._moved_at = (label, done), time.monotonic()
        self.progress.show(label, done, total)

    def _until(self, is_done: Callable[[], bool]) -> None:
        self._moved_at = time.monotonic()
        while not is_done():
            if time.monotonic() - self._moved_at > self.patience:
                raise Stuck(f"{self.patience:.0f}초가 지나도 아무것도 나아가지 않습니다. 작업자의 기록을 보세요.")
            time.sleep(LOOK_SECONDS)


_ACTS: Mapping[str, Callable[[Play, Campaign], None]] = {
    C.DRAFT: Play.hand_in,
    C.READING: Play.wait_for_pictures,
    C.CHECKING: Play.settle,
    C.READY: Play.approve_and_launch,
    C.APPROVING: Play.decide_and_launch,
    C.APPROVED: Play.decide_and_launch,
    C.ASKING: Play.hear_answers,
    C.ASKED: Play.approve_and_launch,
    C.CONFIRMING: Play.decide_and_launch,
    C.SENDING: Play.wait_for_sending,
    C.FOLLOWING: Play.wait_for_results,
}


def folder_of(state: Path) -> Path:
    """Where a rehearsal keeps its sample."""
    return state / "sample"
