"""The carrier's own word on who got what: every picture it took, its code read, compared with the phone's owner."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notices.codes import read_signed
from notices.fitting import read_codes
from notices.models import Campaign, Recipient, TestSend
from portal.core.phones import national


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many pictures were taken, and how many of them should not have been."""

    pictures: int = 0
    wrong: int = 0  # shown on a telephone whose owner they do not belong to
    doubled: int = 0  # taken a second time
    unread: int = 0  # messages none of whose pictures says whose it is

    @property
    def is_clean(self) -> bool:
        """Nobody saw somebody else's notice, nobody got one twice, and of every message it is known whose it was."""
        return not (self.wrong or self.doubled or self.unread)


def judge(log: Path, campaign: Campaign) -> Verdict:
    """Read every picture of the truth log; many may live behind one telephone."""
    owners: dict[str, set[str]] = {}
    citizens: set[str] = set()
    for person in Recipient.objects.filter(campaign=campaign).exclude(phone_index=None).iterator():
        owners.setdefault(national(person.phone), set()).add(person.key)
        citizens.add(person.key)
    pictures, testers = log.with_suffix(".pictures"), _testers(campaign, set(owners))
    seen: Counter[tuple[str, str]] = Counter()
    wrong = unread = 0
    for line in _accepted(log):
        keys = {key for sha256 in line["images"] for key in _keys_on(pictures / f"{sha256}.jpg")}
        if line["number"] in testers:  # a made-up person's notice; a citizen's would be wrong there as anywhere
            wrong += bool(keys & citizens)
            continue
        wrong += sum(key not in owners.get(line["number"], ()) for key in keys)
        unread += not keys
        seen.update((line["number"], sha256) for sha256 in line["images"])
    return Verdict(seen.total(), wrong, sum(count - 1 for count in seen.values()), unread)


def _testers(campaign: Campaign, citizens: set[str]) -> set[str]:
    """Telephones of officials on which the campaign was tried, unless they are citizens' as well."""
    tests = TestSend.objects.filter(campaign=campaign).select_related("official__user")
    return {national(test.official.user.phone) for test in tests if test.official.user.phone} - citizens


def _accepted(log: Path) -> Iterator[dict[str, Any]]:
    with log.open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if line["event"] == "accept" and line["channel"] == "mms":
                yield line


def _keys_on(picture: Path) -> set[str]:
    """Whose pages a picture says it shows."""
    found = (read_signed(text) for text in read_codes(picture.read_bytes()))
    return {code.key for code in found if code}
