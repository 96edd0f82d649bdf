"""Photos on disk follow the keys."""

import os

from pytest_django import Settings

from complaints import attachments, services
from complaints.models import Attachment
from complaints.services import Photo
from portal.site.demo.pictures import draw
from tests.complaints.conftest import World


def test_a_photo_opens_with_the_new_key_alone(world: World, settings: Settings) -> None:
    picture = draw("lamp", seed=3)
    world.file(photos=[Photo("등.jpg", picture)])
    settings.PII_KEYS = {9: os.urandom(32), **settings.PII_KEYS}

    assert sum(services.reseal_photos()) == 1
    assert sum(services.reseal_photos()) == 0

    settings.PII_KEYS = {9: settings.PII_KEYS[9]}
    assert attachments.read(Attachment.objects.get(), "original") == picture
