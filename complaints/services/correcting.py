"""Correcting what was filed: words, place, category and contact, until the case ends (the Act, §22②)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_noop

from complaints import places_queries
from complaints.geography import Point, is_in_korea
from complaints.models import Assignment, Category, Complaint, Dong, LocationSource, Revision, StageChange
from complaints.permissions import official_behind
from complaints.searching import grams_of
from complaints.services import placing, telling, training
from complaints.services.filing import LONGEST_BODY, PlaceRefused, TooLong
from complaints.services.handing import Why, keep_why, share
from complaints.services.stepping import Missing, NotAllowed, Told, allowed_actor, stale, take
from complaints.workflow import Actor, Stage, step_named
from portal.accounts.models import Department, User
from portal.core import privacy
from portal.core.errors import Refused
from portal.core.phones import parse_mobile
from portal.core.sealing import blind_phone

LABELS: Mapping[str, str] = {
    "body": "내용",
    "address": "장소",
    "address_detail": "상세 위치",
    "lat": "지도 위치",
    "lon": "지도 위치",
    "location_source": "지도 위치",
    "category": "분류",
    "name": "이름",
    "phone": "휴대전화",
}
PLACE = ("address", "lat", "lon")
NOT_YET_WORKED_ON = (Stage.ROUTED, Stage.ASSIGNED)
_OF_OFFICERS = (  # who has a case in its department says nothing about what it is about
    Assignment.Reason.BALANCE,
    Assignment.Reason.STICKY,
    Assignment.Reason.LEAVE,
    Assignment.Reason.HANDOVER,
)
_LONGEST = {"address": 200, "address_detail": 200, "name": 40}


class Proof(TextChoices):
    """How somebody showed that the case is hers to correct."""

    DEVICE = "device", "신고한 기기"
    DIGITS = "digits", "휴대전화 끝 네 자리"
    CODE = "code", "문자 인증번호"
    OFFICIAL = "official", "공무원"


class CodeNeeded(Refused):
    """Another phone number hears everything from now on: only a fresh code shows that it may."""

    field = "phone"
    sentence = gettext_noop("휴대전화 번호를 바꾸려면 새 번호로 받은 인증번호가 필요합니다.")


@transaction.atomic
def correct(
    complaint: Complaint,
    *,
    changes: Mapping[str, object],
    proof: Proof | str,
    version: int,
    by: User | None,
    now: datetime,
) -> list[Revision]:
    """
    Put right what was filed; each field that really changes leaves a `Revision`. No change, no step.

    `changes` maps columns of `LABELS` to their new values. Another category or place may send the case to another
    department as long as nobody has begun to work on it; later the officer finds it marked as unread instead.

    :raises Stale: if the case changed since `version`
    :raises NotAllowed: if it has ended, or is not `by`'s to correct
    :raises CodeNeeded: for another phone number without a fresh code
    :raises Missing: if nothing would be left of the words
    :raises PlaceRefused: if the coordinates are not in Korea
    :raises TooLong: if the text is longer than anybody reads
    """
    step = step_named("correct")
    if version != complaint.version:
        raise stale(complaint, since=version)
    actor = allowed_actor(step, complaint, by=by)
    if (Proof(proof) is Proof.OFFICIAL) is (actor is Actor.CITIZEN):
        raise NotAllowed(step, complaint.stage, "본인 확인을 다시 해 주세요.")
    new = {name: value for name, value in _cleaned(complaint, changes).items() if getattr(complaint, name) != value}
    if not new:
        return []
    if "phone" in new and Proof(proof) is not Proof.CODE and actor is not Actor.CLERK:
        raise CodeNeeded
    before = {name: (getattr(complaint, name), value) for name, value in new.items()}
    old_phone = complaint.phone
    what = ", ".join(dict.fromkeys(LABELS[name] for name in new))
    direction = _direction(complaint, new, now=now)
    department = _department_to_move_to(complaint, new, direction)
    _learn(complaint, new, by=by, now=now)
    change = take(
        complaint,
        "correct",
        by=by,
        now=now,
        version=version,
        changes={**new, **_follows(complaint, new, actor, direction, department)},
        told=Told(data={"fields": list(new), "what": what, "proof": str(Proof(proof))}),
        otherwise=department is not None,
    )
    revisions = _written(change, before, by=by, now=now)
    if "phone" in new and old_phone:
        telling.tell_old_phone(change, complaint, old_phone, by=by, now=now)
    if department is not None:
        keep_why(complaint, _why(direction, new), by=by, now=now)
        share(complaint, now=now, wanted=direction.officer)
    elif complaint.stage == Stage.RECEIVED:
        placing.send_on(complaint, direction, now=now)
    return revisions


def _why(direction: placing.Direction, new: Mapping[str, object]) -> Why:
    """What the choice rests on; somebody's new category is somebody's choice."""
    if "category" in new:
        return Why(Assignment.Reason.MANUAL, "분류를 바로잡아 담당 부서가 바뀌었습니다.")
    return direction.why


def _learn(complaint: Complaint, new: Mapping[str, object], *, by: User | None, now: datetime) -> None:
    """An official's category is what the router should have said."""
    category = new.get("category")
    if isinstance(category, Category) and by is not None and official_behind(by) is not None:
        training.learn_from(complaint, category=category, department=category.department, by=by, now=now)


def _cleaned(complaint: Complaint, changes: Mapping[str, object]) -> dict[str, object]:
    """The values as they would be kept."""
    new: dict[str, object] = {}
    for name, value in changes.items():
        if name not in LABELS:
            raise ValueError(f"{name} cannot be corrected")
        new[name] = _text(name, value) if isinstance(value, str) else value
    if "body" in new and not new["body"] and not complaint.attachments.exists():
        raise Missing("body")
    lat, lon = new.get("lat", complaint.lat), new.get("lon", complaint.lon)
    if isinstance(lat, float) and isinstance(lon, float):
        if not is_in_korea(lat, lon):
            raise PlaceRefused
    elif lat is not None or lon is not None:
        raise PlaceRefused
    return new


def _text(name: str, value: str) -> str:
    if name == "phone":
        return parse_mobile(value)
    if name == "location_source":
        return LocationSource(value).value
    if name == "body" and len(value) > LONGEST_BODY:
        raise TooLong
    return privacy.mask_resident_numbers(value.strip())[: _LONGEST.get(name, LONGEST_BODY)]


def _follows(
    complaint: Complaint,
    new: Mapping[str, object],
    actor: Actor,
    direction: placing.Direction,
    department: Department | None,
) -> dict[str, object]:
    """The columns that follow from the corrected ones."""
    more: dict[str, object] = {}
    if "body" in new or "address" in new:
        body, address = new.get("body", complaint.body), new.get("address", complaint.address)
        more["search_grams"] = grams_of(str(body), str(address))
    if any(name in new for name in PLACE):
        more["dong_id"] = _dong(complaint, new)
    if "phone" in new:
        more["phone_index"] = blind_phone(str(new["phone"]))
    if actor is Actor.CITIZEN:
        more["unread_count"] = complaint.unread_count + 1
    if direction.priority < complaint.priority:
        more["priority"] = direction.priority
    if department is not None:
        more |= {"department": department, "officer": None}
    goes_on = department is not None or complaint.stage == Stage.RECEIVED
    if goes_on and direction.category is not None and direction.department is not None:
        more["category"] = direction.category
    return more


def _direction(complaint: Complaint, new: Mapping[str, object], *, now: datetime) -> placing.Direction:
    """What the corrected words, category and place say about whose case it is and how urgent it sounds."""
    if not {"body", "category", *PLACE} & set(new):
        return placing.Direction(priority=complaint.priority)
    category = new.get("category")
    return placing.direction_of(
        str(new.get("body", complaint.body)),
        place=str(new.get("address", complaint.address)),
        category=category if isinstance(category, Category) else _category_in_hand(complaint),
        dong=_dong_code(complaint, new),
        now=now,
    )


def _category_in_hand(complaint: Complaint) -> Category | None:
    """A person's word about the category stands; what the router chose, and what nobody has yet, is asked again."""
    last = complaint.assignments.exclude(reason__in=_OF_OFFICERS).order_by("-pk").first()
    return None if last is None or last.reason == Assignment.Reason.MODEL else complaint.category


def _department_to_move_to(
    complaint: Complaint, new: Mapping[str, object], direction: placing.Direction
) -> Department | None:
    """Another department, if category or place say so and nobody has begun to work on the case."""
    department = direction.department
    if department is None or not department.is_active or department == complaint.department:
        return None
    says_so = "category" in new or any(name in new for name in PLACE)
    return department if says_so and complaint.stage in NOT_YET_WORKED_ON else None


def _dong(complaint: Complaint, new: Mapping[str, object]) -> int | None:
    """The 행정동 of the place as it is corrected."""
    lat, lon = new.get("lat", complaint.lat), new.get("lon", complaint.lon)
    point = Point(lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None
    return places_queries.dong_of(point=point, text=str(new.get("address", complaint.address)))


def _dong_code(complaint: Complaint, new: Mapping[str, object]) -> str:
    found = Dong.objects.filter(pk=_dong(complaint, new) or 0).values_list("code", flat=True).first()
    return found or ""


def _written(
    change: StageChange, before: Mapping[str, tuple[object, object]], *, by: User | None, now: datetime
) -> list[Revision]:
    return [
        Revision.objects.create(
            complaint=change.complaint,
            seq=change.seq,
            field=name,
            old=_in_words(old),
            new=_in_words(new),
            by=by,
            at=now,
        )
        for name, (old, new) in before.items()
    ]


def _in_words(value: object) -> str:
    return "" if value is None else str(value)
