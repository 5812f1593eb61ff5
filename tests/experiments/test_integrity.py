"""The folder of a sweep: every damage is named and mended, nothing foreign is counted, nothing is done twice."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import experiments
from experiments.folder import JOURNAL, SweepFolder
from experiments.sweep import run_sweep
from sim.cli.verify import verify_folder
from sim.core.errors import ParleyError
from sim.report.document import render_report

SMALL: dict[str, Any] = {
    "experiment": "small",
    "scenario": "river-border",
    "seed": 3,
    "runs": 6,
    "chunk": 12,
    "engine": "mesa",
    "factors": {"venues.lake_hall.insulation": [0.1, 0.5, 0.9], "calendar.horizon": [60, 90]},
}
PART = "runs/part-00001.parquet"


def digest(folder: Path) -> dict[str, str]:
    """Hash of every table that belongs to the sweep."""
    names = [*sorted(folder.glob("runs/part-?????.parquet")), folder / "points.parquet", folder / "summary.parquet"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in names}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("integrity") / "out"
    run_sweep(SMALL, folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the same shape under another seed."""
    folder = tmp_path_factory.mktemp("another") / "out"
    run_sweep({**SMALL, "seed": 4}, folder, workers=1)
    return folder


def flip(path: Path, share: float, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[min(int(share * len(content)), len(content) - 1)] ^= 1 << bit
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "deleted": lambda path, other: path.unlink(),
    "empty": lambda path, other: path.write_bytes(b""),
    "truncated": lambda path, other: path.write_bytes(path.read_bytes()[:-9]),
    "zeroed": lambda path, other: path.write_bytes(bytes(path.stat().st_size)),
    "grown": lambda path, other: path.write_bytes(path.read_bytes() + b"x"),
    "replaced": lambda path, other: shutil.copy(other, path),
    "flipped at its start": lambda path, other: flip(path, 0.0),
    "flipped in the middle": lambda path, other: flip(path, 0.5),
    "flipped at its end": lambda path, other: flip(path, 1.0),
}


@pytest.mark.parametrize("name", ["points.parquet", "summary.parquet", "runs/part-00000.parquet", PART])
@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_to_a_finished_sweep_is_named_and_mended(
    whole: Path, another: Path, tmp_path: Path, name: str, kind: str
) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    # The points of both sweeps are the same: only their results differ.
    DAMAGES[kind](out / name, another / (name if name != "points.parquet" else "summary.parquet"))
    assert name in verify_folder(out).damaged
    with pytest.raises(ParleyError, match=name):
        experiments.load(out).run_table()
    with pytest.raises(ParleyError, match=name):
        render_report(out)
    lines: list[str] = []
    manifest = run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert len(lines) == 1 and name in lines[0] and "made again" in lines[0]
    assert digest(out) == digest(whole) and verify_folder(out).damaged == {}
    assert manifest["hash"] == experiments.load(whole).manifest["hash"]


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_to_an_unfinished_sweep_is_named_and_mended(
    whole: Path, another: Path, tmp_path: Path, kind: str
) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    for name in ("manifest.json", "points.parquet", "summary.parquet"):
        (out / name).unlink()
    assert verify_folder(out).damaged == {}
    DAMAGES[kind](out / PART, another / PART)
    assert kind == "deleted" or PART in verify_folder(out).damaged
    lines: list[str] = []
    manifest = run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert manifest["sessions"][-1]["parts_made"] == 1, "the whole parts are kept"
    assert kind == "deleted" or (len(lines) == 1 and PART in lines[0])
    assert digest(out) == digest(whole)


def test_two_parts_that_changed_places_are_named(whole: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    (out / PART).rename(out / "x")
    (out / "runs/part-00000.parquet").rename(out / PART)
    (out / "x").rename(out / "runs/part-00000.parquet")
    lines: list[str] = []
    run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert len(lines) == 2 and digest(out) == digest(whole)


def test_a_part_of_another_experiment_is_known_by_its_identity(whole: Path, another: Path, tmp_path: Path) -> None:
    """With a hash that fits, as a copied journal would have it: identity alone tells."""
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    for name in ("manifest.json", "points.parquet", "summary.parquet"):
        (out / name).unlink()
    SweepFolder(out).write_part(1, (another / PART).read_bytes())
    lines: list[str] = []
    run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert lines == [f"{out / PART} is part of another experiment or was made by other code; it is made again"]
    assert digest(out) == digest(whole)


def test_every_part_says_what_it_is(whole: Path) -> None:
    metadata = pq.read_schema(whole / PART).metadata
    identity = json.loads(metadata[b"parley.part"])
    assert identity["pieces"] == [[2, 0, 6], [3, 0, 6]] and len(identity["code"]) == 24
    assert len(identity["experiment"]) == 32


def test_control_page_checksums_see_a_flip(whole: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(whole / PART, tmp_path / "part.parquet"))
    pq.read_table(path, page_checksum_verification=True)
    column = pq.read_metadata(path).row_group(0).column(5)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"CRC|checksum|crc"):
        pq.read_table(path, page_checksum_verification=True)


def test_unknown_files_are_named_and_not_counted(whole: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    shutil.copy(out / PART, out / "runs" / "part-00001 copy.parquet")
    lines: list[str] = []
    manifest = run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert lines == [f"{out / 'runs' / 'part-00001 copy.parquet'} is not of this sweep and is ignored"]
    assert manifest["tables"]["runs"] == 36 and set(manifest["files"]) == set(experiments.load(whole).manifest["files"])
    with pytest.warns(UserWarning, match="is not of this sweep and is ignored"):
        assert experiments.load(out).run_table().num_rows == 36
    assert verify_folder(out).unknown == ["runs/part-00001 copy.parquet"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": "sweep"}', None])
def test_a_damaged_manifest_is_made_again(whole: Path, tmp_path: Path, content: bytes | None) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    text = (out / "manifest.json").read_bytes()
    (out / "manifest.json").write_bytes(text.replace(b'"seed": 3', b'"seed": 5') if content is None else content)
    with pytest.raises(ParleyError, match=r"manifest\.json"):
        experiments.load(out)
    lines: list[str] = []
    manifest = run_sweep(SMALL, out, workers=1, notice=lines.append)
    assert len(lines) == 1 and "manifest.json" in lines[0] and manifest["sessions"][-1]["parts_made"] == 0
    assert digest(out) == digest(whole) and manifest["seed"] == 3


@pytest.mark.parametrize("damage", ["deleted", "half a line", "nonsense"])
def test_the_journal_may_be_damaged(whole: Path, tmp_path: Path, damage: str) -> None:
    """A finished sweep has the hashes in its manifest; in an unfinished one only the parts concerned are made again."""
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    content = (out / JOURNAL).read_bytes()
    broken = {"deleted": b"", "half a line": content[:-20], "nonsense": b"\xff\x00\n[1]\n" + content}[damage]
    (out / JOURNAL).write_bytes(broken)
    lines: list[str] = []
    assert len(run_sweep(SMALL, out, workers=1, notice=lines.append)["sessions"]) == 1 and not lines
    (out / "manifest.json").unlink()
    made = {"deleted": 3, "half a line": 1, "nonsense": 0}[damage]
    assert run_sweep(SMALL, out, workers=1, notice=lines.append)["sessions"][-1]["parts_made"] == made
    assert digest(out) == digest(whole)


def test_broken_pools_are_never_a_points_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Path) -> None:
    """A killed Mesa worker wrote its point off for good."""
    from sim.core.errors import WorkerError

    def broken(*given: Any) -> Any:
        raise WorkerError("processes ended")
        yield

    monkeypatch.setattr("sim.agents.pool.mesa_chunks", broken)
    with pytest.raises(WorkerError):
        run_sweep(SMALL, tmp_path / "out", workers=2)
    monkeypatch.undo()
    assert run_sweep(SMALL, tmp_path / "out", workers=1)["tables"]["failed_points"] == []
    assert digest(tmp_path / "out") == digest(whole)


def test_a_sweep_of_very_many_parts_is_refused_before_it_starts(tmp_path: Path) -> None:
    """10^8 runs with `chunk: 1`: the parts alone filled 7.5 GB."""
    asked = {**SMALL, "runs": 16_000_000, "chunk": 1}
    with pytest.raises(ParleyError, match=r"chunk: 96,000,000 parts are more than 100,000"):
        run_sweep(asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    from experiments.spec import read_experiment
    from experiments.sweep_parts import split_parts

    for runs, chunk, points in ((7, 3, 4), (7, 21, 10), (100, 1, 3), (1, 1, 9)):
        experiment = read_experiment({**SMALL, "runs": runs, "chunk": chunk})
        assert sum(p.high - p.low for part in split_parts(experiment, points) for p in part) == runs * points


@pytest.mark.slow
def test_every_single_bit_of_a_part_is_guarded(whole: Path, tmp_path: Path) -> None:
    """60% of single-bit flips were read back differently without a word."""
    path = Path(shutil.copytree(whole, tmp_path / "out")) / PART
    content = path.read_bytes()
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        assert PART in verify_folder(tmp_path / "out").damaged
    print(f"parts: {len(content):,} flips found")
