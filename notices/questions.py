"""What a campaign asks, in the shape that messaging's reader understands."""

from messaging.understanding import Option as ReadOption
from messaging.understanding import Question as ReadQuestion
from notices.models import Question

NOUNS = ("통지서", "고지서", "문자", "그림문자", "안내문")


def as_asked(question: Question) -> ReadQuestion:
    """The question with this campaign's digits and labels; refusing one of its nouns is an answer, not an opt-out."""
    options = question.options.order_by("digit")
    return ReadQuestion(
        kind="consent",
        options=tuple(
            ReadOption(
                key=one.meaning,
                digit=str(one.digit),
                label=one.label,
                meaning="consent" if one.meaning == "consent" else "refuse",
            )
            for one in options
        ),
        identity="birth",
        nouns=NOUNS,
    )
