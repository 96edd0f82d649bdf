"""What is said in a text besides who says it: the answer to a question in one's own words."""

import re

from messaging.understanding import courtesy
from messaging.understanding.case import Case
from messaging.understanding.identity import compare, identify
from messaging.understanding.model import Person, Question
from messaging.understanding.normalising import normalise
from messaging.understanding.reading import LATEST

_SAID_OF_ONESELF = re.compile(r"(?:입니다|이에요|예요|이요|요|임|생|년생|저는|본인|이름|성명|성함|생년월일|[:은는]| )+")


def remark(text: str, question: Question, person: Person | None = None) -> str:
    """The words left once name, birth date and courtesies are gone; '' if nothing else is said."""
    normal = normalise(text)
    who = identify(normal, question, person, today=LATEST)
    words = Case.of(normal, question, who, compare(who, question, person)).words.text
    rest = courtesy.COURTESY.sub("", words).strip()
    return "" if _SAID_OF_ONESELF.fullmatch(rest) else rest
