"""A survey in mid-run: what citizens thought of a festival, answered by the crowd as soon as the question arrives."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from notices import services
from notices.models import Campaign
from notices.plans import Plan, PlannedOption, PlannedQuestion
from portal.accounts.models import User
from portal.site.demo.approving import approve_and_launch
from portal.site.demo.rosters import Citizen, citizens, roster

_QUESTIONS = (
    PlannedQuestion(
        "이번 봄꽃 축제는 어떠셨습니까?",
        options=(
            PlannedOption(1, "좋았다"),
            PlannedOption(2, "보통이다"),
            PlannedOption(3, "아쉬웠다"),
        ),
    ),
    PlannedQuestion(
        "내년에는 무엇을 늘리면 좋겠습니까?",
        options=(
            PlannedOption(1, "공연"),
            PlannedOption(2, "먹거리"),
            PlannedOption(3, "그늘과 쉼터"),
        ),
    ),
)


def visitors() -> Sequence[Citizen]:
    """Whoever left a number at the festival."""
    return list(citizens(36, series="5551", seed=36))


def make_survey(*, now: datetime) -> Campaign:
    """Drafted, approved and started; the first question leaves once a worker runs."""
    drafter, sender = User.objects.get(username="notice"), User.objects.get(username="sender")
    plan = Plan(
        title="봄꽃 축제 만족도",
        kind="survey",
        legal_basis="지방자치법 제17조",
        identity="none",
        has_paper=False,
        questions=_QUESTIONS,
        asks_from=now,
        asks_until=now + timedelta(days=5),
    )
    campaign = services.draft(plan=plan, by=drafter, now=now)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        file = Path(folder) / "roster.csv"
        file.write_bytes(roster(visitors()))
        services.attach_roster(campaign, file=file, file_name="축제_방문자.csv", by=drafter, now=now)
    campaign.refresh_from_db()
    approve_and_launch(campaign, drafter=drafter, sender=sender, now=now)
    return campaign
