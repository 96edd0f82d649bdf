"""Bundles of unanswered questions as officials read them: masked samples, how many asked, and whether it grows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from chatbot.engine.text import key_of
from chatbot.models import ClusterMember, Faq, Turn, TurnCandidate, UnansweredCluster
from chatbot.permissions import within_reach
from portal.accounts.models import User
from portal.core.clock import day_in_korea

HALF_LIFE_DAYS = 14
SAMPLES = 3
TREND_WEEKS = 8
MOST_LISTED = 300
GROWS_FROM = 2  # a question or two is no trend
_STATES = UnansweredCluster.State
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("할 일", (_STATES.OPEN, _STATES.ASSIGNED)),
    "solved": ("해결", (_STATES.SOLVED,)),
    "dismissed": ("무시", (_STATES.DISMISSED,)),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One bundle on the list."""

    cluster: UnansweredCluster
    people_count: int
    samples: list[str]
    trend: list[int]

    @property
    def is_growing(self) -> bool:
        """Whether the last two weeks brought more than the two before."""
        return sum(self.trend[-2:]) > max(GROWS_FROM, sum(self.trend[-4:-2]))


@dataclass(frozen=True, slots=True)
class Sample:
    """One wording of a bundle and how often it came."""

    text: str
    count: int
    conversation: int
    asked_at: datetime


def seen_by(user: User) -> QuerySet[UnansweredCluster]:
    """The bundles of the official's department and those of none."""
    return UnansweredCluster.objects.filter(within_reach(user))


def turns_seen_by(user: User) -> QuerySet[Turn]:
    """What nobody could answer, of those bundles and of none yet."""
    turns = Turn.objects.filter(Q(decision=Turn.Decision.EXITS) | Q(membership__isnull=False))
    return turns.filter(within_reach(user, column="membership__cluster__department"))


def listed(user: User, *, tab: str, now: datetime) -> list[Listed]:
    """The bundles of one tab: how many people asked, counting less what is long ago."""
    rows = seen_by(user).filter(state__in=TABS[tab][1]).select_related("department", "solved_by")
    counted = rows.annotate(people=Count("members__turn__conversation", distinct=True)).order_by("-last_at", "pk")
    clusters = list(counted[:MOST_LISTED])
    members = _members(clusters)
    found = [
        Listed(one, one.people, _samples(members[one.pk]), _weeks([at for _, at in members[one.pk]], now=now))
        for one in clusters
    ]
    return sorted(found, key=lambda one: -one.people_count * _recency(one.cluster.last_at, now))


def counts(user: User) -> dict[str, int]:
    """How many bundles each tab holds."""
    states = Counter(dict(seen_by(user).values_list("state").annotate(Count("pk")).order_by()))
    return {tab: sum(states[state] for state in held) for tab, (_, held) in TABS.items()}


def wordings(cluster: UnansweredCluster) -> list[Sample]:
    """Every wording of a bundle, the most frequent first."""
    rows = cluster.members.order_by("-turn__asked_at").values_list(
        "turn__text_masked", "turn__conversation", "turn__asked_at"
    )
    found: dict[str, list[tuple[str, int, datetime]]] = defaultdict(list)
    for row in rows:
        found[key_of(row[0])].append(row)
    made = [Sample(same[0][0], len(same), same[0][1], same[0][2]) for same in found.values()]
    return sorted(made, key=lambda one: -one.count)


def nearest_answers(cluster: UnansweredCluster, *, limit: int = 5) -> Sequence[Faq]:
    """The answers that stood nearest to its questions: likely places for them."""
    shown = TurnCandidate.objects.filter(turn__membership__cluster=cluster, faq__status=Faq.Status.PUBLISHED)
    ranked = shown.values_list("faq").annotate(times=Count("pk", filter=Q(rank__lte=3))).order_by("-times", "faq")
    keys = [faq for faq, _ in ranked[:limit]]
    found = Faq.objects.select_related("department").in_bulk(keys)
    return [found[key] for key in keys]


def trend_of(cluster: UnansweredCluster, *, now: datetime) -> list[int]:
    """How many questions each of the last weeks brought, this one last."""
    return _weeks(list(cluster.members.values_list("turn__asked_at", flat=True)), now=now)


def _members(clusters: Sequence[UnansweredCluster]) -> dict[int, list[tuple[str, datetime]]]:
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = ClusterMember.objects.filter(cluster__in=clusters).order_by("-turn__asked_at")
    for cluster, text, at in rows.values_list("cluster", "turn__text_masked", "turn__asked_at"):
        found[cluster].append((text, at))
    return found


def _samples(members: Sequence[tuple[str, datetime]]) -> list[str]:
    return list({key_of(text): text for text, _ in members}.values())[:SAMPLES]


def _weeks(moments: Sequence[datetime], *, now: datetime) -> list[int]:
    today = day_in_korea(now)
    ago = Counter((today - day_in_korea(at)).days // 7 for at in moments)
    return [ago[week] for week in range(TREND_WEEKS - 1, -1, -1)]


def _recency(last_at: datetime, now: datetime) -> float:
    days = (now - last_at) / timedelta(days=1)
    return float(0.5 ** (max(0.0, days) / HALF_LIFE_DAYS))
