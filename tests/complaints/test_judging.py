"""The router's figures: which rows count for what, and which files cannot be judged."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from complaints import judging
from complaints.judging import Row

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "complaints/reference"
HEADER = "id\ttext\tcategory\tdepartment\talt_departments\tstyle"


def _file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "rows.tsv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def _figures(capsys: pytest.CaptureFixture[str], path: Path, **options: object) -> dict[str, Any]:
    call_command("evaluate_routing", str(path), **options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_figures_of_a_file_are_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(
        tmp_path,
        "1\t가로등이 꺼졌어요\troad.light\t도로과\t\tplain",
        "2\t가로등이 꺼졌어요\troad.light\t건축과\t도로과|주택과\tplain",
        "3\t가스 냄새가 나요 폭발할 것 같아요\tbuild.safety\t건축과\t\turgent",
        "4\tㅁㄴㅇㄹ\tnone\t\t\tjunk",
    )

    figures = _figures(capsys, path)

    assert figures["n"] == 4
    assert figures["urgent_recall"] == 1.0
    assert figures["urgent_false_alarm"] == 0.0
    assert figures["junk_to_triage"] == 1.0
    assert figures["by_style"]["plain"] == {"n": 2, "department_or_alternate_at_1": 1.0}
    assert figures["router_version"] != "words"


def test_alternates_count_beside_the_first_department_only_where_they_may() -> None:
    router = judging.shipped_router(REFERENCE)
    _, figures = judging.evaluate([Row("가로등이 꺼졌어요", ("건축과", "도로과"), "road.light")], router)

    assert (figures["department_at_1"], figures["department_or_alternate_at_1"]) == (0.0, 1.0)


def test_what_went_wrong_is_listed_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors = tmp_path / "errors.tsv"

    _figures(capsys, _file(tmp_path, "1\t가로등이 꺼졌어요\troad.light\t건축과\t\tplain"), errors=errors)

    assert "건축과\t도로과" in errors.read_text("utf-8")


def test_judging_learns_nothing_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, "1\t가로등이 꺼졌어요\troad.light\t주택과\t\tplain")
    before = {one.name: one.stat().st_mtime_ns for one in REFERENCE.iterdir()}

    first, again = _figures(capsys, path), _figures(capsys, path)

    assert {**first, "ms_per_row": 0} == {**again, "ms_per_row": 0}
    assert {one.name: one.stat().st_mtime_ns for one in REFERENCE.iterdir()} == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("row", "header", "word"),
    [
        ("1\t가로등", "id\ttext", "department"),
        ("1\t가로등\troad.light\t없는과\t\tplain", HEADER, "없는과"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused_in_one_line(tmp_path: Path, row: str, header: str, word: str) -> None:
    with pytest.raises(CommandError, match=word) as refused:
        call_command("evaluate_routing", str(_file(tmp_path, row, header=header)))

    assert refused.value.returncode == 2


def test_without_weights_the_words_alone_decide(tmp_path: Path) -> None:
    for name in ("categories.tsv", "keywords.toml", "urgent.toml"):
        (tmp_path / name).write_bytes((REFERENCE / name).read_bytes())

    router = judging.shipped_router(tmp_path)

    assert router.version == "words"
    assert router.judge(Row("가로등이 꺼졌어요", ("도로과",))).is_right
