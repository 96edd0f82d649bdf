"""What a form says, as neutral cards: its questions, its summary, its ways on. Nothing anybody answered is in them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chatbot.cards import Card, Chip, Chips, Form, Link, Links, Progress, Summary, Text
from chatbot.dialogues.commands import Command
from chatbot.dialogues.petition import Sheet
from chatbot.models import Draft
from chatbot.tokens import Kind, token_of
from complaints.petitions import GROUPS, Petition, shipped
from complaints.slots import NO, YES, Slot

RESUME = "resume:"  # a link that is told from the draft each time it is drawn
BILL = "bill:"  # a link to a bill of somebody signed in who has shown her date of birth, with its sum
NOTICE = "notice:"  # the name of a notice to such a person, and the page where she opens it
CASE = "case:"  # a link to the complaint that a draft became
OTHERS = "다른 것 하기"
NOT_FILED = "아직 접수된 것이 아닙니다."
BY_GROUP = "group:"


def question(draft: Draft, sheet: Sheet, *, note: str = "", now: datetime) -> list[Card]:
    """The question that stands: what to say first, how far it is, what is asked, what can be tapped."""
    asked = sheet.asked
    if asked is None:
        return summary(draft, sheet, note=note, now=now)
    n, of = sheet.progress
    cards: list[Card] = [Text(note)] if note else []
    cards.append(Progress(n, of, sheet.petition.title))
    cards.append(Text("\n".join(part for part in (asked.ask, asked.help) if part)))
    if asked.is_uploaded:
        cards.append(Links((Link("사진·파일 올리기", f"{RESUME}{draft.public_id}"),)))
    cards.extend(_chips(draft, asked, sheet, now=now))
    return cards


def stuck(draft: Draft, sheet: Sheet, *, note: str, now: datetime) -> list[Card]:
    """Three answers in a row could not be used: other ways stand first."""
    asked = sheet.asked
    if asked is None:
        return summary(draft, sheet, note=note, now=now)
    words = "여러 번 여쭤서 죄송합니다. 건너뛰거나 사람에게 이어 달라고 하실 수 있습니다."
    if not asked.is_optional:
        words = "여러 번 여쭤서 죄송합니다. 사람에게 이어 달라고 하시거나, 나중에 이어 쓰실 수 있습니다."
    ways = (Command.SKIP,) if asked.is_optional else ()
    chips = _commands(draft, (*ways, Command.PERSON, Command.LATER), now=now)
    return [Text(note), Text(words), Chips(chips), *question(draft, sheet, now=now)]


def summary(draft: Draft, sheet: Sheet, *, note: str = "", now: datetime) -> list[Card]:
    """Everything that was answered, to be looked over before it is sent."""
    verb = "이대로 접수할까요?" if sheet.petition.is_filed else "이대로 마칠까요?"
    words = f"적어 주신 내용입니다. {verb} 고칠 것이 있으면 그 줄을 고르거나 ‘장소를 ○○로 바꿀게요’처럼 적어 주세요."
    chips = _commands(draft, (Command.CONFIRM, Command.CHANGE, Command.LATER, Command.CANCEL), now=now)
    return [*([Text(note)] if note else []), Text(words), Summary(str(draft.public_id)), Chips(chips)]


def changes(draft: Draft, sheet: Sheet, *, now: datetime) -> list[Card]:
    """Which answer is to be another?"""
    shown = [slot for slot in sheet.petition.shown(sheet.given) if slot.name in sheet.answers]
    chips = [
        Chip(slot.label or slot.ask, token_of(Kind.CHANGE, str(draft.public_id), slot.name, now=now)) for slot in shown
    ]
    return [Text("무엇을 고칠까요?"), Chips((*chips, *_commands(draft, (Command.RESUME,), now=now)))]


def yes_or_no(draft: Draft, words: str, *, yes: str, no: str, now: datetime) -> list[Card]:
    """A question of ours about the form itself."""
    chips = (
        Chip(yes, token_of(Kind.COMMAND, str(draft.public_id), Command.YES.value, now=now)),
        Chip(no, token_of(Kind.COMMAND, str(draft.public_id), Command.NO.value, now=now)),
    )
    return [Text(words), Chips(chips)]


def resume_chip(draft: Draft, *, now: datetime) -> Chip:
    """Back to a form."""
    label = f"{Command.RESUME.value}: {shipped().get(draft.petition_code).title}"
    return Chip(label, token_of(Kind.COMMAND, str(draft.public_id), Command.RESUME.value, now=now))


def steering(draft: Draft, commands: Iterable[Command], *, now: datetime) -> Chips:
    """Buttons that steer."""
    return Chips(_commands(draft, commands, now=now))


def kinds(group: str, *, now: datetime) -> list[Card]:
    """What can be asked for here: the groups with their numbers, or the petitions of one."""
    offered = shipped()
    if group not in GROUPS:
        words = f"이 자리에서 {len(offered.filed)}가지를 신고하거나 신청할 수 있습니다. 어떤 것을 찾으시나요?"
        chips = [
            Chip(f"{name} {len(offered.of_group(code))}가지", token_of(Kind.PETITION, f"{BY_GROUP}{code}", now=now))
            for code, name in GROUPS.items()
        ]
        return [Text(words), Chips(tuple(chips))]
    forms = [Form(one.code, one.title, token_of(Kind.PETITION, one.code, now=now)) for one in offered.of_group(group)]
    return [Text("골라 주시거나, 어떤 일인지 그냥 말씀해 주세요.", title=GROUPS[group]), *forms]


def _commands(draft: Draft, commands: Iterable[Command], *, now: datetime) -> tuple[Chip, ...]:
    return tuple(Chip(one.value, token_of(Kind.COMMAND, str(draft.public_id), one.value, now=now)) for one in commands)


def _chips(draft: Draft, asked: Slot, sheet: Sheet, *, now: datetime) -> Iterator[Card]:
    chosen = sheet.answers.get(asked.name)
    taken = chosen if isinstance(chosen, list) else []
    chips = [
        Chip(option, token_of(Kind.SLOT, str(draft.public_id), asked.name, option, now=now))
        for option in _options(asked)
        if option not in taken
    ]
    ways = [Command.DONE] if taken else [Command.SKIP] if asked.is_optional else []
    chips += _commands(draft, ways, now=now)
    if chips:
        yield Chips(tuple(chips))
    steers = [Command.BACK, Command.WHY, Command.LATER, Command.CANCEL, Command.PERSON]
    yield Chips(_commands(draft, steers, now=now), folded_under=OTHERS)


def _options(asked: Slot) -> Sequence[str]:
    if asked.options:
        return asked.options
    if asked.type == "yes_no":
        return (YES, NO)
    if asked.type == "consent":
        return ("동의합니다",)
    return ("지금",) if asked.default == "now" else ()


def opening(petition: Petition, *, found: bool) -> str:
    """The first words of a form."""
    words = [f"‘{petition.title}’, 여기서 바로 도와드릴게요."]
    if petition.ends_in == "prepared":
        words.append(f"미리 적어 두는 것이라 {NOT_FILED}")
    if petition.intro:
        words.append(petition.intro)
    if found:
        words.append("말씀해 주신 것은 채워 두었습니다. 끝에서 확인해 주세요.")
    return " ".join(words)
