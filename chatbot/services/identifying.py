"""Who it is, asked only at the very end of a form: a phone, proven by a code that is texted to it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chatbot import asking, proving
from chatbot.cards import Card, Text
from chatbot.dialogues.commands import Command, command_in
from chatbot.models import Draft
from chatbot.services import drafts
from complaints.petitions import Petition
from portal.accounts import proofs
from portal.accounts.citizens import OfficialsNumber, sign_up_or_in
from portal.accounts.proofs import CodeOver, CodeWrong, Purpose, TooManyTries
from portal.core.errors import Refused

ASK = "마지막입니다. 처리 결과를 알려 드릴 휴대전화 번호를 적어 주세요. 본인 번호인지 인증번호로 확인합니다."
CODE = "문자로 보낸 인증번호 여섯 자리를 3분 안에 적어 주세요."
_WAYS = (Command.BACK, Command.LATER, Command.CANCEL)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an answer about who it is."""

    is_done: bool
    cards: Sequence[Card] = ()


def is_needed(draft: Draft, petition: Petition, *, now: datetime) -> bool:
    """Whether a phone must be proven: not of somebody signed in, and not for what needs nobody's name."""
    _forget_if_over(draft, now=now)
    if petition.ends_in == "prepared" or petition.identity == "none":
        return False
    if petition.ends_in == "lookup" and petition.identity != "verified":
        return False
    return not phone_of(draft)


def ask(draft: Draft, *, note: str = "", now: datetime) -> list[Card]:
    """The question that stands at the end: the phone, or its code."""
    words = [Text(note)] if note else []
    if drafts.own(draft, drafts.HANDLE):
        return [*words, Text(CODE), asking.steering(draft, (Command.RESEND, *_WAYS), now=now)]
    return [*words, Text(ASK), asking.steering(draft, _WAYS, now=now)]


def hear(draft: Draft, text: str, *, address: str = "", now: datetime) -> Heard:
    """A phone or its code, whichever is asked for; an empty text asks for it. `address` is the client's, for limits."""
    address = address or f"chat:{draft.conversation_id}"
    handle = drafts.own(draft, drafts.HANDLE)
    if handle and command_in(text, Command.RESEND) is not None:
        return _begun(draft, drafts.own(draft, drafts.PHONE), address=address, now=now)
    if handle:
        return _confirmed(draft, handle, text, address=address, now=now)
    if not text.strip():
        return Heard(False, ask(draft, now=now))
    return _begun(draft, text, address=address, now=now)


def _forget_if_over(draft: Draft, *, now: datetime) -> None:
    """A form that could not be sent when she proved her phone is not sent in her name by the next at the device."""
    proven_at = drafts.own(draft, drafts.PROVEN_AT)
    if proven_at and proving.is_over(draft.conversation, datetime.fromisoformat(proven_at), now=now):
        drafts.forget_who(draft)
        draft.save(update_fields=["citizen"])


def forget(draft: Draft) -> None:
    """Another number is to be given."""
    drafts.drop(draft, drafts.PHONE, drafts.HANDLE)


def phone_of(draft: Draft) -> str:
    """The number that was proven to be the writer's."""
    if draft.citizen is not None and draft.citizen.phone:
        return draft.citizen.phone
    return drafts.own(draft, drafts.PROVEN)


def _begun(draft: Draft, typed: str, *, address: str, now: datetime) -> Heard:
    try:
        asked = proofs.begin(
            phone=typed, purpose=Purpose.FORM, address=address, now=now, reference=str(draft.public_id)
        )
    except Refused as refused:
        if not drafts.own(draft, drafts.HANDLE):
            drafts.drop(draft, drafts.PHONE)
        return Heard(False, ask(draft, note=refused.sentence, now=now))
    drafts.put(draft, drafts.PHONE, typed)
    drafts.put(draft, drafts.HANDLE, asked.handle)
    return Heard(False, ask(draft, now=now))


def _confirmed(draft: Draft, handle: str, typed: str, *, address: str, now: datetime) -> Heard:
    try:
        proven = proofs.confirm(
            handle, code=typed, purpose=Purpose.FORM, now=now, reference=str(draft.public_id), address=address
        )
    except (CodeWrong, TooManyTries) as refused:
        return Heard(False, ask(draft, note=refused.sentence, now=now))
    except CodeOver as refused:
        forget(draft)
        return Heard(False, ask(draft, note=refused.sentence, now=now))
    drafts.put(draft, drafts.PROVEN, proven.phone)
    drafts.put(draft, drafts.PROVEN_AT, now.isoformat())
    drafts.drop(draft, drafts.HANDLE)
    if drafts.petition_of(draft).identity == "verified":
        with suppress(OfficialsNumber):  # an official's own matter is filed by its phone alone
            draft.citizen = sign_up_or_in(proven=proven, now=now)
            draft.save(update_fields=["citizen"])
    return Heard(True)
