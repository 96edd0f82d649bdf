"""The embedder of this process, chosen by CHATBOT_EMBEDDER, with a small memory for questions asked again."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from django.conf import settings

from chatbot.engine.embedders import Embedder, Vectors, load

REMEMBERED_QUESTIONS = 2048


class Remembering:
    """An embedder that need not be asked twice for the same question."""

    def __init__(self, embedder: Embedder) -> None:
        self.id, self.dim = embedder.id, embedder.dim
        self._embedder = embedder
        self._row = lru_cache(maxsize=REMEMBERED_QUESTIONS)(self._fresh_row)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One question is remembered; many at once are an index being built."""
        if len(texts) == 1:
            return self._row(texts[0])
        return self._embedder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As the embedder makes them."""
        return self._embedder.passages(texts)

    def _fresh_row(self, text: str) -> Vectors:
        row = np.array(self._embedder.queries([text]))
        row.setflags(write=False)
        return row


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """Loaded once, on first use; one that cannot be loaded leaves the chatbot to words alone."""
    return Remembering(load(settings.CHATBOT_EMBEDDER))
