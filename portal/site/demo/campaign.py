"""A notice campaign in mid-run: 52 citizens, a PDF with planted errors, and a crowd that answers."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings

import notices
from notices import services
from notices.models import Campaign
from notices.plans import Plan
from notices.rosters import read_roster
from portal.accounts.models import User
from portal.core.clock import in_korea
from portal.core.phones import national
from portal.site.demo.approving import approve_and_launch
from portal.site.demo.festival import visitors

_SAMPLE = Path(notices.__file__).resolve().parent / "reference" / "demo"
_ANSWERS = ("consent",) * 12 + ("refuse",) * 2 + ("silent",) * 3 + ("unclear",) * 2 + ("wrong_birth",)
_VISITORS_ANSWER = ("consent",) * 8 + ("silent",) * 3 + ("unclear",)


def make_campaign(*, now: datetime) -> Campaign:
    """Read, check and launch it; the question leaves once a worker runs, and the crowd begins to answer."""
    campaign = draft_campaign(now=now)
    read_and_check(campaign, by=User.objects.get(username="notice"), now=now)
    sender = User.objects.get(username="sender")
    approve_and_launch(campaign, drafter=campaign.created_by, sender=sender, now=now)
    services.run_campaigns(now=now)
    return campaign


def read_and_check(campaign: Campaign, *, by: User, now: datetime) -> None:
    """The whole analysis, in as many turns as it takes here, and then what people do about it."""
    while services.work_on_files(now=now):
        campaign.refresh_from_db()
    check_campaign(campaign, by=by, now=now)
    campaign.refresh_from_db()


def check_campaign(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Look at the whole acceptance sample, find it right, and end the checking."""
    sample = services.draw_sample(campaign, by=by, now=now)
    for first_page in sample.first_pages:
        services.judge_group(sample, first_page=first_page, is_right=True, by=by, now=now)
    services.settle_checking(campaign, by=by, now=now)


def draft_campaign(*, now: datetime) -> Campaign:
    """A campaign with roster and PDF, waiting to be read."""
    drafter = User.objects.get(username="notice")
    campaign = services.draft(
        plan=Plan(
            title="2026년 군소음 피해보상금 결정 통지",
            legal_basis="군용비행장·군사격장 소음 방지 및 피해 보상에 관한 법률 제14조",
            asks_from=now,
            asks_until=now + timedelta(days=10),
        ),
        qr_key="sample-key",
        by=drafter,
        now=now,
    )
    services.attach_roster(campaign, file=_SAMPLE / "roster.xlsx", file_name="보상금_명부.xlsx", by=drafter, now=now)
    services.attach_document(
        campaign,
        file=_SAMPLE / "notices.pdf",
        file_name="보상금_결정통지서.pdf",
        zone_template="군소음 피해보상금 결정 통지서",
        by=drafter,
        now=now,
    )
    return campaign


def write_crowd() -> int:
    """Tell the simulator's crowd who they are: STATE_DIR/people.jsonl. Returns how many."""
    chance = Random(52)  # noqa: S311 - a make-believe crowd
    rows = {}
    for row in read_roster(_SAMPLE / "roster.xlsx").rows:
        if row.phone and row.birth:
            birth = in_korea(datetime.combine(row.birth, datetime.min.time()).astimezone()).strftime("%y%m%d")
            rows[national(row.phone)] = {
                "number": national(row.phone),
                "birth": birth,
                "name": row.name,
                "answer": chance.choice(_ANSWERS),
            }
    for one in visitors():
        number = national(one.phone)
        rows[number] = {
            "number": number,
            "birth": f"{one.birth:%y%m%d}",
            "name": one.name,
            "answer": chance.choice(_VISITORS_ANSWER),
        }
    path = Path(settings.STATE_DIR) / "people.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()), encoding="utf-8")
    return len(rows)
