"""The way of a campaign from its purpose to its last letter: which steps its kind has, and how far it is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from notices.models import Campaign
from notices.workflow import has_only_letters_left
from portal.core.clock import in_korea

C = Campaign.State
K = Campaign.Kind

DONE, NOW, WAITING = "done", "now", "waiting"
_ORDER = (
    C.DRAFT,
    C.READING,
    C.CHECKING,
    C.READY,
    C.APPROVING,
    C.APPROVED,
    C.ASKING,
    C.ASKED,
    C.CONFIRMING,
    C.SENDING,
    C.FOLLOWING,
    C.CLOSED,
    C.PURGED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard: whether its work is done, is to be done now, or waits for something that is said."""

    name: str
    label: str
    progress: str
    waits_for: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there is something to see yet."""
        return self.progress != WAITING


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a step can first be seen, from when on its work is done, and what it waits for until then."""

    name: str
    label: str
    opens: Campaign.State
    ends: Campaign.State
    waits_for: str = ""


_PREPARING = (
    _Rule("plan", "목적", C.DRAFT, C.DRAFT),
    _Rule("roster", "명단", C.DRAFT, C.DRAFT),
    _Rule("files", "문서", C.DRAFT, C.CHECKING),
    _Rule("review", "검수", C.CHECKING, C.READY, "명부와 문서를 올리고 분석이 끝나면 열립니다."),
    _Rule("exclusions", "제외", C.CHECKING, C.READY, "명부를 올리면 열립니다."),
    _Rule("wording", "문구·비용", C.CHECKING, C.READY, "명부를 올리면 열립니다."),
    _Rule("approval", "점검·결재", C.READY, C.ASKING, "검수를 마치면 열립니다."),
)
_RUNNING = (
    _Rule("tally", "진행·집계", C.ASKING, C.FOLLOWING, "결재가 끝나고 시작하면 열립니다."),
    _Rule("openings", "미열람", C.SENDING, C.CLOSED, "통지서를 보내기 시작하면 열립니다."),
    _Rule("paper", "종이 우편", C.FOLLOWING, C.CLOSED, "전자로 다 보낸 뒤에 열립니다."),
    _Rule("balance", "정산", C.ASKING, C.CLOSED, "시작하면 열립니다."),
)


def kind_needs(campaign: Campaign, step: str) -> bool:
    """Whether a campaign of this kind has this step at all."""
    if step in ("files", "review", "openings"):
        return campaign.has_documents
    return step != "paper" or campaign.has_paper


def steps_of(campaign: Campaign, *, has_people: bool, has_document: bool) -> tuple[Step, ...]:
    """Every step of a campaign in its order."""
    rules = [one for one in (*_PREPARING, *_RUNNING) if kind_needs(campaign, one.name)]
    if campaign.state == C.CANCELLED:
        return tuple(Step(one.name, one.label, DONE) for one in rules)
    at = _ORDER.index(C(campaign.state))
    done = {"plan": True, "roster": has_people, "files": has_document and at >= _ORDER.index(C.CHECKING)}
    is_posted = has_only_letters_left(campaign)
    return tuple(_step(one, at, done.get(one.name), is_posted=is_posted) for one in rules)


def _step(rule: _Rule, at: int, is_done: bool | None, *, is_posted: bool) -> Step:
    is_early = rule.name == "paper" and is_posted
    if at < _ORDER.index(rule.opens) and not is_early:
        return Step(rule.name, rule.label, WAITING, rule.waits_for)
    done = at >= _ORDER.index(rule.ends) if is_done is None else is_done
    return Step(rule.name, rule.label, DONE if done else NOW)


_HOMES = {
    C.READING: "progress",
    C.CHECKING: "review",
    C.READY: "wording",
    C.APPROVING: "approval",
    C.APPROVED: "approval",
    C.CONFIRMING: "approval",
}


def home_of(campaign: Campaign) -> str:
    """The page where the campaign's next thing happens."""
    if campaign.state == C.DRAFT:
        return "files" if campaign.has_documents else "roster"
    if campaign.state == C.CHECKING and not campaign.has_documents:
        return "exclusions"
    return _HOMES.get(C(campaign.state), "tally")


@dataclass(frozen=True, slots=True)
class Next:
    """What the official should do next: one sentence, at most one primary button."""

    words: str
    can_approve: bool = False
    can_list: bool = False
    can_close: bool = False
    triage_count: int = 0


def next_of(campaign: Campaign, counts: Mapping[str, int]) -> Next:
    """The next thing to do with a campaign that was started."""
    triage_count = counts.get("triage", 0)
    if campaign.state == C.ASKING:
        until = in_korea(campaign.answers_until)
        after = "최종 명단으로 결재를 올립니다." if campaign.has_documents else "결과를 확인하고 종료합니다."
        return Next(f"{until:%-m월 %-d일 %-H시}까지 회신을 받습니다. 마감되면 {after}", triage_count=triage_count)
    if campaign.state in (C.ASKED, C.CONFIRMING):
        return _after_asking(campaign, triage_count)
    if campaign.state == C.SENDING:
        words = "통지서를 보내고 있습니다." if campaign.has_documents else "문자를 보내고 있습니다."
        return Next(words, triage_count=triage_count)
    if campaign.state == C.FOLLOWING and campaign.has_paper:
        words = "다 보냈습니다. 나머지 분들의 종이 우편 목록을 만들고 종료합니다."
        return Next(words, can_list=True, triage_count=triage_count)
    if campaign.state == C.FOLLOWING:
        return Next("다 보냈습니다. 결과가 모두 정해지면 종료합니다.", can_close=True, triage_count=triage_count)
    if campaign.state == C.CANCELLED and campaign.has_paper:
        return Next("취소된 발송 건입니다. 보내지 못한 분들은 종이 우편으로 보냅니다.", can_list=True)
    if campaign.state == C.CANCELLED:
        return Next("취소된 발송 건입니다.")
    return Next("종료된 발송 건입니다." if campaign.is_over else "아직 시작하지 않았습니다.")


def _after_asking(campaign: Campaign, triage_count: int) -> Next:
    if campaign.has_documents:
        words = "회신을 마감했습니다. 동의하고 본인이 확인된 분들의 최종 명단으로 결재를 받아 보냅니다."
        return Next(words, can_approve=True, triage_count=triage_count)
    if campaign.has_paper:
        words = "회신을 마감했습니다. 확인하지 않은 분들의 종이 우편 목록을 만들고 종료합니다."
        return Next(words, can_list=True, triage_count=triage_count)
    words = "회신을 마감했습니다. 결과를 확인하고 종료합니다."
    return Next(words, can_close=True, triage_count=triage_count)
