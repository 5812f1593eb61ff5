"""Where nothing is compiled: few runs in plain Python with the same tables, or a preview of the first runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import sim
from sim.cli import cold_start
from sim.core import jit
from sim.results.plan import plan

ROOT = Path(__file__).resolve().parents[2]


def test_few_runs_compile_nothing_and_are_the_same(tmp_path):
    environment = {**os.environ, "PARLEY_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    code = "from sim.cli.main import main; main()"
    arguments = ["run", "river-border", "-n", "3", "--seed", "5", "-o", str(tmp_path / "out")]
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
    assert not list((tmp_path / "cache").rglob("*.nbi"))
    here = sim.run_ensemble("river-border", 3, 5, engine="compiled")
    for name, table in (("runs", here.run_table), ("rounds", here.round_table)):
        there = pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pandas()
        assert_frame_equal(there, table.to_pandas(), check_exact=True)


@pytest.mark.parametrize(
    ("command", "n", "compiled", "restarts"),
    [
        (["python", "run"], cold_start.FEW, False, True),
        (["python", "run"], cold_start.FEW + 1, False, False),
        (["python", "run"], cold_start.FEW, True, False),
        (None, cold_start.FEW, False, False),
    ],
)
def test_when_a_command_starts_again(monkeypatch, command, n, compiled, restarts):
    started = []
    monkeypatch.setattr(os, "execve", lambda *given: started.append(given))
    monkeypatch.setattr(jit, "has_compiled", lambda: compiled)
    cold_start.restart_in_plain_python(command, n)
    assert bool(started) == restarts
    if restarts:
        assert started[0][1][1:] == ["run"] and started[0][2]["NUMBA_DISABLE_JIT"] == "1"


def test_the_preview_shows_the_first_runs(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "river-border", "10", "3", "calendar.horizon=90"])
    cold_start.print_preview()
    line = capsys.readouterr().err
    runs = sim.run_ensemble("river-border", 10, 3, changes={"calendar.horizon": 90}).runs
    for code, count in runs["outcome"].value_counts().items():
        assert (f"{code} {count / 10:.0%}" in line) == (count > 0)


def test_nothing_is_previewed_without_a_terminal(monkeypatch):
    monkeypatch.setattr(cold_start.subprocess, "Popen", None)
    with cold_start.show_preview(plan("river-border", 10), "river-border", ()):
        pass
