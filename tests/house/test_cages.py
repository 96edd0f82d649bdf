"""What runs in a cage loads there: without Django's settings, which hold keys no cage may see."""

import os
import re
import subprocess
import sys

from tests.house.tracked import ROOT, python_files

CALLED = re.compile(r"""["']((?:chatbot|notices|complaints|portal)\.[a-z_.]*(?:cages?\.[a-z_]+|_cage))["']""")
LOAD = """
import importlib, sys, types
portal = types.ModuleType("portal")
portal.__path__ = [sys.argv[1] + "/portal"]
sys.modules["portal"] = portal
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def test_every_cage_loads_without_django_s_settings() -> None:
    sources = [path.read_text("utf-8") for path in python_files() if "tests" not in path.relative_to(ROOT).parts]
    names = sorted({name for text in sources for name in CALLED.findall(text)})
    names = [name for name in names if (ROOT / f"{name.replace('.', '/')}.py").exists()]
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, str(ROOT), *names], env=bare, capture_output=True, text=True, check=False
    )

    expected = {"notices.cages.rosters", "complaints.photo_cage", "chatbot.picture_cage"}
    assert expected | {"portal.certificates.setting_cage"} <= set(names)
    assert loaded.returncode == 0, loaded.stderr
