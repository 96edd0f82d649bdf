"""The end of a form: a complaint with its number, papers made ready, or something looked up."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from chatbot import asking
from chatbot.cards import Card, Link, Links, Summary, Text
from chatbot.dialogues.petition import Sheet
from chatbot.draft_queries import in_words
from chatbot.models import Conversation, Draft
from chatbot.resuming import intake_key_of
from chatbot.services import drafts, handover, identifying, lookups
from complaints import pending
from complaints import services as complaints
from complaints.attachments import Photo
from complaints.models import Category, Channel, Complaint, LocationSource
from complaints.petitions import Petition
from complaints.services import Filing, Place
from complaints.slots import Slot
from portal.accounts.models import Department
from portal.core.clock import in_korea
from portal.core.errors import Refused


class FilesLost(Refused):
    """Fewer files are kept than the form says: it is not filed silently without them."""

    sentence = "올리신 사진이나 파일이 남아 있지 않습니다. 그 줄을 눌러 다시 올려 주세요."


_CHANNELS = {
    Conversation.Channel.KAKAO.value: Channel.KAKAO,
    Conversation.Channel.SMS.value: Channel.SMS,
}


def end(draft: Draft, sheet: Sheet, *, now: datetime) -> list[Card]:
    """
    What the petition ends in. A draft that is filed already is told its number again.

    :raises portal.core.errors.Refused: if it cannot be filed; the draft stays as it is
    """
    if sheet.petition.ends_in == "lookup":
        return _looked_up(draft, sheet, now=now)
    if sheet.petition.ends_in == "prepared":
        return _prepared(draft, sheet.petition, now=now)
    complaint = file_draft(draft, sheet, now=now)
    return receipt(draft, complaint, handover.promise_for(draft, complaint, now=now))


@transaction.atomic
def file_draft(draft: Draft, sheet: Sheet, *, now: datetime) -> Complaint:
    """
    File it: once, however often and from wherever it is confirmed.

    :raises FilesLost: if files were counted that are not there any more
    """
    petition, key = sheet.petition, intake_key_of(draft)
    filing = Filing(
        channel=_CHANNELS.get(draft.conversation.channel, Channel.CHATBOT),
        body=body_of(sheet),
        kind=petition.kind,
        category=Category.objects.select_related("department").filter(code=petition.category).first(),
        department=Department.objects.filter(name=petition.department).first() if petition.department else None,
        place=_place(sheet),
        photos=_files(key, sheet),
        phone=identifying.phone_of(draft),
        name=_name(sheet),
        extra={"petition": petition.code, "title": petition.title, "answers": _answers(sheet)},
    )
    complaint = complaints.file(filing=filing, by=draft.citizen, intake_key=key, now=now)
    draft.complaint, draft.state, draft.changed_at, draft.resume_hash = complaint, Draft.State.FILED, now, None
    draft.save()
    draft.answers.all().delete()
    transaction.on_commit(partial(pending.discard, key))
    return complaint


def receipt(draft: Draft, complaint: Complaint, promise: str) -> list[Card]:
    """접수번호, what happens next, and where to follow it."""
    heard = "접수번호로 진행 상황을 볼 수 있습니다."
    if complaint.phone:
        heard = "진행 상황을 알림톡이나 문자로 알려 드립니다."
    words = " ".join(part for part in ("신청을 받았습니다.", heard, promise) if part)
    return [
        Text(f"접수번호 {complaint.number}\n{words}", title="접수했습니다"),
        Links((Link("진행 상황 보기", f"{asking.CASE}{draft.public_id}"),)),
    ]


def body_of(sheet: Sheet) -> str:
    """The petition in Korean lines, as an official reads it. What is too private for a text stands beside it."""
    told = [slot for slot in _told(sheet) if not slot.is_sensitive]
    short = [f"{slot.label}: {in_words(slot, sheet.given[slot.name])}" for slot in told if not slot.is_free_text]
    long = [_paragraph(slot, str(sheet.given[slot.name])) for slot in told if slot.is_free_text]
    return "\n".join([f"[{sheet.petition.title}]", *short, *long])


def _paragraph(slot: Slot, text: str) -> str:
    return f"{slot.label}: {text}" if len(text) <= 40 else f"\n{slot.label}\n{text}"


def _told(sheet: Sheet) -> Iterator[Slot]:
    yield from (slot for slot in sheet.petition.shown(sheet.given) if slot.name in sheet.given)


def _answers(sheet: Sheet) -> list[list[str]]:
    return [[slot.label, in_words(slot, sheet.given[slot.name])] for slot in _told(sheet)]


def _files(key: UUID, sheet: Sheet) -> list[Photo]:
    """What was uploaded; never fewer than the summary says."""
    found = pending.photos(key)
    counted = [value for slot in _told(sheet) if slot.is_uploaded and isinstance(value := sheet.given[slot.name], int)]
    if len(found) < max(counted, default=0):
        raise FilesLost
    return found


def _place(sheet: Sheet) -> Place:
    found = next((str(sheet.given[slot.name]) for slot in _told(sheet) if slot.type == "place"), "")
    return Place(address=found, source=LocationSource.TEXT) if found else Place()


def _name(sheet: Sheet) -> str:
    return next((str(sheet.given[slot.name]) for slot in _told(sheet) if slot.type == "person"), "")


def _prepared(draft: Draft, petition: Petition, *, now: datetime) -> list[Card]:
    """Ready for the counter. It is not filed, and says so."""
    draft.state, draft.changed_at, draft.resume_hash = Draft.State.PREPARED, now, None
    draft.save()
    until = in_korea(draft.expires_at)
    words = (
        f"{asking.NOT_FILED} {petition.department} 창구에 이 화면을 보여 주시면 다시 적지 않으셔도 됩니다. "
        f"적으신 내용은 {until.month}월 {until.day}일까지 보관합니다. 신분증을 가져오세요."
    )
    made = Text(words, title="미리 적어 두었습니다")
    return [made, Summary(str(draft.public_id)), *lookups.office(petition.department)]


def _looked_up(draft: Draft, sheet: Sheet, *, now: datetime) -> list[Card]:
    found = lookups.look_up(draft, sheet, now=now)
    if not found.is_done:
        drafts.keep(draft, found.sheet, source=drafts.Source.TYPED, now=now)
        return asking.question(draft, found.sheet, note=found.note, now=now)
    drafts.keep_unfiled(draft, state=Draft.State.PREPARED, now=now)
    return list(found.cards)
