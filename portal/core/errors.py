"""The one base class of everything we refuse on purpose."""


class Refused(Exception):
    """
    An expected refusal, with a Korean sentence fit for the person who caused it.

    Subclasses stand beside the function that raises them. Views show `sentence`; nobody parses it.
    """

    sentence = "요청을 처리할 수 없습니다."

    def __init__(self, sentence: str = "") -> None:
        if sentence:
            self.sentence = sentence
        super().__init__(self.sentence)
