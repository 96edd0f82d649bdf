"""Settling what the analysis found: the proved can be asked, the doubtful get letters, and the data are fixed."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from notices import ladders
from notices.models import Asset, Campaign, Notice, Recipient
from notices.services.billing import make_bills
from notices.services.drawing import hold_twins
from notices.services.laddering import ladder_of
from notices.services.manifests import manifest_of
from notices.services.relaying import ci_of
from notices.services.releasing import refuse_undecided
from notices.services.sampling import refuse_without_sample
from notices.services.steps import step
from notices.workflow import NotAllowed, bucket_of
from portal.accounts.models import User

R = Recipient.State


@transaction.atomic
def settle_checking(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    End the checking: whoever has a sendable notice with pictures is addressable, everybody else left gets a letter.

    Nothing doubtful can be sent afterwards; the manifest fixes what was checked.

    :raises NotAllowed: if the campaign is not being checked, a release is half signed, or nobody could be asked
    :raises SampleNeeded: if people have not looked at the whole acceptance sample
    """
    waiting = Recipient.objects.filter(campaign=campaign, state=R.IMPORTED)
    if not campaign.has_documents:
        if not waiting.update(state=R.ADDRESSABLE):
            raise NotAllowed("연락할 수 있는 사람이 한 명도 없습니다. 명부를 확인해 주세요.")
        step(campaign, "settle_checking", by=by, now=now, manifest_sha256=manifest_of(campaign))
        return
    if campaign.state == Campaign.State.CHECKING:
        refuse_undecided(campaign)
        refuse_without_sample(campaign)
        hold_twins(campaign)  # what was drawn after a release has not been compared yet
    pictures = Asset.objects.sendable().filter(recipient=OuterRef("pk"))
    sendable = waiting.filter(Exists(pictures)).update(state=R.ADDRESSABLE) + _reach_by_relay(campaign)
    if not sendable:
        raise NotAllowed("보낼 수 있는 통지서가 한 건도 없습니다. 명부와 PDF를 확인해 주세요.")
    for reason, people in _reasons(campaign).items():
        waiting.filter(pk__in=people).update(state=R.DEFECTIVE, bucket=bucket_of(R.DEFECTIVE, campaign), reason=reason)
    make_bills(campaign, now=now)
    step(campaign, "settle_checking", by=by, now=now, manifest_sha256=manifest_of(campaign))


def _reach_by_relay(campaign: Campaign) -> int:
    """
    Who has no mobile number but is known to the relay gets hers there, if that is how the sending begins; how many.

    Only where the law asks for no consent: nobody could have asked her. Why she has no number stays written down.
    """
    begins = ladders.first_of(ladder_of(campaign), ladders.DELIVER)
    if campaign.consent != Campaign.Consent.NONE or begins is None or begins.channel != ladders.RELAY:
        return 0
    notices = Notice.objects.sendable().filter(recipient=OuterRef("pk"))
    people = Recipient.objects.filter(Exists(notices), campaign=campaign, state=R.NO_MOBILE).exclude(extra_sealed=b"")
    known = [one.pk for one in people if ci_of(one)]
    return Recipient.objects.filter(pk__in=known).update(state=R.ADDRESSABLE, bucket=None)


def _reasons(campaign: Campaign) -> dict[str, list[int]]:
    """Why each citizen without pictures has none: the first doubt about her pages, or that she has none."""
    first: dict[int, str] = {}
    held = Notice.objects.filter(recipient__campaign=campaign, state=Notice.State.HELD).order_by("first_page")
    for recipient_id, reasons in held.values_list("recipient_id", "reasons"):
        first.setdefault(recipient_id, reasons[0])
    found: dict[str, list[int]] = defaultdict(list)
    left = Recipient.objects.filter(campaign=campaign, state=R.IMPORTED)
    for pk in left.values_list("pk", flat=True):
        found[first.get(pk, "no_page")].append(pk)
    return found
