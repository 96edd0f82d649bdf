"""News and jobs of the make-believe district."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from portal.accounts.models import Department, User
from portal.core.clock import day_in_korea
from portal.site.models import Post
from portal.site.services import keep_post

_FILE = Path(__file__).resolve().parent.parent / "reference" / "demo.toml"


def make_posts(*, by: User, now: datetime) -> int:
    """Those of demo.toml, as an official writes them. Returns how many."""
    today, entries = day_in_korea(now), tomllib.loads(_FILE.read_text("utf-8"))["post"]
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
