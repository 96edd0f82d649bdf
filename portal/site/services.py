"""What officials change on the site."""

import tomllib
from datetime import datetime
from pathlib import Path

from django.db import transaction

from chatbot.models import Faq
from portal.accounts.models import User
from portal.core.errors import Refused
from portal.site.models import EnglishGuide, Post

_GUIDES = Path(__file__).parent / "reference" / "guides_en.toml"


class MayNotPublish(Refused):
    """Only officials with the right to write on the site change what stands there."""

    sentence = "누리집 글을 고칠 권한이 없습니다. 부서의 관리자에게 문의해 주세요."


@transaction.atomic
def keep_post(post: Post, *, by: User, now: datetime) -> None:
    """
    Store news or a job as written; whoever did it stands behind it.

    :raises MayNotPublish: without the permission to add or change it
    """
    if not by.has_perm("site.change_post" if post.pk else "site.add_post"):
        raise MayNotPublish
    post.changed_at, post.changed_by = now, by
    post.save()


@transaction.atomic
def keep_english_guide(guide: EnglishGuide, *, by: User) -> None:
    """
    Store the English of a guide as that of its Korean version of today.

    :raises MayNotPublish: without the permission to add or change it
    """
    if not by.has_perm("site.change_englishguide" if guide.pk else "site.add_englishguide"):
        raise MayNotPublish
    guide.of_version = guide.faq.version
    guide.save()


@transaction.atomic
def load_english_guides() -> int:
    """The shipped English of guides that have none yet; how many were new. They belong to the first Korean version."""
    rows = {row["slug"]: row for row in tomllib.loads(_GUIDES.read_text("utf-8"))["guide"]}
    known = set(EnglishGuide.objects.values_list("faq__slug", flat=True))
    missing = Faq.objects.filter(slug__in=rows.keys() - known)
    new = [EnglishGuide(faq=faq, title=rows[faq.slug]["title"], body=rows[faq.slug]["body"].strip()) for faq in missing]
    return len(EnglishGuide.objects.bulk_create(new))
