"""Whether a sentence asks or wants something instead of answering what was asked."""

import re

_QUESTION = re.compile(
    r"[?？]\s*$|(?:나요|까요|[은는인]가요|을까|얼마예요|얼마에요|얼마죠|[죠지]요|뭐예요|뭐에요|어때요|돼요|되죠)\s*[.!~]*$"
)
_ASKING = re.compile(
    r"얼마|어떻게|무엇|뭐[가를예에 ]|왜 |언제|어디[서로에]|누구|누가|몇 ?[시일개번]|모르겠|궁금|알려\s?(?:줘|주세요)"
)


_REQUEST = re.compile(r"(?:신고|신청|접수|예약|취소)\s?(?:할래|할게|하겠|하고\s?싶|해\s?주세요|해\s?줘|합니다)")


def is_question(text: str) -> bool:
    """Whether a sentence asks something, so that it cannot be a place or a name."""
    return bool(_QUESTION.search(text.strip())) or bool(_ASKING.search(text))


def is_request(text: str) -> bool:
    """Whether it wants something begun: 불법주차 신고할래요 is no place."""
    return bool(_REQUEST.search(text))
