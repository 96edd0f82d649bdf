"""The answers that ship with the product, read from files: what `setup` loads and what `evaluate_chatbot` judges."""

import csv
import json
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from chatbot import keptvectors
from chatbot.engine.index import Document
from chatbot.keptvectors import KeptVectors

REFERENCE = Path(__file__).resolve().parent / "reference"
REFERRALS = "다른 기관"
SMALL_TALK = "인사"


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer: ours with its department, or a word about who else is responsible."""

    slug: str
    kind: str
    question: str
    answer: str
    category: str
    tags: tuple[str, ...]
    department: str = ""
    agency: str = ""
    agency_phone: str = ""
    agency_url: str = ""
    links: tuple[tuple[str, str], ...] = ()
    place: Mapping[str, Any] | None = None
    form: str = ""
    has_sample_facts: bool = False
    phrasings: tuple[str, ...] = ()

    def document(self, key: int) -> Document:
        """As the engine sees it."""
        return Document(key, self.question, self.answer, self.tags, self.phrasings, self.kind)


@dataclass(frozen=True, slots=True)
class Said:
    """One way of asking, and which imagined citizen put it so."""

    slug: str
    writer: str
    text: str


def entries(folder: Path = REFERENCE) -> list[Entry]:
    """Our answers, then the referrals and the small talk, each with the ways citizens put it."""
    said = phrasings(folder)
    ours = read_faqs(json.loads((folder / "faq.json").read_text("utf-8")), said)
    return [*ours, *referrals(folder, said)]


def read_faqs(rows: list[dict[str, Any]], said: Mapping[str, tuple[str, ...]]) -> list[Entry]:
    """Entries of faq.json's shape."""
    return [
        Entry(
            slug=row["id"],
            kind="answer",
            question=row["question"],
            answer=row["answer"],
            category=row["category"],
            tags=tuple(row["tags"]),
            department=row["department"],
            links=tuple((link["label"], link["url"]) for link in row["links"][:3]),
            place=row["map"],
            form=row["form"] or "",
            has_sample_facts=row["sample_facts"],
            phrasings=said.get(row["id"], ()),
        )
        for row in rows
    ]


def referrals(folder: Path, said: Mapping[str, tuple[str, ...]]) -> list[Entry]:
    """Who else is responsible (referrals.toml), and a few words of courtesy."""
    with (folder / "referrals.toml").open("rb") as file:
        content = tomllib.load(file)
    return [
        Entry(
            slug=slug,
            kind=row.get("kind", "referral"),
            question=row["question"],
            answer=row["why"],
            category=SMALL_TALK if row.get("kind") == "smalltalk" else REFERRALS,
            tags=tuple(row["tags"]),
            agency=row.get("agency", ""),
            agency_phone=row.get("phone", ""),
            agency_url=row.get("url", ""),
            phrasings=said.get(slug, ()),
        )
        for slug, row in content.items()
    ]


def said(folder: Path = REFERENCE) -> list[Said]:
    """How citizens put each question (phrasings.tsv: slug, writer, text)."""
    return [Said(row["slug"], row["writer"], row["text"]) for row in _rows(folder / "phrasings.tsv")]


def phrasings(folder: Path = REFERENCE) -> dict[str, tuple[str, ...]]:
    """The same by slug, without their writers."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in said(folder):
        found[one.slug].append(one.text)
    return {slug: tuple(texts) for slug, texts in found.items()}


def strangers(folder: Path = REFERENCE) -> list[str]:
    """What people also say to a chatbot, and no answer of ours is for (negatives.tsv: kind, text)."""
    return [row["text"] for row in _rows(folder / "negatives.tsv")]


def judging_questions(folder: Path = REFERENCE) -> list[str]:
    """What every new index is asked before it is put to work (gold.tsv: query, …)."""
    return [row["query"] for row in _rows(folder / "gold.tsv")]


def synonyms(folder: Path = REFERENCE) -> dict[str, str]:
    """What citizens call things, and what we call them (synonyms.tsv: term, expands_to)."""
    return {row["term"]: row["expands_to"] for row in _rows(folder / "synonyms.tsv")}


@lru_cache(maxsize=1)
def embeddings(folder: Path = REFERENCE) -> KeptVectors:
    """The vectors of all these texts, so that nobody need make them again; none if the file is missing."""
    return keptvectors.read(folder / "vectors.npz")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
