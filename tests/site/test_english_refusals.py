"""What somebody is refused with, and why a message did not come, in the reader's language."""

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from messaging.models import ReasonKind
from notices.services.opening import NoSecondFactor
from notices.views import verifying
from portal.accounts.services import KeyDestroyed
from tests.house.test_messages import HANGUL

SENTENCES = (
    KeyDestroyed.sentence,
    NoSecondFactor.sentence,
    "수신거부",
    "받지 않기로 하신 알림입니다.",
    *(str(label) for label in ReasonKind.labels),
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_reason_is_english_for_who_reads_english(sentence: str) -> None:
    with override("en"):
        assert not HANGUL.search(gettext(sentence))


def test_who_verifies_too_often_is_told_so_in_english(db: None) -> None:
    client = Client()
    client.cookies["language"] = "en"

    pages = [client.get("/verify/ABCD-EFGH-JKLM-NPQR/") for _ in range(verifying.TRIES + 1)]

    assert pages[-1].status_code == 429
    assert "짧은 시간에" not in pages[-1].content.decode()
