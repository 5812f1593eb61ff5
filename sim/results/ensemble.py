"""Ensembles: many runs of one plan as tables of runs and rounds, with their manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.counts import format_count
from sim.core.layout import Ints
from sim.results.export import write_csv, write_excel
from sim.results.manifest import manifest
from sim.results.plan import Plan, plan
from sim.results.plots import Plots
from sim.results.progress import Progress, open_progress
from sim.results.simulation import simulate_tables
from sim.results.store import save_tables
from sim.results.trajectory import count_measured, simulate_trajectory
from sim.scenario.load import Loaded
from sim.tables.estimates import build_estimates
from sim.tables.quantities import format_interval
from sim.tables.summary import Summary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.agents.party import Party
    from sim.tables.trajectory import Trajectory


@dataclass(frozen=True, repr=False)
class Ensemble:
    """Results of an ensemble in memory.

    Attributes
    ----------
    run_table, round_table : pyarrow.Table
        One row a run, one row a planned round.
    manifest : dict
        What the results stand on: see `sim.manifest`.
    job : Plan
        What was simulated.
    """

    run_table: pa.Table
    round_table: pa.Table
    manifest: dict[str, Any]
    job: Plan

    @property
    def runs(self) -> pd.DataFrame:
        """Table of runs as a data frame, one row a run; outcomes are ordered categoricals, lowest first."""
        return _order_codes(self.run_table.to_pandas(), self.counts.codes, "outcome", "peak_outcome")

    @property
    def rounds(self) -> pd.DataFrame:
        """Table of rounds as a data frame, one row a planned round; codes are ordered categoricals, lowest first."""
        return _order_codes(self.round_table.to_pandas(), self.counts.codes, "code")

    @cached_property
    def counts(self) -> Summary:
        """Counts of the ensemble, from which shares, quantiles and figures come."""
        return Summary.from_tables(self.run_table.schema, [(self.run_table, self.round_table)])

    @cached_property
    def trajectory(self) -> Trajectory:
        """Quantiles by day over the first runs; the first use simulates these once more."""
        return simulate_trajectory(self.job)

    @property
    def plot(self) -> Plots:
        """Plots: `outcomes`, `blocking`, `days`, `convergence`, `terms` and `utilities`."""
        return Plots(self.counts, self.run_table, self.manifest, lambda: self.trajectory)

    def summary(self) -> pd.DataFrame:
        """Return shares and means with their 95% intervals as a tidy frame: see `sim.tables.estimates`."""
        return build_estimates(self.counts)

    def save(self, folder: str | Path, *, force: bool = False, figures: tuple[str, ...] = ("png",)) -> None:
        """Write tables, manifest and figures into a folder, as `sim.write_ensemble` does.

        Parameters
        ----------
        folder : str or Path
            The folder; its files appear together when all are written.
        force : bool
            Whether to replace the results of an earlier run in the folder.
        figures : tuple of str
            Formats of the figures; none for no figures.

        Raises
        ------
        ParleyError
            The folder cannot be used.
        """
        tables = {"runs": self.run_table, "rounds": self.round_table}
        trajectory = self.trajectory if figures and count_measured(self.job) else None
        save_tables(self.job, tables, self.manifest, folder, trajectory, force=force, figures=figures)

    def to_csv(self, folder: str | Path) -> None:
        """Write `runs.csv`, `rounds.csv` and `summary.csv` into a folder. Raises ParleyError."""
        write_csv(self._frames(), Path(folder))

    def to_excel(self, file: str | Path) -> None:
        """Write a workbook with the sheets summary, runs and rounds; needs the extra `excel`.

        Raises
        ------
        ParleyError
            The file exists already, openpyxl is missing, or a table has more rows than a sheet can hold.
        """
        write_excel(self._frames(), Path(file))

    def _frames(self) -> dict[str, pd.DataFrame]:
        """Frames by name: summary, runs, rounds."""
        return {"summary": self.summary(), "runs": self.runs, "rounds": self.rounds}

    def __repr__(self) -> str:
        return "\n".join(_describe(self))

    def _repr_html_(self) -> str:
        first, *lines = (escape(line) for line in _describe(self))
        return f"<div><strong>{first}</strong><br>{'<br>'.join(lines)}</div>"


def _describe(ensemble: Ensemble) -> list[str]:
    """Describe an ensemble in five lines: origin, outcomes, convergence, settlements, and what it is conditional on."""
    counts, scenario = ensemble.counts, ensemble.manifest["scenario"]
    shares = sorted(counts.outcome_shares().items(), key=lambda item: -item[1].runs)
    outcomes = ", ".join(f"{code} {share.share:.1%}" for code, share in shares[:4] if share.runs)
    closed = counts.closed()
    settled = ", ".join(f"{basket} {counts.settled_share(basket).share:.1%}" for basket in counts.baskets)
    changed = " (changed)" if scenario["changes"] else ""
    return [
        f"Ensemble: {scenario['title']}{changed}, {format_count(counts.n, 'run')}, seed {ensemble.manifest['seed']}",
        f"  outcomes: {outcomes}",
        f"  distance closed at the end: {closed.mean:.1%} (95% {format_interval(closed)})",
        f"  settled: {settled}",
        f"  conditional on the scenario's assumptions, no forecast; result {ensemble.manifest['fingerprint']}",
    ]


def _order_codes(frame: pd.DataFrame, codes: tuple[str, ...], *names: str) -> pd.DataFrame:
    """Make columns of outcome codes ordered categoricals, all codes among their categories."""
    import pandas as pd

    for name in names:
        frame[name] = pd.Categorical(frame[name].astype(object), categories=codes, ordered=True)
    return frame


def run_ensemble(
    scenario: str | Path | Loaded | Mapping[str, Any],
    n: int | None = None,
    seed: int = 0,
    *,
    engine: str = "auto",
    changes: Mapping[str, Any] | None = None,
    party_class: type[Party] | None = None,
    assumptions: Sequence[int] | Ints | None = None,
    fates: Sequence[int] | Ints | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    progress: Progress | bool | None = None,
) -> Ensemble:
    """Run a scenario `n` times and return its tables.

    For more runs than memory holds, write to files with `sim.write_ensemble`.

    Parameters
    ----------
    scenario : str, Path, Loaded or mapping
        Id of a shipped scenario, a file, a loaded scenario, or plain data as a file holds it.
    n : int, optional
        Number of runs; needed unless indices are passed.
    seed : int
        Seed of all draws, 0 or more.
    engine : str
        One of `sim.results.plan.Engine`.
    changes : mapping, optional
        Values by path that replace the scenario's.
    party_class : type, optional
        Class of the parties, a subclass of `sim.Party`; runs on the Mesa engine.
    assumptions, fates : sequence of int, optional
        Indices of the draws of each run, of equal length; 0 … n-1 by default.
    workers : int, optional
        Threads or processes; by default one a processor.
    chunk : int, optional
        Runs in a chunk.
    progress : bool or callable, optional
        True shows a bar, also in a notebook; a function is called with the number of runs finished since the last call.

    Returns
    -------
    Ensemble
        Tables of runs and rounds, and the manifest.

    Raises
    ------
    ParleyError
        An option or the scenario cannot be used.

    Examples
    --------
    >>> ensemble = run_ensemble("river-border", n=100, seed=1)
    >>> len(ensemble.runs)
    100
    """
    import pyarrow as pa

    job = plan(
        scenario,
        n,
        seed,
        engine=engine,
        changes=changes,
        party_class=party_class,
        assumptions=assumptions,
        fates=fates,
        workers=workers,
        chunk=chunk,
    )
    with open_progress(progress, job.n) as advance:
        parts = list(simulate_tables(job, advance))
    runs = pa.concat_tables([r for r, _ in parts]).unify_dictionaries().combine_chunks()
    rounds = pa.concat_tables([r for _, r in parts]).unify_dictionaries().combine_chunks()
    return Ensemble(runs, rounds, manifest(job), job)
