"""How long users wait, against earlier commits whose checkouts lie in the folder `PARLEY_EARLIER`; no ratio fails."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from pyarrow import parquet

from tests.benchmarks.earlier import CHANGES, FOLDER, HERE, compile_first, simulate, sweep

PAIRS = 9


class Earlier(NamedTuple):
    """An earlier commit: its checkout, and what to change here for the same runs."""

    commit: str
    checkout: Path
    changes: str

    @property
    def options(self) -> list[str]:
        """The changes as options of the command."""
        return ["--set", self.changes.replace(": ", "=")] if self.changes else []

    @property
    def title(self) -> str:
        """The commit and the changes, for a row of the page."""
        return f"against {self.commit}, {self.changes.replace(': ', ' ') or 'defaults'}"


@pytest.fixture(params=CHANGES)
def earlier(request):
    if not (FOLDER and (checkout := Path(FOLDER) / request.param).is_dir()):
        pytest.skip(f"PARLEY_EARLIER names no folder with a checkout of {request.param}")
    return Earlier(request.param, checkout, CHANGES[request.param])


@pytest.mark.parametrize(("scenario", "n", "most"), [("river-border", 10, 0.5), ("istanbul-2025", 10_000, 0.55)])
def test_runs(compare, tmp_path, earlier, scenario, n, most):
    before = simulate("earlier", earlier.checkout, tmp_path, scenario, n)
    now = simulate("now", HERE, tmp_path, scenario, n, *earlier.options)
    compare("earlier", f"`parley run {scenario} -n {n}`, {earlier.title}", before, now, PAIRS, at_most=most)
    # The same work: what is timed on both sides gives the same runs.
    tables = [parquet.read_table(tmp_path / f"run-{name}" / "runs.parquet") for name in ("earlier", "now")]
    for column in ("rounds_held", "rounds_postponed", "incidents"):
        assert tables[0][column].equals(tables[1][column]), column


@pytest.mark.parametrize(("scenario", "n"), [("river-border", 10), ("istanbul-2025", 10_000)])
def test_first_run(compare, tmp_path, earlier, scenario, n):
    before = compile_first("earlier", earlier.checkout, tmp_path, scenario, n)
    now = compile_first("now", HERE, tmp_path, scenario, n, *earlier.options)
    title = f"`parley run {scenario} -n {n}` for the first time, {earlier.title}"
    compare("earlier", title, before, now, 2, at_most=0.6)


def test_sweeps(compare, tmp_path, earlier):
    before = sweep("earlier", earlier.checkout, tmp_path, 25, 2000)
    now = sweep("now", HERE, tmp_path, 25, 2000, earlier.changes)
    compare("earlier", f"sweep of 25 points and 2,000 runs, {earlier.title}", before, now, 5, at_most=0.7)
