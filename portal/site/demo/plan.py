"""What the make-believe district is to show, as demo.toml tells it."""

import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent.parent / "reference" / "demo.toml"


def plan() -> dict[str, Any]:
    """Its lists `case` and `post`, and `phones`, a format of nobody's numbers."""
    return tomllib.loads(_FILE.read_text("utf-8"))
