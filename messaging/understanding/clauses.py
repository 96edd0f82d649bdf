"""Where an answer stands: which clause it is, whose deed it is, and what a "no" beside it is about."""

import re

from messaging.understanding.case import Case
from messaging.understanding.model import Question, Span

_MARK = re.compile(r"[.,!~\n…;()\[\]{}/|·。，、！]|ㅎㅎ|ㅋㅋ|ㅠㅠ|\^\^")
_SENTENCE_END = re.compile(r"(?:니[다더]|[아어해에예네지래게데워와여]요|[죠슈]|[어아혀]유)$")  # where nobody put a mark
_SUBJECT = re.compile(
    r"(?:^| )(?:우리 |저희 |울 |제 |내 )?([가-힣]{1,7}?)(이|가|께서|께서는)(?: (?:꼭|다|같이|먼저|대신|혼자|직접))? ?$"
)
_OUR_SUBJECT = re.compile(r"(?:^| )(?:우리|저희|울) ?([가-힣]{1,6}?)(?:은|는|도) ?(?:[가-힣]{1,3} ?)?$")
_MYSELF = re.compile(
    "(?:제|내|지|저|나|저희|우리|본인|소인|당사자|기|같|없|많|듯|데|케|고생|[어아해와봐뿌려]|이름|성함|성명|번호|생일|"
    "생년월일|주소|것|거|수신|통지|고지|발송|전송|문자|메시지|방식|"
    "방법|확인|글씨|눈|시간|일정|제출|의사|식구|가족|전원|모두|집|여기|거기|이)$"
)
_OWN_GROUP = re.compile(r"(?:는|집|집은|가족|식구|도|가|가게|회사|아파트|동네|부부|둘|모두|다|끼리)?$")
# what a no may deny that has to do with the answer: everything else is somebody's letter box or shop
_ANSWERISH = (
    "동의|찬성|문자|통지|고지|안내|수신|발송|전송|메[시세]지|참석|참가|참여|출석|교육|행사|회의|받는|가는|오는|하는|"
    "보내는|거|것|게|건|생각|마음|맘|"
    "의사|의향|뜻|필요|관심|저|나|제|내|우리|저희|본인|난|전|시간|일정|이번|그날|그때|오늘|내일|이거|그거|이것|그것|"
    "절대|전혀|별로|아무|수|일|연락|"
    "번호|폰|핸드폰|휴대폰|1|2"
)
_DENIAL = "(?:(?:안|못|몬) ?[가-힣]|없|[가-힣]{1,4}(?:지|질)(?:는|도|를|가)? ?(?:않|못|안))"
_ELSEWHERE = re.compile(
    rf"(?<![가-힣])(?!(?:{_ANSWERISH}))[가-힣]{{1,8}}(?:을|를|이|가|은|는|도|에) ?(?:잘 |통 |자꾸 |자주 |거의 |아예 "
    rf"|도저히 |아직 )?"
    rf"{_DENIAL}[가-힣]{{0,5}}"
)
_REASON = re.compile(
    r"(?<![가-힣])[가-힣]{0,8}?(?:[없않못안]|싫|아니)[가-힣]{0,4}(?:서|니까|으니|길래|니께|응께|는데|은데|ㅇ께|기에|"
    r"므로)(?= |$)"
)
_LONG_AGO = re.compile(
    r"(?:안|못|몬) ?[가-힣]{0,3}[갔했았었왔봤됐렸냈](?:었)?(?:는데|지만|으나|은데|어도|는디|는대|고)"
    r"|(?:안|못|몬) ?[가-힣]{1,3}지만(?= )"
)


def own_clause(case: Case, at: Span, *, is_spoken: bool) -> Span:
    """The clause around a place of `words`, between punctuation marks; what is spoken needs none between sentences."""
    begin, end = 0, len(case.words.text)
    for blank in _breaks(case, is_spoken=is_spoken):
        if blank < at[0]:
            begin = blank + 1
        elif blank >= at[1]:
            return begin, blank
    return begin, end


def _breaks(case: Case, *, is_spoken: bool) -> list[int]:
    places, origins, raw = case.words.places, case.normal.origins, case.normal.raw
    return [
        at
        for at, char in enumerate(case.words.text)
        if char == " "
        and (
            (is_spoken and _SENTENCE_END.search(case.words.text, max(at - 4, 0), at))
            or _MARK.search(raw, origins[places[at - 1]] + 1, origins[places[at + 1]])
        )
    ]


def somebody_else(text: str, begin: int) -> bool:
    """우리 할마이가 참석할 끼다: a subject right before the answer that is not the writer."""
    before = text[max(begin - 24, 0) : begin]
    if found := _SUBJECT.search(before):
        return _MYSELF.search(found[1]) is None
    if found := _OUR_SUBJECT.search(before):
        return _OWN_GROUP.fullmatch(found[1]) is None
    return False


def is_about_paper(text: str, begin: int) -> bool:
    """종이는 필요 없어요: refusing the other way."""
    before = text[max(begin - 20, 0) : begin]
    return _NO_PAPER.search(before) is not None or (text[begin] == "싫" and _PAPER_BEFORE.search(before) is not None)


def is_about_something_else(text: str, at: Span, question: Question) -> bool:
    """Whether a no is about another thing (가게를 못 비워요, 우편 확인을 못해요) or about another time (저번엔 못 갔는데)."""
    begin = max(at[0] - 12, 0)
    for found in _ELSEWHERE.finditer(text, begin):
        if found.start() > at[0]:
            break
        if found.end() >= at[1] - 2 and not any(noun in found[0] for noun in question.nouns):
            return True
    return _LONG_AGO.match(text, at[0]) is not None


_RATHER_THAN = re.compile(r"(?:우편|종이|등기|편지|지면)[가-힣]{0,5} ?(?:말고|대신|보다)(?:는)?")
_PAPER_BEFORE = re.compile(
    r"(?:우편물?|종이|등기|편지)(?:(?!문자|동의|좋|편하|편해|낫|주세|할게|받겠|받을|통지|고지).){0,14}$"
)
_NO_PAPER = re.compile(
    "(?:우편물?|종이[가-힣]{0,4}|등기|편지)(?:은|는|도|이|가|을|를|으로|로|으로는|로는|까지)? ?(?:이제 |더 |굳이 |"
    "따로 |절대 )?$"
)
_ANOTHER = re.compile(r"(?<![가-힣])[가-힣]{1,8}?(?:이|가|도)? ?(?:아니고|아니라|말고) (?=제가|저|내가|나|본인)")


def without_other_denials(text: str, question: Question) -> str:
    """The text without what denies something else or gives a reason: 우편함이 없어서."""

    def hidden(found: re.Match[str]) -> str:
        return found[0] if any(noun in found[0] for noun in question.nouns) else "_" * len(found[0])

    return _ELSEWHERE.sub(hidden, _REASON.sub(hidden, _ANOTHER.sub(hidden, _RATHER_THAN.sub("_", text))))
