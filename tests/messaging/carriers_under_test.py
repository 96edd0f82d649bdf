"""Every plug the contract suite tries: how to build it against the running simulator, and what is its own about it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from messaging.carriers.base import (
    Button,
    Call,
    Carrier,
    CarrierError,
    Found,
    Leg,
    NotSent,
    Outcome,
    OutcomeUnknown,
    Reviewed,
    TemplateText,
    Uploads,
)
from messaging.carriers.bizgo import Bizgo
from messaging.carriers.nhn import Nhn
from messaging.carriers.simulator import Simulator
from messaging.carriers.solapi import Solapi
from tests.messaging.legs import alimtalk, asked, jpeg, mms, sms
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, eventually

TEMPLATE = TemplateText(
    code="complaints.received",
    name="민원 접수 안내",
    body="[새빛구] #{번호} 접수되었습니다.",
    buttons=(Button("진행 보기", "https://sotong.example.go.kr/c/#{주소}/"),),
    category="001001",
)


def text_of_template() -> Leg:
    """An AlimTalk as the drain makes it of TEMPLATE."""
    button = Button("진행 보기", "https://sotong.example.go.kr/c/1/")
    words = {"번호": "2026-1", "주소": "1"}
    return replace(alimtalk(), text="[새빛구] 2026-1 접수되었습니다.", title="", variables=words, buttons=(button,))


def lms() -> Leg:
    return replace(sms(), channel="lms", title="안내", text="가" * 1000)


def whole_mms() -> Leg:
    return mms(jpeg(1000, 1000), jpeg())


Build = Callable[..., Carrier]


@dataclass(frozen=True)
class Harness:
    """
    One plug and how it is tried.

    `build(url, key=…, timeout=…)` makes it for a simulator at this address. `sending` picks out, in a fault rule, the
    call that sends, `refusing` the one that refuses single legs where it is another. `wrong`: their code → a leg refused with it. `many` makes one of several legs that share a call.
    `unsure_start`: what an undocumented answer to the very first call means. `asks_with`: the method of its look-up.
    `errors`: faults this carrier words so that another error than the usual one is right.
    """

    name: str
    build: Build
    prefix: str
    sending: Mapping[str, Any] = field(default_factory=dict)
    refusing: Mapping[str, Any] = field(default_factory=dict)
    legs: Mapping[str, Callable[[], Leg]] = field(
        default_factory=lambda: {"sms": sms, "lms": lms, "mms": whole_mms, "alimtalk": text_of_template}
    )
    wrong: Mapping[str, Leg] = field(default_factory=dict)
    many: Callable[[], Leg] = sms
    unsure_start: type[CarrierError] = OutcomeUnknown
    asks_with: str = "GET"
    errors: Mapping[str, type[CarrierError]] = field(default_factory=dict)
    forgets_keys: bool = False

    def __str__(self) -> str:
        return self.name

    def rule(self, fault: str, **more: Any) -> dict[str, Any]:
        """A fault that strikes the call that sends, once."""
        call = self.refusing if self.refusing and fault == "partial_refusal" else self.sending
        return {"fault": fault, "times": 1, "path": self.prefix, **call, **more}


def _build_own(url: str, *, key: str = KEY, timeout: float = 10) -> Simulator:
    return Simulator(base_url=url, key=key, hook_secret=HOOK_SECRET, timeout=timeout)


OWN = Harness(
    name="simulator",
    build=_build_own,
    prefix="/own/messages",
    wrong={
        "2001": sms(to="0212345678"),
        "2002": replace(sms(), sender="0299999999"),
        "2101": sms(text="  "),
        "2102": sms(text="가" * 46),
        "2103": replace(sms(), channel="lms", title="가" * 21),
        "2104": sms(text="이모지 🙂"),
        "2105": replace(sms(), channel="mms"),
        "2106": mms(jpeg(progressive=True)),
        "2107": mms(jpeg() + b"0" * 200_000),
        "2108": mms(jpeg(1001, 10)),
        "2109": mms(*[jpeg(10 + n, 10) for n in range(4)]),
        "2201": replace(alimtalk(), template_code=""),
        "2202": replace(alimtalk(), text="가" * 1001),
        "2203": replace(alimtalk(), buttons=(Button("열기", "javascript:alert(1)"),)),
    },
    forgets_keys=True,
)


def _build_bizgo(url: str, *, key: str = KEY, timeout: float = 10) -> Bizgo:
    return Bizgo(
        base_url=f"{url}/bizgo",
        api_key=key,
        hook_secret=HOOK_SECRET,
        sender_key="B" * 40,
        history_lag=0,
        timeout=timeout,
    )


BIZGO = Harness(
    name="bizgo",
    build=_build_bizgo,
    prefix="/bizgo/api/comm/v1/send/omni",
    wrong={
        "A302": replace(sms(), sender="12345"),
        "A303": sms(text="이모지 🙂"),
        "A306": sms(to="0212345678"),
        "A327": replace(sms(), sender="0299999999"),
        "A328": sms(text="가" * 46),
        "A505": replace(alimtalk(), template_code="nobody.approved.this"),
        "A503": replace(
            alimtalk(), text="[새빛구] 2026-1 접수되었습니다.", buttons=(Button("열기", "javascript:alert(1)"),)
        ),
    },
)


def _build_nhn(url: str, *, key: str = KEY, timeout: float = 10) -> Nhn:
    return Nhn(
        sms_app_key=KEY,
        sms_secret_key=key,
        talk_app_key=KEY,
        talk_secret_key=key,
        sender_key="s" * 40,
        hook_secret=HOOK_SECRET,
        unsubscribe_number="08012341234",
        sms_base_url=f"{url}/nhn",
        talk_base_url=f"{url}/nhn",
        timeout=timeout,
    )


NHN = Harness(
    name="nhn",
    build=_build_nhn,
    prefix="/nhn/sms/",
    wrong={
        "-2019": sms(to="0212345678"),
        "-2312": replace(sms(), sender="0299999999"),
        "-2014": sms(text=""),
        "-2023": sms(text="이모지 🙂"),
        "-2015": replace(lms(), text="가" * 4001),
        "-3003": replace(text_of_template(), template_code="contract.none"),
    },
)
NHN_TALK = replace(NHN, name="nhn-alimtalk", prefix="/nhn/alimtalk/", many=text_of_template, wrong={})


def _build_solapi(url: str, *, key: str = KEY, timeout: float = 10) -> Solapi:
    return Solapi(
        base_url=f"{url}/solapi",
        api_key=key,
        api_secret=key,
        hook_secret=HOOK_SECRET,
        channel_id="KA01PF260101000000000simulator",
        timeout=timeout,
    )


SOLAPI = Harness(
    name="solapi",
    build=_build_solapi,
    prefix="/solapi/messages/v4/groups",
    sending={"nth": 2},  # the first POST makes the group, the second sends it
    refusing={"method": "PUT"},
    legs={"sms": sms, "lms": lms, "mms": lambda: mms(jpeg(1000, 1000)), "alimtalk": text_of_template},
    wrong={
        "1010": sms(text="  "),
        "1011": sms(to="0212345678"),
        "1013": replace(sms(), title="안내"),
        "1014": replace(sms(), channel="lms", title="가" * 21),
        "1029": sms(text="이모지 🙂"),
        "1031": sms(text="가" * 46),
        "1042": replace(text_of_template(), template_code="KA01TPnobody"),
        "1062": replace(sms(), sender="0299999999"),
    },
    unsure_start=NotSent,
)

HARNESSES: Sequence[Harness] = (OWN, NHN, NHN_TALK, BIZGO, SOLAPI)


@dataclass
class Trial:
    """One plug at work against one simulator, with what it asked us to remember."""

    harness: Harness
    simulator: RunningSimulator
    carrier: Carrier
    impatient: Carrier
    template: str = ""
    remembered: str = ""

    @classmethod
    def of(cls, harness: Harness, simulator: RunningSimulator) -> "Trial":
        """A trial whose templates have passed their review."""
        url = simulator.url
        carrier = harness.build(url)
        template = TEMPLATE.code
        if isinstance(carrier, Reviewed) and "alimtalk" in carrier.capabilities.channels:
            template = carrier.submit_template(TEMPLATE).code
            assert eventually(lambda: _is_approved(carrier))
        return cls(harness, simulator, carrier, harness.build(url, timeout=0.6), template)

    def submit(self, legs: Sequence[Leg], *, key: UUID, impatient: bool = False) -> Mapping[UUID, Outcome]:
        """Hand over, pictures first where the carrier wants them so."""
        self.remembered = ""
        ready = [self.with_files(self.with_template(leg)) for leg in legs]
        carrier = self.impatient if impatient else self.carrier
        return carrier.submit(ready, key=key, remember=self._remember)

    def _remember(self, reference: str) -> None:
        self.remembered = reference

    def with_template(self, leg: Leg) -> Leg:
        """The leg with the carrier's own name for our wording."""
        return replace(leg, template_code=self.template) if leg.template_code == TEMPLATE.code else leg

    def with_files(self, leg: Leg) -> Leg:
        """The leg as the claim would hand it over: its pictures already with the carrier."""
        if not leg.images or not isinstance(self.carrier, Uploads):
            return leg
        images = [replace(one, file_ref=upload(self.carrier, one.content)) for one in leg.images]
        return replace(leg, images=tuple(images))

    def call(self, legs: Sequence[Leg], *, key: UUID) -> Call:
        """The call just made, as it is asked about."""
        return asked(legs, key=key, remembered=self.remembered)

    def look_up(self, legs: Sequence[Leg], *, key: UUID, impatient: bool = False) -> Mapping[UUID, Found]:
        """What the carrier says became of a call."""
        return (self.impatient if impatient else self.carrier).look_up(self.call(legs, key=key))

    def batch_of(self, wanted: int) -> int:
        """How many legs of this kind share one call, up to `wanted`."""
        return min(wanted, self.carrier.capabilities.batch_sizes[self.harness.many().channel])

    def taken(self, leg: Leg) -> int:
        """How often the carrier took it, by its own truth."""
        return sum(event["leg"] == str(leg.id) for event in self.simulator.truth())


def upload(carrier: Carrier, content: bytes) -> str:
    """The carrier's name for a picture handed over beforehand."""
    assert isinstance(carrier, Uploads)
    return carrier.upload(content, sha256=hashlib.sha256(content).hexdigest()).value


def _is_approved(carrier: Carrier) -> bool:
    assert isinstance(carrier, Reviewed)
    found = carrier.read_template(TEMPLATE.code)
    return found is not None and found.state == "approved"
