"""Prints every step a complaint may take."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from complaints.workflow import BACK, NEEDS, STEPS, Actor, Stage, Step


def markdown() -> str:
    """docs/workflow.md, from the table itself."""
    stages = "\n".join(f"| `{stage.value}` | {stage.label} |" for stage in Stage)
    steps = "\n".join(f"| {' | '.join(_cells(step))} |" for step in STEPS)
    return f"""# 민원의 단계와 처리

`manage.py workflow --markdown`이 `complaints/workflow.py`에서 만든 문서입니다. 고치려면 그 파일을 고치고 다시 만드세요.

| 단계 | 이름 |
| --- | --- |
{stages}

| 처리 | 이름 | 이전 단계 → 이후 단계 | 누가 | 필요한 것 | 결재 | 처리기간 | 안내 |
| --- | --- | --- | --- | --- | --- | --- | --- |
{steps}
"""


def _cells(step: Step) -> list[str]:
    return [
        f"`{step.name}`",
        step.label,
        _moves(step),
        ", ".join(actor.label for actor in Actor if actor in step.who),
        ", ".join(NEEDS[need] for need in step.needs) or "–",
        str(step.sign.label),
        str(step.tick.label),
        f"`{step.message}`" if step.message else "–",
    ]


def _moves(step: Step) -> str:
    if step.begins:
        return f"– → {step.begins.label}"
    grouped: dict[str, list[str]] = {}
    for before, after in step.moves.items():
        target = "보완 전 단계" if after == BACK else "그대로" if after == before else str(Stage(after).label)
        grouped.setdefault(target, []).append(str(before.label))
    moves = "; ".join(f"{', '.join(before)} → {after}" for after, before in grouped.items())
    return f"{moves} (또는 {step.or_to.label})" if step.or_to else moves


class Command(BaseCommand):
    """`manage.py workflow`: the table for a terminal; `--markdown` for docs/workflow.md."""

    help = "민원이 거칠 수 있는 단계와 처리를 보여 줍니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option."""
        parser.add_argument("--markdown", action="store_true", help="docs/workflow.md의 내용을 출력합니다.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print and do nothing else."""
        if options["markdown"]:
            self.stdout.write(markdown(), ending="")
            return
        for step in STEPS:
            self.stdout.write(f"{step.name:18} {step.label}: {_moves(step)}")
