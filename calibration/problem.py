"""A fit made ready: scenarios resolved, parameters with priors, summaries with scales, the record beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration import summaries
from calibration.fit_file import FitFile, Target, recorded
from calibration.particles import Particles, fates
from calibration.priors import Parameter, draw, parameters
from calibration.records import STYLES, load_crises
from calibration.summaries import Layout, Observed
from sim.core.layout import Floats, Ints
from sim.scenario.load import load
from sim.scenario.resolve import Problem, resolve

_SCALE_ROWS = 1000
"""Prior simulations from which the scales of the numbers are taken, under a stream of their own."""
_CHUNK = 2000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class _Part:
    """One target: its particles (one for rounds, one a style for crises) and runs a vector of each."""

    target: Target
    particles: tuple[Particles, ...]
    runs: tuple[int, ...]
    places: tuple[int, ...]  # numbers of these scenarios among all of the fit: no two share fates


@dataclass(frozen=True)
class FitProblem:
    """All that a fit simulates and compares."""

    file: FitFile
    wanted: tuple[Parameter, ...]
    parts: tuple[_Part, ...]
    layout: Layout
    record: Observed

    @property
    def names(self) -> list[str]:
        """Names of the fitted parameters."""
        return [p.name for p in self.wanted]

    def simulate(self, values: Floats, numbers: Ints, workers: int | None = 1) -> tuple[Ints, Floats]:
        """Summaries, codes (n, c) and numbers (n, m), of vectors (n, k) whose fates are numbered `numbers` (n,)."""
        codes, found = zip(*(_simulate(part, values, numbers, workers) for part in self.parts), strict=True)
        return np.concatenate(codes, axis=1), np.concatenate(found, axis=1)

    def table(
        self, rows: int, workers: int | None = None, progress: Progress | None = None
    ) -> tuple[Floats, Ints, Floats]:
        """The reference table: prior draws of rows 0 … n-1 and their summaries. The row is the counter of its fates."""
        values = draw(self.wanted, range(rows), self.file.seed)
        codes, found = [], []
        for start in range(0, rows, _CHUNK):
            index = np.arange(start, min(start + _CHUNK, rows), dtype=np.int64)
            c, f = self.simulate(values[index], index, workers)
            codes.append(c)
            found.append(f)
            if progress:
                progress(index.size)
        return values, np.concatenate(codes), np.concatenate(found)


def prepare(file: FitFile, changes: Mapping[str, Any] | None = None, fitted: bool = True) -> FitProblem:
    """Load and resolve everything a fit names. Raises ParleyError.

    `changes` are put into every scenario (a theory); with `fitted=False` no parameter is fixed: all are drawn.
    """
    loaded, place = [], 0
    for target in file.targets:
        problems = _problems(target, file.seed, changes or {})
        loaded.append((target, problems, tuple(range(place, place + len(problems)))))
        place += len(problems)
    everything = [p for _, problems, _ in loaded for p in problems]
    wanted = parameters(everything, [(n, tuple(p)) for n, p in file.parameters.items()]) if fitted else ()
    parts = tuple(
        _Part(target, tuple(Particles(p, wanted) for p in problems), _runs(target), places)
        for target, problems, places in loaded
    )
    codes, numbers = _names(file)
    bare = FitProblem(file, wanted, parts, Layout(codes, numbers, np.ones(len(numbers))), _record(file))
    return FitProblem(file, wanted, parts, Layout(codes, numbers, _scales(bare)), bare.record)


def _problems(target: Target, seed: int, changes: Mapping[str, Any]) -> list[Problem]:
    window = {} if target.horizon is None else {"calendar.horizon": target.horizon}
    variants = [{}] if target.kind == "rounds" else [target.styles[style] for style in STYLES]
    return [resolve(load(target.scenario, {**window, **changes, **more}).scenario, seed) for more in variants]


def _runs(target: Target) -> tuple[int, ...]:
    return (1,) if target.kind == "rounds" else tuple(load_crises().cases[style] for style in STYLES)


def _simulate(part: _Part, values: Floats, numbers: Ints, workers: int | None) -> tuple[Ints, Floats]:
    codes, found = [], []
    for particles, runs, place in zip(part.particles, part.runs, part.places, strict=True):
        chance = fates(numbers, place, runs)
        # Rounds: one world, so scenarios of one vector share its assumption. Crises: every crisis its own world.
        assumed = np.repeat(numbers[:, None], runs, axis=1) if part.target.kind == "rounds" else chance
        rows = (
            [particles.run(values, assumed, chance)]
            if workers == 1
            else particles.run_threads(values, assumed, chance, workers)
        )
        for raw, rounds, counts in rows:
            if part.target.kind == "rounds":
                c, f = summaries.of_rounds(raw, rounds, counts, len(part.target.rounds), part.target.numbers)
                codes.append(c)
                found.append(f)
            else:
                found.append(summaries.share_scale(summaries.formal_share(raw, runs))[:, None])
    if part.target.kind == "rounds":
        return np.concatenate(codes), np.concatenate(found)
    by_style = np.concatenate(found).reshape(len(STYLES), -1).T
    return np.zeros((len(values), 0), dtype=np.int64), by_style


def _names(file: FitFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    codes: list[str] = []
    numbers: list[str] = []
    for target in file.targets:
        codes += [f"code {name}" for name in target.rounds]
        numbers += [f"gap before {name}" for name in target.rounds[1:]]
        numbers += [f"{name} {target.scenario}" for name in target.numbers]
        numbers += [f"formal {style}" for style in STYLES] if target.kind == "crises" else []
    return tuple(codes), tuple(numbers)


def _record(file: FitFile) -> Observed:
    return summaries.joined(
        [
            summaries.observed_rounds(recorded(t.rounds), t.numbers)
            if t.kind == "rounds"
            else summaries.observed_crises(load_crises())
            for t in file.targets
        ]
    )


def _scales(problem: FitProblem) -> Floats:
    """Interquartile range under the prior, or half the range where the quartiles agree, never below a twentieth."""
    if not problem.layout.numbers:
        return np.ones(0)
    rows = min(_SCALE_ROWS, problem.file.reference.size)
    values = draw(problem.wanted, range(rows), problem.file.seed, "scale")
    _, numbers = problem.simulate(values, np.arange(rows, dtype=np.int64) + (1 << 38), workers=1)
    low, high = np.quantile(numbers, [0.25, 0.75], axis=0)
    span = np.ptp(numbers, axis=0) / 2
    return np.maximum(np.where(high - low > 1e-9, high - low, span), 0.05)
