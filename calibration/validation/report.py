"""Tables and sentences of a validation, from its scores only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.report import format_table
from calibration.validation.folder import IDENTITY, KIND
from calibration.validation.theories import Theory
from calibration.validation.units import Unit
from calibration.validation.validation import PRIMARY, Size, compare_scores
from calibration.validation.windows import list_windows
from sim.core.atomic import MANIFEST, write_file
from sim.core.identity import hash_code, hash_file, seal
from sim.core.version import __version__
from sim.results.manifest import describe_environment, to_plain_data

NUMBERS = {"silence": "longest silence, days", "gaps": "gaps, days", "terms": "terms, scale"}
"""Scores of numbers by title; lower is better, and a difference is turned so that more is better there too."""
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
    """List the fitted model's differences from every baseline, on meetings, the `PRIMARY` scores and `NUMBERS`."""
    rows = []
    for score in ("meeting", *PRIMARY, *NUMBERS):
        for name, fit in BASELINES:
            result = compare_scores(table, ("model", "others"), (name, fit), score)
            if result["dyads"]:
                rows.append({"score": score, "baseline": name, **result})
    return rows


def compare_with_baselines(table: pd.DataFrame) -> Iterator[str]:
    """Say of every comparison how it came out, a sentence each."""
    for row in list_comparisons(table):
        yield (
            f"{row['score']}: the fitted model less {row['baseline']}: {row['difference']:+z.2f} "
            f"({row['low']:+z.2f} to {row['high']:+z.2f}), better in {row['won']} of {row['dyads']} dyads "
            f"(sign test p {row['p']:.2f})"
        )


def write_results(
    table: pd.DataFrame, units: Sequence[Unit], theories: Sequence[Theory], size: Size, folder: Path
) -> None:
    """Write scores, comparisons and a manifest with hashes into a folder. Raises ParleyError."""
    write_file(folder / "scores.csv", table.to_csv(index=False))
    write_file(folder / "means.csv", mean_scores(table).to_csv())
    write_file(folder / "comparisons.json", json.dumps(list_comparisons(table), indent=1) + "\n")
    titles = {theory.id: theory.title for theory in theories}
    write_file(folder / "report.md", "\n\n".join(_list_sections(table, units, titles)) + "\n")
    names = (IDENTITY, "scores.csv", "means.csv", "comparisons.json", "report.md")
    record = {
        "kind": KIND,
        "parley": __version__,
        "code": hash_code(),
        "title": "Validation that leaves one dyad out",
        "seed": size.seed,
        "size": {"draws": size.draws, "plays": size.plays, "accept": size.accept},
        "units": {
            unit.id: {"scenario": unit.scenario, "dyad": unit.dyad, "windows": list_windows(unit)} for unit in units
        },
        "theories": {theory.id: theory.title for theory in theories},
        "hashes": {name: hash_file(folder / name) for name in names if (folder / name).is_file()},
        "environment": describe_environment(),
    }
    write_file(folder / MANIFEST, json.dumps(seal(to_plain_data(record)), indent=1, ensure_ascii=False) + "\n")


BASELINE_TITLES = {
    "uniform": "uniform",
    "rates": "rates of the other cases",
    "clock": "a clock with fatigue",
    "permuted": "the model's forecast of other cases",
    "no-positions": "the model without positions",
}
"""Titles of what the model is compared with."""


def _list_sections(table: pd.DataFrame, units: Sequence[Unit], titles: Mapping[str, str]) -> Iterator[str]:
    """Sections of the report, each with its heading."""
    names = {**titles, **BASELINE_TITLES}
    yield "## Answer\n\n" + "\n".join(_list_answers(table, names))
    yield "## Cases\n\n" + format_table(
        ["case", "dyad", "record to", "windows, days", "rounds", "baskets settled"],
        [
            [
                unit.title,
                unit.dyad,
                str(unit.until),
                ", ".join(f"{first} to {last}" for first, last in list_windows(unit)),
                str(sum(unit.days_to(m.start) <= unit.observed for m in unit.meetings)),
                str(len({s.basket for s in unit.settlements if unit.days_to(s.date) <= unit.observed})),
            ]
            for unit in units
        ],
    )
    means = mean_scores(table)
    yield "## Means\n\n" + format_table(
        ["forecast", "fit", *(SCORE_TITLES[score] for score in means.columns)],
        [
            [names[name], FITS[fit], *(f"{value:z.2f}" if value == value else "" for value in row)]
            for (name, fit), row in means.iterrows()
        ],
    )
    yield "## Comparisons\n\n" + format_table(
        ["score", "fitted model less", "difference", "95% over dyads", "dyads won", "p"],
        [
            [
                SCORE_TITLES[row["score"]],
                names[row["baseline"]],
                f"{row['difference']:+z.2f}",
                f"{row['low']:+z.2f} to {row['high']:+z.2f}",
                f"{row['won']} of {row['dyads']}",
                f"{row['p']:.2f}",
            ]
            for row in list_comparisons(table)
        ],
    )
    yield "## By case\n\n" + _format_by_case(table, units, names)
    yield "## By dyad\n\n" + _format_by_dyad(table, names)


SCORE_TITLES = {
    "highest": "highest code", "meeting": "any meeting", "baskets": "baskets", "rounds": "round by round", **NUMBERS
}  # fmt: skip


def _format_by_case(table: pd.DataFrame, units: Sequence[Unit], names: Mapping[str, str]) -> str:
    """The score of the highest code in each case, and the model's scores of numbers."""
    chosen = [("model", "no"), ("model", "others"), *BASELINES]
    wide = table.set_index(["forecast", "fit", "unit", "score"])["value"]

    def cell(name: str, fit: str, unit: Unit, score: str) -> str:
        key = (name, fit, unit.id, score)
        return f"{wide[key]:.2f}" if key in wide.index else ""

    rows = [
        [f"{names[name]}, {FITS[fit]}" if name in ("model", "no-positions") else names[name]]
        + [cell(name, fit, unit, "highest") for unit in units]
        for name, fit in dict.fromkeys(chosen)
    ]
    for score, title in NUMBERS.items():
        for name, fit in dict.fromkeys(chosen):
            cells = [cell(name, fit, unit, score) for unit in units]
            if any(cells):
                which = f"{names[name]}, {FITS[fit]}" if name in ("model", "no-positions") else names[name]
                rows.append([f"{title}: {which}", *cells])
    return format_table(["", *(unit.title for unit in units)], rows)


def _list_answers(table: pd.DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """Say for each primary score in how many dyads the fitted model did better, and whether the fit helped."""
    for score in (*PRIMARY, "silence", "terms"):
        parts = []
        for name, fit in BASELINES:
            row = compare_scores(table, ("model", "others"), (name, fit), score)
            if row["dyads"]:
                parts.append(f"{names[name]} in {row['won']} of {row['dyads']} dyads ({row['difference']:+z.2f})")
        yield f"- On {SCORE_TITLES[score].split(',')[0]}, the fitted model does better than " + ", ".join(parts) + "."
        fit_gain = compare_scores(table, ("model", "others"), ("model", "no"), score)
        verb = "helps" if fit_gain["difference"] > 0 else "does not help"
        yield (
            f"- Fitting on the other dyads {verb} there: {fit_gain['difference']:+z.2f} against the model as shipped, "
            f"better in {fit_gain['won']} of {fit_gain['dyads']}."
        )


def _format_by_dyad(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The score of the highest code of every fitted forecast by the dyad left out, the best mean first."""
    rows = table[(table["score"] == "highest") & (table["fit"] == "others") & (table["forecast"] != "permuted")]
    wide = rows.groupby(["forecast", "dyad"])["value"].mean().unstack("dyad")
    wide = wide.loc[wide.mean(axis=1).sort_values(ascending=False).index]
    return format_table(
        ["highest code, fitted", *wide.columns],
        [[names[str(name)], *(f"{value:z.2f}" for value in row)] for name, row in wide.iterrows()],
    )
