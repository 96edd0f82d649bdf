"""`_` is gettext where a module says so: a function that binds it again cannot say a word any more."""

import ast

from tests.house.tracked import python_files


def _speaks(tree: ast.Module) -> bool:
    names = (name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names)
    return any(name.asname == "_" for name in names)


def _binds_again(tree: ast.Module) -> bool:
    """A comprehension has a scope of its own; everything else changes what the whole function means by `_`."""
    own = {id(name) for node in ast.walk(tree) if isinstance(node, ast.comprehension) for name in ast.walk(node.target)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "_" and id(node) not in own)
    return any(isinstance(name.ctx, ast.Store) for name in names)


def test_no_function_takes_the_name_of_gettext() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in python_files()}

    assert [path for path, tree in trees.items() if _speaks(tree) and _binds_again(tree)] == []
