"""How a question is put: whether it leans on the one before, what of an answer it asks for, whether it is two."""

import re
from typing import Literal

from chatbot.engine import text as words

Facet = Literal["fee", "place", "hours", "documents", "deadline", "how"]

SHORT_QUESTION = 12  # syllables: a longer one says what it is about
SHORT_CLAUSE = 5
_FACETS: dict[Facet, re.Pattern[str]] = {
    "deadline": re.compile(r"언제 ?까지|기한|마감|며칠|늦으면|지나면|기간"),
    "hours": re.compile(
        r"몇 ?시|시간|주말|평일|토요일|일요일|휴일|공휴일|점심|야간|저녁|언제 ?(?:열|문|해)|문 ?(?:열|닫)|쉬는"
    ),
    "fee": re.compile(r"얼마|비용|요금|수수료|가격|값|무료|공짜|유료"),
    "documents": re.compile(r"서류|준비물|(?:뭐|뭘|무엇을|무얼) ?(?:가져|챙|들고|필요)|필요한|구비|지참"),
    "place": re.compile(r"어디|위치|주소|장소|몇 ?층|가는 ?길"),
    "how": re.compile(r"어떻게|어떡|방법|절차|인터넷으로|온라인"),
}
_POINTING = re.compile(r"^(?:그럼|그러면|거기|그거|그건|그게|여기|이거|이건)(?:는|은|서|에서|도)?(?: |$)")
_ABOUT_FACETS = frozenset(
    """
    얼마 비용 요금 수수료 가격 값 돈 무료 공짜 시간 주말 평일 토요일 일요일 휴일 공휴일 점심 야간 저녁 오전 오후
    서류 준비물 필요 신분증 기한 기간 마감 며칠 위치 주소 장소 층 길 전화 전화번호 번호 방법 절차 신청 온라인 대리
    그거 거기 그것 여기 이거 이것 그때 때 날 번 달 해 오늘 내일 지금 혹시 가능
    """.split()  # noqa: SIM905  # a list of words, read as one
)
_ENDS = re.compile(r"[.?!\n]+|(?<=\S) 그리고 |(?<=\S) 또 ")
_DENIED = re.compile(r"^(.{2,}?)(?:말고|말구|아니라|아니고) (.{4,})$")


def facet_of(normalised: str) -> Facet | None:
    """What of an answer is asked for: its fee, its hours, …"""
    return next((facet for facet, pattern in _FACETS.items() if pattern.search(normalised)), None)


def names_its_topic(normalised: str) -> bool:
    """Whether a question has a noun of its own besides what one may ask about anything."""
    return any(noun not in _ABOUT_FACETS for noun in words.nouns(normalised))


def leans_on_the_last(normalised: str) -> bool:
    """얼마예요? 주말에도요? 거기 주차 돼요?: without the question before it nobody could tell what is meant."""
    if _POINTING.match(normalised):
        return True
    return len(normalised.replace(" ", "")) <= SHORT_QUESTION and not names_its_topic(normalised)


def sentences(masked: str) -> list[str]:
    """The sentences of a text, if there are several with something to say."""
    found = [words.normalise(part) for part in _ENDS.split(masked)]
    kept = [part for part in found if len(part.replace(" ", "")) >= SHORT_CLAUSE]
    return kept if len(kept) > 1 else []


def without_denied(normalised: str) -> str:
    """여권 말고 주민등록증: what is not meant is not looked for."""
    found = _DENIED.match(normalised)
    return found[2] if found else normalised


def is_of_another_script(masked: str) -> bool:
    """Whether most letters are neither Hangul nor plain Latin: words cannot be compared, meanings can."""
    letters = [char for char in words.without_marks(masked) if char.isalpha()]
    foreign = [char for char in letters if not words.is_read(char)]
    return len(foreign) * 2 > len(letters)
