"""Tables and sentences of a validation, from its scores only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.validation.theories import Theory
from calibration.validation.units import Unit
from calibration.validation.validation import PRIMARY, Size, compare_scores
from calibration.validation.windows import list_windows
from sim.core.atomic import MANIFEST, write_file
from sim.core.identity import hash_code, hash_file, seal
from sim.core.version import __version__
from sim.results.manifest import describe_environment, to_plain_data

LOG_SCORES = ("highest", "meeting", "baskets", "rounds")
BASELINES = (("rates", "no"), ("no-positions", "others"), ("clock", "no"), ("permuted", "others"), ("uniform", "no"))
"""What the fitted model is compared with, the two that matter most first."""
FITS = {"no": "unfitted", "others": "fitted on the other dyads"}


def mean_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean log scores of every forecast, each dyad counting once, the best `highest` first."""
    by_dyad = table.groupby(["forecast", "fit", "score", "dyad"])["value"].mean()
    wide: pd.DataFrame = by_dyad.groupby(["forecast", "fit", "score"]).mean().unstack("score")
    return wide.reindex(columns=list(LOG_SCORES)).sort_values("highest", ascending=False)


def list_comparisons(table: pd.DataFrame) -> list[dict[str, Any]]:
    """List the fitted model's differences from every baseline on the `PRIMARY` scores and on meetings."""
    rows = []
    for score in ("meeting", *PRIMARY):
        for name, fit in BASELINES:
            result = compare_scores(table, ("model", "others"), (name, fit), score)
            if result["dyads"]:
                rows.append({"score": score, "baseline": name, **result})
    return rows


def compare_with_baselines(table: pd.DataFrame) -> Iterator[str]:
    """Say of every comparison how it came out, a sentence each."""
    for row in list_comparisons(table):
        yield (
            f"{row['score']}: the fitted model less {row['baseline']}: {row['difference']:+.2f} "
            f"({row['low']:+.2f} to {row['high']:+.2f}), better in {row['won']} of {row['dyads']} dyads "
            f"(sign test p {row['p']:.2f})"
        )


def write_results(
    table: pd.DataFrame, units: Sequence[Unit], theories: Sequence[Theory], size: Size, folder: Path
) -> None:
    """Write scores, comparisons and a manifest with hashes into a folder. Raises ParleyError."""
    write_file(folder / "scores.csv", table.to_csv(index=False))
    write_file(folder / "means.csv", mean_scores(table).to_csv())
    write_file(folder / "comparisons.json", json.dumps(list_comparisons(table), indent=1) + "\n")
    names = ("scores.csv", "means.csv", "comparisons.json")
    record = {
        "kind": "validation",
        "parley": __version__,
        "code": hash_code(),
        "title": "Validation that leaves one dyad out",
        "seed": size.seed,
        "size": {"draws": size.draws, "plays": size.plays, "accept": size.accept},
        "units": {
            unit.id: {"scenario": unit.scenario, "dyad": unit.dyad, "windows": list_windows(unit)} for unit in units
        },
        "theories": {theory.id: theory.title for theory in theories},
        "hashes": {name: hash_file(folder / name) for name in names},
        "environment": describe_environment(),
    }
    write_file(folder / MANIFEST, json.dumps(seal(to_plain_data(record)), indent=1, ensure_ascii=False) + "\n")
