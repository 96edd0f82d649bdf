"""What the stack says when it cannot go on: one Korean sentence and an exit code."""


class StackError(Exception):
    """The stack cannot start or go on; `sentence` is for the person at the terminal."""

    def __init__(self, sentence: str, *, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_code = exit_code
