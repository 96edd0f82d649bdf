"""A POST of the standard becomes a complaint, through the same door as every other."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from complaints import public_queries, services
from complaints.attachments import MOST_BYTES, MOST_FILES, Photo
from complaints.models import Category, Channel, Complaint, LocationSource
from complaints.open311.problems import NotFound, Problem
from complaints.open311.reading import coordinate
from complaints.open311.showing import ANY_SERVICE
from messaging.models import ApiKey
from portal.core import sealing
from portal.core.clock import day_in_korea
from portal.core.phones import parse_mobile

LONGEST_ADDRESS = 200
LONGEST_URL = 500
_NOT_THE_CASE = ("api_key", "jurisdiction_id")


def token_for(given: Mapping[str, str], files: list[UploadedFile], *, key: ApiKey, now: datetime) -> str:
    """
    One token for the same words of the same system on one day: a request that is sent again makes no second case.

    Keyed, so that it cannot be guessed from the words; the key of the filing itself is derived from it once more.
    """
    words = {name: value for name, value in sorted(given.items()) if name not in _NOT_THE_CASE}
    sizes = [[file.name, file.size] for file in files]
    said = json.dumps([key.pk, day_in_korea(now).isoformat(), words, sizes], ensure_ascii=False)
    return str(UUID(bytes=sealing.blind(said, context="complaints.open311.token")))


def intake_key_of(token: str) -> UUID:
    """
    The key under which a token's filing was made. Never given out: with it a form would show the case.

    :raises NotFound: if it is no token
    """
    try:
        spelled = str(UUID(token))
    except ValueError:
        raise NotFound("token을 찾을 수 없습니다.") from None
    return UUID(bytes=sealing.blind(spelled, context="complaints.open311.intake"))


def file_request(given: Mapping[str, str], files: list[UploadedFile], *, token: str, now: datetime) -> Complaint:
    """
    File it.

    :raises Problem: if something the standard requires is missing or cannot be read
    :raises portal.core.errors.Refused: whatever filing refuses
    """
    category = _category(given.get("service_code", "").strip())
    filing = services.Filing(
        channel=Channel.OPEN311,
        body=_body(given, category, has_photos=bool(files)),
        category=category,
        place=_place(given),
        photos=[Photo(file.name or "", file.read(MOST_BYTES + 1)) for file in files[: MOST_FILES + 1]],
        phone=parse_mobile(given["phone"]) if given.get("phone", "").strip() else "",
        name=_name(given),
    )
    return services.file(filing=filing, by=None, intake_key=intake_key_of(token), now=now)


def _category(code: str) -> Category | None:
    if not code:
        raise Problem("service_code가 없습니다.")
    if code == ANY_SERVICE:
        return None
    found = next((category for category in public_queries.offered() if category.code == code), None)
    if found is None:
        raise NotFound("service_code를 찾을 수 없습니다.")
    return found


def _body(given: Mapping[str, str], category: Category | None, *, has_photos: bool) -> str:
    """What was said; a picture elsewhere is named and not fetched: we call no address that a stranger gives us."""
    said = given.get("description", "").strip()
    if not said and category is not None and not has_photos:
        said = f"{category.name} 신고"
    url = given.get("media_url", "").strip()
    if url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL:
        said = f"{said}\n(사진 주소: {url})".strip()
    return said


def _place(given: Mapping[str, str]) -> services.Place:
    lat, lon = coordinate(given, "lat"), coordinate(given, "long")
    address = (given.get("address_string", "").strip() or given.get("address_id", "").strip())[:LONGEST_ADDRESS]
    if lat is None and lon is None and not address:
        raise Problem("lat와 long, 또는 address_string이 있어야 합니다.")
    source = LocationSource.PIN if lat is not None else LocationSource.TEXT
    return services.Place(address=address, lat=lat, lon=lon, source=source)


def _name(given: Mapping[str, str]) -> str:
    """김하늘 without a space, Jane Doe with one and in the other order."""
    first, last = (" ".join(given.get(name, "").split()) for name in ("first_name", "last_name"))
    is_latin = (first + last).isascii()
    return (f"{first} {last}" if is_latin else f"{last}{first}").strip()[:64]
