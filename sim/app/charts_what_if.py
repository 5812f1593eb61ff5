"""Charts of a change beside its baseline: convergence by issue, paired differences, days until an agreement."""

from __future__ import annotations

import math
from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from sim.app import theme
from sim.app.explore import OUTCOMES, SETTLED, Contrast, Result, excludes_zero
from sim.app.theme import COLOURS, INK, QUIET, ZONE, Plot, list_colours, style_chart
from sim.figures.convergence import find_zone
from sim.tables.trajectory import Trajectory

_STRIP = (-0.16, -0.06)
"""Where the share of runs with a settlement lies, below the scale from 0 to 1."""
_SHARE = alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])

Rows = list[dict[str, Any]]


def plot_convergence(
    base: Trajectory, changed: Trajectory, issue: str, titles: dict[str, str], about: str
) -> dict[str, Any]:
    """Plot how the offers on an issue converge.

    Lines are the median offers with the middle 80% of runs, dotted lines the median reservation values, the area
    between these the zone of agreement. Grey lines are the baseline. The strip below is the share of runs in which a
    settlement stands.

    Parameters
    ----------
    base, changed : Trajectory
        Quantiles by day; the same object twice where nothing was changed.
    issue : str
        Name of the issue.
    titles : dict
        Titles of all parties by name, in the order of the scenario.
    about : str
        Text alternative.

    Returns
    -------
    dict
        The chart as a specification.
    """
    rows = [*_list_zone(changed, issue), *_list_offers(changed, issue, titles, "offer"), *_list_settled(changed, issue)]
    rows += [] if base is changed else _list_offers(base, issue, titles, "before")
    # A party has one colour in all panels and in their legend, also where others have no stake.
    colours = dict(zip(titles, list_colours(len(titles)), strict=True))
    shades = tuple((titles[party], colours[party]) for party in changed.parties(issue))
    # Marks beyond the scale would leave the chart no width.
    last = max(int(changed.days[-1]), int(base.days[-1]), 1)
    return {**deepcopy(_form_convergence(last, shades, about)), "data": {"values": rows}}


@lru_cache(maxsize=128)
def _form_convergence(last: int, shades: tuple[tuple[str, str], ...], about: str) -> dict[str, Any]:
    """Form of a chart of convergence, which stays the same while its rows change; making it takes the most time."""
    whole = alt.Scale(domain=[0, last], nice=False)
    x = alt.X("day:Q", title="days", scale=whole, axis=alt.Axis(tickCount=4))
    scale = alt.Scale(domain=[_STRIP[0], 1.02], nice=False)
    y = alt.Y("low:Q", title=None, scale=scale, axis=alt.Axis(values=[0, 0.5, 1], grid=True))
    names, colours = [name for name, _ in shades], [colour for _, colour in shades]
    colour = alt.Color("party:N", scale=alt.Scale(domain=names, range=colours), legend=None)
    median = alt.Y("median:Q", title=None, scale=scale)
    tip = [alt.Tooltip("party:N"), alt.Tooltip("day:Q"), alt.Tooltip("median:Q", format=".2f")]
    layers = [
        _select("zone").mark_area(color=ZONE).encode(x=x, y=y, y2="high:Q"),
        _select("offer").mark_area(opacity=0.16).encode(x=x, y=y, y2="high:Q", color=colour),
        _select("before").mark_line(color=QUIET, strokeWidth=1.5).encode(x=x, y=median, detail="party:N"),
        _select("offer").mark_line(strokeDash=[2, 2], strokeWidth=1.2).encode(
            x=x, y=alt.Y("limit:Q", title=None, scale=scale), color=colour
        ),
        _select("offer").mark_line(strokeWidth=2.2).encode(x=x, y=median, color=colour, tooltip=tip),
        _select("settled").mark_area(color=theme.SETTLED).encode(x=x, y=y, y2="high:Q"),
    ]
    form: dict[str, Any] = style_chart(alt.layer(*layers, data=_rows([])), 150, about).to_dict(validate=False)
    return form


def _select(kind: str) -> Plot:
    """A chart of the rows of one kind; all layers share their data, so that each number is sent once."""
    return alt.Chart().transform_filter(alt.datum.kind == kind)


def _rows(rows: Rows) -> Any:
    """Inline data of a chart."""
    return alt.Data(values=rows)


def _thin_days(trajectory: Trajectory) -> list[int]:
    """Places of every other day and the last one: more would look the same."""
    size = trajectory.days.size
    return sorted({*range(0, size, 2), size - 1})


def _list_zone(trajectory: Trajectory, issue: str) -> Rows:
    """Ends of the zone of agreement on the days on which there is one."""
    low, high = find_zone(trajectory, issue)
    return [
        {"kind": "zone", "day": int(trajectory.days[k]),
         "low": round(float(low[k]), 3), "high": round(float(high[k]), 3)}
        for k in _thin_days(trajectory)
        if high[k] >= low[k]  # NaN is left out, too
    ]  # fmt: skip


def _list_offers(trajectory: Trajectory, issue: str, titles: dict[str, str], kind: str) -> Rows:
    """Median, middle 80% and reservation value of each party by day; days without a value are left out."""
    rows: Rows = []
    for party in trajectory.parties(issue):
        bands, limits = trajectory.offers(party, issue), trajectory.reservations(party, issue)
        for k in _thin_days(trajectory):
            values = {"low": bands[1, k], "median": bands[3, k], "high": bands[5, k], "limit": limits[3, k]}
            wide = values if kind == "offer" else {"median": values["median"]}
            numbers = {name: round(float(value), 3) for name, value in wide.items()}
            if not any(math.isnan(value) for value in numbers.values()):
                about = {"kind": kind, "party": titles.get(party, party), "day": int(trajectory.days[k])}
                rows.append(about | numbers)
    return rows


def _list_settled(trajectory: Trajectory, issue: str) -> Rows:
    """Strip of the share of runs in which a settlement stands."""
    bottom, top = _STRIP
    share = trajectory.settled(issue)
    return [
        {"kind": "settled", "day": int(trajectory.days[k]), "low": bottom,
         "high": round(bottom + (top - bottom) * float(share[k]), 3)}
        for k in _thin_days(trajectory)
    ]  # fmt: skip


def sort_issues(base: Trajectory, changed: Trajectory) -> list[str]:
    """Sort issues: first those whose settlements the change moves most, then those settled in more runs."""
    issues = changed.issues()

    def rank(issue: str) -> tuple[float, float, int]:
        after = float(changed.settled(issue)[-1])
        before = float(base.settled(issue)[-1]) if issue in base.issues() else after
        shift = abs(after - before)
        return -round(shift if shift >= 0.02 else 0.0, 2), -min(after, 1 - after), issues.index(issue)

    return sorted(issues, key=rank)


def plot_differences(contrasts: list[Contrast]) -> Plot:
    """Plot the paired differences of shares with their 95% intervals; hollow where the interval holds 0."""
    rows: Rows = [
        {
            "measure": ("settled: " if c.group == SETTLED else "ends as: ") + c.name,
            "difference": 100 * c.difference, "low": 100 * c.low, "high": 100 * c.high,
            "clear": "differs" if excludes_zero(c) else "may be chance",
        }
        for c in contrasts
        if c.group in (SETTLED, OUTCOMES) and not math.isnan(c.difference)
    ]  # fmt: skip
    ends = [abs(row[end]) for row in rows for end in ("low", "high")]
    far = min(100, math.ceil(max([5, *ends]) / 5) * 5)
    span, points = alt.Scale(domain=[-far, far], nice=False), alt.Axis(format="+d", tickCount=5)
    x = alt.X("low:Q", title="Difference in points", scale=span, axis=points)
    y = alt.Y("measure:N", title=None, sort=[row["measure"] for row in rows], axis=alt.Axis(labelLimit=260))
    interval = alt.Chart(_rows(rows)).mark_rule(color=QUIET, strokeWidth=2).encode(x=x, x2="high:Q", y=y)
    tip = [alt.Tooltip("measure:N")] + [alt.Tooltip(f"{n}:Q", format="+.1f") for n in ("difference", "low", "high")]
    shades = alt.Scale(domain=["differs", "may be chance"], range=[COLOURS[0], "white"])
    fill = alt.Fill("clear:N", scale=shades, title=None, legend=alt.Legend(symbolStrokeColor=COLOURS[0]))
    dot = alt.Chart(_rows(rows)).mark_point(size=70, stroke=COLOURS[0], opacity=1).encode(
        x=alt.X("difference:Q"), y=y, fill=fill, tooltip=tip
    )  # fmt: skip
    zero = alt.Chart(_rows([{"zero": 0}])).mark_rule(color=INK).encode(x=alt.X("zero:Q"))
    return style_chart(alt.layer(zero, interval, dot), alt.Step(22), "Paired differences of shares with 95% intervals")


def plot_agreements(results: dict[str, Result], titles: dict[str, str], horizon: float) -> Plot:
    """Plot the share of runs in which each basket was first agreed on by a day; dashed is the baseline.

    A line ends at the horizon of its own scenario; the axis ends at `horizon`. The page has the legend: of the colours
    in the order of the baskets, and of the dashes.
    """
    names, rows = list(results), Rows()
    for series, result in results.items():
        for basket in result.summary.baskets:
            of = {"of": series, "basket": titles.get(basket, basket)}
            last = result.loaded.scenario.calendar.horizon.high
            rows += [of | row for row in _list_days(result, basket, min(last, horizon))]
    baskets = [titles.get(basket, basket) for basket in results[names[0]].summary.baskets]
    dashes = [[4, 3], [1, 0]] if len(names) > 1 else [[1, 0]]
    chart = alt.Chart(_rows(rows)).mark_line(interpolate="step-after", strokeWidth=2).encode(
        x=alt.X("day:Q", title="Days since the start", scale=alt.Scale(domain=[0, horizon], nice=False)),
        y=alt.Y("share:Q", title="Agreed by then", scale=alt.Scale(domain=[0, 1]), axis=_SHARE),
        color=alt.Color("basket:N", legend=None, scale=alt.Scale(domain=baskets, range=list_colours(len(baskets)))),
        strokeDash=alt.StrokeDash("of:N", legend=None, scale=alt.Scale(domain=names, range=dashes)),
    )  # fmt: skip
    return style_chart(chart, 220, "Share of runs in which each basket was first agreed on by a day")


def _list_days(result: Result, basket: str, horizon: float) -> Rows:
    """Share by day, on 60 days at most, from the start to the horizon."""
    days, counts = result.summary.agreement_curve(basket)
    grid = np.unique(np.rint(np.linspace(0, horizon, 60)).astype(int))
    at = np.searchsorted(np.asarray(days) + 1, grid, side="right")
    shares = np.concatenate([[0.0], np.asarray(counts, dtype=float) / result.n])[at]
    return [{"day": int(day), "share": round(float(share), 4)} for day, share in zip(grid, shares, strict=True)]
