"""Atomic output: what reaches the disk in which order, temporary files, and the lock of a folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.core.atomic import (
    LOCK,
    OutputFolder,
    lock_folder,
    remove_temporary_files,
    replace_file,
    report_write_errors,
    temporary_path,
    write_file,
)
from sim.core.errors import ParleyError

proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files have no names here")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the process asked of the file system, in order: `sync NAME` and `rename NAME`."""
    log: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        log.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
        fsync(handle)

    def rename(source: Path, target: Path) -> None:
        log.append(f"rename {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr("sim.core.atomic.os.fsync", sync)
    monkeypatch.setattr("sim.core.atomic.os.replace", rename)
    return log


@proc
def test_a_file_is_synced_before_its_rename_and_its_folder_after(tmp_path: Path, calls: list[str]) -> None:
    write_file(tmp_path / "a.json", "{}")
    assert calls == ["sync .a.part.json", "rename a.json", f"sync {tmp_path.name}"]


@proc
def test_the_manifest_is_renamed_after_everything_else_is_on_the_disk(tmp_path: Path, calls: list[str]) -> None:
    with OutputFolder(tmp_path / "out") as out:
        for name in ("manifest.json", "a.csv", "z.csv"):
            out.path(name).write_text("x")
    names = calls[3:]
    assert sorted(calls[:3]) == ["sync a.csv", "sync manifest.json", "sync z.csv"]
    assert names[:3] == ["rename a.csv", "rename z.csv", "sync out"]
    assert names[3:] == ["rename manifest.json", "sync out", f"sync {tmp_path.name}"]


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    write_file(tmp_path / "a.bin", b"old")
    with pytest.raises(KeyboardInterrupt), replace_file(tmp_path / "a.bin") as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.bin": b"old"}


@proc
def test_a_folder_that_cannot_be_synced_is_no_error_but_a_full_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = errno.EINVAL
    fsync = os.fsync

    def refuse_folders(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(code, os.strerror(code))
        fsync(handle)

    monkeypatch.setattr("sim.core.atomic.os.fsync", refuse_folders)
    write_file(tmp_path / "a", "x")
    code = errno.ENOSPC
    with pytest.raises(ParleyError, match="No space left on device; what is finished is kept"):
        write_file(tmp_path / "a", "y", "what is finished is kept")


def test_what_a_killed_process_leaves_is_removed(tmp_path: Path) -> None:
    for path in (tmp_path / "a.parquet", tmp_path / "experiment.json"):
        temporary_path(path).write_text("half")
    (tmp_path / "part-0.parquet").write_text("whole")
    remove_temporary_files(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["part-0.parquet"]


def test_one_task_a_folder(tmp_path: Path) -> None:
    """The lock holds against this process and others, and is free again afterwards and after a kill."""
    hold = "import sys, time; from pathlib import Path; from sim.core.atomic import lock_folder\n"
    hold += "with lock_folder(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    with lock_folder(tmp_path, "sweep"):
        with pytest.raises(ParleyError, match="another sweep is at work in"), lock_folder(tmp_path, "sweep"):
            pass
        done = subprocess.run([sys.executable, "-c", hold, str(tmp_path)], capture_output=True, text=True)
        assert "another process is at work in" in done.stderr
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "held\n"
            with pytest.raises(ParleyError), lock_folder(tmp_path):
                pass
        finally:
            other.kill()
    with lock_folder(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir()} <= {LOCK}


def test_a_lock_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(ParleyError, match=r"cannot write to `.*`: (Not a directory|File exists)"),
        report_write_errors(tmp_path),
        lock_folder(tmp_path / "file"),
    ):
        pass
