"""The demo is made by the services, signatures and all: its cases reach the stage they are meant to show, and it has news."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from complaints.models import Complaint
from complaints.workflow import ENDED, Stage
from portal.accounts.models import User
from portal.core.clock import now
from portal.site.demo.cases import make_cases
from portal.site.demo.people import make_officials
from portal.site.demo.plan import plan
from portal.site.demo.posts import make_posts

ENDS = {*ENDED, Stage.REOPENING, Stage.SUPPLEMENTING}


@pytest.mark.django_db
def test_every_case_of_the_demo_reaches_its_stage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_DIR = tmp_path
    call_command("setup", verbosity=0)
    make_officials(now=now())

    made = make_cases(now=now(), shown=lambda _: None)

    entries = plan()["case"]
    wanted = Counter(entry["until"] for entry in entries if entry["until"] in ENDS)
    stages = Complaint.objects.filter(pk__in=[case.pk for case in made]).values_list("stage", flat=True)
    assert Counter(stage for stage in stages if stage in ENDS) == wanted


@pytest.mark.django_db
def test_the_demo_has_news_and_jobs(client: Client) -> None:
    call_command("setup", verbosity=0)
    make_officials(now=now())

    make_posts(by=User.objects.get(username="admin"), now=now())

    for post in plan()["post"]:
        listed = client.get("/news/" if post["kind"] == "news" else "/jobs/").content.decode()
        assert post["title"] in listed
