"""A scenario that approximates a domain: straight lines in place of tables, and their error at the exact solutions.

A scenario values points on a scale along straight lines, a domain values each labelled value by a table. On each issue
the values are placed where the sides' weighted tables lie nearest to lines (least squares: the first singular vector of
the tables). A side's salience is the slope of its line there, weight times spread: an issue on which its table is flat
hardly counts. Its reservation points stand where its fitted utility falls to its worth of no agreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.game import Game
from sim.analysis.solutions import EGALITARIAN, solve_all
from sim.core.errors import ParleyError
from sim.core.layout import Floats
from sim.interop.domain import MAX_OUTCOMES, Domain
from sim.interop.files import make_name
from sim.interop.solutions import DEFINITIONS, solve

MOST_OFF = 0.1
"""Largest error of a utility at a solution; with a larger one a scenario is written only under `--approximate`."""
_LEAST_GAP = 1e-3
"""Least distance between two places on a scale, so that options ascend."""
_LEAST_WIDTH = 0.05
"""Least distance of demand and reservation point on a scale."""
_LEAST_SALIENCE = 1e-6
_LARGEST = "largest difference of a utility"


@dataclass(frozen=True)
class Lines:
    """Straight lines for P sides on n issues.

    Attributes
    ----------
    places : tuple of Floats
        Place in [0, 1] of each value of each issue, in the domain's order.
    slope : Floats
        Utility (P, n) from one end of a scale to the other.
    width : Floats
        Distance (P,) from a side's demand, an end of the scale, to its reservation point.
    """

    places: tuple[Floats, ...]
    slope: Floats
    width: Floats

    @property
    def demand(self) -> Floats:
        """Demands (P, n): the end of the scale that a side likes; where it does not care, the first side's."""
        towards = np.where(self.slope == 0.0, self.slope[:1], self.slope)
        return np.where(towards >= 0.0, 1.0, 0.0)

    @property
    def reservation(self) -> Floats:
        """Reservation points (P, n)."""
        return np.abs(self.demand - self.width[:, None])

    @property
    def salience(self) -> Floats:
        """Shares (P, n): slopes without sign."""
        sizes = np.maximum(np.abs(self.slope), _LEAST_SALIENCE)
        shares: Floats = sizes / sizes.sum(axis=1, keepdims=True)
        return shares

    def build_game(self, domain: Domain) -> Game:
        """Build the bargaining problem of the lines, in which no agreement is worth 0 to every side."""
        sides = tuple(profile.name for profile in domain.profiles)
        none = np.zeros(self.slope.shape, dtype=np.int64)
        numbers = self.demand, self.reservation, self.salience
        return Game(domain.name, sides, domain.issues, *numbers, none, np.zeros(len(sides)))


@dataclass(frozen=True)
class Miss:
    """One solution: utilities (P,) of the lines' package in the tables, and the nearest exact ones; NaN without one."""

    name: str
    lines: Floats
    exact: Floats

    @property
    def off(self) -> float:
        """Largest difference over the sides; infinite where only one of both has the solution."""
        if np.isnan(self.lines).all() and np.isnan(self.exact).all():
            return 0.0
        worst = float(np.abs(self.lines - self.exact).max())
        return np.inf if np.isnan(worst) else worst


def fit(domain: Domain) -> Lines:
    """Fit straight lines to a domain."""
    sides, size = len(domain.profiles), len(domain.issues)
    slope, top = np.zeros((sides, size)), np.zeros(sides)
    places = []
    for k in range(size):
        tables = np.array([profile.weights[k] * profile.evaluations[k] for profile in domain.profiles])
        place = _place_values(tables, _compute_spans(domain))
        centred = place - place.mean()
        square = float(centred @ centred)
        slope[:, k] = tables @ centred / square if square > 0.0 else 0.0
        slope[np.abs(slope[:, k]) < 1e-9, k] = 0.0
        start = tables.mean(axis=1) - slope[:, k] * place.mean()
        top += start + np.maximum(slope[:, k], 0.0)
        places.append(place)
    reach = np.abs(slope).sum(axis=1)
    share = (np.minimum(top, domain.ceiling) - domain.list_reserved_values()) / np.where(reach > 0.0, reach, 1.0)
    width = np.where(reach > 0.0, np.clip(share, _LEAST_WIDTH, 1.0), 1.0)
    return Lines(tuple(places), slope, width)


def _compute_spans(domain: Domain) -> Floats:
    """Utility (P,) from each side's worst outcome to its best, without the ceiling; 1 where it does not care."""
    pairs = [zip(profile.weights, profile.evaluations, strict=True) for profile in domain.profiles]
    spans = np.array([sum(weight * np.ptp(table) for weight, table in side) for side in pairs])
    return np.where(spans > 0.0, spans, 1.0)


def _place_values(tables: Floats, spans: Floats) -> Floats:
    """Places in [0, 1] of an issue's values (m,) for weighted tables (P, m): ends at 0 and 1, none together."""
    size = tables.shape[1]
    scaled = tables / spans[:, None]
    centred = scaled - scaled.mean(axis=1, keepdims=True)
    if size == 1 or float(np.abs(centred).max()) < 1e-12:
        return np.linspace(0.0, 1.0, size) if size > 1 else np.zeros(1)
    line = np.linalg.svd(centred, full_matrices=False)[2][0]
    caring = np.flatnonzero(np.abs(centred @ line) > 1e-9)[0]
    line = line * np.sign(centred[caring] @ line)  # upwards for the first side that cares
    order = np.argsort(np.round(line, 12), kind="stable")
    ascending = (line[order] - line[order[0]]) / np.ptp(line)
    gaps = np.maximum(np.diff(ascending), min(_LEAST_GAP, 0.5 / size))
    place = np.empty(size)
    place[order] = np.concatenate([[0.0], np.cumsum(gaps) / gaps.sum()])
    place[order[-1]] = 1.0
    return np.round(place, 9)


def compare_solutions(domain: Domain, lines: Lines) -> list[Miss]:
    """Compare the lines' solutions, valued in the tables, with the exact ones.

    A scale of a scenario has no gaps: between two listed values a table is taken as straight. Raises ParleyError
    where the domain is too large to solve.
    """
    exact, packages = solve(domain), {point.name: point.package for point in solve_all(lines.build_game(domain))}
    rows, lacking = [], np.full(len(domain.profiles), np.nan)
    for name in DEFINITIONS:
        worth = exact.worth[exact.points[name]]
        # A zone of one point is too narrow for the linear programme of Kalai-Smorodinsky: all solutions are that point.
        package = packages.get(name, packages.get(EGALITARIAN))
        mine = lacking if package is None else compute_utilities(domain, lines, package)
        if not worth.size:
            rows.append(Miss(name, mine, lacking))
            continue
        distance = np.abs(worth - mine).max(axis=1)
        rows.append(Miss(name, mine, worth[0 if package is None else int(np.argmin(distance))]))
    return rows


def compute_utilities(domain: Domain, lines: Lines, package: Floats) -> Floats:
    """Return utilities (P,) in the tables of a package (n,) of points on the scales."""
    worth = np.zeros(len(domain.profiles))
    for k, (x, place) in enumerate(zip(package.tolist(), lines.places, strict=True)):
        order = np.argsort(place)
        for p, profile in enumerate(domain.profiles):
            worth[p] += profile.weights[k] * np.interp(x, place[order], profile.evaluations[k][order])
    return np.minimum(worth, domain.ceiling)


def report(domain: Domain, lines: Lines, go_on: bool = False) -> list[str]:
    """Describe the error of the straight lines, line by line; `go_on` accepts any error.

    Raises ParleyError where a utility is off by more than MOST_OFF, or cannot be checked, and `go_on` is false.
    """
    ask = "; --approximate writes the scenario all the same"
    if domain.count > MAX_OUTCOMES:
        text = f"{domain.count:,} outcomes are too many to compare the straight lines with (at most {MAX_OUTCOMES:,})"
        if not go_on:
            raise ParleyError(text + ask)
        return [f"{text}: their error is unknown"]
    rows = compare_solutions(domain, lines)
    texts = [
        f"{row.name}: {_format_utilities(row.lines)} by straight lines, {_format_utilities(row.exact)} exact"
        for row in rows
    ]
    worst = max(rows, key=lambda row: row.off)
    if worst.off > MOST_OFF and not go_on:
        problem = f"the scenario's solutions lie too far from the domain's, a utility by more than {MOST_OFF:g}: "
        where = f"{texts[rows.index(worst)]} ({', '.join(p.name for p in domain.profiles)})"
        raise ParleyError(problem + where + ask)
    largest = f"{worst.off:.3f}" if np.isfinite(worst.off) else "a solution that only one of both has"
    return [*texts, f"{_LARGEST}: {largest}"]


def _format_utilities(worth: Floats) -> str:
    return "no agreement" if np.isnan(worth).all() else "/".join(f"{u:.3f}" for u in worth.tolist())


def build_scenario(domain: Domain, lines: Lines, name: str, errors: list[str]) -> dict[str, Any]:
    """Return the lines as the data of a scenario file whose summary states the `errors`, and its title the largest.

    Every run, figure and report shows the title.
    """
    issues = _build_issues(domain, lines)
    parties: dict[str, Any] = {}
    for p, profile in enumerate(domain.profiles):
        stakes = {issue: _build_stake(lines, p, k) for k, issue in enumerate(issues)}
        parties[make_name(profile.name, parties, "side")] = {"title": profile.name, "issues": stakes}
    largest = errors[-1] if errors[-1].startswith(_LARGEST) else f"{_LARGEST}: unknown"
    summary = "Imported; straight lines in place of the domain's tables. Utilities at the solutions, in the tables: "
    return {
        "extends": "behaviour",
        "id": name,
        "title": f"GENIUS domain {domain.name}, approximated ({largest})",
        "summary": summary + "; ".join(errors) + ".",
        "as_of": "2000-01-01",
        "start": "2000-01-01",
        "levels": ["delegation"],
        "start_level": "delegation",
        "issues": issues,
        "baskets": {"package": {"title": "All issues together", "code": "partial", "level": "delegation"}},
        "parties": parties,
        "venues": {"table": {"title": "A table", "acceptability": {"assumed": [0.5, 1.0], "why": "not in the domain"}}},
    }


def _build_issues(domain: Domain, lines: Lines) -> dict[str, Any]:
    """Issues with their values in the order of their places."""
    issues: dict[str, Any] = {}
    for k, title in enumerate(domain.issues):
        place, labels = lines.places[k], domain.values[k]
        options = [{"at": float(place[v]), "label": labels[v]} for v in np.argsort(place)]
        if len(options) == 1:
            options.append({"at": 1.0, "label": f"{labels[0]} (the only value)"})
        issues[make_name(title, issues, "issue")] = {"title": title, "basket": "package", "options": options}
    return issues


def _build_stake(lines: Lines, p: int, k: int) -> dict[str, Any]:
    """Demand, reservation point and salience of one side on one issue."""
    why = {"convention": "a straight line fitted to the domain's evaluations, weight and reservation value"}
    numbers = (("demand", lines.demand), ("reservation", lines.reservation), ("salience", lines.salience))
    return {name: {"value": round(float(values[p, k]), 9), **why} for name, values in numbers}
