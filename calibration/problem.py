"""A prepared fit: scenarios resolved, parameters with priors, summaries with scales, and the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration import summaries
from calibration.fit_file import FitFile, Target, select_rounds
from calibration.particles import assign_fates, create_runner
from calibration.priors import Parameter, draw_values, read_parameters
from calibration.records import STYLES, Round, load_crises
from calibration.summaries import Layout, Observation
from sim.compiled.vectors import VectorRunner
from sim.core.columns import Chunk
from sim.core.layout import Floats, Ints
from sim.scenario.load import load
from sim.scenario.resolve import Problem, resolve

_SCALE_ROWS = 1000
"""Prior simulations from which the scales of the numbers are taken, under a stream of their own."""
_CHUNK = 2000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class _Part:
    """One target: its runners (one for rounds, one a style for crises) and the runs of a vector in each."""

    target: Target
    runners: tuple[VectorRunner, ...]
    runs: tuple[int, ...]
    places: tuple[int, ...]  # numbers of these scenarios among all of the fit: no two share fates


@dataclass(frozen=True)
class FitProblem:
    """All that a fit simulates and compares.

    Attributes
    ----------
    file : FitFile
        The fit file.
    parameters : tuple of Parameter (k,)
        Fitted parameters; none where all numbers are drawn.
    parts : tuple
        Targets with their engines.
    layout : Layout
        Names and scales of the summaries.
    record : Observation
        The record.
    """

    file: FitFile
    parameters: tuple[Parameter, ...]
    parts: tuple[_Part, ...]
    layout: Layout
    record: Observation

    @property
    def rounds(self) -> list[list[Round]]:
        """Rounds of the record of each target; none for crises."""
        return [select_rounds(t.rounds) if t.kind == "rounds" else [] for t in self.file.targets]

    @property
    def names(self) -> list[str]:
        """Names of the fitted parameters."""
        return [p.name for p in self.parameters]

    def simulate(self, values: Floats, numbers: Ints, workers: int | None = 1) -> tuple[Ints, Floats]:
        """Simulate vectors of parameters against every target.

        Parameters
        ----------
        values : ndarray (n, k)
            Vectors.
        numbers : ndarray of int (n,)
            The vectors' own numbers, which fix their fates.
        workers : int, optional
            Threads; None for one a processor.

        Returns
        -------
        tuple of ndarray of int (n, c) and ndarray (n, m)
            Codes and numbers.
        """
        codes, numbers_by_part = zip(
            *(_simulate_part(part, values, numbers, workers) for part in self.parts), strict=True
        )
        return np.concatenate(codes, axis=1), np.concatenate(numbers_by_part, axis=1)

    def simulate_rounds(
        self, part: int, values: Floats, numbers: Ints, workers: int | None = 1
    ) -> tuple[Chunk, Problem]:
        """Simulate vectors against one target of rounds; returns raw rows, and the scenario as resolved.

        Parameters are those of `simulate`, and the number of the target.
        """
        return _run_rounds(self.parts[part], values, numbers, workers), self.parts[part].runners[0].problem

    def simulate_table(
        self, rows: int, workers: int | None = None, progress: Progress | None = None
    ) -> tuple[Floats, Ints, Floats]:
        """Simulate the reference table: prior draws of rows 0 … rows - 1; the row is the number of its fates.

        Parameters
        ----------
        rows : int
            Size of the table.
        workers : int, optional
            Threads; None for one a processor.
        progress : callable, optional
            Called with the number of rows finished since the last call.

        Returns
        -------
        tuple of ndarray (rows, k), ndarray of int (rows, c) and ndarray (rows, m)
            Values, codes and numbers.
        """
        values = draw_values(self.parameters, range(rows), self.file.seed)
        codes, numbers = list[Ints](), list[Floats]()
        for start in range(0, rows, _CHUNK):
            index = np.arange(start, min(start + _CHUNK, rows), dtype=np.int64)
            some_codes, some_numbers = self.simulate(values[index], index, workers)
            codes.append(some_codes)
            numbers.append(some_numbers)
            if progress:
                progress(index.size)
        return values, np.concatenate(codes), np.concatenate(numbers)


def prepare(
    file: FitFile, changes: Mapping[str, Any] | None = None, fitted: bool = True, layout: Layout | None = None
) -> FitProblem:
    """Load and resolve everything that a fit names.

    Parameters
    ----------
    file : FitFile
        The fit.
    changes : mapping, optional
        Changes to every scenario, by path (a theory).
    fitted : bool
        False to draw all parameters instead of fixing them.
    layout : Layout, optional
        Names and scales of another problem of this fit; by default the scales are simulated.

    Raises
    ------
    ParleyError
        A scenario, a path or a round is wrong.
    """
    loaded, place = [], 0
    for target in file.targets:
        problems = _load_problems(target, file.seed, changes or {})
        loaded.append((target, problems, tuple(range(place, place + len(problems)))))
        place += len(problems)
    everything = [p for _, problems, _ in loaded for p in problems]
    parameters = read_parameters(everything, [(n, tuple(p)) for n, p in file.parameters.items()]) if fitted else ()
    parts = tuple(
        _Part(target, tuple(create_runner(p, parameters) for p in problems), _count_runs(target), places)
        for target, problems, places in loaded
    )
    codes, numbers = _name_summaries(file)
    bare = FitProblem(
        file, parameters, parts, layout or Layout(codes, numbers, np.ones(len(numbers))), _encode_record(file)
    )
    if layout:
        return bare
    return FitProblem(file, parameters, parts, Layout(codes, numbers, _compute_scales(bare)), bare.record)


def _load_problems(target: Target, seed: int, changes: Mapping[str, Any]) -> list[Problem]:
    """Load and resolve a target's scenario: once for rounds, once a style for crises."""
    window = {} if target.horizon is None else {"calendar.horizon": target.horizon}
    variants = [{}] if target.kind == "rounds" else [target.styles[style] for style in STYLES]
    return [resolve(load(target.scenario, {**window, **changes, **more}).scenario, seed) for more in variants]


def _count_runs(target: Target) -> tuple[int, ...]:
    """Return the runs of a vector in each of a target's scenarios."""
    return (1,) if target.kind == "rounds" else tuple(load_crises().cases[style] for style in STYLES)


def _simulate_part(part: _Part, values: Floats, numbers: Ints, workers: int | None) -> tuple[Ints, Floats]:
    """Simulate vectors against one target; codes (n, c) and numbers (n, m)."""
    target = part.target
    if target.kind == "rounds":
        chunk = summaries.share_codes(_run_rounds(part, values, numbers, workers), part.runners[0].problem.names.ladder)
        return summaries.summarise_rounds(chunk.runs, chunk.rounds, chunk.rows, len(target.rounds), target.numbers)
    shares = []
    for runner, runs, place in zip(part.runners, part.runs, part.places, strict=True):
        fates = assign_fates(numbers, place, runs)  # every crisis is a world of its own
        chunk = summaries.share_codes(runner.run(values, fates, fates, workers), runner.problem.names.ladder)
        shares.append(summaries.transform_share(summaries.compute_formal_shares(chunk.runs, runs)))
    return np.zeros((len(values), 0), dtype=np.int64), np.column_stack(shares)


def _run_rounds(part: _Part, values: Floats, numbers: Ints, workers: int | None) -> Chunk:
    """Run each vector once in a target of rounds. One world: all scenarios of a vector share its assumption."""
    (runner,), (place,) = part.runners, part.places
    return runner.run(values, numbers[:, None], assign_fates(numbers, place, 1), workers)


def _name_summaries(file: FitFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names of the codes and of the numbers, in the order of `_simulate_part`."""
    codes: list[str] = []
    numbers: list[str] = []
    for target in file.targets:
        codes += [f"code {name}" for name in target.rounds]
        numbers += [f"gap before {name}" for name in target.rounds[1:]]
        numbers += [f"{name} {target.scenario}" for name in target.numbers]
        numbers += [f"formal {style}" for style in STYLES] if target.kind == "crises" else []
    return tuple(codes), tuple(numbers)


def _encode_record(file: FitFile) -> Observation:
    """Encode the record of every target."""
    return summaries.join_observations(
        [
            summaries.encode_rounds(select_rounds(t.rounds), t.numbers)
            if t.kind == "rounds"
            else summaries.encode_crises(load_crises())
            for t in file.targets
        ]
    )


def _compute_scales(problem: FitProblem) -> Floats:
    """Compute the scales of the numbers.

    The interquartile range under the prior, or half the range where the quartiles agree, never below a twentieth.
    """
    if not problem.layout.numbers:
        return np.ones(0)
    rows = min(_SCALE_ROWS, problem.file.reference.size)
    values = draw_values(problem.parameters, range(rows), problem.file.seed, "scale")
    _, numbers = problem.simulate(values, np.arange(rows, dtype=np.int64) + (1 << 38), workers=1)
    low, high = np.quantile(numbers, [0.25, 0.75], axis=0)
    span = np.ptp(numbers, axis=0) / 2
    return np.maximum(np.where(high - low > 1e-9, high - low, span), 0.05)
