"""A cage gives an answer or a reason; whatever happens inside, the parent lives and nothing is left running."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.core.cage import IMAGE, CageError, Cell, Limits, caged_lines, run_caged
from tests.messaging.simulator_process import eventually

MIB = 1024 * 1024
SMALL = Limits(memory_bytes=512 * MIB, cpu_seconds=3, file_bytes=MIB, wall_seconds=60)
PRISONER = "tests.core.prisoner"


def ask(what: str, *, limits: Limits = SMALL, files: tuple[Path, ...] = ()) -> bytes:
    return run_caged(PRISONER, what.encode(), limits=limits, files=files)


def reason_of(what: str, *, limits: Limits = SMALL) -> CageError:
    with pytest.raises(CageError) as caught:
        ask(what, limits=limits)
    return caught.value


def test_answer_comes_back_whole_however_large() -> None:
    payload = b"echo " + os.urandom(5 * MIB)

    assert run_caged(PRISONER, payload, limits=IMAGE) == payload


def test_refusal_brings_its_korean_sentence() -> None:
    error = reason_of("refuse")

    assert (error.reason, error.message) == ("refused", "사진이 아닙니다.")


def test_error_inside_tells_type_and_place_but_never_its_text() -> None:
    error = reason_of("raise")

    assert error.reason == "crashed"
    assert "ValueError at prisoner.py:" in error.message
    assert "김하늘" not in str(error)


def test_segmentation_fault_is_a_crash() -> None:
    assert reason_of("segfault").reason == "crashed"


def test_endless_loop_is_stopped_by_processor_time() -> None:
    error = reason_of("spin")

    assert (error.reason, error.message) == ("time_out", "too much processor time")


def test_sleeper_and_its_own_child_are_killed_when_the_wall_clock_runs_out(tmp_path: Path) -> None:
    error = reason_of(f"sleep {tmp_path / 'pid'}", limits=Limits(512 * MIB, 5, MIB, wall_seconds=4.0))

    assert error.reason == "time_out"
    grandchild = int((tmp_path / "pid").read_text())
    assert eventually(lambda: not is_running(grandchild))


def test_child_that_never_reads_its_input_does_not_hang_us() -> None:
    with pytest.raises(CageError) as caught:
        run_caged("tests.core.no_such_module", os.urandom(5 * MIB), limits=SMALL)

    assert caught.value.reason == "crashed"


def test_too_much_memory_is_refused() -> None:
    assert reason_of("eat").reason == "too_large"


def test_file_beyond_the_limit_cannot_be_written() -> None:
    assert "OSError" in reason_of("write").message


def test_answer_beyond_the_limit_is_not_read() -> None:
    assert reason_of("talk", limits=Limits(512 * MIB, 5, MIB, 60, answer_bytes=1000)).reason == "too_large"


def test_child_sees_no_secret_and_only_its_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PII_KEYS", "1:secret")

    names, folder = ask("environment").decode().split("\n")

    assert not {"PII_KEYS", "DATABASE_URL", "SECRET_KEY"} & set(names.split())
    assert folder != os.getcwd()
    assert not Path(folder).exists()


def test_child_reaches_no_network_where_the_kernel_can_take_it_away() -> None:
    can_take_it_away = subprocess.run(["unshare", "--map-root-user", "--net", "true"], stderr=subprocess.DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = ask(f"network {server.getsockname()[1]}")

    assert answer == (b"reached" if can_take_it_away.returncode else b"unreachable")


def test_child_can_gain_no_rights() -> None:
    assert ask("rights") == b"none"


def test_printing_decoder_does_not_spoil_the_answer() -> None:
    assert ask("print") == b"clean"


def test_django_and_celery_are_not_in_the_cage() -> None:
    assert ask("modules") == b""


def test_given_file_is_readable_with_its_suffix(tmp_path: Path) -> None:
    file = tmp_path / "주민 명부.pdf"
    file.write_bytes(b"hello")

    assert ask("file", files=(file,)) == b".pdf hello"


def test_file_left_behind_is_kept_where_asked(tmp_path: Path) -> None:
    run_caged(PRISONER, b"leave", limits=SMALL, keep={"out.txt": tmp_path / "kept.txt"})

    assert (tmp_path / "kept.txt").read_text() == "left"


def test_link_left_behind_is_not_followed(tmp_path: Path) -> None:
    with pytest.raises(CageError):
        run_caged(PRISONER, b"leave link", limits=SMALL, keep={"out.txt": tmp_path / "kept.txt"})

    assert not (tmp_path / "kept.txt").exists()


def test_lines_arrive_one_by_one_and_a_crash_tells_which() -> None:
    items = caged_lines(PRISONER, b"3", limits=SMALL, wall_per_item=60)

    first_three = [next(items), next(items), next(items)]

    assert first_three == [b"line 0", b"line 1", b"line 2"]
    with pytest.raises(CageError) as caught:
        next(items)
    assert caught.value.reason == "crashed"


def test_abandoned_stream_ends_its_child(tmp_path: Path) -> None:
    items = caged_lines(PRISONER, f"pid {tmp_path / 'pid'}".encode(), limits=SMALL, wall_per_item=60)
    next(items)

    items.close()

    assert eventually(lambda: not is_running(int((tmp_path / "pid").read_text())))


def test_silence_between_two_lines_is_a_time_out() -> None:
    items = caged_lines(PRISONER, b"slow", limits=SMALL, wall_per_item=4)

    assert next(items) == b"first"
    with pytest.raises(CageError) as caught:
        next(items)
    assert caught.value.reason == "time_out"


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "from portal.core.cage import run_caged, Limits\n"
        f"run_caged({PRISONER!r}, b'sleep {tmp_path / 'pid'}', limits=Limits(1 << 29, 60, 1 << 20, 60))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    own = tmp_path / "own"
    assert eventually(lambda: own.exists() and own.read_text() != "")

    parent.kill()
    parent.wait()

    child = int(own.read_text())
    assert eventually(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


# --- a child that is asked again ------------------------------------------------------------------------------------


def said(cell: Cell, what: str) -> list[bytes]:
    return list(cell.lines(what.encode(), wall_per_item=60))


def test_child_answers_again_until_it_has_said_enough() -> None:
    cell = Cell(PRISONER, limits=SMALL, most_items=2)

    pids = [int(said(cell, "who")[0]) for _ in range(4)]
    cell.close()

    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert eventually(lambda: not any(map(is_running, pids)))


def test_each_request_has_its_own_processor_time() -> None:
    three_seconds = Limits(memory_bytes=512 * MIB, cpu_seconds=3, file_bytes=MIB, wall_seconds=60)
    cell = Cell(PRISONER, limits=three_seconds)

    answers = [list(cell.lines(b"work 1.0", wall_per_item=60)) for _ in range(4)]
    pid = int(said(cell, "who")[0])
    with pytest.raises(CageError) as caught:
        list(cell.lines(b"work 9", wall_per_item=60))
    cell.close()

    assert answers == [[b"worked"]] * 4
    assert caught.value.message == "too much processor time"
    assert eventually(lambda: not is_running(pid))


def test_request_after_a_crash_or_an_interrupted_one_gets_a_new_child() -> None:
    cell = Cell(PRISONER, limits=SMALL)
    first = int(said(cell, "who")[0])

    with pytest.raises(CageError):
        said(cell, "2")
    second = int(said(cell, "who")[0])
    half = cell.lines(b"slow", wall_per_item=60)
    assert next(half) == b"first"
    half.close()
    third = int(said(cell, "who")[0])
    cell.close()

    assert len({first, second, third}) == 3
    assert eventually(lambda: not any(map(is_running, (first, second, third))))
