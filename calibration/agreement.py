"""How far two coders agree: Krippendorff's alpha with its interval."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.evidence.record import load_record
from sim.scenario.library import shipped_folder

SECOND = Path(__file__).with_name("second-coder.csv")
"""A second coder's values and stances, set before the first ones were seen."""


def alpha(units: Sequence[Sequence[float]], scale: str = "interval") -> float:
    """Return Krippendorff's alpha: 1 for agreement throughout, 0 for agreement by chance.

    Parameters
    ----------
    units : sequence of sequences of float
        The values that coders gave to each unit; units with fewer than two values do not count.
    scale : str
        `interval` (squared distance) or `nominal` (equal or not).

    Returns
    -------
    float
        Missing if all values are equal: then nothing shows whether the coders agree.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania.
    """
    groups = [np.asarray(unit, dtype=float) for unit in units if len(unit) > 1]
    observed = sum(_disagreement(group, scale) / (group.size - 1) for group in groups)
    pooled = np.concatenate(groups)
    expected = _disagreement(pooled, scale) / (pooled.size - 1)
    return float(1.0 - observed / expected) if expected > 0.0 else float("nan")


def _disagreement(values: np.ndarray, scale: str) -> float:
    """Sum the disagreement over all ordered pairs of values."""
    distance = np.subtract.outer(values, values)
    return float((distance**2 if scale == "interval" else distance != 0).sum())


def bootstrap(
    units: Sequence[Sequence[float]], scale: str = "interval", draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the central 95% interval of alpha over units drawn with replacement.

    Parameters
    ----------
    units, scale
        As in `alpha`.
    draws : int
        Number of resamples.
    seed : int
        Seed of the resamples.

    Returns
    -------
    tuple of float
        Lower and upper end.
    """
    generator = np.random.default_rng(seed)
    picks = generator.integers(len(units), size=(draws, len(units)))
    values = [alpha([units[k] for k in pick], scale) for pick in picks]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def pair_codings() -> dict[str, tuple[tuple[float, float], tuple[str, str], str]]:
    """Return by id the values and stances of both coders, and the case, of the statements that were coded twice."""
    with SECOND.open(encoding="utf-8") as file:
        again = {row["id"].lower(): row for row in csv.DictReader(file)}
    pairs: dict[str, tuple[tuple[float, float], tuple[str, str], str]] = {}
    for folder in sorted((shipped_folder() / "cases").iterdir()):
        if not (folder / "sources.yaml").is_file():
            continue
        for position in load_record(folder).positions:
            if position.id in again:
                row = again[position.id]
                values = (position.value, float(row["value"]))
                pairs[position.id] = values, (position.stance, row["stance"]), folder.name
    return pairs
