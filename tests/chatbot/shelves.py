"""A few answers, an index over them, and an embedder that costs nothing."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from chatbot import shelf
from chatbot.engine.embedders import NoEmbedder, Vectors
from chatbot.engine.text import key_of
from chatbot.models import Faq, GoldQuestion, Phrasing
from chatbot.services import building
from portal.accounts.models import Department

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SUBJECTS = (
    ("bulky", "대형폐기물은 어떻게 배출하나요?", "신고하고 스티커를 붙여 내놓으세요.", ["대형폐기물", "소파", "장롱"]),
    ("passport", "여권은 어디서 만드나요?", "구청 민원여권과에서 신청합니다.", ["여권", "여권발급"]),
    ("snow", "눈이 오면 제설은 누가 하나요?", "도로과가 제설합니다.", ["제설", "눈"]),
    ("pet", "반려견 동물등록은 어떻게 하나요?", "동물병원에서 등록합니다.", ["동물등록", "강아지"]),
)


class CountingEmbedder:
    """Vectors that follow from the letters; remembers what it was asked to embed."""

    id, dim = "counting", 16

    def __init__(self) -> None:
        self.asked: list[str] = []

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row for each."""
        self.asked += texts
        rows = [np.frombuffer(hashlib.sha512(text.encode()).digest()[: self.dim], dtype=np.uint8) for text in texts]
        vectors = np.array(rows, dtype=np.float32) - 127.5
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As questions."""
        return self.queries(texts)


def make_faqs() -> dict[str, Faq]:
    """Four published answers by their slugs."""
    department = Department.objects.create(code="clean", name="청소행정과", phone="02-120-0100")
    common = {"category": "생활", "department": department, "status": Faq.Status.PUBLISHED}
    stamps = {"checked_on": NOW.date(), "changed_at": NOW}
    return {
        slug: Faq.objects.create(slug=slug, question=question, answer=answer, tags=tags, **common, **stamps)
        for slug, question, answer, tags in SUBJECTS
    }


def by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody embeds, and every look at the shelf is a new one."""
    for module in (shelf, building):
        monkeypatch.setattr(module, "embedder", NoEmbedder)
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    shelf.forget()


def make_bulky() -> Faq:
    """One published answer, its department with it."""
    department = Department.objects.create(code="clean", name="청소행정과", phone="02-120-0100")
    return Faq.objects.create(
        slug="bulky", question="대형폐기물은 어떻게 배출하나요?", answer="스티커를 붙여 내놓으세요.", tags=["대형폐기물", "소파"],
        category="생활", department=department, status=Faq.Status.PUBLISHED, checked_on=NOW.date(), changed_at=NOW,
    )  # fmt: skip


def add_phrasing(faq: Faq, text: str) -> Phrasing:
    """Approved, as by an official."""
    return Phrasing.objects.create(
        faq=faq, text=text, text_key=key_of(text), state=Phrasing.State.APPROVED, changed_at=NOW
    )


def add_gold(text: str, *expected: str, kind: str = "plain", is_pinned: bool = False) -> GoldQuestion:
    """A question whose answer is known."""
    return GoldQuestion.objects.create(
        text=text, text_key=key_of(text), expected=list(expected), kind=kind, is_pinned=is_pinned
    )
