"""The terminal shows what matters; the log keeps everything, without colours, and does not grow for ever."""

from pathlib import Path

import pytest

from portal.stack import console
from portal.stack.console import LogFile, is_noise


@pytest.mark.parametrize(
    "line",
    [
        "",
        "SecurityWarning: You're running the worker with superuser privileges: this is",
        "[WARNING] Configuration allows spawning up to 8 Python threads, which seems quite high",
        "\x1b[32minfo\x1b[0m request method=POST \x1b[36mroute\x1b[0m=\x1b[35mhooks/messaging/<slug:alias>/\x1b[0m status=200",
    ],
)
def test_known_noise_stays_off_the_terminal(line: str) -> None:
    assert is_noise(line)


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "info request route=hooks/x/ status=500"])
def test_trouble_is_no_noise(line: str) -> None:
    assert not is_noise(line)


def test_log_has_no_colours_and_is_turned_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "LOG_BYTES", 300)
    log = LogFile(tmp_path / "web.log")
    for number in range(200):
        log.write(f"\x1b[31mline {number}\x1b[0m")
    log.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert log.last_lines(1) == "line 199"
