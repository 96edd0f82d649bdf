"""What stands at a room's edge is its own: no other room imports its pages, forms, admin or tasks."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tracked import ROOT, python_files

HOUSES = ("portal",)  # hold rooms; every other folder at the top is a room itself
EDGES = {"admin", "forms", "tasks", "views"}
SHARED = {"portal.core.admin"}  # what every admin page stands on
INNER = {"services", "queries", "models"}


def _room(parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts[:2] if parts[0] in HOUSES else parts[:1]


def _is_edge(module: str) -> bool:
    names = module.split(".")[1:]
    return any(name in EDGES or name.endswith("_views") for name in names) and module not in SHARED


def _imports(path: Path) -> Iterator[str]:
    """Every module named, and whatever is taken out of one: `from complaints import views` names a module too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module in SHARED:
                continue
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _crossings(path: Path) -> list[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    ours = {known.relative_to(ROOT).parts[0] for known in python_files()}
    edges = [name for name in _imports(path) if name.split(".")[0] in ours and _is_edge(name)]
    return [f"{'.'.join(parts)} imports {name}" for name in edges if _room(tuple(name.split("."))) != _room(parts)]


def _is_inner(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return any(part in INNER or part.endswith("_queries") for part in parts)


def test_no_room_imports_the_pages_forms_admin_or_tasks_of_another() -> None:
    assert [crossing for path in python_files() for crossing in _crossings(path)] == []


def test_no_service_query_or_model_imports_pages_or_admin() -> None:
    """A service may nudge a task of its own room; a page it never knows."""
    seen = [(path, name) for path in python_files() if _is_inner(path) for name in _imports(path) if _is_edge(name)]

    assert [(path, name) for path, name in seen if not {"tasks"} & set(name.split("."))] == []


def test_the_rule_sees_each_way_of_importing(tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text("import complaints.views.own\nfrom complaints import views\nfrom portal.site.push_views import f\n")

    assert all(_is_edge(name) for name in _imports(file))
    assert len(list(_imports(file))) == 3
    assert not _is_edge("complaints.services.filing.file")
