"""How long users wait, against an earlier commit of which `PARLEY_EARLIER` names a checkout; no ratio fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.benchmarks.earlier import EARLIER, HERE, compile_first, simulate, sweep

pytestmark = pytest.mark.skipif(not EARLIER, reason="PARLEY_EARLIER names no checkout of an earlier commit")

PAIRS = 9
VERSIONS = {"defaults": "", "model.version 1": "model.version: 1"}


@pytest.fixture
def earlier():
    return Path(EARLIER)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("scenario", "n", "most"), [("river-border", 10, 0.5), ("istanbul-2025", 10_000, 0.55)])
def test_runs(compare, tmp_path, earlier, scenario, n, most, version):
    changes = ["--set", VERSIONS[version].replace(": ", "=")] if VERSIONS[version] else []
    before = simulate("earlier", earlier, tmp_path, scenario, n)
    now = simulate("now", HERE, tmp_path, scenario, n, *changes)
    compare("earlier", f"`parley run {scenario} -n {n}`, {version}", before, now, PAIRS, at_most=most)
    if changes:  # the same work: what is timed on both sides gives the same runs
        tables = [parquet.read_table(tmp_path / f"run-{name}" / "runs.parquet") for name in ("earlier", "now")]
        for column in ("rounds_held", "rounds_postponed", "incidents"):
            assert tables[0][column].equals(tables[1][column]), column


@pytest.mark.parametrize(("scenario", "n"), [("river-border", 10), ("istanbul-2025", 10_000)])
def test_first_run(compare, tmp_path, earlier, scenario, n):
    before, now = (compile_first(name, at, tmp_path, scenario, n) for name, at in (("earlier", earlier), ("now", HERE)))
    compare("earlier", f"`parley run {scenario} -n {n}` for the first time", before, now, 2, at_most=0.6)


@pytest.mark.parametrize("version", VERSIONS)
def test_sweeps(compare, tmp_path, earlier, version):
    before = sweep("earlier", earlier, tmp_path, 25, 2000)
    now = sweep("now", HERE, tmp_path, 25, 2000, VERSIONS[version])
    compare("earlier", f"sweep of 25 points and 2,000 runs, {version}", before, now, 5, at_most=0.7)
