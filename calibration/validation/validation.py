"""Validation that leaves one case out: simulate all cases, fit on all dyads but one, score the one left out.

Run k of every case draws its ranged numbers under one seed and by path, so cases share the coefficients that stand at
the same paths: a draw is good or bad for all of them at once. Each draw is played several times. The fit keeps the
draws under which the records of the other dyads were likeliest; its forecast for the case left out are the runs of this
case under these draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.validation import baselines
from calibration.validation.scores import PRIOR_COUNT, Forecast, compute_scores, summarise_forecast
from calibration.validation.theories import Theory
from calibration.validation.units import Unit
from calibration.validation.windows import Observed, Runs, list_windows, observe, summarise_chunk
from sim.core.atomic import write_file
from sim.core.identity import hash_code, hash_data
from sim.core.layout import Floats
from sim.results.manifest import compute_fingerprint
from sim.results.plan import plan, simulate_chunks
from sim.rules.outcome import CODES

PRIMARY = ("highest", "baskets")
"""Log scores by which the fit judges draws, and by which theories and baselines are ranked."""


@dataclass(frozen=True)
class Size:
    """How much is simulated: draws of the assumptions, plays of each, share of draws that a fit keeps."""

    draws: int = 1500
    plays: int = 6
    accept: float = 0.05
    seed: int = 0


def simulate_unit(unit: Unit, theory: Theory, size: Size, folder: Path | None = None) -> Runs:
    """Simulate one case under one theory, or read what was simulated before under the same conditions.

    Parameters
    ----------
    unit : Unit
        The case.
    theory : Theory
        What the scenario is changed to.
    size : Size
        Draws, plays and seed.
    folder : Path, optional
        Where summaries are kept, so that a validation resumes.
    """
    loaded = theory.apply(unit.loaded)
    assumptions = np.repeat(np.arange(size.draws), size.plays)
    job = plan(loaded, seed=size.seed, assumptions=assumptions, fates=np.arange(assumptions.size))
    key = hash_data([compute_fingerprint(job), hash_code(), unit.model_dump(mode="json")])
    file = None if folder is None else folder / f"{unit.id}-{theory.id}-{key[:12]}.npz"
    if file is not None and file.exists():
        with np.load(file) as saved:
            return Runs(**{field.name: saved[field.name] for field in fields(Runs)})
    parts = [summarise_chunk(unit, chunk) for chunk in simulate_chunks(job)]
    runs = Runs(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Runs)})
    if file is not None:
        write_file(file, _pack(runs))
    return runs


def _pack(runs: Runs) -> bytes:
    """Arrays of a summary as the content of an `.npz` file."""
    from io import BytesIO

    stream = BytesIO()
    np.savez_compressed(stream, **{field.name: getattr(runs, field.name) for field in fields(Runs)})
    return stream.getvalue()


def score_draws(runs: Runs, record: Observed, plays: int) -> Floats:
    """Score each draw of the assumptions by the record: the sum of its `PRIMARY` log scores over its own plays.

    Returns
    -------
    ndarray (draws,)
    """
    draws = runs.silence.size // plays
    share = plays / (plays + PRIOR_COUNT)
    total = np.zeros(draws)
    compared = record.highest.any(axis=1)
    for w in np.flatnonzero(compared):
        codes = np.flatnonzero(record.highest[w])
        of_draw = runs.highest[:, w].reshape(draws, plays)
        p = share * np.stack([(of_draw == code).mean(axis=1) for code in codes]) + (1.0 - share) / len(CODES)
        total += np.log(p).mean(axis=0) / compared.sum()
    if record.settled.size:
        p = share * runs.settled.reshape(draws, plays, *record.settled.shape).mean(axis=1) + (1.0 - share) / 2.0
        total += np.where(record.settled, np.log(p), np.log1p(-p)).mean(axis=(1, 2))
    return total


def fit_weights(scores: Mapping[str, Floats], dyads: Mapping[str, str], left: str, size: Size) -> Floats:
    """Return weights (draws · plays,) of runs after a fit on all dyads but one; each dyad counts once.

    Parameters
    ----------
    scores : mapping
        By unit, the scores (draws,) of the draws.
    dyads : mapping
        By unit, its dyad.
    left : str
        The dyad left out.
    size : Size
        Plays of a draw, and the share of draws kept.
    """
    total = np.zeros(size.draws)
    others = sorted({dyad for dyad in dyads.values() if dyad != left})
    for dyad in others:
        own = [scores[unit] for unit in scores if dyads[unit] == dyad]
        total += np.mean(own, axis=0)
    best = np.argsort(-total, kind="stable")[: max(round(size.accept * size.draws), 1)]
    weight = np.zeros((size.draws, size.plays))
    weight[best] = 1.0
    return (weight / weight.sum()).ravel()


def validate(
    units: Sequence[Unit],
    theories: Sequence[Theory],
    size: Size,
    folder: Path | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:
    """Score every theory, unfitted and fitted, and every baseline on every case.

    Returns
    -------
    DataFrame
        One row for each `forecast`, `fit` (`no`, or `others` for a fit on the other dyads), `unit`, `dyad` and
        `score`, with its `value`.
    """
    records = {unit.id: observe(unit) for unit in units}
    rows = list(_score_baselines(units, records))
    uniform = np.full(size.draws * size.plays, 1.0 / (size.draws * size.plays))
    for theory in theories:
        runs, scores = {}, {}
        for unit in units:
            progress(f"{theory.title}: {unit.title}")
            runs[unit.id] = simulate_unit(unit, theory, size, folder)
            scores[unit.id] = score_draws(runs[unit.id], records[unit.id], size.plays)
        dyads = {unit.id: unit.dyad for unit in units}
        fitted = {dyad: fit_weights(scores, dyads, dyad, size) for dyad in set(dyads.values())}
        for fit in ("no", "others"):
            forecasts = {
                u.id: summarise_forecast(runs[u.id], uniform if fit == "no" else fitted[u.dyad]) for u in units
            }
            for unit in units:
                rows += _list_rows(theory.id, fit, unit, compute_scores(forecasts[unit.id], records[unit.id]))
                if theory.id == "model":
                    others = [forecasts[u.id] for u in units if u.dyad != unit.dyad]
                    rows += _list_rows("permuted", fit, unit, baselines.score_permuted(others, records[unit.id]))
    return pd.DataFrame(rows, columns=["forecast", "fit", "unit", "dyad", "score", "value"])


def _score_baselines(units: Sequence[Unit], records: Mapping[str, Observed]) -> Iterator[tuple[Any, ...]]:
    """Rows of the baselines that need no simulation."""
    for unit in units:
        others = [records[u.id] for u in units if u.dyad != unit.dyad]
        record = records[unit.id]
        each: dict[str, Forecast] = {
            "uniform": baselines.forecast_uniform(record),
            "rates": baselines.forecast_rates(others, record),
            "clock": baselines.forecast_clock(others, list_windows(unit), len(record.codes)),
        }
        for name, forecast in each.items():
            yield from _list_rows(name, "no", unit, compute_scores(forecast, record))


def _list_rows(name: str, fit: str, unit: Unit, scores: Mapping[str, float]) -> list[tuple[Any, ...]]:
    return [(name, fit, unit.id, unit.dyad, score, value) for score, value in scores.items()]


def compare_scores(table: pd.DataFrame, first: tuple[str, str], second: tuple[str, str], score: str) -> dict[str, Any]:
    """Compare two forecasts on one score: the mean difference over dyads, its bootstrap interval, folds won.

    Parameters
    ----------
    table : DataFrame
        As `validate` returns it.
    first, second : tuple of str
        Forecast and fit of each.
    score : str
        Name of the score.

    Returns
    -------
    dict
        `difference` (first less second), `low` and `high` of its central 95% when dyads are drawn with replacement
        (all draws are listed, none is random), `won` of `dyads` folds, and `p`, the one-sided sign test. With few dyads
        the interval says little more than whether the dyads agree.
    """
    one, two = (_mean_by_dyad(table, *side, score) for side in (first, second))
    shared = one.index.intersection(two.index)
    if shared.empty:
        return {"dyads": 0}
    difference = (one[shared] - two[shared]).to_numpy()
    if score not in HIGHER_IS_BETTER:
        difference = -difference
    n = difference.size
    draws = [np.mean(choice) for choice in product(difference, repeat=n)] if n <= 6 else _resample(difference)
    low, high = np.quantile(draws, [0.025, 0.975])
    won = int((difference > 0).sum())
    return {
        "difference": float(difference.mean()), "low": float(low), "high": float(high), "dyads": n, "won": won,
        "p": float(sum(_binomial(n, k) for k in range(won, n + 1))),
    }  # fmt: skip


HIGHER_IS_BETTER = ("meeting", "highest", "baskets", "rounds")
"""Log scores; all others are better when lower."""


def _mean_by_dyad(table: pd.DataFrame, name: str, fit: str, score: str) -> pd.Series:
    """Mean score of a forecast by dyad."""
    rows = table[(table["forecast"] == name) & (table["fit"] == fit) & (table["score"] == score)]
    mean: pd.Series = rows.groupby("dyad")["value"].mean()
    return mean


def _resample(difference: Floats) -> Floats:
    """Means of 10,000 draws with replacement, under a fixed seed."""
    rng = np.random.default_rng(0)
    mean: Floats = rng.choice(difference, (10_000, difference.size)).mean(axis=1)
    return mean


def _binomial(n: int, k: int) -> float:
    """Probability of k heads in n tosses of a fair coin."""
    from math import comb

    return comb(n, k) / 2.0**n
