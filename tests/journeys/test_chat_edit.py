"""An official corrects an answer and teaches how citizens ask: it is live in every process, and nothing was restarted."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chatbot.models import Faq, IndexBuild
from chatbot.services import publishing
from portal.accounts.models import User
from portal.core.clock import now
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import PATIENCE, House, eventually

WORDS = "두리뭉실 꽈배기 어쩌고"
CORRECTED = "바뀐 안내입니다."
LISTENER = """
import sys, time, django
django.setup()
from chatbot import shelf
said, until = sys.argv[1], time.monotonic() + float(sys.argv[2])
decide = lambda: shelf.current().decide(said)
print(shelf.current().build_id, decide().kind, flush=True)
while decide().kind != "direct":
    if time.monotonic() > until:
        sys.exit("not understood")
    time.sleep(0.1)
print(time.time(), flush=True)
"""


@contextmanager
def listening(house: House) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the index as a web process does, and says when it understands."""
    command = [sys.executable, "-c", LISTENER, WORDS, str(2 * PATIENCE)]
    with subprocess.Popen(command, env=house.environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: "subprocess.Popen[str]") -> str:
    """What it says next."""
    assert process.stdout is not None
    return str(process.stdout.readline()).strip()


@pytest.mark.timeout(900)
def test_an_edit_is_live_in_every_process_without_a_restart(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    faq = Faq.objects.get(slug="passport-lost")
    official = User.objects.create(username="editor", is_superuser=True, is_staff=True)
    first = IndexBuild.objects.get(state=IndexBuild.State.ACTIVE)
    with Citizen(house.url) as citizen, listening(house) as one, listening(house) as another:
        assert {line_of(one), line_of(another)} <= {f"{first.pk} chips", f"{first.pk} exits"}
        before = citizen.send("/chat/turns/", citizen.open("/chat/"), text=WORDS)
        assert faq.question not in before.text

        saved = time.time()
        _publish(faq, by=official)
        heard = [float(line_of(one)), float(line_of(another))]
        eventually(lambda: _answered(citizen))

    record_property("seconds_until_live", [round(at - saved, 1) for at in heard])
    assert IndexBuild.objects.get(state=IndexBuild.State.ACTIVE).pk > first.pk


def _publish(faq: Faq, *, by: User) -> None:
    """As the editor's button does."""
    words = publishing.content_of(faq)
    known = list(faq.phrasings.values_list("text", flat=True))
    publishing.publish_faq(
        faq=faq,
        content=replace(words, answer=f"{words.answer} {CORRECTED}"),
        phrasings=[*known, WORDS],
        seen=faq.version,
        reason="시험",
        by=by,
        now=now(),
    )


def _answered(citizen: Citizen) -> bool:
    """Whether the page gives the corrected answer to the new words."""
    time.sleep(1)
    return CORRECTED in citizen.send("/chat/turns/", citizen.open("/chat/"), text=f"{WORDS}!").text
