"""Half-filled forms as rows: sealed answers that live for `life()`, on every channel, and become one complaint."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from chatbot.dialogues.petition import Sheet
from chatbot.models import Conversation, Draft, DraftAnswer
from chatbot.resuming import OPEN, hash_of, intake_key_of, token_of
from complaints import pending
from complaints.petitions import Petition, shipped
from portal.accounts.models import User
from portal.core.errors import Refused

# of the identity, beside the petition's own questions
PHONE, HANDLE, PROVEN, PROVEN_AT = "_phone", "_handle", "_proven", "_proven_at"
BATCH = 500
_OWN = "_"
Source = DraftAnswer.Source


class DraftGone(Refused):
    """There is no such form, it is somebody else's, or its time is over."""

    sentence = gettext_noop("이어서 쓸 신청서를 찾지 못했습니다. 이미 보내셨거나 보관 기간이 지났을 수 있습니다.")


def life() -> timedelta:
    """How long a form waits for its writer."""
    return timedelta(days=settings.CHATBOT_DRAFT_DAYS)


def version_of(petition: Petition) -> str:
    """What the petition asks, as a short hash: a draft of another version is read again."""
    return hashlib.sha256(repr(petition.slots).encode()).hexdigest()[:16]


def begin(
    conversation: Conversation, petition: Petition, found: Mapping[str, object], *, source: str, now: datetime
) -> Draft:
    """A new form with what is known already; that is confirmed in the summary."""
    draft = Draft(
        conversation=conversation,
        citizen=conversation.citizen,
        petition_code=petition.code,
        spec_version=version_of(petition),
        started_at=now,
        changed_at=now,
        expires_at=now + life(),
    )
    draft.resume_hash = hash_of(token_of(draft))
    draft.save()
    for name, value in found.items():
        put(draft, name, value, source=source)
    return draft


def put(draft: Draft, name: str, value: object, *, source: str = Source.TYPED) -> None:
    """Keep one answer; None says that it was skipped."""
    is_sure = source in (Source.TYPED, Source.TAPPED)
    row = DraftAnswer.objects.filter(draft=draft, slot=name).first() or DraftAnswer(draft=draft, slot=name)
    row.value, row.source, row.is_confirmed = json.dumps(value, ensure_ascii=False), source, is_sure
    row.save()


def own(draft: Draft, name: str) -> str:
    """What is kept beside the questions: a phone, the handle of a proof."""
    row = draft.answers.filter(slot=name).first()
    return str(json.loads(row.value)) if row is not None else ""


def drop(draft: Draft, *names: str) -> None:
    """Forget some of it."""
    draft.answers.filter(slot__in=names).delete()


def petition_of(draft: Draft) -> Petition:
    """
    The specification of a draft.

    :raises complaints.petitions.UnknownPetition: if nobody offers it any more
    """
    return shipped().get(draft.petition_code)


def sheet_of(draft: Draft) -> Sheet:
    """The form as the machine reads it. Of another version's answers those stay that are still answers."""
    petition = petition_of(draft)
    rows = {row.slot: json.loads(row.value) for row in draft.answers.all() if not row.slot.startswith(_OWN)}
    skipped = {name: None for name, value in rows.items() if value is None and petition.has(name)}
    given = petition.still_valid({name: value for name, value in rows.items() if value is not None})
    sheet = Sheet(petition, {**skipped, **given}, draft.current_slot, draft.failed_count)
    if draft.state != Draft.State.FILLING and not petition.missing(given):
        return sheet
    return sheet if sheet.asked is not None else sheet.on()


def is_outdated(draft: Draft) -> bool:
    """Whether the petition asks something else since the draft was begun."""
    return draft.spec_version != version_of(petition_of(draft))


def keep(draft: Draft, sheet: Sheet, *, source: str, now: datetime) -> None:
    """Write down how far a form is; its time, and that of its files, begins anew."""
    before = {row.slot: json.loads(row.value) for row in draft.answers.all() if not row.slot.startswith(_OWN)}
    for name, value in sheet.answers.items():
        if name not in before or before[name] != value:
            put(draft, name, value, source=source)
    drop(draft, *(name for name in before if name not in sheet.answers))
    draft.current_slot, draft.failed_count = sheet.slot, sheet.failed
    draft.spec_version = version_of(sheet.petition)
    draft.changed_at, draft.expires_at = now, now + life()
    draft.save()
    pending.hold(intake_key_of(draft), until=draft.expires_at)


def keep_unfiled(draft: Draft, *, state: str, now: datetime) -> None:
    """Given up, or nothing to file: the answers and files go at once, what remains is that it was begun."""
    draft.state, draft.changed_at, draft.resume_hash = state, now, None
    draft.save()
    draft.answers.all().delete()
    pending.discard(intake_key_of(draft))


def open_drafts(conversation: Conversation, *, now: datetime) -> QuerySet[Draft]:
    """The forms of this conversation, or of the citizen who is signed in, that can be gone on with."""
    whose = Q(conversation=conversation)
    if conversation.citizen_id is not None:
        whose |= Q(citizen=conversation.citizen_id)
    return Draft.objects.filter(whose, state__in=OPEN, expires_at__gt=now).order_by("-changed_at", "-pk")


def draft_in(conversation: Conversation, public_id: str, *, now: datetime) -> Draft:
    """
    One of those, held until the end of the transaction.

    :raises DraftGone: if it is none
    """
    found = open_drafts(conversation, now=now).select_for_update(of=("self",)).filter(public_id=public_id).first()
    if found is None:
        raise DraftGone
    return found


def held_open(draft: Draft, *, now: datetime) -> Draft:
    """
    The draft as it is now, held until the end of the transaction: it was found before its turn came.

    :raises DraftGone: if it was filed or given up meanwhile
    """
    still = Draft.objects.filter(pk=draft.pk, state__in=OPEN, expires_at__gt=now)
    found = still.select_for_update(of=("self",)).select_related("citizen").first()
    if found is None:
        raise DraftGone
    return found


def is_anothers(conversation: Conversation, citizen: User) -> bool:
    """Whether somebody else has shown in this thread who she is: it does not go to whoever signs in next."""
    for draft in conversation.drafts.exclude(citizen=citizen).select_related("complaint"):
        phone = draft.complaint.phone if draft.complaint else own(draft, PROVEN)
        if draft.citizen_id is not None or (phone and phone != citizen.phone):
            return True
    return False


def hand_on(draft: Draft, conversation: Conversation) -> None:
    """
    From here on it belongs to the conversation that its address was opened in.

    Having the address does not make anybody its citizen: who it is must be shown again.
    """
    if draft.conversation_id == conversation.pk:
        return
    draft.conversation = conversation
    if draft.citizen_id is None or draft.citizen_id != conversation.citizen_id:
        forget_who(draft)
        if draft.state == Draft.State.IDENTIFYING:
            draft.state = Draft.State.CONFIRMING
    draft.save()


def forget_who(draft: Draft) -> None:
    """Who it is must be shown again. The row is left to the caller to save."""
    drop(draft, PHONE, HANDLE, PROVEN, PROVEN_AT)
    draft.citizen = draft.conversation.citizen


def filed_in(conversation: Conversation, public_id: str) -> Draft | None:
    """A form of this conversation that is a complaint already: a second press reads its number again."""
    return conversation.drafts.select_related("complaint").filter(public_id=public_id, state=Draft.State.FILED).first()


def by_token(token: str, *, now: datetime) -> Draft:
    """
    The open draft behind a link.

    :raises DraftGone: if there is none, or its time is over
    """
    found = Draft.objects.filter(resume_hash=hash_of(token), state__in=OPEN, expires_at__gt=now).first()
    if found is None:
        raise DraftGone
    return found


@transaction.atomic
def expire_drafts(*, now: datetime) -> int:
    """Forget what nobody has touched for so long. Running it again finds nothing."""
    over = Draft.objects.filter(state__in=OPEN, expires_at__lte=now).order_by("pk")
    found = list(over.select_for_update(skip_locked=True)[:BATCH])
    for draft in found:
        keep_unfiled(draft, state=Draft.State.EXPIRED, now=now)
    # from the answers, which are few: drafts that were shown at the end stay for good, and have none soon after
    DraftAnswer.objects.filter(draft__state=Draft.State.PREPARED, draft__expires_at__lte=now).delete()
    return len(found)
