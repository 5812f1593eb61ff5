"""The sweep runner: whatever interrupts it, the tables come out byte for byte the same and nothing is done twice."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments.folder import SweepFolder
from experiments.setup import Setup
from experiments.spec import read_experiment
from experiments.sweep import run_sweep
from experiments.validation import check_values
from sim.core import atomic
from sim.core.differences import list_differences
from sim.core.errors import ParleyError

INSULATION = "venues.lake_hall.insulation"
SMALL: dict[str, Any] = {
    "experiment": "small",
    "scenario": "river-border",
    "seed": 3,
    "runs": 120,
    "chunk": 240,
    "factors": {
        INSULATION: [0.1, 0.5, 0.9],
        "rate": {"path": "incidents.*.rate", "levels": [0.5, 2], "how": "multiply"},
    },
}


def digest(folder: Path) -> dict[str, str]:
    """Hash of every table of a sweep."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.parquet"))
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sweep, uninterrupted, on one worker."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    run_sweep(SMALL, folder, workers=1)
    return folder


def test_workers_do_not_matter(whole: Path, tmp_path: Path) -> None:
    for workers in (2, 5):
        run_sweep(SMALL, tmp_path / str(workers), workers=workers)
        assert digest(tmp_path / str(workers)) == digest(whole)
    assert len(digest(whole)) == 5


def test_control_another_seed_gives_other_bytes(whole: Path, tmp_path: Path) -> None:
    run_sweep({**SMALL, "seed": 4}, tmp_path / "other")
    assert digest(tmp_path / "other")["runs/part-00000.parquet"] != digest(whole)["runs/part-00000.parquet"]


def test_all_points_share_the_draws(tmp_path: Path) -> None:
    run_sweep({**SMALL, "factors": {INSULATION: [0.3, 0.3]}}, tmp_path / "out")
    runs = experiments.load(tmp_path / "out").runs.drop(columns=["point"])
    first, second = runs.iloc[:120].reset_index(drop=True), runs.iloc[120:].reset_index(drop=True)
    assert first.equals(second)


def test_the_tables_are_those_of_the_engine(whole: Path) -> None:
    from sim.results.ensemble import run_ensemble

    runs = experiments.load(whole).runs.query(f"`{INSULATION}` == 0.9 and rate == 2")
    runs = runs.drop(columns=["point", INSULATION, "rate"])
    changes = {INSULATION: 0.9, "incidents.boat_clash.rate": {"assumed": [0.04, 0.2], "why": "twice"}}
    alone = run_ensemble("river-border", 120, 3, changes=changes).runs
    assert list(runs.columns) == list(alone.columns)
    for name in alone.columns:
        one, two = runs[name].to_numpy(), alone[name].to_numpy()
        assert all(a == b or (a != a and b != b) for a, b in zip(one, two, strict=True)), name


DRIVER = """
    import json, os, signal, sys
    from pathlib import Path
    from experiments import folder, sweep, sweep_parts
    from sim.core import atomic

    asked, out, kills = json.loads(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def armed(module, name, count, after):
        real, calls = getattr(module, name), [0]
        def call(*args, **options):
            calls[0] += 1
            if calls[0] > count and not after:
                die()
            result = real(*args, **options)
            if calls[0] > count:
                die()
            return result
        setattr(module, name, call)

    def half_written(count):
        real, calls = folder.SweepFolder.write, [0]
        def write(self, name, content):
            calls[0] += 1
            if calls[0] > count:
                target = self.path / name
                atomic.temporary_path(target).write_bytes(content[: len(content) // 2])
                die()
            real(self, name, content)
        folder.SweepFolder.write = write

    def arm(moment, count):
        if moment == "half written":
            half_written(count)
        elif moment == "before the flush":
            armed(atomic.os, "fsync", count, False)
        elif moment == "before the rename":
            armed(atomic.os, "replace", count, False)
        elif moment == "after the rename":
            armed(atomic.os, "replace", count, True)
        else:
            armed(sweep_parts, "simulate_piece", count, moment == "after a piece")

    ended = []
    for moment, count in [*kills, (None, 0)]:
        pid = os.fork()
        if pid == 0:
            if moment is not None:
                arm(moment, count)
            sweep.run_sweep(asked, out, workers=2)
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        ended.append(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
    print(json.dumps(ended))
"""

MOMENTS = ("half written", "before the flush", "before the rename", "after the rename", "in a piece", "after a piece")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_killed_at_ten_random_moments_it_ends_with_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Each attempt is killed (SIGKILL, by itself) at one point of its work, then a last one runs to its end."""
    random = np.random.default_rng(20250602)
    kills = [[str(random.choice(MOMENTS)), int(random.integers(0, 2))] for _ in range(10)]
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(DRIVER),
        json.dumps(SMALL),
        str(tmp_path / "out"),
        json.dumps(kills),
    ]
    result = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert result.returncode == 0, result.stderr
    ended = json.loads(result.stdout.splitlines()[-1])
    assert ended[-1] == 0
    assert ended[:-1].count(9) >= 8  # the last kills may find nothing left to do
    assert digest(tmp_path / "out") == digest(whole)
    assert not list((tmp_path / "out").rglob(".*.part*"))


def test_a_finished_part_is_never_done_again(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run_sweep(SMALL, out)
    (out / "runs" / "part-00001.parquet").unlink()
    stamps = {p.name: p.stat().st_mtime_ns for p in (out / "runs").iterdir()}
    with pytest.warns(UserWarning, match=r"part-00001\.parquet is missing; it is made again"):
        manifest = run_sweep(SMALL, out)
    assert manifest["sessions"][-1]["parts_found"] == 2 and manifest["sessions"][-1]["parts_made"] == 1
    assert all((out / "runs" / name).stat().st_mtime_ns == stamp for name, stamp in stamps.items())
    assert digest(out) == digest(whole)


def test_times_stand_in_the_manifest_only(whole: Path) -> None:
    manifest = experiments.load(whole).manifest
    assert manifest["sessions"][0]["seconds"] > 0
    assert manifest["complete"] and manifest["asked"]["points"] == 6
    assert set(manifest["files"]) == set(digest(whole))


def test_a_changed_experiment_is_refused_with_the_difference(whole: Path) -> None:
    before = digest(whole)
    with pytest.raises(ParleyError, match=r"(?s)another experiment.*experiment\.runs: 120 → 121"):
        run_sweep({**SMALL, "runs": 121}, whole)
    with pytest.raises(ParleyError, match=r"(?s)scenario\.calendar\.horizon\..*180.* → 90"):
        run_sweep({**SMALL, "changes": {"calendar.horizon": 90}}, whole)
    assert digest(whole) == before


def test_differences_are_shown_key_by_key() -> None:
    assert list_differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3, "d": 4}}) == [
        "a.c: 2 → 3",
        "a.d: (nothing) → 4",
    ]
    assert list_differences({"a": 1}, {"a": 1}) == []
    assert len(list_differences({}, {str(k): k for k in range(30)})) == 13


FIERCE: dict[str, Any] = {"path": "incidents.boat_clash.rate", "levels": [0.1, 100_000]}
"""More incidents than fit into a round: the scenario allows it, and the runs come to grief."""


def test_a_failing_point_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    manifest = run_sweep({**SMALL, "factors": {INSULATION: [0.5, 0.9], "rate": FIERCE}}, tmp_path / "out")
    results = experiments.load(tmp_path / "out")
    assert manifest["tables"]["failed_points"] == [1, 3]
    assert results.points["runs"].tolist() == [120, 0, 120, 0]
    error = results.points["error"].tolist()[1]
    assert "more than" in error and "incidents" in error
    assert set(results.runs["point"]) == {0, 2}


def test_all_points_may_fail(tmp_path: Path) -> None:
    fiercest = {"path": "incidents.boat_clash.rate", "levels": [100_000, 200_000]}
    manifest = run_sweep({**SMALL, "factors": {"rate": fiercest}}, tmp_path / "out")
    assert manifest["tables"]["failed_points"] == [0, 1]
    assert experiments.load(tmp_path / "out").runs.empty


DEADLINE = "parties.northbank.deadline"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"factors": {DEADLINE: [60, -3]}}, r"factors\.parties\.northbank\.deadline: at -3: -3 is out of bounds"),
        ({"factors": {DEADLINE: [60, "abc"]}}, r"at abc: expected a number"),
        ({"factors": {"x": {"levels": {"a": {}, "b": {DEADLINE: -3}}}}}, r"factors\.x: at b: parties\.northbank\.dead"),
        (
            {"design": "variants", "variants": {"a": {}, "b": {DEADLINE: -3}}},
            r"variants\.b\.parties\.northbank\.d.*: -3",
        ),
        ({"design": "list", "rows": [{DEADLINE: 9}, {DEADLINE: -3}]}, r"rows\.1\.parties\.northbank\.deadline: -3 is"),
        (
            {"design": "latin_hypercube", "points": 8, "factors": {INSULATION: {"low": 0, "high": 4}}},
            r"at 3\.\d+: 3\.\d+ is out of bounds; allowed: 0 to 1",
        ),
    ],
)
def test_a_wrong_value_is_refused_before_there_is_a_folder(asked: dict[str, Any], message: str, tmp_path: Path) -> None:
    small = {key: value for key, value in SMALL.items() if key != "factors"}
    with pytest.raises(ParleyError, match=message):
        run_sweep({**small, **asked}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_level_that_fits_with_the_others_only_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:

    def refusing(setup: Setup, changes: Mapping[str, Any]) -> None:
        if len(changes) < 2:
            raise ParleyError("not alone")

    monkeypatch.setattr(Setup, "resolve_changes", refusing)
    check_values(Setup.load(read_experiment({**SMALL, "factors": {DEADLINE: [60], INSULATION: [0.5]}})))
    with pytest.raises(ParleyError, match=r"at 0\.5: not alone"):
        check_values(Setup.load(read_experiment({**SMALL, "factors": {INSULATION: [0.5]}})))


def test_a_full_disk_gives_a_clear_error_and_loses_nothing(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, calls, real = tmp_path / "out", [0], os.fsync

    def full(handle: int) -> None:
        calls[0] += 1
        if calls[0] > 5:  # the experiment and its folder, the first part's hash, the part and its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(ParleyError, match=r"cannot write .*part-.*(?i:no space left on device).*stay"):
        run_sweep(SMALL, out, workers=1)
    assert len(list((out / "runs").glob("*.parquet"))) == 1 and not list(out.rglob(".*.part*"))
    with pytest.raises(ParleyError, match="no finished sweep"):
        experiments.load(out)
    monkeypatch.undo()
    run_sweep(SMALL, out)
    assert digest(out) == digest(whole)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ParleyError, match=r"cannot write .*file"):
        run_sweep(SMALL, tmp_path / "file" / "out")


def test_a_folder_with_other_results_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text("of a run", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"holds something else \(manifest\.json\); give a new or an empty folder"):
        run_sweep(SMALL, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
    assert manifest.read_text(encoding="utf-8") == "of a run"


def test_what_a_sweep_killed_at_its_start_left_is_no_hindrance(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    for name in (".lock", ".experiment.part.json"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    run_sweep(SMALL, tmp_path)
    assert digest(tmp_path) == digest(whole)


def test_runs_of_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine.csv").write_text("1", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"holds something else \(runs\)"):
        run_sweep(SMALL, tmp_path)


def test_two_sweeps_do_not_share_a_folder(tmp_path: Path) -> None:
    with SweepFolder(tmp_path / "out").claim({"a": 1}), pytest.raises(ParleyError, match="another sweep is at work"):
        run_sweep(SMALL, tmp_path / "out")


def test_progress_counts_every_run_once(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    run_sweep(SMALL, tmp_path / "out", progress=lambda done, total: calls.append((done, total)))
    assert sum(done for done, _ in calls) == 720 and {total for _, total in calls} == {720}
    calls.clear()
    run_sweep(SMALL, tmp_path / "out", progress=lambda done, total: calls.append((done, total)))
    assert calls == [(720, 720)]


def test_the_reference_engine_makes_the_same_table(whole: Path, tmp_path: Path) -> None:
    short = {**SMALL, "runs": 12, "chunk": 24, "factors": {INSULATION: [0.1, 0.9]}}
    run_sweep({**short, "engine": "mesa"}, tmp_path / "mesa", workers=1)
    run_sweep(short, tmp_path / "compiled")
    one, two = (experiments.load(tmp_path / name).run_table() for name in ("mesa", "compiled"))
    assert one.equals(two)


def test_no_scheduler_is_a_clear_error(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    begun = time.monotonic()
    for address in ("nowhere", "127.0.0.1:9"):
        with pytest.raises(ParleyError, match=f"no Dask scheduler answers at {address}"):
            run_sweep(SMALL, tmp_path / "out", dask=address)
    assert time.monotonic() - begun < 20  # a client that gives up complains of itself after 40


def test_a_killed_dask_worker_loses_nothing(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers; one is killed as soon as the first part has been written, while others are under way or waiting."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    out, real, killed = tmp_path / "out", SweepFolder.write, list[int]()
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:

        def write(self: SweepFolder, name: str, content: bytes) -> None:
            real(self, name, content)
            if name.startswith("runs") and not killed:
                nanny = next(iter(cluster.workers.values()))
                killed.append(nanny.pid)
                os.kill(nanny.pid, 9)

        monkeypatch.setattr(SweepFolder, "write", write)
        run_sweep({**SMALL}, out, dask=cluster.scheduler_address)
    assert len(killed) == 1
    assert digest(out) == digest(whole)
