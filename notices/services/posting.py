"""What the post office says about letters: their numbers read back from a file, and which ones came back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from notices.models import Campaign, PaperItem
from notices.rosters.files import read_table
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS
from portal.accounts.models import User
from portal.core.errors import Refused

S = PaperItem.State
_KEY_TITLES = ("관리번호", "고객번호", "key")
_NUMBER_TITLES = ("등기번호", "우편물번호", "접수번호", "번호")
_DIGITS = 13  # of a Korean registered letter


class PostingRefused(Refused):
    """The file is not what the post office gives back."""

    sentence = "첫 줄에 ‘관리번호’와 ‘등기번호’가 있는 엑셀이나 CSV를 올려 주세요."


@dataclass
class Posted:
    """What a file did. `problems`: row number and a Korean reason, without anybody's name."""

    taken_count: int = 0
    known_count: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def mark_posted(campaign: Campaign, *, file: Path, by: User, now: datetime) -> Posted:
    """
    Take the registered numbers of a file (관리번호, 등기번호); the same file twice changes nothing.

    :raises NotAllowed: if `by` is not of the department
    :raises PostingRefused: if the file has no such columns
    """
    official_for(by, campaign, CAMPAIGN_STEPS["close"])
    rows = _rows(file, _KEY_TITLES, _NUMBER_TITLES)
    items = _items(campaign, {key for _, key, _ in rows})
    done = Posted()
    doubled = {number for number, count in Counter(number for _, _, number in rows).items() if count > 1}
    elsewhere = set(
        PaperItem.objects.filter(registered_number__in={number for _, _, number in rows})
        .exclude(recipient__campaign=campaign)
        .values_list("registered_number", flat=True)
    )
    for row, key, number in rows:
        item = items.get(key)
        problem = _problem(item, number, doubled | elsewhere)
        if problem:
            done.problems.append((row, problem))
        elif item is not None and item.state == S.EXPORTED:
            item.state, item.registered_number, item.posted_at = S.POSTED, number, now
            item.save(update_fields=["state", "registered_number", "posted_at"])
            done.taken_count += 1
        else:
            done.known_count += 1
    log(campaign, "mark_posted", by=by, now=now, note=_note(done))
    return done


@transaction.atomic
def mark_came_back(campaign: Campaign, *, file: Path, by: User, now: datetime) -> Posted:
    """
    Take the letters that came back, by their registered numbers; they stand on the list of 공시송달 candidates.

    :raises NotAllowed: if `by` is not of the department
    :raises PostingRefused: if the file has no such column
    """
    official_for(by, campaign, CAMPAIGN_STEPS["close"])
    rows = _rows(file, (), _NUMBER_TITLES)
    found = PaperItem.objects.select_for_update(no_key=True).filter(
        recipient__campaign=campaign, registered_number__in=[number for _, _, number in rows]
    )
    items = {item.registered_number: item for item in found.order_by("pk")}
    done = Posted()
    for row, _, number in rows:
        item = items.get(number)
        if item is None:
            done.problems.append((row, "이 발송 건의 등기번호가 아닙니다."))
        elif item.state == S.POSTED:
            item.state, item.came_back_at = S.CAME_BACK, now
            item.save(update_fields=["state", "came_back_at"])
            done.taken_count += 1
        else:
            done.known_count += 1
    log(campaign, "mark_came_back", by=by, now=now, note=_note(done))
    return done


def _items(campaign: Campaign, keys: set[str]) -> dict[str, PaperItem]:
    found = PaperItem.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient", "batch")
    return {one.recipient.key: one for one in found.filter(recipient__campaign=campaign, recipient__key__in=keys)}


def _problem(item: PaperItem | None, number: str, taken: set[str]) -> str:
    if item is None:
        return "이 발송 건의 우편 목록에 없는 관리번호입니다."
    if len(number) != _DIGITS:
        return f"등기번호는 숫자 {_DIGITS}자리여야 합니다."
    if number in taken:
        return "같은 등기번호가 두 번 있거나 다른 발송 건에 있습니다."
    if item.state in (S.LISTED, S.WITHDRAWN):
        return "아직 우편 목록에 실리지 않았거나 보내지 않기로 한 분입니다."
    if item.batch is not None and not item.batch.is_approved:
        return "다른 담당자가 아직 확인하지 않은 우편 목록에 있는 분입니다."
    if item.registered_number and item.registered_number != number:
        return "이미 다른 등기번호가 등록되어 있습니다."
    return ""


def _rows(file: Path, key_titles: tuple[str, ...], number_titles: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Row, 관리번호 ('' if not asked for) and the digits of 등기번호, of every row that has either."""
    table = read_table(file)
    for place, titles in enumerate(table[:10]):
        names = ["".join(title.split()) for title in titles]
        key = next((names.index(title) for title in key_titles if title in names), None)
        number = next((names.index(title) for title in number_titles if title in names), None)
        if number is None or (key_titles and key is None):
            continue
        rows = []
        for row, cells in enumerate(table[place + 1 :], start=place + 2):
            own_key = cells[key].strip().lstrip("'") if key is not None and key < len(cells) else ""
            digits = "".join(filter(str.isdigit, cells[number])) if number < len(cells) else ""
            if own_key or digits:
                rows.append((row, own_key, digits))
        return rows
    raise PostingRefused


def _note(done: Posted) -> str:
    return f"반영 {done.taken_count:,} · 이미 반영됨 {done.known_count:,} · 문제 {len(done.problems):,}"
