"""What is compared: several scenarios on the same draws, or the points of a finished sweep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.app.explore import MEANS, OUTCOMES, SETTLED, Result
from sim.figures.style import CODE_TITLES
from sim.rules.outcome import CODES

if TYPE_CHECKING:
    import pandas as pd

SEVERAL = 4


# Scenarios


def side_by_side(results: dict[str, Result]) -> dict[str, list[tuple[str, ...]]]:
    """Under each heading a row a measure with its value in every scenario. Only what all of them have.

    The headings part what shares a name: talks that end in a ceasefire, and the basket of that title.
    """
    summaries = [result.summary for result in results.values()]
    shared = [basket for basket in summaries[0].baskets if all(basket in s.baskets for s in summaries)]
    ended = [(CODE_TITLES[code], *(f"{s.outcomes()[code].share:.1%}" for s in summaries)) for code in CODES]
    settled = [(subject(results, b), *(f"{s.settled(b).share:.1%}" for s in summaries)) for b in shared]
    held = ("rounds held", *(_plain(s.mean("rounds_held")) for s in summaries))
    return {OUTCOMES: ended, SETTLED: settled, MEANS: [held]}


def subject(results: dict[str, Result], basket: str) -> str:
    """What a basket is about; where scenarios put other things into it, each title with whose it is."""
    whose: dict[str, list[str]] = {}
    for name, result in results.items():
        whose.setdefault(result.loaded.scenario.baskets[basket].title, []).append(name)
    if len(whose) == 1:
        return next(iter(whose))
    return " / ".join(f"{title} ({', '.join(names)})" for title, names in whose.items())


def _plain(value: float) -> str:
    return f"{value:{'.2f' if abs(value) < 10 else '.1f'}}"


def followed(compared: Iterable[str], before: Iterable[str], now: Iterable[str], others: Iterable[str]) -> list[str]:
    """What to compare when the page turns from the scenario `before` to that of `now`, each with its changed twin.

    What else was chosen stays as far as there is room; of `others` one comes in where nothing is left to compare with.
    """
    first, old = list(now), set(before)
    kept = [name for name in compared if name not in old and name not in first]
    found = (first + kept)[:SEVERAL]
    return found if len(found) > 1 else found + [name for name in others if name not in found][:1]


# Sweeps


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: titles of its factors, baskets and parties by name, its summary with every point's values."""

    factors: dict[str, str]
    titles: dict[str, str]
    summary: pd.DataFrame


_NAMED = 4
"""Factors whose values still make a name; of more, a point is called by its number."""


def sweep(folder: str | Path) -> Sweep:
    """The points of a finished sweep. Raises ParleyError."""
    from experiments.results import labels, load

    found = load(folder)
    asked = found.manifest.get("asked", {})
    given = asked.get("experiment", {}).get("factors") or {}
    factors = {name: (given.get(name) or {}).get("title") or name for name in found.factors}
    groups = (asked.get("scenario", {}).get(group, {}) for group in ("baskets", "parties"))
    titles = {name: entry.get("title", name) for group in groups for name, entry in group.items()}
    points = found.points[["point", "name", *found.factors]].copy()
    names = labels(found) if len(found.factors) <= _NAMED else {}
    own = zip(points["name"], points["point"], strict=True)
    points["name"] = [name or names.get(int(point), f"point {point}") for name, point in own]
    return Sweep(factors, titles, found.summary.merge(points, on="point"))


def measures(summary: pd.DataFrame) -> list[str]:
    """What a sweep's summary measures, as `measure` or `measure=level`."""
    joined = summary["measure"] + ("=" + summary["level"]).where(summary["level"] != "", "")
    return list(dict.fromkeys(joined))


_ENDED = {"outcome": "Ended as", "outcome_at_least": "Ended at least as", "peak_outcome": "Got as far as"}
_BY_NAME = {
    "day_first_settled_": "mean day first agreed on",
    "first_settled_": "ever agreed on, share of runs",
    "day_settled_": "mean day of the settlement that stands",
    "settled_": "settled at the end, share of runs",
    "zone_": "a package above every floor, share of runs",
    "blocked_": "in the way",
    "utility_": "worth of what stands, mean",
}


def worded(measure: str, titles: dict[str, str]) -> str:
    """A measure in words: `outcome_at_least=ceasefire` as a reader meets it at an axis."""
    name, _, level = measure.partition("=")
    if name in _ENDED:
        return f"{_ENDED[name]} {CODE_TITLES[level].partition(':')[0]}, share of runs"
    for start, what in _BY_NAME.items():
        if name.startswith(start):
            of = name.removeprefix(start)
            return f"{titles.get(of, of)}: {what}" + (f": {level}, share of runs" if level else "")
    return (f"{name}: {level}" if level else f"{name}, mean").replace("_", " ").capitalize()


def picked(found: Sweep, measure: str, factor: str) -> list[dict[str, Any]]:
    """One measure at every point with its interval, ready for a chart by `factor`.

    `rest` says where a point stands on the other factors, `other` on the first of them.
    """
    from experiments.results import shown

    name, _, level = measure.partition("=")
    summary, others = found.summary, [other for other in found.factors if other != factor]
    rows = summary[(summary["measure"] == name) & (summary["level"] == level)]
    rest = others if len(others) <= _NAMED else ["name"]
    return [
        {"point": row["name"], "factor": row[factor], "mean": row["mean"], "low": row["low"], "high": row["high"]}
        | {"rest": ", ".join(shown(row[o]) for o in rest), "other": shown(row[others[0]]) if others else ""}
        for row in rows.to_dict("records")
    ]
