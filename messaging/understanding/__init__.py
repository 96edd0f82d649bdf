"""
What a citizen's text says: no model, no clock, no database; every decision names its rule and the words behind it.

    reading = read("1 홍길동 580312", question, person=Person(name="홍길동", birth=date(1958, 3, 12)))
"""

from messaging.understanding.folding import Fold, fold
from messaging.understanding.model import Option, Person, Question, Reading, Span
from messaging.understanding.reading import read

__all__ = ["Fold", "Option", "Person", "Question", "Reading", "Span", "fold", "read"]
