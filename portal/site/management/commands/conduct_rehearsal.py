"""Plays a whole campaign on running services; `manage.py rehearse` starts them and then this."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.errors import Refused
from portal.site.rehearsal.acts import Play, folder_of
from portal.site.rehearsal.progress import Progress
from portal.site.rehearsal.report import report_on, table
from portal.site.rehearsal.sample import make_sample, read_crowd, write_crowd

SIMULATOR = "messaging.carriers.simulator.Simulator"


class Command(BaseCommand):
    """Refuses to speak to anything but the carrier simulator: the invented numbers may be somebody's."""

    help = "통신사 모의기를 상대로 캠페인 하나를 처음부터 끝까지 해 봅니다 (manage.py rehearse가 부릅니다)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many people, who they are, and where the result goes."""
        parser.add_argument("--citizens", type=int, required=True)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--result", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sample, crowd, campaign, verdict."""
        if any(one["BACKEND"] != SIMULATOR for one in settings.MESSAGING_CARRIERS.values()):
            raise CommandError("리허설은 통신사 모의기만 설정된 곳에서 합니다.", returncode=2)
        state, progress = Path(settings.STATE_DIR), Progress()
        try:
            progress.say(f"시민 {options['citizens']:,}명의 명부와 통지서를 만듭니다")
            sample = make_sample(folder_of(state), citizens=options["citizens"], seed=options["seed"])
            people = state / "people.jsonl"
            write_crowd(sample, people, seed=options["seed"])
            play = Play(sample, progress)
            campaign = play.run()
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=1) from None
        log, crowd = state / "carrier.jsonl", read_crowd(people)
        found = report_on(campaign, log=log, truth=sample.truth, crowd=crowd, seconds=play.seconds)
        print(table(found), file=sys.stderr, flush=True)
        options["result"].write_text(json.dumps(found, ensure_ascii=False), "utf-8")
