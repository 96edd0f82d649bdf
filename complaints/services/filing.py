"""How a complaint comes in: filed once however often the button is pressed, received, and sent on its way."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints import numbers, permissions, places_queries
from complaints.attachments import MOST_FILES, Photo
from complaints.deadlines import receive_by
from complaints.geography import Point, is_in_korea
from complaints.models import Assignment, Category, Channel, Complaint, Kind, LocationSource, StageChange
from complaints.searching import grams_of
from complaints.services import placing, telling
from complaints.services.handing import Why
from complaints.services.photos import keep_photos
from complaints.services.stepping import Missing, NotAllowed, Told, TooMany, take, write_down
from complaints.workflow import Actor, step_named
from portal.accounts.models import Department, User
from portal.accounts.queries import calendar
from portal.accounts.services import take_token
from portal.core import privacy, sealing
from portal.core.errors import Refused

LONGEST_BODY = 5000
HOURLY_FILINGS = 20  # of one phone; beyond that it is a machine
LOOK_AFTER = 5  # filings of one phone within a day; the next one waits for a person's look before 접수
_A_DAY = timedelta(days=1)


class TooLong(Refused):
    """The text is longer than anybody reads."""

    def __init__(self) -> None:
        super().__init__(_("내용은 %(most)s자까지 쓸 수 있습니다.") % {"most": f"{LONGEST_BODY:,}"})


class PlaceRefused(Refused):
    """The coordinates are not in Korea."""

    sentence = gettext_noop("지도에서 고른 위치를 확인해 주세요. 국내 위치만 신고할 수 있습니다.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where: an address people read, and coordinates if known. `detail` may be personal (동·호수) and is sealed."""

    address: str = ""
    detail: str = ""
    lat: float | None = None
    lon: float | None = None
    source: str = LocationSource.NONE

    @property
    def point(self) -> Point | None:
        """The coordinates, if both are known."""
        return Point(self.lat, self.lon) if self.lat is not None and self.lon is not None else None


@dataclass(frozen=True, slots=True)
class Filing:
    """What a citizen sends. An empty phone makes it a 제보, which is nobody's right to an answer."""

    channel: str
    body: str
    kind: str = Kind.OTHER
    category: Category | None = None
    place: Place = field(default_factory=Place)
    photos: Sequence[Photo] = ()
    phone: str = ""
    name: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)  # what timed photos were judged to prove
    department: Department | None = None  # of a petition that has no category
    extra: Mapping[str, object] = field(default_factory=dict)  # a petition's answers, also those not in the words


def file(*, filing: Filing, by: User | None, intake_key: UUID, now: datetime) -> Complaint:
    """
    Take in a complaint; the same `intake_key` again returns the first one.

    In one transaction it is received unless somebody must look, sent to the department its words point to, and given
    to the officer with the least to do. Photos that cannot be taken are listed as refused; the case stands.

    :raises Missing: if there is neither text nor a photo
    :raises TooLong: if the text is too long
    :raises PlaceRefused: if the coordinates are not in Korea
    :raises TooMany: if the phone files faster than a person, or there are too many photos
    """
    known = Complaint.objects.filter(intake_key=intake_key).first()
    return known or _file(filing=filing, by=by, intake_key=intake_key, now=now)


@transaction.atomic
def _file(*, filing: Filing, by: User | None, intake_key: UUID, now: datetime) -> Complaint:
    step = step_named("file")
    actor = permissions.actor_for(step, None, by)
    if actor is None:
        raise NotAllowed(step, "")
    _check(filing)
    place = filing.place
    dong = places_queries.dong_area_of(point=place.point, text=place.address)
    direction = placing.direction_of(
        filing.body, place=place.address, category=filing.category, dong=dong.code if dong else "", now=now
    )
    if filing.department is not None and filing.category is None:
        why = Why(Assignment.Reason.RULE, "신청서에 정해진 담당 부서입니다.")
        direction = replace(direction, department=filing.department, category=None, officer=None, why=why)
    draft = _draft(filing, direction, by=by, actor=actor, intake_key=intake_key, now=now)
    draft.dong_id = dong.pk if dong else None
    complaint, is_new = _insert(draft)
    if not is_new:
        return complaint
    _check_pace(complaint, actor=actor, now=now)
    told = Told(data={"evidence": dict(filing.evidence)} if filing.evidence else {})
    change = write_down(complaint, step, actor=actor, before="", by=by, now=now, told=told)
    if _needs_a_look(complaint, now=now):
        telling.tell(change, complaint, by=by, now=now)
    else:
        take(complaint, "receive", by=None, now=now)
        placing.send_on(complaint, direction, now=now)
    keep_photos(complaint, filing.photos, now=now)  # last: a file on disk is not undone by a rollback
    return complaint


@transaction.atomic
def receive(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """접수: from now on the law's period runs. 접수 may be neither refused nor held (the Act, §9)."""
    return take(complaint, "receive", by=by, now=now, version=version)


@transaction.atomic
def discard(complaint: Complaint, *, reason: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    Close a test or a flood of the same text before it is received.

    :raises NotAllowed: if its words sound like danger
    """
    if complaint.is_urgent:
        raise NotAllowed(step_named("discard"), complaint.stage, "긴급으로 보이는 민원은 접수 전에 종결할 수 없습니다.")
    return take(
        complaint, "discard", by=by, now=now, version=version, given={"reason": reason}, told=Told(public=reason)
    )


def _check(filing: Filing) -> None:
    if not filing.body.strip() and not filing.photos:
        raise Missing("body")
    if len(filing.body) > LONGEST_BODY:
        raise TooLong
    if len(filing.photos) > MOST_FILES:
        raise TooMany(_("사진은 %(most_files)s장까지 보낼 수 있습니다.") % {"most_files": MOST_FILES})
    lat, lon = filing.place.lat, filing.place.lon
    if (lat is None) != (lon is None) or (lat is not None and lon is not None and not is_in_korea(lat, lon)):
        raise PlaceRefused


def _check_pace(complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    """Counted after the insert: a form that was posted forty times is one filing."""
    if complaint.phone_index is None or actor is Actor.CLERK:
        return
    key = f"complaints.file:{bytes(complaint.phone_index).hex()}"
    if not take_token(key=key, capacity=HOURLY_FILINGS, per_seconds=3600, now=now):
        raise TooMany(_("짧은 시간에 너무 많이 보내셨습니다. 잠시 뒤에 다시 보내 주세요."))


def _draft(
    filing: Filing, direction: placing.Direction, *, by: User | None, actor: Actor, intake_key: UUID, now: datetime
) -> Complaint:
    sealed_id, place = uuid4(), filing.place
    citizen = by if actor is Actor.CITIZEN else None
    phone = filing.phone or (citizen.phone if citizen else "")
    category = filing.category or direction.category
    body = privacy.mask_resident_numbers(filing.body.strip())
    address = privacy.mask_resident_numbers(place.address)[:200]
    return Complaint(
        sealed_id=sealed_id,
        number=numbers.number_of(now, next_serial()),
        token_hash=numbers.hash_of(numbers.token_of(sealed_id, 1)),
        intake_key=intake_key,
        kind=Kind(filing.kind) if phone else Kind.REPORT,
        channel=Channel(filing.channel),
        category=category,
        priority=direction.priority,
        citizen=citizen,
        name=filing.name or (citizen.name if citizen else ""),
        phone=phone,
        phone_index=sealing.blind_phone(phone) if phone else None,
        body=body,
        extra=privacy.mask_resident_numbers(json.dumps(dict(filing.extra), ensure_ascii=False)) if filing.extra else "",
        search_grams=grams_of(body, address),
        lat=place.lat,
        lon=place.lon,
        address=address,
        address_detail=privacy.mask_resident_numbers(place.detail),
        location_source=LocationSource(place.source),
        submitted_at=now,
        receive_by_at=receive_by(calendar(), now),
    )


def next_serial() -> int:
    """The next of the numbers that are never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('complaints_number')")
        return int(cursor.fetchone()[0])


def _insert(draft: Complaint) -> tuple[Complaint, bool]:
    """ON CONFLICT: of many posts of one form the first writes; the others wait for it and read its row."""
    Complaint.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["intake_key"], update_fields=["intake_key"]
    )
    stored = Complaint.objects.select_related("category__department").get(intake_key=draft.intake_key)
    return stored, stored.sealed_id == draft.sealed_id


def _needs_a_look(complaint: Complaint, *, now: datetime) -> bool:
    """Many in a day from one phone may be 도배; whatever sounds like danger never waits."""
    if complaint.phone_index is None or complaint.priority <= 2:
        return False
    recent = Complaint.objects.filter(phone_index=complaint.phone_index, submitted_at__gt=now - _A_DAY)
    return recent.count() > LOOK_AFTER
