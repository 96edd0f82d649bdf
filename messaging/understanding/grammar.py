"""
What may stand for each option of one question: its labels, and what people do instead of naming them.

Compiled once per question. All patterns run on text in words (one blank between them).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from messaging.understanding import endings as e
from messaging.understanding.model import Kind, Meaning, Option, Question

_ADVERB = r"(?:(?:꼭|잘|다|모두|전부|기꺼이|흔쾌히|적극|당연히|그냥|바로|무조건|진심으로|물론|진짜|정말) ?)?"
_MEANS = (
    "(?:동그라미|표기|서명|기표|싸인|사인|맞|원|희망|찬성|가능|승낙|수락|신청|결정|선택|표시|표명|결심|확답|회신|"
    "답변|체크|확인(?!(?:을)? ?(?:부탁|바라|"
    "바랍|해 ?[주줘]))|예정|확정|의향 ?있|"
    f"의사 ?있|(?:할|하기로) ?예정)(?:을|를)? ?(?:{e.DO}|"
    f"{e.COPULA}|(?=$| ))"
)
# 동의함을 회신합니다, 동의 의사를 밝힙니다
_DECLARES = (
    "(?:함을|함|한다고|한다는|하는|할|하겠다고|하겠다는)? ?(?:의사|뜻|것|의견|말씀|답|입장)?(?:을|를|으로|"
    "임을)? ?(?:회신|답신|답변|답장|답|알려|알립|알림|밝|전(?=[합하해달])|표시|표명|말씀|"
    "통보|제출|보고|피력|확인)"
    r"(?:을|를)? ?(?:합|함|해|하(?!면|시|라|지)|드립|드려|드림|드리|힙|혀 ?드|니다)"
)
# 동의할 수, 동의한 적: what would be asserted is only spoken about
UNFINISHED = re.compile(
    "[가-힣]{0,3} ?(?:수(?!신|고)|줄|생각|리가|필요|이유|마음|적(?!극)|사람|분(?:들)?(?:은|이|께)|때|경우|정도|만큼|"
    "치[고자죠]|테니|주(?:세|십|시|이소|라|삼|셈)|달라|줘|"
    "보(?:세|십|시|라)|봐|듯|바보|놈|것 ?같|거 ?같|걸로 ?(?:알|하면))"
)
LIKELY = re.compile(r" ?할 ?(?:것|거|듯|수밖에)")  # 불참할 것 같습니다: said softly, a no all the same
# 동의합니다, 동의를 원합니다, 동의 드려요
AFFIRMED = re.compile(
    f"(?:(?:란|칸|항목|버튼)(?=[에을]))?(?:을|를|은|는|에|도|이|가|로|으로|에도)? ?{_ADVERB}(?:{e.DO}|드(?:립|"
    f"려(?!야|도)|림|릴(?:게|께)|리(?:겠|죠))|"
    f"{e.WORKS}|{_MEANS}|"
    f"{_DECLARES}|의 ?{_DECLARES}|표(?:합|함|해|하)[니다요유며오]|맞(?:습니|아요|음(?![가-힣])|다(?= |$)|심)|"
    f"하는 ?(?:쪽|편)(?:{e.COPULA})|하[고구][요유]?(?= ?(?:제 ?)?(?:이름|성함|성명|생년|생일|저는|본인))|"
    f"하[고구][요유](?=$|[^가-힣])|한다는 ?(?:뜻|의사|"
    f"의견|말씀|말|거|것|겁)(?:{e.COPULA}|니다)|하?고자 ?(?:합|함|"
    f"해|하[오며]|회신|답|신청|연락|문자|알|이렇게)|토록 ?[하할합]|ㅎ[ㅏㅐ])"
)
_SIDE = r"(?:하는|한다는|하는걸|함)? ?(?:쪽|편|걸|거|것)?"
# 동의로 해 주세요, 불참으로 부탁드립니다: asked of us, about one's own answer
ENTERED = re.compile(
    "(?:한다고|하겠다고|함이라고|이라고|라고) ?(?:적어|써|체크해|표시해|처리해|접수해|올려|넣어|기록해) ?[주줘줍]|"
    f"{_SIDE}(?:으)?로 ?(?:(?:처리|접수|표시|체크|등록|신청|기재|기록|입력|답변|회신)(?:을|를)? ?)?(?:{e.ASK}|부탁|"
    f"바랍|"
    f"바라|올려 ?[주줘]|넣어 ?[주줘]|"
    "적어 ?[주줘]|써 ?[주줘])"
)
NEGATED = re.compile(e.NEGATED_NOUN)
# things about an answer, not an answer: 동의서, 동의 여부, 동의 안내
_ABOUT = (
    "(?:좀(?= |$)|문자|통지|고지|안내|서류|요청|관련|여부|방법|건(?:으로|은|에)|철회|취소|기간|절차|양식|번호|버튼|"
    "메[시세]지|"
    "링크|내용|문의|대상|기한|마감|없|받|구하|구합|구함|구해|"
    "얻|전에|후에|시에|란에|란이|율|자[가는들]|서[는를가]?|어(?![가-힣])|안건|대학|보감|같은|얘기|이야기|소리|"
    "이라(?![예유요우])|라[고는니]|라[면도]|하나|했|한 |할 |하는)"
)
BARE = re.compile(
    f"(?! ?{_ABOUT})(?: ?(?:완료|콜|ㅇㅋ|ok(?![a-z]))|{e.COPULA}|(?:으)?로(?:요|(?:{e.LOOSE_END}))|(?:{e.LOOSE_END})|"
    " ?o(?![a-z])|쪽(?:이|으로)|"
    " ?완료|"
    f"!)(?! ?{_ABOUT})"
)
_BEFORE = (
    "(?:^|[^가-힣]|[은는을를에도로고데네예넵응요다서것거건게번님히]|[^ ][이가]|수신|문자|통지서|고지서|전부|모두|"
    "무조건|적극|당연|그래|바로|꼭|이용|제공|활용)$"
)
FREE_BEFORE = re.compile(_BEFORE)
# 미동의, 안 동의해요; but 이미 동의, 전부 동의
DENIED_BEFORE = re.compile(
    "(?:(?:not|don ?t|can ?t|cannot|won ?t|never) ?|(?<![가-힣])[미비불부안못몬노] ?|(?<!이)미|(?<![전일내외])부|"
    "(?<![소])비|불|"
    "(?<![가-힣])no ?|ㄴㄴ ?|(?<![불편방대제미보동집])[안못몬] ?|절대 ?(?:노|no) ?)$"
)

_BY_TEXT = (
    "(?:문[자쟈짜](?:메[시세]지)?|메[시세]지|핸드폰|핸폰|휴대폰|휴대전화|폰|그림문자|mms|sms|모바일|이 ?번호|여기|"
    "이쪽|이리)"
)
_POST = (
    "(?:우편(?!함|번호|요금|사서함|취급)물?|등기(?:우편)?|종이 ?(?:우편|고지서|통지서|안내문)?|서면|지면|편지|"
    "(?:우체국|집주소|주소지|자택|"
    "주소|집|댁)(?=으?로|에))"
)
_TAKE = (
    "받(?:[겠것겄갰겟쿠]|을 ?(?:[게께꼐깨래랍란끼]|라(?:요|우|유|네)|거(?!부|절|면)|꺼|것(?:임|이|입)|겁니|렵|려|"
    "수 ?있|예정|용의|의향|ㄱ)|으(?:께|렵|마|려고)|"
    "고 ?싶(?:습|어|다|음|네|슴)|기(?:를|로)? ?(?:원|희망|바라|바랍|할|하|합|함)|길 ?(?:원|희망|바)|는 ?(?:걸|거|것|"
    "쪽|편)(?:으)?로|는다|[습슴]니|"
    f"음(?:{e.LOOSE_END})|"
    f"지[요유]|[죠쥬]|네요?(?:{e.LOOSE_END})|아 ?(?:볼|보겠|보고 ?싶)|아[요유여](?:{e.LOOSE_END})|는 ?(?:게|것이|"
    "거이?|편이) ?(?:더 ?)?(?:좋|편|"
    "낫|나아|나을))"
)
_SEND_ME = rf"보[내네냬] ?(?:{e.PLEASE}|{e.GIVE}|달라(?!고|는|니|며)|다오)"
_NOTIFY = (
    r"(?:통지(?!서)|통보|안내(?!문)|발송|전송|전달|알려|고지(?!서)|연락|부쳐|넣어|부탁|신청|희망|원|처리|진행|좋|편|"
    r"오케이|ok|콜|갑)"
)
_OF_IT = r"(?:(?:통지서|고지서|안내문|서류|수신|그냥|꼭|다|좀|바로|빨리|앞으로|계속)(?:를|을|도|는)? ?)?"
# 문자로 주세요, 문자로 받을게요, 문자로요
TEXT_PLEASE = re.compile(
    f"{_BY_TEXT} ?(?:으로|로|루)(?:만)? ?{_OF_IT}(?:{_TAKE}|{_SEND_ME}|{e.GIVE}|{e.DO}|{e.ASK}|{_NOTIFY}|"
    f"요(?:{e.LOOSE_END}))|"
    f"{_BY_TEXT}(?:를|을)? ?(?:수신|받기|통지|발송|안내|고지|통보)(?:을|를)? ?(?:희망|원|신청|{e.DO})|"
    f"{_BY_TEXT} ?(?:으로|로) ?[가-힣]{{1,5}}(?:는|은) ?(?:게|것이|거이?|편이|쪽이) ?(?:더 ?|훨씬 ?|제일 ?)?(?:좋|"
    f"편[하해한할합]|낫|나아|나을)|"
    f"{_BY_TEXT}(?:가|이|는|로|로가)? ?(?:더 ?|훨씬 ?|제일 ?)?(?:좋|편[하해한할합함]|낫|나아|나을)(?!지|은데|긴|지만)|"
    f"{_BY_TEXT} ?(?:으로|로) ?보[내네](?:라|(?= ?$))(?![고는니며])|{_BY_TEXT} ?(?:주세요|주십시오|주이소|줘요)"
)
TAKE_IT = re.compile(rf"(?<!못)(?<!안)(?<!못 )(?<!안 )(?:{_TAKE}|바드께|바들게)")
SEND_IT = re.compile(rf"(?<!안)(?<!안 )(?<!못)(?:{_SEND_ME})")
BY_POST = re.compile(
    rf"{_POST}(?! ?으?로 ?(?:오면|오니|와서|오는|온|올))(?:물)?(?:로|으로|에|만|을|를|은|는|이|가|도)?(?:만|요)? "
    rf"?(?:더 |훨씬 |제일 |그냥 |좀 |다시 |꼭 |계속 "
    rf"|직접 )?"
    "(?:받|보[내네]|부[쳐치탁]|주|줘|줍|해|하[겠고는]|할|합|함|희망|원|신청|발송|통지|전달|좋|편|낫|나[아을은]|갖다|"
    "가져|통보|"
    f"안내|배달|요(?:{e.LOOSE_END})|"
    f"로(?:{e.LOOSE_END})|$)"
)
POST_IN_WORDS = re.compile(r"(?:우편|등기|종이|서면|편지|집)(?:물)?(?:으로|로|만)")
_GO = (
    "(?:갈 ?(?:[게께꼐깨래랍란끼겨텨](?!지)|기(?:래[요유]|라[요예]?|다|야|여)(?![가-힣])|라(?:요|우|유|꼬)|거(?!면|"
    "나)|꺼|것(?:임|이|입)|겁니|렵|려고|라고|수 "
    "?있(?:습|어|"
    "음|다|네|슴|을)|예정|생각|ㄱ)|"
    f"가(?:[겠것겄겟쿠]|도록 ?[하할합]|기로|려[고구](?: ?[합해하]|요|유)|렵니|마(?:{e.LOOSE_END})|지[요유]|[죠쥬]|"
    f"[유요네](?:요|유)?(?:{e.LOOSE_END})|"
    "고 ?말고|야(?:죠|지|쥬)|볼 ?[게께]|보겠|는 ?걸로|[께끼](?![가-힣]?면)|꾸마|불[게께라랍]|뿔[게께라])|"
    r"[갑감]니[다더댜당데]|감(?:[다당요여])?(?![가-힣])|간(?:다|당|데이|대이|디)(?![고는면며])|갑시더)"
)
GOING = re.compile(
    "(?<![가-힣])(?:(?:꼭|나|찾아|들러|같이|함께|참석하러|시간맞춰|그날|다|잘|네|예|내|제가|저는|저도|나도|나는|"
    f"당연히|모두) ?){{0,2}}(?:나|찾아|들어)?{_GO}"
    r"|(?<![가-힣])(?:그날 ?|그때 ?|내일 ?)?(?:[뵙뵐봬]겠|[뵙뵐](?:게|께|습|겠)|[오]겠|올 ?[게께])"
    r"|(?<![a-z])(?:i ?)?(?:will ?|ll ?|am ?|m ?)(?:go|come|coming|going|be there|attend|join)(?![a-z])"
    rf"|(?<![가-힣])(?<!안 )(?<!못 )(?:시간(?:이|은)? ?)?(?:됩니다|돼요|되요|가능(?:{e.DO}|{e.COPULA}|(?=$| )))"
)
SEEN = re.compile(
    "(?<![가-힣])(?:잘 ?|다 ?)?(?:봤|보았|읽었|읽어봤|받았|열람|알겠|알았|접수했|수신했)(?:습|슴|어|음|네|다|구|심|"
    "소|슈|ㄱ)"
)

# --- no --------------------------------------------------------------------------------------------------------------
_INSIDE = r"(?<![불편방대제미보동집위평치초현천무태])"
_OWN_VERB: dict[Kind, str] = {
    "consent": r"받(?!으[시셔셨])|바드|바들|원|내키|내켜|보고 ?싶|보내[도셔]",
    "rsvp": r"가|갈|갑|갔|간|감|나가|나갈|나갑|나간|나감|뵙|뵐|올 |오겠|될 ?(?:것|거|듯)|됩니다|돼요|되겠",
    "acknowledge": r"받|봤|읽|보",
}
_VERB = r"[하해할함합한핸허혀헐헙험헌했햐햄햇](?! ?[주줘줍준줄드])"


def _refusing(kind: Kind) -> re.Pattern[str]:
    own = _OWN_VERB.get(kind, r"받|가|갈|갑")
    act = "하|가|나가|오|참가하|응하" if kind == "rsvp" else "하|받|보내|응하|원하|동의하"
    stem = r"(?:하|받|가|원하|내키|보내|오|나가|되|허|참가하|응하|찬성하|원|하고 ?싶|받고 ?싶|가고 ?싶|보고 ?싶)"
    hard = "(?:참석|참가|참여|출석|가기|나가기|오기|시간|시간내기|일정상)" if kind == "rsvp" else "(?:동의|수신|받기)"
    english = r"|(?<![a-z])(?:can ?not|can ?t|won ?t|will not|not) (?:go|come|attend|make it|join|agree)(?![a-z])"
    busy = (
        r"|(?<![가-힣])(?:시간|짬|여유|일정|스케줄|스케쥴)(?:이|은|도)? ?(?:좀 ?|전혀 ?|도저히 ?)?(?:없|안 ?(?:맞|"
        r"돼|되|됩|됨|나))"
        if kind == "rsvp"
        else ""
    )
    can = r"(?:할|갈|받을|볼|될|나갈|올|응할|헐|해드릴|참가할)"
    return re.compile(
        rf"{_INSIDE}(?<!잘)(?<!연){e.NOT} ?(?:{_VERB}|{own}|ㅎ)"
        rf"|{stem}{e.LEFT}|{can} ?{e.NO_WAY}"
        rf"|(?:{act})기(?:가|는|도|엔|에는|에)? ?{e.HARD}|(?:원|내키)(?:하)?(?:지|치)(?:는|도)? ?(?:않|안|아)"
        f"|{hard}(?:은|는|이|가|도)? ?{e.HARD}|(?<![가-힣])(?:생각|마음|의향|맘|의사|뜻)(?:이|은|가|는|"
        f"도)? ?(?:전혀 ?)?(?:없|업){english}{busy}"
    )


_HERE = r"(?<![가-힣ㄱ-ㅎa-z])"
REFUSING_WORD = re.compile(
    "미동[의이]|비동의|부동[의이]|불동의|거[부절](?![감권])(?! ?(?:신청 ?)?(?:한 ?[거것걸]|했던 ?[거것걸]|해 ?둔 ?[거것걸]|했는데|했었는데)?(?:를|을)? ?(?:취소|해제|철회|풀))|싫(?!증|지[는도않안만은])|시[러룸](?=[요유용여슴습 ]|$)|"
    "실(?:어[요유용]|습니|슴니)|반대(?!편|쪽|로|방향|차선|측|"
    "말|급부)|"
    r"사양(?![길서])|불허|불가(?!피|사|능)|불참|결석|노[땡탱]큐|"
    f"{_HERE}(?:아니[오요여유용예]|아니라예|아니랑께|아니야|아뇨|아녀[유요]?|아냐|아니[에예][요여유용]|아닙니[다더]|"
    "아님|아니|아닌데[요유]|아닌디[유요]?|아입니더|아이라[예요]|어데예|"
    "아이다|노노|노우|놉|노|ㄴㄴ+요?|no|nope|nah|no ?thanks?|no ?thank ?you|x|엑스|가위표)(?:(?![가-힣ㄱ-ㅎa-z])|"
    "(?=괜찮|"
    "됐|싫|안[하해할합받]|거절|거부|필요))|"
    f"{_HERE}(?<![주달년일간월] )(?:저는 ?|난 ?|이젠? ?|아니 ?)?됐(?:어(?:[요유]|(?=$| ))|습니|고[요만]|구[요먼]|네요|슈|시유|다(?=$| ))|"
    f"{_HERE}되었(?:어요|습니다)(?=$|"
    " )|(?:필요|관심)(?:이|가|는|도)? ?(?:없|업|읎)|"
    "(?:^|저는 |저 |이번(?:엔|에는)? |그날(?:은)? |죄송합니다 |죄송하지만 |아쉽지만 )(?:은|는|이|가|도)? ?(?:좀 |"
    "조금 |많이 )?(?:어렵|어려[울워운]|"
    "힘들(?! ?어서)|곤란|무리|불가능)|"
    f"{_HERE}이번(?:엔|에는|에|은|만)? ?(?:쉴|쉬|쉽니)(?! ?수)|{_HERE}(?:이번(?:엔|에는|에)? ?)?(?:빠질|빠지겠|빠질게|패스|불참)|{_HERE}안 ?(?:돼요|되요|돼(?=$| )|대요|"
    f"됩니다|됨|됩니더|"
    f"되겠)|{_HERE}안(?= |$|요)(?! ?[가-힣])"
)


# words for an option that every question of a kind understands, whatever its labels
_OTHER_WORDS: dict[Kind, tuple[tuple[Meaning, tuple[str, ...]], ...]] = {
    "consent": (
        ("consent", ("동의", "찬성", "승낙", "수락", "허락", "허용", "agree", "agreed", "consent", "accept")),
        ("refuse", ("미동의", "부동의", "비동의", "disagree", "decline", "reject")),
    ),
    "rsvp": (
        ("consent", ("참석", "참가", "참여", "출석", "attend", "join")),
        ("refuse", ("불참", "미참석", "미참가", "불참석", "결석")),
    ),
    "survey": (("consent", ("찬성", "동의", "지지")), ("refuse", ("반대",))),
    "acknowledge": (("consent", ("확인",)), ("refuse", ("미확인",))),
}


@dataclass(frozen=True, slots=True)
class Grammar:
    """One question's patterns: `stems` finds labels, `option_of` says whose, `refusing` its own kinds of no."""

    stems: re.Pattern[str] | None
    option_of: dict[str, Option]
    refusing: re.Pattern[str]
    consent: Option | None
    refuse: Option | None


@lru_cache(maxsize=256)
def grammar(question: Question) -> Grammar:
    """The patterns of one question."""
    option_of: dict[str, Option] = {}
    for option in question.options:
        for stem in (option.label, *option.synonyms):
            option_of.setdefault(_bare(stem), option)
            if stem.startswith("매우"):
                option_of |= {
                    f"{much}{_bare(stem)[2:]}": option for much in ("아주", "대단히", "무척", "굉장히", "몹시")
                }
    for meaning, words in _OTHER_WORDS.get(question.kind, ()):
        if option_meant := question.meaning(meaning):
            for word in words:
                option_of.setdefault(word, option_meant)
    option_of.pop("", None)
    stems = sorted(option_of, key=len, reverse=True)
    return Grammar(
        stems=re.compile("|".join(map(_loosely, stems))) if stems else None,
        option_of=option_of,
        refusing=_refusing(question.kind),
        consent=question.meaning("consent"),
        refuse=question.meaning("refuse"),
    )


def labels_of(question: Question) -> tuple[str, ...]:
    """The words that name an option, longest first; none of them is anybody's name."""
    return tuple(sorted((stem for stem in grammar(question).option_of if len(stem) > 1), key=len, reverse=True))


_NOT_BEHIND = {"미": "(?<!이)", "부": "(?<![전일내외])"}  # 이미 동의, 전부 동의


def _bare(stem: str) -> str:
    return re.sub(r"[^0-9a-z가-힣ㄱ-ㅣ★]", "", stem.lower())


def _loosely(stem: str) -> str:
    """A stem that may be typed with a blank anywhere; one syllable alone must be a word of its own."""
    if len(stem) == 1:
        return rf"(?<![0-9a-z가-힣]){re.escape(stem)}(?![0-9a-z가-힣])"
    spaced = " ?".join(map(re.escape, stem))
    behind = _NOT_BEHIND.get(stem[0], "")
    return rf"(?:{behind}{re.escape(stem)}|(?<![가-힣]){spaced})"
