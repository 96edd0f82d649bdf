"""Digits that answer: alone, with 번, before a label; never those that count, date or number something."""

import re
from collections.abc import Iterator
from itertools import islice

from messaging.understanding import courtesy, endings
from messaging.understanding.grammar import grammar
from messaging.understanding.model import Finding, Question, Span
from messaging.understanding.normalising import Line

_MOST = 24
_NUMBER = re.compile(r"(?<![0-9a-z.,:/~=+-])\d+(?:[.,:/~=+-]\d+)*+(?![a-z%+])")  # 1-1 and 1.5 are one number each
_UNIT = re.compile(
    " ?(?:시(?!작)|분|월|년|동(?![의이으희]|$)|층|호|학년|명|원(?!합|해|함|하)|차(?!$| )|가지|등(?!$| )|살|세(?!요|$|"
    " )|만 ?원|천 ?원|만(?=[0-9 ]|"
    "$)|백|억|리(?!$| )|통(?!해)|장|건|곳|대(?!$| )|급|"
    "단지|블럭|달|시간|번지|번째|째|킬로|km|m(?![a-z])|%|퍼|년생|월생|주(?=일|간|년|차|동|민| |$)|인(?![데])|길|박|"
    "회|일(?![번]))|"
    r"[가나다라마바사아자거너더러머버서어저고노도로모보소오조구누두루무부수우주하허호] ?\d{4}|"
    "번(?:지|길|가(?= |$)|방|홀|국도|척|게이트|창구|마을|버스|출구|째|가(?:로|길)|집)| (?:번지|동 |호 |단지)|"
    "번 (?:버스|출구|국도|창구|게이트|방|집|길|마을|가로등|기둥|"
    "전봇대|문제)"
)
_TH = re.compile(r" ?(?:번|버|벙|뻔|범)(?![가-힣]?째)| ?변(?= |$|[이으요])")
_ACT = (
    "(?:선택|택|결정|신청|접수|체크|표시|답변?|답장|회신|부탁|요청|투표|클릭|터치|입력|전송|응답|희망|원|찬성|"
    "지지|추천|낙점|콜)"
)
_TAIL = re.compile(
    f"(?:을|를|은|에|에다|으로|로|이|가|도)? ?(?:{_ACT}(?:을|를)? ?(?:{endings.DO}|{endings.ASK}|드(?:립|려|림|"
    f"릴)[가-힣]{{0,3}}|"
    f"{endings.WORKS}|{endings.COPULA}|(?=$| ))|"
    f"{endings.DO}|{endings.ASK}|줄(?:게|께|래)|주겠|줍니다|드[립려림릴]|갈(?:게|께|래|랍|란)|가(?:겠|시죠|죠|지요|"
    "입시더)|갑(?:시다|니다|시더)|간다|고고|"
    "ㄱㄱ|(?:넣어|올려|적어|써|찍어|눌러|잡아|처리해|체크해|표시해|해) ?(?:주|줘|줍|둬)[가-힣]{0,4}|(?:고를|누를|"
    "찍을|뽑을)(?:게|께|래|"
    "랍)|(?:눌렀|골랐|찍었|보냈)(?:습|심|슴|음|어[요유라]|다(?![가고는면])|네|제|당|구만|구먼)|(?:눌러|골라)(?:요|"
    "유|$)|"
    "(?:누릅|눌릅|고릅|찍습|보냅)니|(?:누름|눌름|고름)(?![가-힣])|(?:누르|고르|찍|보내)(?:겠|ㄹ|었|을|습|음|[께게]|"
    "요|니다|다|니더|는다|ㅂ니다|께요|게요|어요)++(?![가-힣])|"
    f"좋(?:습니다|아요|아|네요|겠습니다|겠어요)|(?:이라|라)고 ?(?:답|회신)[가-힣]{{0,5}}|{endings.COPULA}|"
    "(?:으)?로(?:요)?(?= |$))"
)
_ENDING = re.compile(r"[가-힣ㄱ-ㅣ]{0,4}(?![가-힣ㄱ-ㅣ])")
_PARTICLE = re.compile(r"(?:을|를|은|에|으로|로|이|요|이요|임|만요)(?= |$|[0-9])")
_SCORE = re.compile(r" ?(?:점|개|별|★)(?:만점)?")
_SCALE = re.compile(
    r"\d+ ?점? ?(?:만점|중)(?:에서?|에|에다)? ?(?=\d|[일이삼사오] ?점|[한두세네다]|별)|별(?:점)?(?:은|이)? ?(?=\d|"
    "[하한두세네다둘셋넷])"
)
_BEFORE_DIGIT = re.compile(r" ?\d")
_STARS = re.compile(r"★[★ ]*")
_SPOKEN = {
    "일번": 1, "이 번": 2, "1번째": 1, "첫번째": 1, "첫째": 1, "하나": 1, "한개": 1, "일점": 1, "한점": 1,
    "두번째": 2, "둘째": 2, "두개": 2, "둘": 2, "이점": 2, "두점": 2,
    "세번째": 3, "세개": 3, "셋": 3, "삼번": 3, "삼점": 3, "세점": 3,
    "네번째": 4, "네개": 4, "넷": 4, "사번": 4, "사점": 4, "네점": 4,
    "다섯번째": 5, "다섯개": 5, "다섯": 5, "오번": 5, "오점": 5, "다섯점": 5,
}  # fmt: skip
_SPOKEN_WORD = re.compile(
    "(?<![가-힣])(?:별 ?(?:이|은)? ?|별점 ?|"
    f"점수 ?)?({'|'.join(word if ' ' in word else ' ?'.join(word) for word in sorted(_SPOKEN, key=len, reverse=True))})"
    rf"(?= ?(?:꺼|거|것|걸)?(?:{endings.COPULA}|[으]?로|만|을|를|에(?!는|선)|이|$| |점))(?: ?[꺼거것걸](?=로|으로|"
    rf"요|를|"
    rf"을|이|만| |$))?"
)
_SCORES_ONLY = frozenset("개점")


def numbered(words: Line, question: Question) -> list[Finding]:
    """Every number that can only be meant as an answer, with the words around it that say no more than that."""
    is_score = question.kind == "satisfaction"
    return [
        *_digits(words.text, question, is_score=is_score),
        *_spoken(words.text, question, is_score=is_score),
    ]


def without_scale(words: Line) -> Line:
    """5점 만점에 4점, 별 4개: the scale and the word for a star are no score."""
    return Line(_SCALE.sub(lambda found: " " * len(found[0]), words.text), words.places)


def _digits(text: str, question: Question, *, is_score: bool) -> Iterator[Finding]:
    for found in islice(_NUMBER.finditer(text), _MOST):
        end = found.end()
        if is_score and (score := _SCORE.match(text, end)):
            end = score.end()
        elif _is_house(text, found) or _UNIT.match(text, end) or not _ends_or_goes_on(text, end, question):
            continue
        elif not is_score and (th := _TH.match(text, end)):
            end = th.end()
        yield _finding(found[0], (found.start(), _tail_end(text, end)), question)
    if is_score:
        for stars in _STARS.finditer(text):
            if not _BEFORE_DIGIT.match(text, stars.end()):
                yield _finding(str(stars[0].count("★")), stars.span(), question)


def _ends_or_goes_on(text: str, end: int, question: Question) -> bool:
    """A word glued to the digit must be one that may follow an answer; 1구역, 2호기 and 3반 count something."""
    if not "가" <= text[end : end + 1] <= "힣":
        return True
    stems = grammar(question).stems
    if stems is not None and stems.match(text, end):
        return True
    return any(one.match(text, end) for one in (_TH, _TAIL, _PARTICLE, courtesy.KNOWN_WORD, courtesy.NOD))


_ROAD = re.compile(r"[가-힣]{2,}(?:로|길) $")


def _is_house(text: str, found: re.Match[str]) -> bool:
    """청솔로 15; but 동의로 1 is an answer."""
    return len(found[0]) > 1 and _ROAD.search(text[max(found.start() - 8, 0) : found.start()]) is not None


def _spoken(text: str, question: Question, *, is_score: bool) -> Iterator[Finding]:
    for found in _SPOKEN_WORD.finditer(text):
        word = found[1] if found[1] in _SPOKEN else found[1].replace(" ", "")
        if not is_score and all(one.digit != str(_SPOKEN[word]) for one in question.options):
            continue
        if word == "하나" and text.startswith("요?", found.end(1)):
            continue  # 몇 시까지 하나요?
        if is_score or not (word[-1] in _SCORES_ONLY or word == "다섯"):
            yield _finding(str(_SPOKEN[word]), (found.start(), _tail_end(text, found.end())), question)


def _finding(digit: str, at: Span, question: Question) -> Finding:
    option = next((one for one in question.options if one.digit == digit), None)
    if option is None:
        return Finding(None, "options.no_such_number", at, "mention")
    return Finding(option, "options.digit_only", at, "weak")


def _tail_end(text: str, end: int) -> int:
    """Behind 번으로 하겠습니다, 번이요: verbs are open at their end (할랍니더), particles are not."""
    if tail := _TAIL.match(text, end):
        ending = _ENDING.match(text, tail.end())
        return ending.end() if ending else tail.end()
    tail = _PARTICLE.match(text, end)
    return tail.end() if tail else end
