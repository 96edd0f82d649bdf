"""Our own words coming back: a copy of the question is no answer, what is written beside it may be."""

import re
from functools import lru_cache

from messaging.understanding.model import Question, Span
from messaging.understanding.normalising import Normal

_OURS = re.compile(
    "(?:받으|동의하|참석하|확인하|수신하)시겠(?:습니까|어요)|(?:회신|답장|답변|응답|선택)(?:하여|해) ?(?:주시기|"
    "주십시오|주세요|주시면)|(?:으)?로 ?(?:회신|답장|답변)(?:을|를)? ?(?:바|부탁|해 ?주|하여 ?주|주)|"
    "(?:회신|답장|답변) ?(?:바랍니다|부탁드립니다)|로 ?접수되었습니다|바꾸시려면|(?:성함|이름|성명)(?:과|와|,|"
    "/)? ?생년월일(?:을|를)? ?(?:보내|적어|답장|회신|함께)"
)


@lru_cache(maxsize=256)
def _menu(question: Question) -> re.Pattern[str] | None:
    """1 동의 / 2 미동의: the options in a row, as we print them."""
    if len(question.options) < 2:
        return None
    gap = r"[ .,:)\]】>번은는-]{0,4}"
    each = [
        f"{re.escape(one.digit)}{gap}{re.escape(one.label.lower())}|"
        f"{re.escape(one.label.lower())}{gap}{re.escape(one.digit)}(?:번)?"
        for one in question.options
    ]
    return re.compile(r"[\s,/|·;()\[\]~및또는-]{0,6}".join(f"(?:{one})" for one in each))


def quoted(normal: Normal, question: Question) -> Span | None:
    """Where the text repeats our question, from the beginning of the first line of it to the end of the last."""
    menu = _menu(question)
    found = menu.search(normal.text) if menu else None
    ours = _OURS.search(normal.text)
    if found is None and ours is None:
        return None
    begins = [one.start() for one in (found, ours) if one is not None]
    ends = [one.end() for one in (found, ours) if one is not None]
    begin = normal.text.rfind("\n", 0, min(begins)) + 1
    end = max(ends)
    if ours is not None:
        line_end = normal.text.find("\n", end)
        end = len(normal.text) if line_end < 0 else line_end
    return begin, end
