"""The command that judges a file of labelled replies: its figures, its errors, its exit code; all without a database."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

HEADER = "id\tcontext\treply\texpected_class\talso_ok\tname\tbirth\tflags\n"


def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> dict[str, float]:
    file = tmp_path / "replies.tsv"
    file.write_text(text, "utf-8")
    call_command("evaluate_replies", str(file))
    figures: dict[str, float] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return figures


def test_the_last_line_is_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = judged(
        tmp_path,
        capsys,
        HEADER
        + "1\tQ1\t1 김순자 450102\tconsent\t\t김순자\t1945-01-02\t\n"
        + "2\tQ1R\t1\trefuse\t\t\t\t\n"
        + "3\tQRSVP\t문자 그만\\n보내세요\topt_out\t\t\t\t\n"
        + "4\tQID\t감사합니다\tidentity\tunrelated\t\t\t\n",
    )

    assert set(figures) == {
        "rows", "accuracy", "false_consent", "false_refusal", "opt_out_recall", "decided", "clear_decided", "name_ok",
        "birth_ok", "p95_ms", "ms_per_row",
    }  # fmt: skip
    assert figures["rows"] == 4
    assert figures["accuracy"] == figures["clear_decided"] == figures["opt_out_recall"] == 1.0
    assert figures["name_ok"] == figures["birth_ok"] == 1.0
    assert figures["decided"] == 0.75


def test_several_messages_are_folded_to_what_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = "id\tcontext\tmessages\texpected_final\talso_ok\tname\tbirth\tflags\n"

    figures = judged(tmp_path, capsys, header + "1\tQ1\t1|아니 2번이요|감사합니다\trefuse\t\t\t\t\n")

    assert figures["accuracy"] == 1.0


def test_a_consent_nobody_gave_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        judged(tmp_path, capsys, HEADER + "1\tQ1\t1\trefuse\t\t\t\t\n")

    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + "1\tQ1\t1\tconsent\t\t\t\t\n2\tQ9\t1\tconsent\t\t\t\t\n", "3행"),
        ("id\tcontext\treply\n1\tQ1\t1\n", "1행: expected_class"),
        ("", "1행"),
    ],
)
def test_an_unknown_question_or_a_missing_column_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        judged(tmp_path, capsys, text)
