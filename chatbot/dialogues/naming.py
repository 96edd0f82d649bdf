"""Whether a sentence asks for a form to be begun: a kind is named, and somebody wants it or tells where."""

import re

from chatbot.dialogues.extraction import tells_details
from complaints.petitions import Petition, shipped
from complaints.questions import is_question

LONGEST = 400
_WISH = re.compile(
    r"(?:할래|할게|하겠|하고\s?싶|해\s?주세요|해\s?줘|해\s?주시|부탁|할려고|하려고|하려구|넣을래|넣을게|낼래|낼게|내놓을게|버릴게|버릴래)"
    r"|(?:신고|신청|접수|예약|제보)(?:요|합니다)?[.!~\s]*$"
)
_SEE = re.compile(r"보고\s?싶|보여\s?주|보여\s?줘")
_MENU = re.compile(
    r"^(?:신고|신청|접수|민원|신청서|메뉴|민원 ?종류|신고 ?종류)$"
    r"|(?:무엇|뭘|뭐|어떤 ?(?:것|거|걸|민원))\S* ?\S* ?(?:신고|신청|접수)\S* ?\S* ?(?:있|되|돼|가능)"
)


def asks_for_kinds(text: str) -> bool:
    """무엇을 신고할 수 있나요?"""
    return len(text) <= LONGEST and bool(_MENU.search(text.strip()))


def petition_wanted(text: str) -> Petition | None:
    """The petition that a sentence wants to begin; a question about one is answered, not filed."""
    if len(text) > LONGEST or is_question(text):
        return None
    petition = shipped().named_in(text)
    if petition is None:
        return None
    if _WISH.search(text) or (petition.is_filed and tells_details(text)):
        return petition
    return petition if petition.ends_in == "lookup" and _SEE.search(text) else None
