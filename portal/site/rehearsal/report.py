"""What a rehearsal found: the sums, the costs, and the carrier's own log."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from notices import balancing, costs, queries
from notices.evaluation import EXPECTED
from notices.models import Campaign, PaperItem, Recipient
from portal.site.rehearsal.truth import judge


def report_on(
    campaign: Campaign, *, log: Path, truth: Path, crowd: Mapping[str, str], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Everything as one object; `is_clean` says whether the rehearsal succeeded."""
    facts = queries.facts_of(campaign)
    sums = balancing.identities(facts)
    rows = queries.recounted(campaign)
    verdict = judge(log, campaign, crowd=crowd)
    spent = costs.spent(campaign, facts.counts)
    letters = PaperItem.objects.filter(recipient__campaign=campaign).count()
    mail_won = facts.counts.get("all", 0) * campaign.mail_won
    won = int(spent.won) + letters * campaign.mail_won
    held_sent = _held_sent(campaign, truth)
    agree = all(facts.counts.get(name, 0) == count for name, count in rows.items())
    is_right = agree and not balancing.broken(sums) and verdict.is_clean and not held_sent
    return {
        "campaign": campaign.number,
        "state": campaign.state,
        "citizens": facts.counts.get("all", 0),
        "seconds": round(sum(seconds.values()), 1),
        "identities": {one.code: {"total": one.total, "sum": one.sum, "holds": one.holds} for one in sums},
        "counters_differ": sorted(name for name, count in rows.items() if facts.counts.get(name, 0) != count),
        "states": _named(facts.counts, "state:"),
        "buckets": _named(facts.counts, "bucket:"),
        "truth": asdict(verdict),
        "held_sent": held_sent,
        "messages": {channel: count for channel, count, _ in spent.rows},
        "won": won,
        "mail_won": mail_won,
        "saved_percent": round(100 * (mail_won - won) / mail_won, 1) if mail_won else 0.0,
        "is_clean": is_right and campaign.state == Campaign.State.CLOSED,
        "steps": seconds,
    }


def _held_sent(campaign: Campaign, truth: Path) -> list[str]:
    """Planted errors that had to be held, and whose people were sent something nevertheless."""
    planted = json.loads(truth.read_text("utf-8"))["planted"]
    must_hold = {key for code, keys in planted.items() if EXPECTED.get(code) == "held" for key in keys}
    sent = Recipient.objects.filter(campaign=campaign, sent_at__isnull=False, key__in=must_hold)
    return sorted(sent.values_list("key", flat=True))


def _named(counts: Any, prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in sorted(counts.items()) if name.startswith(prefix)}


def table(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = ["", "합계 확인"]
    for code, one in found["identities"].items():
        mark = "맞음" if one["holds"] else "틀림"
        lines.append(f"  {code}  {one['total']:>9,} = {one['sum']:>9,}  {mark}")
    lines.append("귀결")
    lines += [f"  {name:<12} {count:>9,}" for name, count in found["buckets"].items()]
    lines.append("비용")
    lines += [f"  {channel:<12} {count:>9,}건" for channel, count in found["messages"].items()]
    lines.append(
        f"  합계 {found['won']:,}원, 모두 등기우편이면 {found['mail_won']:,}원 ({found['saved_percent']}% 절감)"
    )
    truth = found["truth"]
    lines.append(
        f"통신사 기록: 그림 {truth['pictures']:,}장, 남의 것 {truth['wrong']}, 두 번 {truth['doubled']}, "
        f"못 읽음 {truth['unread']}, 동의 없이 {truth['unwanted']}"
    )
    lines.append(
        f"재안내: 동의 물음 {truth['asked_again']:,}건, 확인 요청 {truth['asked_to_confirm']:,}건, "
        f"답한 분께 또 물음 {truth['pestered']}"
    )
    return "\n".join(lines)
