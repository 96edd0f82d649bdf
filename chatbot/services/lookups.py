"""Questions with an answer of their own: how a case is, who is responsible, where one's papers and settings are."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from chatbot import proving
from chatbot.asking import BILL, NOTICE
from chatbot.cards import Card, Link, Links, Phone, Place, Text
from chatbot.dialogues.petition import Sheet
from chatbot.models import Draft, MapPlace
from chatbot.services.identifying import phone_of
from complaints import numbers
from complaints.models import Complaint
from complaints.services.placing import direction_of
from complaints.wording import stage_label
from complaints.workflow import SENTENCES, Stage
from notices.bill_queries import bills_of, bills_to_phone, proven_bills_of
from notices.models import Bill
from notices.opening_queries import notices_of, notices_to_phone, proven_lines_of
from portal.accounts.models import Department
from portal.accounts.services import return_token, take_token
from portal.core.sealing import blind

OFFICE_HOURS = "평일 9시~18시"
TRIES, PER_SECONDS = 5, 15 * 60
NO_MATCH = "접수번호와 휴대전화 끝 네 자리가 맞는 민원을 찾지 못했습니다. 접수번호부터 다시 적어 주세요."
LOCKED = "다섯 번 맞지 않아 15분 동안 찾을 수 없습니다. 급하시면 대표전화로 알려 주세요."
MOST_PLACES = 5
NO_PLACE = "그 이름의 장소를 찾지 못했습니다. 다른 말로 적어 주시거나 전화로 물어봐 주세요."
MOST_PAPERS = 3
BILLS = "납부하실 고지서가 {count}건 있습니다. ({offices})"
NOTICES = "보내 드린 통지서가 {count}건 있습니다. ({offices})"
WHERE = "무엇인지는 받으신 알림톡·문자의 주소에서, 또는 로그인하고 생년월일을 확인하신 뒤에 보입니다."
NO_BILLS = "이 번호로 납부하실 고지서가 없습니다. 종이로 받으신 고지서는 적힌 곳으로 문의해 주세요."
NO_NOTICES = "이 번호로 보내 드린 통지서가 없습니다. 받으신 것이 진짜인지는 통지서에 적힌 번호로 확인하실 수 있습니다."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; or why not, and which question stands."""

    sheet: Sheet
    is_done: bool
    cards: Sequence[Card] = ()
    note: str = ""


def look_up(draft: Draft, sheet: Sheet, *, now: datetime) -> Found:
    """The answer of a look-up."""
    return _LOOKUPS[sheet.petition.code](draft, sheet, now)


def office(name: str) -> list[Card]:
    """Whom to call about it."""
    department = Department.objects.filter(name=name).first()
    if department is None:
        return [Phone("대표전화", settings.DISTRICT_PHONE, OFFICE_HOURS)]
    return [Phone(department.name, department.phone, OFFICE_HOURS)]


def _track(draft: Draft, sheet: Sheet, now: datetime) -> Found:
    """Tries are counted by conversation, of which anybody has many, and by the case's number as on its page."""
    try:
        number = numbers.parse_number(str(sheet.given["number"]))
    except numbers.NotANumber as refused:
        return _again(sheet, refused.sentence)
    keys = (f"chatbot.track:{draft.conversation_id}", f"complaints.track:{blind(number, context='track').hex()}")
    if not all(take_token(key=key, capacity=TRIES, per_seconds=PER_SECONDS, now=now) for key in keys):
        return Found(sheet, True, [Text(LOCKED), *office("")])
    complaint = Complaint.objects.select_related("department").filter(number=number).first()
    if complaint is None or not _knows(draft, complaint, str(sheet.given["digits"]), now=now):
        return _again(sheet, NO_MATCH)
    for key in keys:
        return_token(key=key, capacity=TRIES)
    who = f"\n담당: {complaint.department.name}" if complaint.department else ""
    words = f"{stage_label(complaint)}. {SENTENCES[Stage(complaint.stage)]}{who}"
    way = Links((Link("자세히 보기", f"{reverse('complaints:track')}?number={complaint.number}"),))
    return Found(sheet, True, [Text(words, title=complaint.number, is_personal=True), way, *_desk(complaint)])


def _knows(draft: Draft, complaint: Complaint, digits: str, *, now: datetime) -> bool:
    """The last four digits, or a case that came out of this very conversation just now or is the citizen's own."""
    if complaint.citizen_id is not None and complaint.citizen_id == draft.citizen_id:
        return True
    filed = Draft.objects.filter(complaint=complaint, conversation=draft.conversation_id).first()
    if filed is not None and not proving.is_over(draft.conversation, filed.changed_at, now=now):
        return True
    typed = "".join(str(unicodedata.decimal(char)) for char in digits if char.isdecimal())
    return len(typed) >= 4 and bool(complaint.phone) and complaint.phone[-4:] == typed[-4:]


def _again(sheet: Sheet, note: str) -> Found:
    return Found(replace(sheet, answers={}, slot="number", failed=0), False, note=note)


def _desk(complaint: Complaint) -> list[Card]:
    return office(complaint.department.name if complaint.department else "")


def _officer(_: Draft, sheet: Sheet, now: datetime) -> Found:
    what = str(sheet.given["what"])
    department = Department.objects.filter(name__in=_department_words(what)).first()
    if department is None:
        department = direction_of(what, place="", category=None, now=now).department
    if department is None:
        words = Text("어느 부서의 일인지 분명하지 않아 대표전화로 안내해 드립니다. 말씀하시면 바로 이어 드립니다.")
        return Found(sheet, True, [words, *office("")])
    return Found(sheet, True, [Text(f"그 일은 {department.name}에서 맡고 있습니다."), *office(department.name)])


def _department_words(text: str) -> list[str]:
    names = Department.objects.filter(is_active=True).values_list("name", flat=True)
    return [name for name in names if name in text.replace(" ", "")]


def _place(_: Draft, sheet: Sheet, __: datetime) -> Found:
    words = [word for word in str(sheet.given["what"]).split() if len(word) > 1] or [str(sheet.given["what"])]
    found: list[MapPlace] = []
    for word in words:
        found += MapPlace.objects.filter(name__icontains=word).order_by("name", "pk")[:MOST_PLACES]
    cards = [
        Place(one.name, one.address, one.lat, one.lon, one.phone, one.hours, one.is_sample)
        for one in {one.pk: one for one in found}.values()
    ][:MOST_PLACES]
    if not cards:
        return Found(sheet, True, [Text(NO_PLACE), *office("")])
    return Found(sheet, True, [*cards, *office("")])


def _bills(draft: Draft, sheet: Sheet, _: datetime) -> Found:
    """How many are to be paid and to whom: what they are is told to nobody but the person they name."""
    user = draft.conversation.citizen
    owed = (bills_of(user) if user else bills_to_phone(phone_of(draft))).filter(status=Bill.Status.OPEN)
    offices = Counter(name for name in owed.values_list("department__name", flat=True))
    if not offices:
        return Found(sheet, True, [Text(NO_BILLS, is_personal=True), *office("")])
    proven = proven_bills_of(user).filter(status=Bill.Status.OPEN)[:MOST_PAPERS] if user else []
    links = [Link(f"고지서 {n}", f"{BILL}{bill.pk}") for n, bill in enumerate(proven, start=1)]
    every = Link("내 고지서 모두 보기", reverse("site:my_bills"))
    return Found(sheet, True, [_counted(BILLS, offices), Links((*links, every)), *office("")])


def _notices(draft: Draft, sheet: Sheet, _: datetime) -> Found:
    """How many, from whom; each is opened behind a sign-in, where it is written down that she did."""
    user = draft.conversation.citizen
    told = notices_of(user) if user else notices_to_phone(phone_of(draft))
    offices = Counter(told.values_list("campaign__department__name", flat=True))
    check = Link("통지서 확인하기", reverse("notices:verify"))
    if not offices:
        return Found(sheet, True, [Text(NO_NOTICES, is_personal=True), Links((check,)), *office("")])
    proven = told.filter(pk__in=proven_lines_of(user).values("pk"))[:MOST_PAPERS] if user else []
    links = [Link(f"통지서 {n}", f"{NOTICE}{one.pk}") for n, one in enumerate(proven, start=1)]
    every = Link("내 통지서 모두 보기", reverse("site:my_notices"))
    return Found(sheet, True, [_counted(NOTICES, offices), Links((*links, every, check)), *office("")])


def _counted(words: str, offices: Counter[str]) -> Text:
    each = ", ".join(f"{name} {count}건" for name, count in offices.most_common())
    return Text(f"{words.format(count=offices.total(), offices=each)}\n{WHERE}", is_personal=True)


def _settings(_: Draft, sheet: Sheet, __: datetime) -> Found:
    """Her own page, behind a sign-in: the secret address of one belongs into a message, not onto a shared screen."""
    words = Text("어떤 알림을 받을지, 밤에는 쉬게 할지 고르실 수 있습니다.")
    way = Links((Link("알림 설정 열기", reverse("messaging:my_preferences")),))
    return Found(sheet, True, [words, way, *office("")])


_LOOKUPS: dict[str, Callable[[Draft, Sheet, datetime], Found]] = {
    "track_complaint": _track,
    "find_officer": _officer,
    "find_place": _place,
    "pay_bill": _bills,
    "my_notices": _notices,
    "alert_settings": _settings,
}
