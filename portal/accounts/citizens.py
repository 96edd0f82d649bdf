"""Citizens' accounts: a proven phone is all there is to one."""

from datetime import datetime, timedelta
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext_noop

from portal.accounts import sessions
from portal.accounts.models import Device, Official, User
from portal.accounts.proofs import ProvenPhone
from portal.accounts.services import record_access
from portal.core.errors import Refused

RECYCLED_AFTER = timedelta(days=180)  # a number nobody used here for so long may have a new owner


class OfficialsNumber(Refused):
    """The number belongs to the account of an official in office, which a text message must not open."""

    field = "phone"
    sentence = gettext_noop("업무용 아이디에 등록된 번호입니다. 업무 로그인을 이용해 주세요.")


@transaction.atomic
def sign_up_or_in(*, proven: ProvenPhone, now: datetime) -> User:
    """
    The citizen who holds a proven phone; a new account if there is none, or if the old one may be somebody else's.

    :raises OfficialsNumber: if an official without a log-in of her own has it
    """
    holder = User.objects.select_for_update().filter(phone_index=proven.phone_index, is_staff=False).first()
    if holder is not None and Official.objects.filter(user=holder, is_active=True).exists():
        raise OfficialsNumber
    if holder is not None and holder.is_active and not _is_stale(holder, now):
        holder.last_login = now  # in the chat too, where no session begins: a proof is a sign of use
        holder.save(update_fields=["last_login"])
        return holder
    if holder is not None:
        _take_number_away(holder)
    citizen = User(username=f"c-{uuid4().hex}", phone=proven.phone, phone_index=proven.phone_index, date_joined=now)
    citizen.set_unusable_password()
    citizen.save()
    return citizen


@transaction.atomic
def leave(*, user: User, address: str, now: datetime) -> None:
    """
    Close a citizen's account at once: number, name, passkeys, devices and sessions go. Cases stay as the law wants.

    The empty row stays, because cases and the audit book point at it; it can never be signed in to again.
    """
    sessions.end_all(user)
    Device.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    user.username, user.name, user.phone, user.phone_index = f"left-{uuid4().hex}", "", "", None
    user.is_active = False
    user.save(update_fields=["username", "name_sealed", "phone_sealed", "phone_index", "is_active"])
    record_access(
        actor=user,
        action="erase",
        subject_kind="accounts.user",
        subject_ids=[user.pk],
        task="leave",
        address=address,
        now=now,
    )


def _is_stale(holder: User, now: datetime) -> bool:
    """A code proves the number today, not the person: history of an account long unused stays closed."""
    seen = [at for at in (holder.last_login, holder.date_joined) if at]
    seen += Device.objects.filter(user=holder).values_list("last_seen_at", flat=True)
    return now - max(seen) > RECYCLED_AFTER


def _take_number_away(holder: User) -> None:
    """The account keeps what is in it, for whoever proves another way that it is hers."""
    holder.phone, holder.phone_index = "", None
    holder.save(update_fields=["phone_sealed", "phone_index"])
    Device.objects.filter(user=holder).delete()
