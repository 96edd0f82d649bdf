"""시험 발송: the real wording and layout for a made-up person, only to an official's own registered number."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from messaging import services as messaging
from messaging.topics import WrongImage
from notices import making_up, phrasing, profiles, wording
from notices.ladders import PICTURE
from notices.models import Campaign, Phase, SourceDocument, TestPicture, TestResult, TestSend
from notices.services.laddering import first_step, ladder_of
from notices.services.manifests import head_digest, phase_of
from notices.services.questioning import Questionnaire
from notices.services.steps import log, official_for
from notices.services.zoning import template_of
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.core.errors import Refused

C = Campaign.State
TOPIC = "portal.test"
MADE_UP = "김*험"
IMAGES = "notices-test"


class NoOwnPhone(Refused):
    """Tests go to officials, and only to the number that is registered as their own."""

    sentence = "휴대전화 번호가 등록된 우리 부서 공무원에게만 시험 발송할 수 있습니다."


@transaction.atomic
def send_test(campaign: Campaign, *, official: Official, by: User, now: datetime) -> TestSend:
    """
    Send what citizens would get, and in a second text the digits with which its arrival is confirmed.

    :raises NotAllowed: if nothing is to be approved now, or `by` may not prepare it
    :raises NoOwnPhone: if the official is of another department or has no registered number
    :raises portal.core.errors.Refused: if messaging cannot send it
    """
    official_for(by, campaign, CAMPAIGN_STEPS["propose"])
    if campaign.state not in (C.READY, C.ASKED):
        raise NotAllowed("검수를 마친 뒤, 또는 회신을 마감한 뒤에 시험 발송할 수 있습니다.")
    if official.department_id != campaign.department_id or not official.is_active or not official.user.phone:
        raise NoOwnPhone
    phase = phase_of(campaign)
    test = TestSend.objects.create(
        campaign=campaign,
        phase=phase,
        head_sha256=head_digest(campaign),
        official=official,
        code=f"{secrets.randbelow(10_000):04d}",
        at=now,
    )
    letter = _question(campaign) if phase == Phase.ASK else _first_step(campaign)
    images = _make_pictures(test, campaign) if letter.has_pictures else []
    _send(test, letter.template, letter.words, "words", images=images, by=by, now=now)
    _send(test, "notices.test_code", {"통지": campaign.title, "숫자": test.code}, "code", images=[], by=by, now=now)
    log(campaign, "send_test", by=by, now=now, note=official.display_name)
    return test


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a citizen would get first, with a made-up name."""

    template: str
    words: dict[str, str]
    has_pictures: bool = False


def _question(campaign: Campaign) -> _Letter:
    """The first question, in the very words that everybody is asked."""
    questions = Questionnaire.of(campaign)
    asked = questions.first
    words = phrasing.words_of(
        campaign, asked, question_text=questions.text_of(asked), question_count=len(questions.asked)
    )
    return _Letter(phrasing.template_of(campaign, asked, is_named=False), {**words, "받는분": MADE_UP})


def _first_step(campaign: Campaign) -> _Letter:
    """The first step of the ladder."""
    rungs = ladder_of(campaign)
    rung = first_step(rungs)
    has_pictures = campaign.has_documents and rung.channel == PICTURE
    words = {**wording.words_of(campaign), "받는분": MADE_UP}
    if campaign.words:
        words["내용"] = campaign.words
    return _Letter(wording.step_template(campaign, rungs, rung, has_pictures=has_pictures), words, has_pictures)


def _send(
    test: TestSend,
    template: str,
    words: dict[str, str],
    what: str,
    *,
    images: list[messaging.ImageRef],
    by: User,
    now: datetime,
) -> None:
    messaging.send(
        to=test.official.user.phone,
        template=template,
        context=words,
        topic=TOPIC,
        reference=f"{test.campaign.number} 시험",
        key=f"notices.test:{test.pk}:{what}",
        by=by,
        now=now,
        images=images,
        department=test.campaign.department,
        buttons_context={"통지주소": settings.SITE_URL} if template == wording.ARRIVED else None,
    )


def _make_pictures(test: TestSend, campaign: Campaign) -> list[messaging.ImageRef]:
    document = SourceDocument.objects.get(campaign=campaign, is_current=True)
    parts = making_up.pictures_of(
        template_of(document),
        profiles.named(profiles.for_sending()),
        title=campaign.title,
        department=campaign.department.name,
        secret=campaign.qr_key.encode(),
    )
    refs = []
    for number, part in enumerate(parts, start=1):
        sha256 = hashlib.sha256(part.jpeg).hexdigest()
        kept = TestPicture.objects.create(
            test=test, part=number, sha256=sha256, width=part.width, height=part.height, content=part.jpeg
        )
        refs.append(messaging.ImageRef(f"{IMAGES}:{kept.pk}", sha256, part.width, part.height, len(part.jpeg)))
    return refs


def load_test_picture(handle: str, *, message_key: str) -> bytes:
    """
    The bytes of one test picture, for the message of that test only.

    :raises WrongImage: if it belongs to another
    """
    number = handle.removeprefix(f"{IMAGES}:")
    picture = TestPicture.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if picture is None or message_key != f"notices.test:{picture.test_id}:words":
        raise WrongImage(handle)
    return bytes(picture.content)


@transaction.atomic
def confirm_test(test: TestSend, *, is_good: bool, code: str, note: str, by: User, now: datetime) -> TestResult:
    """
    The official who got the test says what arrived: all of it, with the digits she read, or what was wrong.

    :raises NotAllowed: if it was sent to somebody else, is answered already, or the digits are others
    """
    official = official_of(by)
    if official is None or official.pk != test.official_id:
        raise NotAllowed("시험 문자를 받은 사람만 확인할 수 있습니다.")
    TestSend.objects.select_for_update(no_key=True).get(pk=test.pk)  # a button pressed twice: the second one waits
    if TestResult.objects.filter(test=test).exists():
        raise NotAllowed("이미 확인한 시험 발송입니다.")
    if is_good and not secrets.compare_digest(code.strip().encode(), test.code.encode()):
        raise NotAllowed("확인 숫자가 다릅니다. 휴대전화에 온 네 자리를 넣어 주세요.")
    if not is_good and not note.strip():
        raise NotAllowed("무엇이 잘못 왔는지 적어 주세요.")
    return TestResult.objects.create(test=test, is_good=is_good, note=note.strip()[:200], by=by, at=now)
