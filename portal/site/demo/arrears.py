"""Arrears told by AlimTalk with a button to the notice and its bill; some have paid at a bank meanwhile."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from notices import services
from notices.bank_lists import Came
from notices.merging import Letter
from notices.models import Bill, Campaign
from notices.plans import Plan
from notices.services.collecting import record_collections
from notices.services.merging import make_letters, write_letter
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.site.demo.approving import approve_and_launch
from portal.site.demo.campaign import read_and_check
from portal.site.demo.rosters import Citizen, citizens, roster

_LETTER = Letter(
    title="자동차세 체납 안내문",
    body="#{성명} 님, 아래의 자동차세가 아직 납부되지 않았습니다.\n기한까지 내시면 번호판 영치를 받지 않습니다.",
    table="밀린 세금 | #{금액}원\n납부기한 | #{납부기한}\n전자납부번호 | #{전자납부번호}",
    closing="이미 내셨다면 이 안내는 지나쳐 주세요. 나누어 내기를 원하시면 환경과로 전화해 주세요.",
    issuer="새빛구청장",
)
_PAID = 3  # at a bank, before the message came


def debtors() -> Sequence[Citizen]:
    """Who owes something."""
    return list(citizens(14, series="5552", seed=14))


def make_arrears(*, now: datetime) -> Campaign:
    """Written, checked, approved and started; the messages leave once a worker runs."""
    drafter, sender = User.objects.get(username="notice"), User.objects.get(username="sender")
    plan = Plan(
        title="자동차세 체납 안내",
        legal_basis="지방세징수법 제33조",
        consent="none",
        effect="opened",
        has_paper=False,
        ladder="arrears",
    )
    campaign = services.draft(plan=plan, by=drafter, now=now)
    _give_roster(campaign, by=drafter, now=now)
    write_letter(campaign, letter=_LETTER, by=drafter, now=now)
    make_letters(campaign, by=drafter, now=now)
    read_and_check(campaign, by=drafter, now=now)
    approve_and_launch(campaign, drafter=drafter, sender=sender, now=now)
    bills = Bill.objects.filter(campaign=campaign).order_by("pk")[:_PAID]
    came = [
        Came(row, bill.electronic_payment_number, bill.amount_won, day_in_korea(now), f"수납-{row:04d}")
        for row, bill in enumerate(bills, start=2)
    ]
    record_collections(campaign, came, by=drafter, now=now)
    return campaign


def _give_roster(campaign: Campaign, *, by: User, now: datetime) -> None:
    people = debtors()
    due_on = day_in_korea(now + timedelta(days=14)).isoformat()
    content = roster(
        people,
        세목=["자동차세"] * len(people),
        금액=[str(82_000 + 13_500 * number) for number in range(len(people))],
        납부기한=[due_on] * len(people),
        전자납부번호=[f"2611552{number:010d}" for number in range(len(people))],
    )
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        file = Path(folder) / "roster.csv"
        file.write_bytes(content)
        services.attach_roster(campaign, file=file, file_name="자동차세_체납자.csv", by=by, now=now)
