"""나도 알림 받기: somebody saw the same thing, and hears of the case that is already there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.models import Complaint, Follower
from complaints.services.stepping import TooMany
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.core import sealing
from portal.core.errors import Refused

HOURLY_FOLLOWS = 20  # of one phone


class AlreadyEnded(Refused):
    """There is nothing left to hear of."""

    sentence = gettext_noop("그사이 처리가 끝난 신고입니다. 아직 그대로라면 새로 신고해 주세요.")


class OwnCase(Refused):
    """The complainant hears of the case anyway."""

    sentence = gettext_noop("직접 신고하신 민원이라 이미 알림을 받고 계십니다.")


@transaction.atomic
def follow(complaint: Complaint, *, phone: str, by: User | None, now: datetime) -> Follower:
    """
    Let a phone hear the stages of a case that is not its own. Twice is once; a merged case means its lead.

    A typed number is nobody's proof: that it is the one which filed the case shows in no answer, only in the news,
    which go out once.

    :raises AlreadyEnded: if the case is not open any more
    :raises OwnCase: if whoever is signed in filed it
    :raises TooMany: if the phone follows faster than a person reads
    """
    case = complaint.lead or complaint
    index = sealing.blind_phone(phone)
    if not case.is_open:
        raise AlreadyEnded
    if by is not None and case.citizen_id == by.pk:
        raise OwnCase
    if not take_token(key=f"complaints.follow:{index.hex()}", capacity=HOURLY_FOLLOWS, per_seconds=3600, now=now):
        raise TooMany(_("짧은 시간에 너무 많은 알림을 신청하셨습니다. 잠시 뒤에 다시 해 주세요."))
    fresh = Follower(complaint=case, citizen=by, phone=phone, phone_index=index, since=now)
    Follower.objects.bulk_create(
        [fresh], update_conflicts=True, unique_fields=["complaint", "phone_index"], update_fields=["phone_index"]
    )
    follower = Follower.objects.get(complaint=case, phone_index=index)
    if follower.ended_at is not None:
        Follower.objects.filter(pk=follower.pk).update(since=now, ended_at=None)
        follower.refresh_from_db()
    return follower


@transaction.atomic
def unfollow(follower: Follower, *, now: datetime) -> None:
    """No more news of a case that is not one's own."""
    Follower.objects.filter(pk=follower.pk, ended_at=None).update(ended_at=now)
