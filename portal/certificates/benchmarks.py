"""How long a citizen waits for her certificate: asked for, set, sealed and kept."""

import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from messaging.benchmarks.stage import percentile, say
from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.kinds import kinds
from portal.certificates.printing import Frame, printed
from portal.certificates.seal import sealed
from portal.certificates.services import Wanted, issuing
from portal.core import clock

SIZE = 40
FACTS = {
    "number": "M2611-000001-5",
    "received_at": "2026년 11월 24일 10시 00분",
    "kind": "기타민원",
    "subject": "우리집 앞 가로등이 안 켜져요",
    "due": "2026년 12월 1일(화)까지",
    "department": "도로과",
    "officer": "이담당 주무관 (02-120-0101)",
}
FRAME = Frame(
    code="ABCD-EFGH-JKMN-PQRS",
    issued_on="2026년 11월 24일",
    expires_on="2027년 2월 22일",
    verify_url="HTTPS://SOTONG.EXAMPLE.GO.KR/V/ABCDEFGHJKMNPQRS",
    verify_place="sotong.example.go.kr/verify/",
    legal="이 문서의 전자도장은 누가 만들었고 바뀌지 않았는지를 보여 줍니다.",
    is_test=True,
)


def issue(size: int) -> dict[str, Any]:
    """Each for a citizen of its own: from the tap to the file; and what of it is typst, what the seal."""
    say(f"증명서 {size}건 발급")
    people = [User.objects.create(username=f"bench-{number}") for number in range(size + 1)]
    first = _timed(lambda: _issued(people[0]))  # the first one of a process also loads the library of the seal
    before = _cpu()
    whole = [_timed(partial(_issued, owner)) for owner in people[1:]]
    spent = _cpu() - before
    sheet = _wanted().sheet()
    document = printed(sheet, FRAME)
    setting = [_timed(lambda: printed(sheet, FRAME)) for _ in range(size)]
    sealing = [_timed(lambda: sealed(document, name=sheet.issuer)) for _ in range(size)]
    return {
        "first_ms": round(first * 1000),
        "cpu_ms": round(spent / size * 1000),
        "p50_ms": round(statistics.median(whole) * 1000),
        "p95_ms": round(percentile(whole, 0.95) * 1000),
        "setting_p50_ms": round(statistics.median(setting) * 1000),
        "sealing_p50_ms": round(statistics.median(sealing) * 1000),
        "kilobytes": round(len(sealed(document, name=sheet.issuer)) / 1024),
    }


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {"issue": issue}


def _wanted() -> Wanted:
    return Wanted(kinds()["complaint_filed"], FACTS["number"], "김하늘", FACTS, "새빛구청장")


def _issued(owner: User) -> None:
    now = clock.now()
    made = services.make(services.request(_wanted(), owner=owner, now=now), now=now)
    if not issuing.read_file(made):
        raise RuntimeError("no certificate was made")


def _cpu() -> float:
    """Processor seconds of this process and of the cages it has waited for: what a busy machine does not change."""
    own, cages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + cages.ru_utime + cages.ru_stime


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
