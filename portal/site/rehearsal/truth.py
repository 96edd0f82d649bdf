"""The carrier's own word on who got what: every picture it took, its code read, compared with the phone's owner."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from notices.codes import read_signed
from notices.fitting import read_codes
from notices.models import Campaign, Recipient, TestSend
from portal.core.phones import national
from portal.site.rehearsal.sample import AGREE

_QUESTION, _CONFIRM = "받으시겠습니까?", "'확인'이라고"  # of templates/messages/notices
_CLEAR = ("consent", "refuse", "reminded")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many pictures were taken, and how many of them should not have been."""

    pictures: int = 0
    wrong: int = 0  # shown on a telephone whose owner they do not belong to
    doubled: int = 0  # taken a second time
    unread: int = 0  # messages none of whose pictures says whose it is
    unwanted: int = 0  # sent to a telephone whose owner did not agree, or never knew the birth date
    asked_again: int = 0  # questions taken by a telephone once more
    asked_to_confirm: int = 0  # "have you seen it?"
    pestered: int = 0  # asked again after a clear answer

    @property
    def is_clean(self) -> bool:
        """
        Nobody saw somebody else's notice, nobody got one twice or against her will, and of every message it is known
        whose it was; nobody who had answered was asked again.
        """
        return not (self.wrong or self.doubled or self.unread or self.unwanted or self.pestered)


def judge(log: Path, campaign: Campaign, *, crowd: Mapping[str, str] | None = None) -> Verdict:
    """
    Read every picture of the truth log; many may live behind one telephone.

    :param crowd: what the owner of each number meant to answer
    """
    owners: dict[str, set[str]] = {}
    for person in Recipient.objects.filter(campaign=campaign).exclude(phone_index=None).iterator():
        owners.setdefault(national(person.phone), set()).add(person.key)
    verdict = _judge_pictures(log, campaign, owners, crowd or {})
    alone = {number for number, keys in owners.items() if len(keys) == 1}
    return replace(verdict, **_reminded(log, crowd or {}, alone))


def _judge_pictures(log: Path, campaign: Campaign, owners: Mapping[str, set[str]], crowd: Mapping[str, str]) -> Verdict:
    citizens = set().union(*owners.values())
    pictures, testers = log.with_suffix(".pictures"), _testers(campaign, set(owners))
    seen: Counter[tuple[str, str]] = Counter()
    wrong = unread = unwanted = 0
    for line in _events(log, "accept"):
        if line["channel"] != "mms":
            continue
        keys = {key for sha256 in line["images"] for key in _keys_on(pictures / f"{sha256}.jpg")}
        if line["number"] in testers:  # a made-up person's notice; a citizen's would be wrong there as anywhere
            wrong += bool(keys & citizens)
            continue
        wrong += sum(key not in owners.get(line["number"], ()) for key in keys)
        unread += not keys
        unwanted += crowd.get(line["number"], "consent") not in AGREE
        seen.update((line["number"], sha256) for sha256 in line["images"])
    return Verdict(seen.total(), wrong, sum(count - 1 for count in seen.values()), unread, unwanted)


def _reminded(log: Path, crowd: Mapping[str, str], alone: Collection[str]) -> dict[str, int]:
    """Questions that came again, and to whom; only where one person has the telephone is it known who answered."""
    asked: set[tuple[str, str]] = set()
    answered: set[str] = set()
    found: Counter[str] = Counter(asked_again=0, asked_to_confirm=0, pestered=0)
    for line in _events(log, "accept", "reply"):
        number, text = line["number"], line["text"]
        if line["event"] == "reply":
            answered.add(number)
        elif _CONFIRM in text:
            found["asked_to_confirm"] += 1
        elif _QUESTION in text:
            is_again = (number, text) in asked
            has_answered = is_again and number in answered and number in alone and crowd.get(number) in _CLEAR
            found["asked_again"] += is_again
            found["pestered"] += has_answered
            asked.add((number, text))
    return dict(found)


def _testers(campaign: Campaign, citizens: set[str]) -> set[str]:
    """Telephones of officials on which the campaign was tried, unless they are citizens' as well."""
    tests = TestSend.objects.filter(campaign=campaign).select_related("official__user")
    return {national(test.official.user.phone) for test in tests if test.official.user.phone} - citizens


def _events(log: Path, *kinds: str) -> Iterator[dict[str, Any]]:
    with log.open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if line["event"] in kinds:
                yield line


def _keys_on(picture: Path) -> set[str]:
    """Whose pages a picture says it shows."""
    found = (read_signed(text) for text in read_codes(picture.read_bytes()))
    return {code.key for code in found if code}
