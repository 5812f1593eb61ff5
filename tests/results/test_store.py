"""Tables on disk: the same bytes however the rows came, folders that are whole or not there, errors in one message."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.core.atomic import LOCK, OutputFolder, check_new_file, read_manifest, write_file
from sim.core.errors import ParleyError
from sim.results.ensemble import run_ensemble
from sim.results.plan import Plan, plan
from sim.results.store import ROW_GROUP, TableWriter, write_ensemble
from sim.tables.schema import build_round_schema, build_run_schema

NAMED = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([("run", pa.int64()), ("code", NAMED), ("gap", pa.float64()), ("note", pa.string())])
LABELS = ("none", "texts", "settled")


def part(start: int, stop: int) -> pa.Table:
    """Rows start … stop - 1 of an endless table; the dictionary holds only the labels that occur."""
    run = np.arange(start, stop)
    codes = pa.array([LABELS[k % 3] if k % 7 else None for k in run.tolist()], pa.string()).dictionary_encode()
    gap = pa.array(np.sqrt(run), mask=run % 5 == 0)
    note = pa.array(["" if k % 2 else "swap river" for k in run.tolist()])
    return pa.Table.from_arrays([pa.array(run), codes, gap, note], schema=SCHEMA)


def written(path: Path, rows: int, chunk: int) -> bytes:
    with TableWriter(path, SCHEMA) as writer:
        for start in range(0, rows, chunk):
            writer.write(part(start, min(start + chunk, rows)))
    return path.read_bytes()


ROWS = 2 * ROW_GROUP + 8_928


def test_bytes_do_not_depend_on_chunks(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole", ROWS, ROWS)
    for chunk in (1_000, 9_973, ROW_GROUP, ROW_GROUP + 1, 2 * ROW_GROUP):
        assert written(tmp_path / "parts", ROWS, chunk) == whole, chunk
    found = pq.read_metadata(tmp_path / "parts")
    assert [found.row_group(k).num_rows for k in range(found.num_row_groups)] == [65_536, 65_536, 8_928]


def test_one_row_at_a_time(tmp_path: Path) -> None:
    assert written(tmp_path / "parts", 300, 1) == written(tmp_path / "whole", 300, 300)


def test_without_buffering_bytes_would_differ(tmp_path: Path) -> None:
    def plainly(chunk: int) -> bytes:
        with pq.ParquetWriter(tmp_path / "plain", SCHEMA) as writer:
            for start in range(0, 3_000, chunk):
                writer.write_table(part(start, min(start + chunk, 3_000)))
        return (tmp_path / "plain").read_bytes()

    assert plainly(1_000) != plainly(3_000)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written(tmp_path / "table", 1_000, 300)
    found = pq.read_table(tmp_path / "table")
    assert found.schema == SCHEMA
    assert found.column("run").to_pylist() == list(range(1_000))
    assert found.column("code").to_pylist() == [LABELS[k % 3] if k % 7 else None for k in range(1_000)]
    assert found.column("gap").to_pylist()[:6] == [None, 1.0, 2**0.5, 3**0.5, 2.0, None]


def count_silent_flips(content: bytes, path: Path) -> int:
    """Flip one bit at 200 places of a table: how often it is read back differently without a word."""
    path.write_bytes(content)
    whole, silent = pq.read_table(path), 0
    for at in range(4, len(content), len(content) // 200):
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])
        with suppress(pa.ArrowException, OSError, ValueError):
            silent += pq.ParquetFile(path, page_checksum_verification=True).read() != whole
    return silent


def test_page_checksums_see_a_flipped_bit(tmp_path: Path) -> None:
    """Where a number is stored as it is; compression alone would see many flips too."""
    rows = pa.table({"gap": np.random.default_rng(1).random(4_000)})
    with TableWriter(tmp_path / "table", rows.schema) as writer:
        writer.write(rows)
    assert count_silent_flips((tmp_path / "table").read_bytes(), tmp_path / "table") == 0
    pq.write_table(rows, tmp_path / "plain", compression="none")
    assert count_silent_flips((tmp_path / "plain").read_bytes(), tmp_path / "plain") > 100, "control"


def test_empty_table(tmp_path: Path) -> None:
    written(tmp_path / "table", 0, 1)
    assert pq.read_table(tmp_path / "table").schema == SCHEMA


def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    """A million rows at 16 bytes and more each pass through; what is held at a time is a few row groups."""
    rows = part(0, 10_000)
    before = pa.total_allocated_bytes()
    held = []
    with TableWriter(tmp_path / "table", SCHEMA) as writer:
        for _ in range(100):
            writer.write(rows.slice(0))
            held.append(pa.total_allocated_bytes() - before)
    assert max(held[50:]) <= max(held[:50]) * 1.05
    assert max(held) < 40_000_000
    assert pq.read_metadata(tmp_path / "table").num_rows == 1_000_000


@pytest.fixture(scope="module")
def job() -> Plan:
    return plan("river-border", 5, 0, engine="mesa", workers=1, chunk=2)


@pytest.fixture(scope="module")
def results(job: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "below" / "here"
    write_ensemble(job, folder)
    return folder


FILES = ["blocking", "closed", "convergence", "days", "outcomes", "terms"]


def test_an_ensemble_on_disk(job: Plan, results: Path) -> None:
    expected = sorted([*(f"{name}.{kind}" for name in FILES for kind in ("png", "svg")), "manifest.json"])
    assert sorted(path.name for path in results.iterdir()) == sorted(
        [*expected, "runs.parquet", "rounds.parquet", "trajectory.parquet"]
    )
    about = json.loads((results / "manifest.json").read_text())
    assert about["files"] == sorted(path.name for path in results.iterdir())
    assert (about["kind"], about["n"], about["seed"]) == ("run", 5, 0)
    whole = run_ensemble("river-border", 5, 0, engine="mesa", workers=1)
    runs, rounds = pq.read_table(results / "runs.parquet"), pq.read_table(results / "rounds.parquet")
    assert runs.schema.equals(build_run_schema(job.problem.names))
    assert rounds.schema.equals(build_round_schema(job.problem.names))
    assert runs.to_pylist() == whole.run_table.to_pylist()
    assert rounds.to_pylist() == whole.round_table.to_pylist()


@pytest.mark.parametrize("chunk", [1, 5])
def test_same_seed_same_files(job: Plan, results: Path, tmp_path: Path, chunk: int) -> None:
    again = plan("river-border", 5, 0, engine="mesa", workers=1, chunk=chunk)
    write_ensemble(again, tmp_path / "again")
    for path in results.iterdir():
        if path.name != "manifest.json":
            assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_gives_other_tables(results: Path, tmp_path: Path) -> None:
    write_ensemble(plan("river-border", 5, 1, engine="mesa", workers=1), tmp_path / "other", figures=())
    assert (tmp_path / "other" / "runs.parquet").read_bytes() != (results / "runs.parquet").read_bytes()


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_something_else_is_refused(job: Plan, tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ParleyError, match=r"holds something else \(thesis.txt\); give a new or an empty folder"):
        write_ensemble(job, tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("text", ["{}", "not json", '{"parley": "0.1.0", "kind": "sweep"}', "[1]"])
def test_a_manifest_of_something_else_is_no_pass(job: Plan, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ParleyError, match="holds something else"):
        write_ensemble(job, tmp_path, force=True)
    assert (tmp_path / "manifest.json").read_text() == text


def test_earlier_results_are_replaced_by_force_only(job: Plan, tmp_path: Path) -> None:
    write_ensemble(job, tmp_path, figures=("svg",))
    (tmp_path / "notes.txt").write_text("mine")
    before = (tmp_path / "manifest.json").read_bytes()
    with pytest.raises(ParleyError, match="holds the results of an earlier run; --force replaces it"):
        write_ensemble(job, tmp_path)
    assert (tmp_path / "manifest.json").read_bytes() == before
    write_ensemble(job, tmp_path, force=True, figures=())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "manifest.json",
        "notes.txt",
        "rounds.parquet",
        "runs.parquet",
    ]


def test_a_file_is_no_folder(job: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ParleyError, match="is a file; give a folder"):
        write_ensemble(job, tmp_path / "file")
    with pytest.raises(ParleyError, match=r"cannot write to .*Not a directory"):
        write_ensemble(job, tmp_path / "file" / "below")


def interrupt(runs: int) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing(job: Plan, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_ensemble(job, tmp_path / "a" / "b", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_earlier_results(job: Plan, results: Path, tmp_path: Path) -> None:
    write_ensemble(job, tmp_path, figures=())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        write_ensemble(job, tmp_path, interrupt, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_files_have_their_names_only_when_all_are_whole(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as out:
        out.path("runs.parquet").write_bytes(b"whole")
        assert {path.name for path in out.folder.iterdir()} == {out.stage.name, LOCK}
        assert out.stage.name.startswith(".")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["runs.parquet"]


def test_the_rest_of_a_killed_run_is_removed_by_the_next(tmp_path: Path) -> None:
    for name in (".parley-unfinished", ".parley-unfinished-17-abcd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "runs.parquet").write_bytes(b"half")
    with OutputFolder(tmp_path) as out:
        out.path("runs.parquet").write_bytes(b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"runs.parquet": b"whole"}


def test_what_was_killed_while_its_files_got_their_names_needs_force(tmp_path: Path) -> None:
    (tmp_path / ".parley-unfinished-17-abcd").mkdir()
    (tmp_path / "runs.parquet").write_bytes(b"half")
    with pytest.raises(ParleyError, match="holds an unfinished run"):
        OutputFolder(tmp_path)
    with OutputFolder(tmp_path, force=True) as out:
        out.path("runs.parquet").write_bytes(b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"runs.parquet": b"whole"}


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """A run with --force beside a running one left the manifest of the one and the tables of the other."""
    first, second = OutputFolder(tmp_path / "out"), OutputFolder(tmp_path / "out", force=True)
    assert first.stage != second.stage
    with first:
        first.path("runs.parquet").write_bytes(b"first")
        with pytest.raises(ParleyError, match="another run is at work in"), second:
            pass
        assert first.path("runs.parquet").is_file()
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {"runs.parquet": b"first"}


def test_a_full_disk(job: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.core.atomic.os.fsync", full)
    with pytest.raises(ParleyError, match=r"cannot write to .*No space left on device; nothing is left half-written"):
        write_ensemble(job, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond 20,000 bytes.

    A context and no fixture: while a fixture stands pytest prints its dot, and its output may itself be a long file.
    """
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_while_rows_are_written(tmp_path: Path) -> None:
    with (
        small_files(),
        pytest.raises(ParleyError, match=r"cannot write to .*File too large"),
        OutputFolder(tmp_path / "out") as out,
        TableWriter(out.path("table"), SCHEMA, out.folder) as writer,
    ):
        for start in range(0, 100_000, 1_000):
            writer.write(part(start, start + 1_000))
    assert list(tmp_path.iterdir()) == []


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_file(path, "good")
    with small_files(), pytest.raises(ParleyError, match=r"cannot write to .*report.html.*File too large"):
        write_file(path, "x" * 30_000)
    with small_files(), pytest.raises(ParleyError, match=r"File too large"):
        write_file(tmp_path / "new.html", "x" * 30_000)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"report.html": "good"}
    with pytest.raises(ParleyError, match=r"cannot write to .*Is a directory"):
        write_file(tmp_path, "x")


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_file(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text() == "text"
    write_file(Path(os.devnull), "text")
    assert Path(os.devnull).is_char_device()


def test_a_new_file_is_refused_before_the_work(tmp_path: Path) -> None:
    check_new_file(tmp_path / "new")
    (tmp_path / "old").write_text("mine")
    for name, message in (
        ("old", "is already there; choose another file"),
        ("no/such", "there is no folder"),
        ("x" * 300, "cannot write to"),
    ):
        with pytest.raises(ParleyError, match=message):
            check_new_file(tmp_path / name)


def test_folders_below_appear_together_too(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out", "export", None) as out:
        out.path("calm").mkdir()
        (out.path("calm") / "domain.yml").write_text("{}")
        assert {path.name for path in out.folder.iterdir()} == {out.stage.name, LOCK}
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yml")] == ["out/calm/domain.yml"]
    (tmp_path / "killed" / ".parley-unfinished").mkdir(parents=True)
    with OutputFolder(tmp_path / "killed", "export", None):
        pass
    assert list((tmp_path / "killed").iterdir()) == []


def test_names_in_a_manifest_do_not_lead_elsewhere(tmp_path: Path) -> None:
    """Only plain names are taken away when results are replaced."""
    (tmp_path / "precious").write_text("x")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"parley": "0.1.0", "kind": "run", "files": ["../precious"]}))
    with OutputFolder(folder, force=True) as out:
        out.path("manifest.json").write_text("{}")
    assert (tmp_path / "precious").read_text() == "x"


def test_no_manifest_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
