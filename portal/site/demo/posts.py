"""News and jobs of the make-believe district."""

from datetime import datetime, timedelta

from portal.accounts.models import Department, User
from portal.core.clock import day_in_korea
from portal.site.demo.plan import plan
from portal.site.models import Post
from portal.site.services import keep_post


def make_posts(*, by: User, now: datetime) -> int:
    """Those of demo.toml, as an official writes them. Returns how many."""
    today, entries = day_in_korea(now), plan()["post"]
    for entry in entries:
        post = Post(
            **{name: entry[name] for name in ("kind", "slug", "title", "summary")},
            body=entry["body"].strip(),
            department=Department.objects.get(name=entry["department"]),
            published_on=today - timedelta(days=entry["ago"]),
            ends_on=today + timedelta(days=entry["lasts"]) if "lasts" in entry else None,
        )
        post.full_clean(exclude=["changed_by", "changed_at"])
        keep_post(post, by=by, now=now)
    return len(entries)
