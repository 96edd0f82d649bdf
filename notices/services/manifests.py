"""What exactly is approved: one hash over the question, every citizen, her pages and her pictures."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from notices.models import Asset, Campaign, Notice, Option, Recipient

VERSION = "notices-manifest 1"


def manifest_of(campaign: Campaign) -> str:
    """The campaign's manifest as it is now: equal data give equal hashes, whatever the order of the rows."""
    lines = [VERSION, _line(campaign.kind, campaign.title, campaign.legal_basis, campaign.mail_won)]
    options = Option.objects.filter(question__campaign=campaign)
    lines += [
        _line("option", *row)
        for row in options.order_by("digit").values_list("question__text", "digit", "label", "meaning")
    ]
    return _hash([*lines, *_people(campaign)])


def _people(campaign: Campaign) -> Iterable[str]:
    pictures: dict[int, list[str]] = defaultdict(list)
    assets = Asset.objects.sendable().filter(recipient__campaign=campaign)
    for notice_id, sha256 in assets.order_by("notice_id", "profile", "part").values_list("notice_id", "sha256"):
        pictures[notice_id].append(sha256)
    documents: dict[int, str] = {}
    proved = Notice.objects.sendable().filter(recipient__campaign=campaign)
    for notice_id, recipient_id, sha256, pages in proved.values_list("pk", "recipient_id", "document__sha256", "pages"):
        documents[recipient_id] = _line(sha256, *pages, *pictures[notice_id])
    people = Recipient.objects.filter(campaign=campaign).order_by("key")
    for pk, key, phone, birth in people.values_list("pk", "key", "phone_index", "birth_index"):
        yield _line(key, bytes(phone or b"").hex(), bytes(birth or b"").hex(), documents.get(pk, ""))


def _line(*parts: object) -> str:
    return "\x1f".join(str(part) for part in parts)


def _hash(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
