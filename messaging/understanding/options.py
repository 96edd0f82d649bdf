"""Which options a text speaks for: labels, deeds, slips of the finger, nods; negation before affirmation."""

import re
from itertools import islice

from messaging.understanding import clauses, courtesy, endings
from messaging.understanding import grammar as g
from messaging.understanding.doubts import DOUBLE
from messaging.understanding.model import Finding, Option, Question, Span
from messaging.understanding.normalising import Line
from messaging.understanding.slips import distance, letters
from portal.core.hangul import initials, jamo

_MOST_LABELS = 24
_WORD = re.compile(r"[가-힣ㄱ-ㅣ]+")
_COPULA_OR_END = re.compile(rf"{endings.COPULA}|{endings.LOOSE_END}")
_SPELLED = re.compile(r"(?<![가-힣])[가-힣] [가-힣](?=[ ]?[하합함할해]|$)")  # 동 이 합니다
_ENDING = re.compile(rf"[가-힣ㄱ-ㅣ]{{0,5}}?(?:{endings.LOOSE_END})")
_CHOSEN = re.compile(
    "(?:을|를|은|는|이|가|에|도|로|으로)? ?(?:좋|낫|나을|나아|제일|찬성|원|희망|선택|택|추천|지지|투표|한표|골|"
    f"고르|고릅|픽|부탁|하겠|{endings.DO}|{endings.ASK}|(?:[가-힣]{{1,4}} ?)?(?:주세요|주십시오|주이소|줘요|부탁)|"
    rf"(?:해|하)?{endings.GIVE}|(?:스러|하)?{endings.COPULA})|{endings.LOOSE_END}|(?:으)?로(?:요|{endings.LOOSE_END})"
)
_NOT_CHOSEN = re.compile(
    "(?:은|는|이|가|도|을|를|스럽|스러|하)? ?(?:싫|시러|별로|말고|빼고|제외|아니|아닙|아님|반대|안 ?|못 ?|절대|"
    f"{endings.LEFT}|{endings.HARD}|거나|이나|또는|"
    "아니면|만 ?아니)"
)
# whose silence it is: 구청이 전화를 안 받아요
_SOMEBODY_FAILS = re.compile(
    "(?:아무도|누구도|구청|시청|담당자?|직원|공무원|그쪽|거기)(?:이|가|은|는|에서|에선|도|들이)? ?(?:잘 ?|통 ?|"
    "전혀 ?|전화 ?)?$|(?:전화|연락|처리|조치|대응|해결|공사|청소|"
    "민원|답장|답변|관리|단속|수리|보수|접수|환불|보상|제거|철거|수거|주차|잠|일|약속|말)(?:를|을|은|는|도|가|"
    "이)? ?(?:잘 ?|아예 ?|왜 ?|도대체 ?|전혀 ?|통 ?)?$"
)
_NEAR_ENDINGS = tuple(map(jamo, ("합니다", "해요", "할게요", "하겠습니다", "합니다요", "입니다", "이요")))
_DECLARING = frozenset("다더댜당유슈심뎌께")
_NO_ASSERTION = re.compile(r"[라시세십주줘보자냐니까껄율란]|[남감가래셈지나노고데든걸텐람면서도며만는은을]$")


def named(words: Line, question: Question) -> list[Finding]:
    """Options the text names, denies or acts out, in their order. What a negation has taken is not read again."""
    grammar = g.grammar(question)
    findings = _labels(words.text, grammar, question)
    findings += _denials(words.text, grammar, question, findings)
    findings += _deeds(words.text, grammar, question, findings)
    if not findings:
        findings = _slip(words.text, question)
    return sorted(findings, key=lambda one: one.at)


def _labels(text: str, grammar: g.Grammar, question: Question) -> list[Finding]:
    findings: list[Finding] = []
    if grammar.stems is None:
        return findings
    for found in islice(grammar.stems.finditer(text), _MOST_LABELS):
        option = grammar.option_of[found[0].replace(" ", "")]
        finding = _label(text, found.span(), option, grammar)
        if finding is not None and not overlaps(finding.at, findings):
            findings.append(finding)
    return findings


def _label(text: str, at: Span, option: Option, grammar: g.Grammar) -> Finding | None:
    before, end = text[max(at[0] - 8, 0) : at[0]], at[1]
    if option.meaning == "choice":
        return _choice(text, at, option)
    if option.meaning == "consent" and _may_be_denied(before):
        return Finding(option, "options.mention", at, "mention")
    if denied := g.DENIED_BEFORE.search(before):
        tail = g.AFFIRMED.match(text, end)
        begin = at[0] - len(before) + denied.start()
        return Finding(
            _opposite(option, grammar), "options.denied_label", (begin, tail.end() if tail else end), "strong"
        )
    turned = g.NEGATED.match(text, end)
    if turned and not _is_other_label(text, (end, turned.end()), option, grammar) and not _SAYS_NO.match(option.label):
        return Finding(_opposite(option, grammar), "options.denied_label", (at[0], turned.end()), "strong")
    if entered := g.ENTERED.match(text, end):
        return Finding(option, "options.label", (at[0], entered.end()), "strong")
    if said := g.AFFIRMED.match(text, end):
        whole = (at[0], said.end())
        if g.UNFINISHED.match(text, said.end()) or _GOES_ON.match(text, said.end()):
            return Finding(option, "options.mention", whole, "mention")
        return Finding(option, "options.label", whole, "strong")
    if option.meaning == "refuse" and (soft := g.LIKELY.match(text, end)):
        return Finding(option, "options.label", (at[0], soft.end()), "strong")
    if not g.FREE_BEFORE.search(before) and not _is_known_before(before):
        return None  # 장위동의: the letters of another word
    if bare := g.BARE.match(text, end):
        return Finding(option, "options.label", (at[0], bare.end()), "weak")
    if grammar.stems is not None and grammar.stems.match(text, end):
        return Finding(option, "options.label", at, "weak")  # 동의동의
    return _open_ending(text, at, option) or Finding(option, "options.mention", at, "mention")


_NOES = "미비부불안못몬노"
_GLUED_NO = tuple(map(jamo, _NOES))


def _may_be_denied(before: str) -> bool:
    """마동의: one letter from 미동의, so no yes."""
    glued = before.rsplit(" ", 1)[-1]
    if len(glued) != 1 or not "가" <= glued <= "힣" or glued in _NOES or courtesy.NOD.fullmatch(glued):
        return False
    return any(distance(jamo(glued), no) == 1 for no in _GLUED_NO)


def _is_known_before(before: str) -> bool:
    """오키동의: what is glued before a label is a word by itself."""
    glued = before.rsplit(" ", 1)[-1]
    if courtesy.NOD.fullmatch(glued) or courtesy.KNOWN_WORDS.fullmatch(glued):
        return True
    return len(glued) % 2 == 0 and glued[-2:] in ("동의", "참석", "찬성", "불참")  # 동의동의


_GOES_ON = re.compile(r"[가-힣]{0,2}(?:[는은]데|는디)(?:요|유|예)?(?![가-힣])")  # 동의는 하겠는데
_SAYS_NO = re.compile(r"아니|아뇨|싫|안|못|no")  # 아니오 안 합니다: no twice is no


def _is_other_label(text: str, at: Span, option: Option, grammar: g.Grammar) -> bool:
    """찬성 반대, 예 아니오: the other option named, not this one denied."""
    if grammar.stems is None:
        return False
    found = grammar.stems.search(text, at[0], at[1] + 2)
    return found is not None and grammar.option_of[found[0].replace(" ", "")] is not option


def _open_ending(text: str, at: Span, option: Option) -> Finding | None:
    """An ending nobody listed: taken if it is short, closes the text and asserts, or is a slip of one that does."""
    tail = text[at[1] :].split(" ", 1)[0]
    if not tail or len(tail) > 6 or _NO_ASSERTION.search(tail.replace("니다", "다").replace("니더", "다")):
        return None
    spelled = jamo(tail)
    is_slip = any(distance(spelled, one) <= 1 + (len(one) > 5) for one in _NEAR_ENDINGS if len(tail) > 1)
    if (
        tail[0] not in "래라랬랍란"
        and spelled[0] in "ㅎㅇㄹㄱㄴ"
        and (is_slip or (spelled[0] == "ㅎ" and tail[-1] in _DECLARING))
    ):
        return Finding(option, "options.open_ending", (at[0], at[1] + len(tail)), "weak")
    return None


def _choice(text: str, at: Span, option: Option) -> Finding:
    """Votes and scores: a label counts where it is chosen, and a denied one speaks for nothing."""
    if g.DENIED_BEFORE.search(text[max(at[0] - 8, 0) : at[0]]) or _NOT_CHOSEN.match(text, at[1]):
        return Finding(None, "options.denied_choice", at, "strong")
    if chosen := _CHOSEN.match(text, at[1]):
        ending = _ENDING.match(text, chosen.end())
        return Finding(option, "options.label", (at[0], ending.end() if ending else chosen.end()), "weak")
    return Finding(option, "options.mention", at, "mention")


def _opposite(option: Option, grammar: g.Grammar) -> Option | None:
    """What a denial of this option speaks for: of a yes, the no; of a no, nothing that may be counted."""
    return grammar.refuse if option.meaning == "consent" else None


def _denials(text: str, grammar: g.Grammar, question: Question, findings: list[Finding]) -> list[Finding]:
    denials: list[Finding] = []
    patterns = [(grammar.refusing, "options.denied_verb"), (g.REFUSING_WORD, "options.refusing_word")]
    if question.kind == "consent":
        patterns.append((g.BY_POST, "options.by_post_instead"))
    doubled = [found.span() for found in DOUBLE.finditer(text)]
    says_yes = any(one.option is grammar.consent and one.weight == "strong" for one in findings)
    for pattern, rule in patterns:
        for found in islice(pattern.finditer(text), _MOST_LABELS):
            if overlaps(found.span(), findings) or overlaps(found.span(), denials):
                continue
            is_paper = question.kind == "consent" and clauses.is_about_paper(text, found.start())
            may_be = says_yes or (question.kind == "consent" and _DOES_NOT_WORK.match(text, found.start()))
            if _QUOTED_NO.match(text, found.end()):
                denials.append(Finding(None, "options.denied_no", found.span(), "mention"))
                continue
            is_elsewhere = is_paper or (may_be and clauses.is_about_something_else(text, found.span(), question))
            if is_elsewhere or _SOMEBODY_FAILS.search(text[max(found.start() - 10, 0) : found.start()]):
                denials.append(Finding(None, "options.somebody_fails", found.span(), "mention"))
            elif any(begin <= found.start() < end for begin, end in doubled):
                denials.append(Finding(None, "options.denied_no", found.span(), "mention"))
            else:
                denials.append(Finding(grammar.refuse, rule, found.span(), "strong"))
    return denials


def _deeds(text: str, grammar: g.Grammar, question: Question, findings: list[Finding]) -> list[Finding]:
    """What people do instead of naming an option: 문자로 보내 주세요, 갈게요, 잘 봤습니다."""
    if grammar.consent is None:
        return []
    patterns: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
        "consent": ((g.TEXT_PLEASE, "medium"), (g.TAKE_IT, "medium"), (g.SEND_IT, "weak")),
        "rsvp": ((g.GOING, "medium"),),
        "acknowledge": ((g.SEEN, "medium"),),
    }
    deeds: list[Finding] = []
    for pattern, weight in patterns.get(question.kind, ()):
        for found in islice(pattern.finditer(text), _MOST_LABELS):
            if not overlaps(found.span(), findings) and not overlaps(found.span(), deeds):
                at = (found.start(), max(found.end(), found.start() + 1))
                if _NEXT_TIME.search(text[max(at[0] - 6, 0) : at[0]]):
                    continue
                deeds.append(Finding(grammar.consent, "options.deed", at, "medium" if weight == "medium" else "weak"))
    return deeds


_DOES_NOT_WORK = re.compile(r"안 ?[돼되됩됨]")
_QUOTED_NO = re.compile(r"[가-힣]{0,3} ?(?:말)?라(?:던|고 ?(?:말|얘기)?(?:한|했) ?(?:적|던|거))")  # 보내지 말라던
_NEXT_TIME = re.compile(r"(?:다음|담)(?:번|기회)?(?:에|에는|엔)? ?$")


def overlaps(at: Span, findings: list[Finding]) -> bool:
    """Whether a place is taken already."""
    return any(at[0] < one.at[1] and one.at[0] < at[1] for one in findings)


def _slip(text: str, question: Question) -> list[Finding]:
    """A label one letter off (동이합니다, 돝의), or its initials (ㄷㅇ합니다), unless another label is as near."""
    for word in (*_SPELLED.finditer(text), *_WORD.finditer(text)):
        bare = word[0].replace(" ", "")
        if courtesy.KNOWN_WORD.fullmatch(bare) or courtesy.NOD.fullmatch(bare):
            continue
        if len(bare) % 2 == 0 and bare[::2] == bare[1::2]:
            bare = bare[::2]  # 동동의의
        near = sorted(
            (one for option in question.options if (one := _nearness(bare, option)) is not None),
            key=lambda one: one[0],
        )
        is_alone = len(near) < 2 or near[1][0] > near[0][0]
        if near and near[0][0] <= 1 and is_alone:
            _, option, size = near[0]
            return _completed_slip(text, word, option, size + word[0].count(" "))
        if bare == word[0]:
            break
    return _slip_at_the_end(text, question)


_DONE = re.compile(rf"[네다요유] ([가-힣]{{2}})(?={endings.DO} ?$)")


def _slip_at_the_end(text: str, question: Question) -> list[Finding]:
    """늦었네요 동이합니다: a sentence by itself that nothing follows."""
    found = _DONE.search(text)
    if found is None:
        return []
    near = [one for option in question.options if (one := _nearness(found[1], option)) is not None and one[0] <= 1]
    return [Finding(one[1], "options.slip", (found.start(1), len(text)), "weak") for one in near if len(near) == 1]


def _nearness(word: str, option: Option) -> tuple[int, Option, int] | None:
    """How far the beginning of a word is from an option's label: letters, option, syllables taken."""
    label = option.label.replace(" ", "")
    if len(label) < 2:
        return None
    if word.startswith(initials(label)):
        return 1, option, len(label)
    wanted = letters(label)
    best = min((distance(jamo(word[:size]), wanted), size) for size in (len(label), len(label) + 1))
    return best[0], option, best[1]


def _completed_slip(text: str, word: re.Match[str], option: Option, size: int) -> list[Finding]:
    end = word.start() + min(size, len(word[0]))
    said = g.AFFIRMED.match(text, end) or _COPULA_OR_END.match(text, end)
    if said is None or g.NEGATED.match(text, end):
        return [Finding(option, "options.mention", (word.start(), end), "mention")]
    return [Finding(option, "options.slip", (word.start(), said.end()), "weak")]


def nod(words: Line) -> tuple[str, Span] | None:
    """
    Whether the text is nothing but a yes, and what stands beside it: "nod", "thanks" or "so_be_it".

    Thanks beside a yes may be an answer to our acknowledgement, so they are told apart.
    """
    text = words.text
    if so := courtesy.SO_BE_IT.search(text):
        ending = _ENDING.match(text, so.end())
        rest = f"{text[: so.start()]} {text[ending.end() if ending else so.end() :]}"
        if all(courtesy.NOD.fullmatch(one) or courtesy.ONLY_FILLER.fullmatch(one) for one in rest.split()):
            return "so_be_it", so.span()
    at: Span | None = None
    is_plain = has_thanks = False
    for piece in _PIECE.finditer(text):
        nodded = courtesy.NOD.match(piece[0])
        behind = piece[0][nodded.end() :] if nodded else piece[0]
        if nodded and (not behind or courtesy.KNOWN_WORDS.fullmatch(behind)):
            at = at or (piece.start(), piece.start() + nodded.end())
            is_plain = is_plain or courtesy.PLAIN_YES.match(piece[0]) is not None
        elif not courtesy.is_known(piece[0]):
            return None
        else:
            behind = piece[0]
        has_greeting = at is not None and courtesy.GREETING.search(behind) is not None
        has_thanks = has_thanks or has_greeting or behind in _SIGHS or courtesy.THANKS.search(behind) is not None
    if at is None:
        return None
    return ("thanks" if has_thanks and not is_plain else "nod"), at


_SIGHS = frozenset("아음흠")  # 아 네: I see
_PIECE = re.compile(r"[^ ]+")


def blanked(text: str, covered: list[Span]) -> str:
    """A text with what was read hidden."""
    letters_left = list(text)
    for begin, end in covered:
        letters_left[begin:end] = _HIDDEN * (end - begin)
    return "".join(letters_left)


_PARTICLE = re.compile(
    "(?:입니다|이요|요|으로|로|임|합니다|이에요|예요|이여|유|함|네|예|끝|다|좀|잘|꼭|(?:답|남|여|음|양|생|님|씨|인|"
    "번)(?:은|입니다|이요|요)?|i|we|will|to|the|it|me|my|by|text|do|am|is|of|and|on|born|birth|date|dob|name|이|번|"
    "께|더)"
)
_NOTED = re.compile(
    "(?:확인|참고|전달|반영|조치|검토|접수|처리)(?:을|를)? ?(?:좀 ?)?(?=부탁|바랍|바라)"
)  # 확인 부탁드립니다
# what is agreed to: words of any question we ask
_OFFERED = re.compile(
    r"\d+ ?명(?:이요|요|입니다)?|"
    "(?:받|보내|오|수신하|발송하|보내주)(?:는|시는) ?(?:것|거|걸|데|건|게|일)(?:에|을|은|도|로|으로)?|(?:문자|전자|"
    "모바일)?(?:수신|통지|고지|발송|전송|통보|메시지|"
    "문자)(?:에|을|를|은|는|으로|로|도)?(?: ?(?:대|관)(?:해|하여|해서|한))?"
)
# why somebody agrees, said before it: 글씨가 작아서 동의합니다
_EXPLAINED = re.compile(
    r"(?<![가-힣])(?:[가-힣]{1,8} ){0,3}?[가-힣]{1,6}(?:[아어해워려돼와져]서|라서|니까|으니|때문에)(?= )"
    r"|(?<= )(?:[가-힣]{1,8} ){0,3}?[가-힣]{1,6}(?:[아어해워려돼와져]서[요유예]|라서[요유예]|니까[요유]|거든[요유]|"
    r"잖아[요유])$"
)
# who comes along, and what kept the writer from answering sooner: 동무랑 같이 가도 되지라, 운전 중이라 늦었네요
_BESIDE = re.compile(
    r"(?<![가-힣])(?:[가-힣]{1,6} )?[가-힣]{1,6}(?:랑|와|과|하고) (?:같이|함께)(?: ?(?:가[요유]|갈[게께]요?|갑니[다더]|가께요?|"
    r"가도 ?되지[라예]))?(?= |$)"
    r"|(?<![가-힣])[가-힣]{1,4} ?중이(?:라서?|었는데|여서|어서) ?(?:답장?이? ?|회신이? ?)?늦었[가-힣]{1,4}(?= |$)"
)
_ADDRESS = re.compile(
    r"(?<![가-힣0-9])(?:[가-힣]{2,6}(?:시|도) )?[가-힣]{1,5}[시군구] (?:[가-힣0-9]{1,6}(?:동|읍|면|리|로|길)(?=[ "
    r"_]))?(?: ?사는)?(?=[ _])"
    r"|\d+ ?동 ?\d+ ?호|(?<![가-힣0-9])[가-힣0-9]{1,6}(?:동|읍|면|리|로|길) \d+(?:호|번지)?|"
    r"(?<![가-힣])[가-힣]{1,6}[동읍면리구군시]에? 사는"
)
_NOT_HANGUL_OR_LATIN = re.compile(r"[^a-z가-힣ㄱ-ㅎㅏ-ㅣ]")


def to_word_end(words: Line, finding: Finding) -> Span:
    """What a finding covers: verbs are found by the beginning of an ending and cover all of it."""
    begin, end = finding.at
    if finding.weight in ("weak", "mention") and finding.rule != "options.deed":
        return finding.at
    ending = _ENDING.match(words.text, end)
    return (begin, ending.end()) if ending else finding.at


def unread(words: Line, covered: list[Span], question: Question) -> str:
    """What remains once answers, nouns of the question and polite words are gone: a reason to ask a person."""
    text = courtesy.KINDNESS.sub(_hidden, blanked(words.text, covered))
    text = _BESIDE.sub(_hidden, _ADDRESS.sub(_hidden, text))
    text = _EXPLAINED.sub(_hidden, _NOTED.sub(_hidden, _OFFERED.sub(_hidden, text)))
    for noun in question.nouns:
        text = text.replace(noun, _HIDDEN * len(noun))
    return _NOT_HANGUL_OR_LATIN.sub("", "".join(_unread_of(piece[0]) for piece in _PIECE.finditer(text)))


_HIDDEN = "_"
_COPULA_FIRST = re.compile(r"^(?:입니[다더]|이에요|예요|이요|이고요?)")  # behind a birth that has left the text


def _hidden(found: re.Match[str]) -> str:
    return _HIDDEN * len(found[0])


def _is_filler(part: str) -> bool:
    return bool(courtesy.ONLY_FILLER.fullmatch(part) or courtesy.NOD.fullmatch(part))


def _unread_of(piece: str) -> str:
    """
    What of a word nobody could place. Particles alone explain only what is left of a word that was read.
    """
    if _HIDDEN not in piece:
        piece = _COPULA_FIRST.sub("", piece)
        if not piece or courtesy.is_known(piece) or courtesy.NOD.fullmatch(piece) or _PARTICLE.fullmatch(piece):
            return ""
        return courtesy.FILLER.sub("", piece) or piece[:1]
    left = [part for part in piece.split(_HIDDEN) if part and not _is_filler(part)]
    return "".join(courtesy.FILLER.sub("", part) or part[:1] for part in left)
