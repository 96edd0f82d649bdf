"""
"Stop texting me", in every tone of voice. Patterns run on tight text (no blanks, no punctuation).

A verb of sending with "don't", "enough", blocking or striking from the list is a stop. Refusing the question's own
noun (the notice, receiving by text) is an answer, unless standing words (앞으로, 다시는, 모든) widen it.
"""

import re
from dataclasses import dataclass

from messaging.understanding.model import Question, Span
from messaging.understanding.normalising import Line
from messaging.understanding.slips import distance, letters
from portal.core.hangul import jamo

_TEXT = r"문[자쟈짜](?:메[시세]지)?|멧?메[시세]지|연[락략]|전화|톡|카톡|알림톡|알[림람]|sms"
_SOUND = (
    f"(?:{_TEXT}|광고|홍보|스팸|안내|소식|교육|(?:이런|이딴|이따위|그런|저런|이|그|요)(?:거|것|짓|문자|톡|연락)|"
    "아무것|뭐)"
)
_JOINT = (
    r"(?:를|을|은|는|도|좀|같은거|같은것|따위|질|들|이|가|만|부터|진짜|제발|이제|더|다시|절대|발송|전송|수신|서비스|"
    r"(?:보내|오|받)는(?:거|것|짓)|폭탄|테러|공해)?"
)
_JOINTS = _JOINT * 3
_SEND = r"(?:보[내네냬]|발송하|전송하|넣|날리|띄우|돌리|쏘|연락하|연락주|전화하|전화주|문자하|문자주|톡하)"
_FORBID = (
    "(?:지|진|질|쥐|지는|지도|지를|지들|지좀|덜|들|질)(?:들|좀|제발|절대|더|다시)?(?:마|말|맙|않(?:았으면|으면|"
    "으셨으면|게)|못하게)"
)
_DONT = r"(?:마(?=[세시셔소라요이슈쇼숑심삼셈유쇄여]|$)|말(?=[아라길자기았도어으]|$)|맙)"
_ENOUGH = r"(?:[그고]만|고마(?![워와우움운버])|작작)"
_STRIKE = r"(?:삭제|지[워우웁]|빼|뺴|제외|파기|말소|없애|제거)"
_CUT = (
    rf"(?:{_ENOUGH}|차단|끊(?![기겨긴김]|어[지졌])|중지|중단|사절|금지|해지|[꺼끄](?=[주줘라버고기세]|$)|{_STRIKE}|"
    r"오지(?:좀)?(?:마|말|않)|안오(?:게|면)|안왔으면|노노|ㄴㄴ|스[톱탑]|stop)"
)
STANDING = re.compile(
    "(?:앞으로(?!도동의)|다시는|다신|더이상|더는|이제|인자|모든|모두|전부|일체|일절|영원히|두번다시|자꾸|계속|매번|"
    "맨날|"
    r"이런|이딴|이따위|광고|스팸|뭐고|뭐든|나발|아무것도|수신(?:을)?(?:거부|차단))"
)
_RECEIVE = rf"(?:받|바드|수신|오는|보[내네]|{_TEXT})"
_NO_MORE = (
    "(?:안받|안바|안보|받지(?:는|도)?[않안마]|받기(?:는|도)?싫|받고싶(?:지|은(?:마음|생각))|거부|거절|사절|사양|싫|"
    "필요없|원치|"
    r"원하지|관심없|않)"
)
_RID = r"(?:신고|고소|고발|차단|가만|죽|끝장|각오)"
_STOPS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"수신{_JOINT}(?:일체|전부|모두|자체를?)?(?:거부|거절|차단|중지|중단|취소|해지|사절|금지|그만)",
        rf"{_SEND}{_FORBID}",
        rf"{_SOUND}{_JOINTS}(?:하|주|오|보[내네]|넣){_FORBID}",
        rf"(?:연락|전화|문자|톡|카톡|메[시세]지|발송|알림|안내){_JOINT}{_DONT}",
        rf"{_ENOUGH}(?:좀|들)?(?:보[내네]|연락|문자|넣|날[리려]|오[게세소라이]|받(?:겠|을|고싶|자)|와라|와요|ㅂㄴ)",
        r"작작(?:좀)?[해하쳐]",
        rf"{_SOUND}{_JOINTS}{_CUT}",
        rf"(?:번호|연락처|개인정보|내정보|제정보){_JOINT}{_JOINT}{_STRIKE}",
        rf"(?:명단|목록|리스트|수신자|대상자?|발송|여기|거기|명부)(?:에서|서|에|란에서)?{_JOINT}{_STRIKE}",
        f"스팸(?:으로|문자)?(?:신고|처리|등록|차단)|(?:더|또|다시|계속|자꾸).{{0,6}}?(?:보[내네]|문자하|"
        f"연락하)(?:기만|면)(?:$|.{{0,4}}?{_RID})",
        r"(?:귀찮게|성가시게|괴롭히|못살게굴|피곤하게|짜증나게)(?:좀)?[하굴구]?(?:지)?(?:좀)?[마말]",
        f"(?:{_TEXT}|이런거){_JOINT}(?:더)?(?:이상)?안보[내네](?:주)?(?:셔도|도[되돼됩괜]|줘도|으면|셨으면|줬으면|"
        "시면[좋감]|면좋|길|기를?바)",
        rf"(?:{_TEXT}|이런거){_JOINT}보(?:낼|[내네](?:실|줄|주실))필요(?:가|는|도)?(?:없|업)",
        r"안보[내네](?:주)?(?:셨으면|줬으면|았으면|시면[좋감]|주시면[좋감]|길바|기바)|안오게(?:좀|해|처리|하)",
        r"안보[내네](?:주)?(?:셔도|도|줘도)[되돼됩괜]",
        r"(?:발송|전송)(?:을|를)?(?:좀)?(?:중단|중지|금지|그만|거부)",
        "(?<!소음)(?<!전기)(?<!가스)(?<!교통)(?<!도로)(?<!통행)(?<!출입)(?<![물빛길])차단(?:한다|할[게께래]|합니다|"
        "함|하겠|해버|시[킨켜]|했)",
        rf"{_SOUND}.{{0,8}}?{_ENOUGH}$|ㅅㅅㄱㅂ",
        r"(?:안받|받지않|받기싫|받고싶지|안보[내네]|원치|원하지).{0,8}?(?:앞으로|이제|더이상|다시는|다신)$",
        rf"(?:{_TEXT}|수신).{{0,3}}?(?:안받으|거부하)려면",
        "(?:수신|문자|연락|알림).{0,4}?(?:더이상|앞으로|이제|더는|다시는).{0,6}?(?:원하지|원치|안받|받지|필요없|싫|"
        "거부)",
        r"(?:구독|알림|서비스|수신)(?:을|를)?(?:탈퇴|해지|취소|해제)|탈퇴[할해합하시]",
        rf"{STANDING.pattern}.{{0,8}}?{_RECEIVE}.{{0,6}}?{_NO_MORE}",
        r"(?:앞으로|다시는|다신|더이상|더는|이제|절대).{0,4}?(?:안받|안바|받지(?:는|도)?[않안마]|받기싫|받고싶지)",
    )
)
_ALONE = re.compile(
    "^(?:저는|나는|제발|이제|인제|진짜|아|야|좀|네|예|아니요?|그냥|저|나|저는|나는|[12]번?|번호|스팸|바로|걍|지금|"
    "당장|이거|"
    "ㅅㅂ|시발|씨발|에이|"
    "아오|아우|에휴|아이고|참|쫌|고마){0,3}(?:[그고]만(?![두큼])|고마(?:해|하)|스[톱탑돕](?!워치)|"
    "차단(?![기막봉벽되됐돼])|중단|끊어|해지|stop|꺼[져지]|ㄲㅈ)"
)
_ALONE_LONGEST = 14
_ME_OUT = re.compile(
    r"^(?:네|예|아니요?|저|나|제|우리|저희)?(?:는|은|를|좀|도)?(?:이제|그만|여기서|제발)?(?:빼|제외)[주줘달시해]"
)
_ENGLISH = re.compile(
    "(?<![a-z])(?:stop|unsubscribe|opt ?out|quit|(?:remove|delete|erase) (?:me|my)|take me off|leave me alone|"
    r"fuck off|no more (?:text|mess|sms|msg)\w{0,5}|"
    r"(?:do not|don ?t|dnt|never|stop) (?:ever )?(?:send|text|mess|contact|call|sms)\w{0,5})(?![a-z])|ㄴ새ㅔ"
)
_NOT_MEANT = re.compile(
    "(?:는|은|를|가|을)?(?:한(?:거|것|건|게)?(?:은|이)?)?(?:아니|아닙|아님|아녜|안(?![녕내])|한적|하지않|해제|풀|"
    "(?:하|되|시|하시)면(?!좋|감사|고맙|됩|돼|합|해))"
)
_POST = re.compile(r"(?:우편|등기|종이|고지서지로|편지)(?:물)?(?:은|는|을|를|으로|로|도)?(?:이제|더)?$")
_BY_TEXT = re.compile(r"문자(?:메시지)?로(?:는|만)?(?:좀|절대)?$")
_OBJECT = re.compile(rf"(?:{_TEXT})(?!로|메)")  # 문자 보내지 마: any text, whatever it is about
_RATHER = re.compile(r"말고|말구|말고서")
_REFUSED = "수신거부"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the text says stop, and whether it means this notice only."""

    at: Span
    rule: str
    is_this_only: bool


def find(tight: Line, words: Line, question: Question, *, wants_post: bool, calm: str) -> Stop | None:
    """The first place that says "no more texts", if any; `calm` is the tight text without name and courtesies."""
    text = tight.text
    for pattern in _STOPS:
        for found in pattern.finditer(text):
            if not _NOT_MEANT.match(text, found.end()) and not _POST.search(text[: found.start()][-8:]):
                return Stop(found.span(), "stop.words", _is_about_this(text, found.span(), question, wants_post))
    if english := _ENGLISH.search(words.text):
        return Stop(_in_tight(words, english.span()), "stop.english", is_this_only=False)
    if len(calm) > _ALONE_LONGEST or "?" in calm:
        return None
    begin = max(text.find(calm), 0)
    if alone := _ALONE.search(calm):
        return Stop((begin + alone.start(), begin + alone.end()), "stop.alone", is_this_only=False)
    if _ME_OUT.search(calm):
        return Stop((begin, begin + len(calm)), "stop.words", is_this_only=question.kind == "rsvp")
    if _is_slip(calm):
        return Stop((begin, begin + len(calm)), "stop.slip", is_this_only=False)
    return None


def _is_about_this(text: str, at: Span, question: Question, wants_post: bool) -> bool:
    if STANDING.search(text):
        return False
    if _OBJECT.search(text, max(at[0] - 6, 0), at[1]):
        return False
    if text.startswith("안보", at[0]) and question.kind == "consent":
        return True  # 안 보내셔도 됩니다: what was offered
    nouns = [noun for noun in question.nouns if noun not in question.stop_nouns and noun in text]
    is_rather = _RATHER.search(text, at[0], at[1] + 2) is not None
    return bool(nouns) or wants_post or is_rather or _BY_TEXT.search(text[: at[0]]) is not None


def _in_tight(words: Line, at: Span) -> Span:
    begin = at[0] - words.text.count(" ", 0, at[0])
    return begin, begin + at[1] - at[0] - words.text.count(" ", *at)


def _is_slip(text: str) -> bool:
    """수신거뷰, 수신커부: two letters off is near enough, as nothing else looks like it."""
    starts = (at for at, char in enumerate(text[: max(len(text) - len(_REFUSED) + 1, 0)]) if char in "수숫슈스순")
    return any(distance(jamo(text[at : at + len(_REFUSED)]), letters(_REFUSED)) <= 2 for at in starts)
