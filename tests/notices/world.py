"""A department that sends notices, its people, and short ways to a campaign in any state."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group

from messaging import answering, ledger, receiving
from messaging.models import Message, MessageStatus, Reply, SenderNumber
from notices import keys, services
from notices.models import (
    Answer,
    Asset,
    Campaign,
    DryRun,
    Notice,
    PaperBatch,
    Recipient,
    RosterImport,
    SourceDocument,
    TestResult,
    TestSend,
)
from notices.plans import Plan
from notices.rosters import RosterRow
from notices.services.drafting import start_reading_if_complete
from notices.services.manifests import head_digest, manifest_of, phase_of
from notices.services.rosters import copy_people
from portal.accounts.models import Department, Official, User
from portal.approvals.models import Approval, ApprovalStep
from portal.approvals.services import Seat, decide
from portal.core.clock import KST, day_in_korea
from portal.core.sealing import blind_phone

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=KST).astimezone(UTC)
HANEUL = ("김하늘", date(1990, 1, 1), "+821012345678")
BADA = ("박바다", date(1985, 12, 31), "+821087654321")
SOL = ("최솔", date(1971, 7, 7), "+821055550000")
APPROVED = ApprovalStep.Decision.APPROVED
_LEGS = {
    "sent": ("accepted", False),
    "delivered": ("delivered", True),
    "failed": ("rejected", True),
    "suppressed": ("suppressed", True),
    "cancelled": ("cancelled", True),
}
Person = tuple[str, date | None, str]


@dataclass
class World:
    """Everybody a campaign needs."""

    department: Department
    drafter: User
    sender: User
    stranger: User
    now: datetime = NOON
    replies: list[Reply] = field(default_factory=list)

    def tick(self, **span: float) -> datetime:
        """Let time pass, and say what time it is."""
        self.now += timedelta(**span)
        return self.now

    def draft(self, **changes: Any) -> Campaign:
        """A campaign that has neither roster nor document."""
        return services.draft(plan=self.plan(**changes), qr_key="sample-key", by=self.drafter, now=self.now)

    def plan(self, **changes: Any) -> Plan:
        """What is planned unless a test says otherwise: a notice with consent."""
        values: dict[str, Any] = {
            "title": "군소음 피해보상금 결정 통지서",
            "legal_basis": "군소음보상법 제14조",
            "asks_from": self.now,
            "asks_until": self.now + timedelta(days=14),
        }
        return Plan(**{**values, **changes})

    def checking(
        self, people: Sequence[Person] = (HANEUL, BADA, SOL), *, samples: bool = True, **changes: Any
    ) -> Campaign:
        """A campaign whose pages are all proved and drawn, as the analysis leaves it; its sample was looked at."""
        campaign = self.draft(**changes)
        RosterImport.objects.create(
            campaign=campaign,
            file_sha256="0" * 64,
            file_name="명부.xlsx",
            row_count=len(people),
            unique_count=len(people),
            duplicate_count=0,
            by=self.drafter,
            at=self.now,
        )
        document = SourceDocument.objects.create(
            campaign=campaign,
            sha256="1" * 64,
            file_name="통지서.pdf",
            byte_count=1,
            page_count=len(people),
            state=SourceDocument.State.READ,
            zone_template="군소음 피해보상금 결정 통지서",
            stored_as="nowhere",
            is_current=True,
            by=self.drafter,
            at=self.now,
        )
        for number, (name, birth, phone) in enumerate(people, start=1):
            row = RosterRow(row=number + 1, key=f"2026-{number:08d}", name=name, birth=birth, phone=phone)
            copy_people(campaign, [(row.key, row)], self.now)
            recipient = Recipient.objects.get(campaign=campaign, key=row.key)
            if recipient.state == Recipient.State.IMPORTED:
                self._prove(document, recipient, number)
            else:
                document.claims.create(page=number, verdict="held", reasons=["not_on_roster"])
        Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.CHECKING)
        campaign.refresh_from_db()
        if samples and document.notices.exists():
            accept_sample(campaign, by=self.drafter, now=self.now)
        return campaign

    def _prove(self, document: SourceDocument, recipient: Recipient, page: int) -> None:
        notice = Notice.objects.create(
            recipient=recipient, document=document, pages=[page], first_page=page, state=Notice.State.PROVED
        )
        document.claims.create(page=page, verdict="claimed", notice=notice)
        Asset.objects.create(
            notice=notice,
            recipient=recipient,
            profile="portable",
            part=1,
            parts=1,
            width=1000,
            height=900,
            byte_count=90_000,
            quality=82,
            is_colour=False,
            sha256=hashlib.sha256(f"{recipient.pk}".encode()).hexdigest(),
            bound=b"\0" * 32,
            read_back_key=recipient.key,
            renderer="pdfium",
            stored_as=f"nowhere/{recipient.pk}",
        )

    def listed(self, people: Sequence[Person] = (HANEUL, BADA, SOL), **changes: Any) -> Campaign:
        """A campaign without documents: its roster is all that has to be settled."""
        campaign = self.draft(**changes)
        RosterImport.objects.create(
            campaign=campaign,
            file_sha256="0" * 64,
            file_name="명부.xlsx",
            row_count=len(people),
            unique_count=len(people),
            duplicate_count=0,
            by=self.drafter,
            at=self.now,
        )
        rows = [
            RosterRow(row=number + 1, key=f"2026-{number:08d}", name=name, birth=birth, phone=phone)
            for number, (name, birth, phone) in enumerate(people, start=1)
        ]
        copy_people(campaign, [(row.key, row) for row in rows], self.now)
        start_reading_if_complete(campaign, by=self.drafter, now=self.now)
        campaign.refresh_from_db()
        return campaign

    def ready(self, people: Sequence[Person] = (HANEUL, BADA, SOL), **changes: Any) -> Campaign:
        """A campaign that waits to be launched."""
        plan = {"kind": "notice", **changes}
        if plan["kind"] != "notice" and not (plan["kind"] == "acknowledge" and not plan.get("words")):
            return self.listed(people, **changes)
        campaign = self.checking(people, **changes)
        services.settle_checking(campaign, by=self.drafter, now=self.now)
        return campaign

    def asking(self, people: Sequence[Person] = (HANEUL, BADA, SOL), **changes: Any) -> Campaign:
        """A launched campaign whose first wave was asked and arrived."""
        campaign = self.ready(people, **changes)
        self.launch(campaign)
        self.run(campaign)
        self.arrive(campaign)
        return campaign

    def run(self, campaign: Campaign) -> services.Ticked:
        """One tick."""
        done = services.run_campaigns(now=self.now, campaign_id=campaign.pk)
        campaign.refresh_from_db()
        return done

    def tried(self, campaign: Campaign) -> DryRun:
        """A clean dry run of the campaign as it is, and a test that arrived."""
        phase = phase_of(campaign)
        test = TestSend.objects.create(
            campaign=campaign,
            phase=phase,
            head_sha256=head_digest(campaign),
            official=self.drafter.official,
            code="1234",
            at=self.now,
        )
        TestResult.objects.create(test=test, is_good=True, by=self.drafter, at=self.now)
        return DryRun.objects.create(
            campaign=campaign,
            phase=phase,
            manifest_sha256=manifest_of(campaign),
            recipient_count=campaign.recipients.count(),
            message_count=campaign.recipients.count(),
            picture_count=0,
            longest_bytes=100,
            least_won=0,
            most_won=1_000_000,
            by=self.drafter,
            at=self.now,
        )

    def proposed(self, campaign: Campaign) -> Approval:
        """An approval of the campaign as it is, waiting for the sender's word."""
        self.tried(campaign)
        line = [Seat(self.sender.official)]
        return services.propose(campaign, line=line, by=self.drafter, now=self.now)

    def approve(self, campaign: Campaign) -> Approval:
        """The campaign as it is, proposed and approved."""
        approval = self.proposed(campaign)
        decide(approval, decision=APPROVED, sha256=approval.sha256, by=self.sender, now=self.now)
        campaign.refresh_from_db()
        return approval

    def launch(self, campaign: Campaign) -> None:
        """Approved, and started by the sender: the question, or what goes to the final list."""
        self.approve(campaign)
        services.launch(campaign, manifest=campaign.manifest_sha256, by=self.sender, now=self.now)

    def sending(self, campaign: Campaign) -> Campaign:
        """Close the asking and start sending."""
        services.close_asking(campaign, by=self.drafter, now=self.tick(hours=1), reason="모두 회신함")
        self.tick(minutes=1)
        self.launch(campaign)
        self.run(campaign)
        return campaign

    def post(self, campaign: Campaign) -> PaperBatch:
        """Put everybody who gets a letter on a list that two officials stand for."""
        batch = services.export_paper(campaign, reason="우체국 접수", by=self.sender, now=self.now)
        services.approve_paper(batch, by=self.drafter, now=self.now)
        return batch

    def arrive(self, campaign: Campaign, status: str = MessageStatus.SENT, phase: str = keys.ASK) -> list[Message]:
        """The carrier took what was waiting; with a final status the room is told as well."""
        waiting = Message.objects.filter(key__startswith=f"notices:{campaign.pk}:", key__contains=f":{phase}:")
        found = list(waiting.exclude(status__in=["cancelled", "delivered", "failed"]).order_by("pk"))
        for message in found:
            self.settle(message, status)
        return found

    def settle(self, message: Message, status: str) -> None:
        """What became of one message."""
        delivered_at = self.now if status == MessageStatus.DELIVERED else None
        leg, is_final = _LEGS[status]
        message.attempts.update(status=leg, accepted_at=self.now, final_at=self.now if is_final else None)
        ledger.book(list(message.attempts.values_list("pk", flat=True)), day=day_in_korea(self.now))
        Message.objects.filter(pk=message.pk).update(status=status, delivered_at=delivered_at, outcome_told_at=None)
        receiving.tell_outcomes(now=self.now)

    def reply(self, person: Person, text: str) -> Reply:
        """A citizen's text, from her phone to our number, read and handed over."""
        reply = self.write(person, text)
        answering.handle(reply=reply.pk, now=self.now)
        return reply

    def write(self, person: Person, text: str) -> Reply:
        """A citizen's text that no worker has looked at."""
        reply = Reply(
            carrier="main",
            event_key=uuid4().hex,
            to_number=SenderNumber.objects.get(is_default=True),
            phone_index=blind_phone(person[2]),
            occurred_at=self.now,
            received_at=self.now,
            try_at=self.now,
        )
        reply.phone, reply.text = person[2], text
        reply.save()
        self.replies.append(reply)
        return reply

    def of(self, campaign: Campaign, person: Person) -> Recipient:
        """One citizen of a campaign as she is now."""
        found = Recipient.objects.filter(campaign=campaign).order_by("pk")
        return next(one for one in found if one.name == person[0])

    def state(self, campaign: Campaign, person: Person) -> str:
        """Where she stands."""
        return self.of(campaign, person).state

    def undecided(self, campaign: Campaign) -> Answer:
        """The reply that waits for an official."""
        return Answer.objects.get(recipient__campaign=campaign, needs_decision=True, replaced_at=None)

    def texts_to(self, person: Person) -> list[str]:
        """The wordings sent to a phone, by template, oldest first."""
        found = Message.objects.filter(phone_index=blind_phone(person[2])).order_by("pk")
        return [message.template_version.template.code for message in found]


def accept_sample(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Draw the acceptance sample and find every group of it right."""
    sample = services.draw_sample(campaign, by=by, now=now)
    for first_page in sample.first_pages:
        services.judge_group(sample, first_page=first_page, is_right=True, by=by, now=now)


def official(username: str, department: Department, *roles: str, name: str = "이담당") -> User:
    """An official of a department with these roles."""
    user = User.objects.create(username=username, is_staff=True)
    Official.objects.create(user=user, department=department, name=name, office_phone="02-120-0000")
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user
