"""
A conversation that has something open: what is said goes to the form on top first.

Everything here runs inside the turn's transaction, with the conversation held. It answers with cards; who calls
records the turn.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from chatbot import asking
from chatbot.cards import Card, Chips, Link, Links, Text
from chatbot.dialogues import petition as machine
from chatbot.dialogues.commands import Command, command_in
from chatbot.dialogues.extraction import extract, phone_in
from chatbot.dialogues.naming import asks_for_kinds, petition_wanted
from chatbot.dialogues.petition import Ear, Effect, Move, Sheet
from chatbot.dialogues.stack import About, Frame, Kind, stack_of
from chatbot.engine.text import mask
from chatbot.models import Conversation, Draft
from chatbot.resuming import OPEN, intake_key_of
from chatbot.services import drafts, ending, handover, identifying
from chatbot.services.drafts import Source
from chatbot.services.talking import Said, Talk, bring_up, set_frame, top_draft
from complaints import pending
from complaints.petitions import Petition, shipped
from portal.core.errors import Refused
from portal.core.workdays import CalendarMissing

SLOT_MARK = "[slot]"
NOT_NOW = "지금은 접수가 되지 않습니다. 적으신 내용은 그대로 두었으니 내일 다시 ‘확인’을 눌러 주시거나 전화해 주세요."
CHANGED_SPEC = "그 사이 신청서가 바뀌었습니다. 그대로 쓸 수 있는 답은 남겨 두었습니다."


def hear(conversation: Conversation, text: str, *, ear: Ear, now: datetime, address: str = "") -> Said | None:
    """What an utterance means for what is open, or begins; None if it is an ordinary question."""
    talk = Talk(conversation, ear, now, stack_of(conversation.stack), address)
    said = _hear(talk, text)
    talk.keep_stack()
    return said


def press(
    conversation: Conversation, kind: str, values: Sequence[str], *, ear: Ear, now: datetime, address: str = ""
) -> Said:
    """
    What a button of a form means. A form of another conversation does not exist for this one.

    :raises DraftGone: if there is no such form any more
    """
    talk = Talk(conversation, ear, now, stack_of(conversation.stack), address)
    said = _press(talk, kind, values)
    talk.keep_stack()
    return said


def interrupt(conversation: Conversation, text: str, *, is_sure: bool, ear: Ear, now: datetime) -> Said | None:
    """
    Danger was heard. An open form stays as it is, and its free text keeps the words.

    What may only have sounded so still answers the question that stands: a place can be called ‘불난 집 앞’.
    """
    talk = Talk(conversation, ear, now, stack_of(conversation.stack))
    draft = top_draft(talk)
    if draft is None:
        return None
    sheet = drafts.sheet_of(draft)
    effect = None if is_sure or draft.state != Draft.State.FILLING else machine.respond(sheet, text, ear=ear, now=now)
    if effect is not None and sheet.slot and effect.taken == sheet.slot:
        said = _settled(talk, draft, effect, source=Source.TYPED, logged=SLOT_MARK)
        talk.keep_stack()
        return said
    kept = machine.interrupted(sheet, text, now=now)
    if kept is not sheet:
        drafts.keep(draft, kept, source=Source.TYPED, now=now)
        set_frame(talk, draft, Kind.PETITION if kept.slot else Kind.CONFIRM)
    talk.keep_stack()
    is_free = sheet.asked is not None and sheet.asked.is_free_text
    return Said([Chips((asking.resume_chip(draft, now=now),))], SLOT_MARK if is_free else mask(text))


def upload(conversation: Conversation, draft: Draft, name: str, *, ear: Ear, now: datetime) -> Said:
    """Files were kept for a question of a form."""
    talk = Talk(conversation, ear, now, stack_of(conversation.stack))
    bring_up(talk, draft)
    effect = machine.uploaded(drafts.sheet_of(draft), name, len(pending.sizes(intake_key_of(draft))))
    said = _settled(talk, draft, effect, source=Source.TYPED, logged="[사진]")
    talk.keep_stack()
    return said


def resume(conversation: Conversation, draft: Draft, *, ear: Ear, now: datetime) -> Said:
    """A link led back to a form, perhaps from another channel."""
    talk = Talk(conversation, ear, now, stack_of(conversation.stack))
    said = _resumed(talk, draft)
    talk.keep_stack()
    return said


def _hear(talk: Talk, text: str) -> Said | None:
    draft = top_draft(talk)
    if draft is None:
        return _opened(talk, text)
    top = talk.stack.top
    if top is not None and top.kind == Kind.CHOOSE:
        said = _chosen(talk, draft, top, command_in(text, Command.YES, Command.NO, Command.CANCEL, Command.CONFIRM))
        if said is not None:
            return said
    if draft.state == Draft.State.IDENTIFYING:
        return _identified(talk, draft, text)
    effect = machine.respond(drafts.sheet_of(draft), text, ear=talk.ear, now=talk.now)
    is_steering = effect.faq is not None or effect.code or command_in(text, *Command) is not None
    return _settled(talk, draft, effect, source=Source.TYPED, logged=mask(text) if is_steering else SLOT_MARK)


def _press(talk: Talk, kind: str, values: Sequence[str]) -> Said:
    if kind == "petition":
        return _petition_pressed(talk, values[0])
    filed = drafts.filed_in(talk.conversation, values[0])
    if filed is not None and filed.complaint is not None:
        return Said(ending.receipt(filed, filed.complaint, ""), Command.CONFIRM.value)
    draft = drafts.draft_in(talk.conversation, values[0], now=talk.now)
    bring_up(talk, draft)
    sheet = drafts.sheet_of(draft)
    if kind == "slot":
        effect = machine.tapped(sheet, values[1], values[2], now=talk.now)
        is_private = sheet.petition.has(values[1]) and sheet.petition.slot(values[1]).is_sensitive
        return _settled(talk, draft, effect, source=Source.TAPPED, logged=SLOT_MARK if is_private else values[2])
    if kind == "change":
        label = sheet.petition.slot(values[1]).label if sheet.petition.has(values[1]) else ""
        effect = machine.asked_again(sheet, values[1])
        return _settled(talk, draft, effect, source=Source.TAPPED, logged=f"{label} 고치기".strip())
    return _command_pressed(talk, draft, sheet, Command(values[1]))


def _command_pressed(talk: Talk, draft: Draft, sheet: Sheet, command: Command) -> Said:
    top = talk.stack.top
    if command is Command.RESUME:
        return _resumed(talk, draft)
    if top is not None and top.kind == Kind.CHOOSE:
        said = _chosen(talk, draft, top, command)
        if said is not None:
            return said
    if draft.state == Draft.State.IDENTIFYING:
        return _identified(talk, draft, command.value)
    effect = machine.commanded(sheet, command, ear=talk.ear, now=talk.now)
    return _settled(talk, draft, effect, source=Source.TAPPED, logged=command.value)


def _petition_pressed(talk: Talk, code: str) -> Said:
    if code.startswith(asking.BY_GROUP):
        group = code.removeprefix(asking.BY_GROUP)
        return Said(asking.kinds(group, now=talk.now), "어떤 것을 신청할 수 있나요?")
    petition = shipped().get(code)
    return begin(talk, petition, "", logged=petition.title)


def _opened(talk: Talk, text: str) -> Said | None:
    """Nothing is open: does the sentence open something?"""
    command = command_in(text, Command.PERSON, Command.RESUME)
    if command is Command.PERSON:
        return _to_person(talk, logged=command.value, reason="asked")
    if command is Command.RESUME:
        latest = drafts.open_drafts(talk.conversation, now=talk.now).first()
        return _resumed(talk, latest) if latest is not None else None
    if asks_for_kinds(text):
        return Said(asking.kinds("", now=talk.now), mask(text))
    petition = petition_wanted(text)
    return begin(talk, petition, text, logged=mask(text)) if petition is not None else None


def begin(talk: Talk, petition: Petition, text: str, *, logged: str) -> Said:
    """A form begins, or the one of the same kind that is half filled goes on."""
    known = drafts.open_drafts(talk.conversation, now=talk.now).filter(petition_code=petition.code).first()
    if known is not None:
        return _resumed(talk, known, logged=logged)
    found = extract(petition, text, now=talk.now) if text else {}
    draft = drafts.begin(talk.conversation, petition, found, source=Source.EXTRACTED, now=talk.now)
    _from_profile(draft, petition)
    if phone_in(text):
        drafts.put(draft, drafts.PHONE, phone_in(text), source=Source.EXTRACTED)
    sheet = drafts.sheet_of(draft)
    drafts.keep(draft, sheet, source=Source.EXTRACTED, now=talk.now)
    talk.stack = talk.stack.pushed(Frame(Kind.PETITION.value, str(draft.public_id)))
    effect = Effect(sheet, Move.ASK if sheet.slot else Move.SUMMARY)
    if petition.ends_in == "lookup" and not sheet.slot:
        effect = Effect(sheet, Move.CONFIRMED)
    said = _settled(talk, draft, effect, source=Source.EXTRACTED, logged=logged)
    return Said([Text(asking.opening(petition, found=bool(found))), *said.cards], said.logged)


def _from_profile(draft: Draft, petition: Petition) -> None:
    name = draft.citizen.name if draft.citizen else ""
    person = next((slot for slot in petition.slots if slot.type == "person"), None)
    if name and person is not None:
        drafts.put(draft, person.name, name, source=Source.PROFILE)


def _resumed(talk: Talk, draft: Draft, *, logged: str = Command.RESUME.value) -> Said:
    note = CHANGED_SPEC if drafts.is_outdated(draft) else "쓰시던 곳부터 이어 갈게요."
    bring_up(talk, draft)
    if draft.state == Draft.State.IDENTIFYING:
        return Said(identifying.ask(draft, note=note, now=talk.now), logged)
    sheet = drafts.sheet_of(draft)
    effect = Effect(sheet, Move.ASK if sheet.slot else Move.SUMMARY, note=note)
    return _settled(talk, draft, effect, source=Source.TYPED, logged=logged)


def _settled(talk: Talk, draft: Draft, effect: Effect, *, source: str, logged: str) -> Said:
    """Write down what the machine decided, and say it."""
    drafts.keep(draft, effect.sheet, source=source, now=talk.now)
    sheet, note, now = effect.sheet, effect.note, talk.now
    if effect.move in (Move.CANCEL, Move.RESTART, Move.PUSH):
        return Said(_ask_first(talk, draft, effect), logged)
    if effect.move is Move.LATER:
        return _later(talk, draft, logged=logged)
    if effect.move is Move.PERSON:
        return _to_person(talk, logged=logged, reason="asked", draft=draft)
    if effect.move is Move.CONFIRMED:
        return _confirmed(talk, draft, sheet, logged=logged)
    if sheet.petition.ends_in == "lookup" and not sheet.slot:
        return _confirmed(talk, draft, sheet, logged=logged)
    set_frame(talk, draft, Kind.PETITION if sheet.slot else Kind.CONFIRM)
    match effect.move:
        case Move.STUCK:
            return Said(asking.stuck(draft, sheet, note=note, now=now), logged)
        case Move.CHANGE:
            return Said(asking.changes(draft, sheet, now=now), logged)
        case Move.MORE:
            note = "골랐습니다. 더 있으면 고르시고, 다 고르셨으면 ‘다 골랐어요’를 눌러 주세요."
        case Move.FAQ:
            note = "쓰시던 신청서로 돌아왔습니다."
    return Said(asking.question(draft, sheet, note=note, now=now), logged, faq=effect.faq)


def _ask_first(talk: Talk, draft: Draft, effect: Effect) -> list[Card]:
    """Cancelling, beginning anew and another petition want a yes."""
    title = effect.sheet.petition.title
    about, words, yes = {
        Move.CANCEL: (About.CANCEL, f"‘{title}’ 작성을 그만둘까요? 적으신 내용은 지웁니다.", "그만둘게요"),
        Move.RESTART: (About.RESTART, "적으신 내용을 지우고 처음부터 다시 할까요?", "처음부터 할게요"),
        Move.PUSH: (About.PUSH, "", "시작할게요"),
    }[effect.move]
    if about is About.PUSH:
        other = shipped().get(effect.code)
        words = f"지금 작성을 잠시 두고 ‘{other.title}’ 작성을 시작할까요? 쓰시던 것은 그대로 둡니다."
    frame = Frame(Kind.CHOOSE.value, str(draft.public_id), about.value, effect.code)
    talk.stack = talk.stack.pushed(frame)
    return asking.yes_or_no(draft, words, yes=yes, no="아니요, 계속 쓸게요", now=talk.now)


def _chosen(talk: Talk, draft: Draft, frame: Frame, answer: Command | None) -> Said | None:
    """A yes does it, a no goes on; anything else is for the form beneath."""
    talk.stack = talk.stack.popped()
    bring_up(talk, draft)
    if answer is None:
        return None
    sheet = drafts.sheet_of(draft)
    is_yes = answer in (Command.YES, Command.CONFIRM) or (answer is Command.CANCEL and frame.about == About.CANCEL)
    if not is_yes:
        effect = Effect(sheet, Move.ASK if sheet.slot else Move.SUMMARY, note="네, 계속할게요.")
        return _settled(talk, draft, effect, source=Source.TYPED, logged=Command.NO.value)
    if frame.about == About.CANCEL:
        return _cancelled(talk, draft)
    if frame.about == About.RESTART:
        pending.discard(intake_key_of(draft))
        effect = Effect(machine.restarted(sheet), Move.ASK, note="처음부터 다시 여쭐게요.")
        return _settled(talk, draft, effect, source=Source.TYPED, logged=Command.RESTART.value)
    return begin(talk, shipped().get(frame.code), "", logged=Command.YES.value)


def _cancelled(talk: Talk, draft: Draft) -> Said:
    drafts.keep_unfiled(draft, state=Draft.State.ABANDONED, now=talk.now)
    talk.stack = talk.stack.without(str(draft.public_id))
    words = Text("그만두고 적으신 내용을 지웠습니다. 궁금한 것이 있으면 언제든 물어봐 주세요.")
    return Said([words, *_what_waits(talk), *asking.kinds("", now=talk.now)[1:]], Command.CANCEL.value)


def _later(talk: Talk, draft: Draft, *, logged: str) -> Said:
    talk.stack = talk.stack.without(str(draft.public_id))
    days = drafts.life().days
    words = Text(f"적으신 내용을 {days}일 동안 보관합니다. ‘이어서 작성’이라고 하시면 계속할 수 있습니다.")
    link = Links((Link("다른 기기에서 이어 쓰는 주소", f"{asking.RESUME}{draft.public_id}"),))
    return Said([words, Chips((asking.resume_chip(draft, now=talk.now),)), link], logged)


def _to_person(talk: Talk, *, logged: str, reason: str, draft: Draft | None = None) -> Said:
    """A person is asked for; an open form stays where it is."""
    cards = handover.ask(talk.conversation, reason=reason, draft=draft, now=talk.now)
    if cards is None:  # nobody is there: a call is promised, and that is a form of its own
        said = begin(talk, shipped().get(handover.CALLBACK), "", logged=logged)
        return Said([Text(_nobody_there(now=talk.now)), *said.cards], logged)
    chip = [Chips((asking.resume_chip(draft, now=talk.now),))] if draft is not None else []
    return Said([*cards, *chip], logged, is_person=True)


def _nobody_there(*, now: datetime) -> str:
    try:
        return handover.nobody_there(now=now)
    except CalendarMissing:
        return "지금은 상담사가 자리에 없습니다. 번호를 남겨 주시면 다음 근무일에 전화드리겠습니다."


def _confirmed(talk: Talk, draft: Draft, sheet: Sheet, *, logged: str) -> Said:
    """Looked over and right: now, and only now, who it is; and then it is filed."""
    draft.answers.update(is_confirmed=True)
    if identifying.is_needed(draft, sheet.petition, now=talk.now):
        set_frame(talk, draft, Kind.IDENTIFY)
        return _identified(talk, draft, drafts.own(draft, drafts.PHONE), logged=logged)
    return _ended(talk, draft, sheet, logged=logged)


def _identified(talk: Talk, draft: Draft, text: str, *, logged: str = SLOT_MARK) -> Said:
    """A phone or its code, or a word that steers."""
    match command_in(text, Command.CANCEL, Command.LATER, Command.PERSON, Command.BACK, Command.CHANGE):
        case Command.CANCEL:
            return Said(_ask_first(talk, draft, Effect(drafts.sheet_of(draft), Move.CANCEL)), Command.CANCEL.value)
        case Command.LATER:
            return _later(talk, draft, logged=Command.LATER.value)
        case Command.PERSON:
            return _to_person(talk, logged=Command.PERSON.value, reason="asked", draft=draft)
        case Command.BACK | Command.CHANGE as command:
            identifying.forget(draft)
            return _settled(
                talk, draft, Effect(drafts.sheet_of(draft), Move.SUMMARY), source=Source.TYPED, logged=command.value
            )
    heard = identifying.hear(draft, text, address=talk.address, now=talk.now)
    if not heard.is_done:
        return Said(heard.cards, logged)
    return _ended(talk, draft, drafts.sheet_of(draft), logged=logged)


def _ended(talk: Talk, draft: Draft, sheet: Sheet, *, logged: str) -> Said:
    """Filed, prepared or looked up. What is refused is said, and the form is still there."""
    try:
        with transaction.atomic():
            cards = ending.end(draft, sheet, now=talk.now)
    except Refused as refused:
        draft.refresh_from_db()
        note = NOT_NOW if isinstance(refused, CalendarMissing) else refused.sentence
        set_frame(talk, draft, Kind.CONFIRM)
        return Said(asking.summary(draft, sheet, note=note, now=talk.now), logged)
    if draft.state in OPEN:
        set_frame(talk, draft, Kind.PETITION)
        return Said(cards, logged)
    talk.stack = talk.stack.without(str(draft.public_id))
    return Said([*cards, *_what_waits(talk)], logged)


def _what_waits(talk: Talk) -> list[Card]:
    """The form that was put aside comes back by itself."""
    draft = top_draft(talk)
    if draft is None:
        return []
    words = Text(f"쓰시던 ‘{shipped().get(draft.petition_code).title}’ 작성이 남아 있습니다.")
    return [words, Chips((asking.resume_chip(draft, now=talk.now),))]
