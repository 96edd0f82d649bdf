"""Builds the index now, as a worker would: for an installation without one, and for whoever cannot wait."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from chatbot import services
from chatbot.models import IndexBuild
from portal.core.clock import now


class Command(BaseCommand):
    """The last line is JSON; exit 1 if the new index was refused."""

    help = "챗봇 색인을 지금 만듭니다. 바뀐 것이 없으면 아무 일도 하지 않습니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, judge and put to work."""
        made = services.build_index(now=now())
        active = IndexBuild.objects.filter(state=IndexBuild.State.ACTIVE).values_list("pk", flat=True).first()
        if made is None:
            self.stdout.write("바뀐 것이 없거나 다른 곳에서 만드는 중입니다.")
            self.stdout.write(json.dumps({"built": None, "active": active}))
            return
        for loss in made.losses:
            self.stdout.write(f"잃음: {loss['text']} ({loss['before'] or '-'} → {loss['after'] or '-'})")
        if made.problem:
            self.stdout.write(made.problem)
        report = {"built": made.pk, "state": made.state, "active": active, "faqs": made.faq_count, **made.scores}
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if made.state == IndexBuild.State.REFUSED:
            raise SystemExit(1)
