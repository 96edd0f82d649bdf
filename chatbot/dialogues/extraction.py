"""What an opening sentence tells already: place, plate, time, type, number and phone. All of it is confirmed later."""

import re
import unicodedata
from datetime import datetime

from complaints.petitions import Petition
from complaints.slots import Slot, SlotRefused

_REGIONS = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
_PLATE = re.compile(rf"(?<!\d)(?:(?:{_REGIONS})\s?)?\d{{2,3}}\s?[가-힣]\s?\d{{4}}(?!\d)")
_PHONE = re.compile(r"(?<!\d)01[016789][\s.-]?\d{3,4}[\s.-]?\d{4}(?!\d)")
_BESIDE = (
    r"(?:\s*(?:정문|후문|입구|\d{1,2}번\s?출구|사거리|삼거리|앞|옆|뒤|맞은편|건너편|근처|안|골목|쪽|지하|주차장|인도|도로"
    r"|길가))*"
)
_LOT = re.compile(
    rf"(?:[가-힣]{{1,8}}(?:시|구|군)\s+)?(?:[가-힣]{{1,8}}\d{{0,2}}(?:동|읍|면|리|가)|[가-힣]{{1,10}}\d{{0,3}}(?:로|길)(?:\d{{1,3}}길)?)"
    rf"\s*\d{{1,4}}(?:-\d{{1,4}})?(?:번지|호)?{_BESIDE}"
)
_NEAR = re.compile(
    r"(?:[가-힣]{1,8}\d{0,2}동\s+)?[가-힣A-Za-z0-9]{1,12}"
    r"(?:초등학교|중학교|고등학교|유치원|어린이집|아파트|주민센터|행정복지센터|보건소|도서관|놀이터|공원|시장|마트|병원|약국|은행|빌라|빌딩|교회|역|학교|초|중|고)"
    r"(?:\s*(?:정문|후문|입구|\d{1,2}번\s?출구|사거리|삼거리|앞|옆|뒤|맞은편|건너편|근처|골목|주차장|인도))+"
)
_CORNER = re.compile(rf"[가-힣A-Za-z0-9]{{2,10}}(?:사거리|삼거리|오거리|교차로|육교|다리)(?:{_BESIDE})")
_WHEN = re.compile(
    r"(?:그저께|그제|엊그제|어제|오늘|방금|아까|지금|(?:지난|이번|저번)\s?주?\s?[월화수목금토일]요일|\d{1,2}월\s?\d{1,2}일)"
    r"(?:\s*(?:새벽|아침|오전|점심|낮|오후|저녁|밤)?(?:에|쯤)?\s*(?:\d{1,2}\s?(?:시|:)\s?(?:\d{1,2}\s?분|반)?)?)?"
)
_DAY = re.compile(
    r"(?:내일|모레|글피|(?:이번|다음|담)\s?주\s?[월화수목금토일]요일|\d{1,2}월\s?\d{1,2}일|[월화수목금토일]요일)"
)
_COUNT = re.compile(
    r"(\d{1,3}|한|하나|두|둘|세|셋|네|넷|다섯|여섯|일곱|여덟|아홉|열)\s?(?:개|대|마리|명|점|짝)|(?:하나|둘|셋|넷)(?![가-힣])"
)
LONGEST = 400


def extract(petition: Petition, text: str, *, now: datetime) -> dict[str, object]:
    """The answers that stand in a sentence, by slot; nothing is guessed for free text, consent or a name."""
    sentence = " ".join(unicodedata.normalize("NFC", text).split())[:LONGEST]
    found: dict[str, object] = {}
    rest = sentence
    for kind in ("plate", "phone", "datetime", "date", "place", "number"):
        slots = [slot for slot in petition.slots if slot.type == kind and not slot.is_sensitive]
        piece = _piece(kind, rest)
        if not slots or not piece:
            continue
        value = _read(slots[0], piece, now=now)
        if value is not None:
            found[slots[0].name] = value
            rest = rest.replace(piece, " ", 1)
    for slot in petition.slots:
        if slot.type in ("choice", "choices") and not slot.is_sensitive:
            chosen = _chosen(slot, rest)
            if chosen is not None:
                found[slot.name] = chosen
    return {slot.name: found[slot.name] for slot in petition.shown(found) if slot.name in found}


def phone_in(text: str) -> str:
    """A mobile number as it stands in the sentence, or nothing."""
    found = _PHONE.search(text)
    return found[0] if found else ""


def tells_details(text: str) -> bool:
    """Whether a sentence says where or which car: nobody asks a question that way."""
    return bool(_LOT.search(text) or _PLATE.search(text))


def _piece(kind: str, text: str) -> str:
    match kind:
        case "plate":
            found = _PLATE.search(text)
        case "phone":
            found = _PHONE.search(text)
        case "datetime":
            found = _WHEN.search(text)
        case "date":
            found = _DAY.search(text)
        case "number":
            found = _COUNT.search(text)
        case _:
            found = _LOT.search(text) or _NEAR.search(text) or _CORNER.search(text)
    return found[0].strip() if found else ""


def _read(slot: Slot, piece: str, *, now: datetime) -> object | None:
    try:
        return slot.read(piece, now=now)
    except SlotRefused:
        return None


def _chosen(slot: Slot, text: str) -> object | None:
    """The one option whose words stand in the sentence; of several that do, none was said surely."""
    spaceless = re.sub(r"[\W_]+", "", text)
    said = [option for option in slot.options if any(word in spaceless for word in _words(option))]
    if slot.type == "choices":
        return said or None
    return said[0] if len(said) == 1 else None


def _words(option: str) -> list[str]:
    """The words an option is called by: its own, or either side of a middle dot; never those of a catch-all."""
    if option.startswith(("그 밖", "모르", "없음", "본인", "모두")):
        return []
    parts = [re.sub(r"[\W_]+", "", part) for part in re.split(r"[·(,/]", option)]
    return [part for part in parts if len(part) >= 2]
