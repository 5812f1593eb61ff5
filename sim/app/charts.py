"""Charts of ensembles and sweeps as Vega-Lite specifications: first the rows that are shown, then how they are drawn.

Several results lie side by side in one chart, each a series in a colour told apart by all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.app.explore import Result
from sim.app.vega import LINE, PERCENT, WRAPPED, Spec, chart, layer, lines, name, number, tips, told_apart, wrapped
from sim.figures.style import BLUE, CODE_TITLES, GREY, LINES, LOOKS, VERMILION
from sim.rules.outcome import CODES

BASE, CHANGED = "scenario as it is", "with your changes"
_SHORT = {BASE: "as it is", CHANGED: "changed"}
_COLOURS = (GREY, BLUE, VERMILION, LINES[2][0])
"""Grey is the scenario as it is, blue the changed one, others follow."""

Results = dict[str, Result]
"""Results by the name of their series."""


def _series(names: Sequence[str]) -> Spec:
    return {"type": "nominal", **told_apart("series", names, _COLOURS)}


# How the talks ended


def outcomes(results: Results) -> Spec:
    """Share of runs by outcome for each of several results, with 95% intervals."""
    names = list(results)
    place = {
        "y": name("outcome", sort=[CODE_TITLES[code] for code in reversed(CODES)]),
        "yOffset": {"field": "series", "sort": names},
    }
    tip = [
        *tips(series="of"),
        *tips("outcome"),
        *tips("share", format=".1%"),
        *tips(low="95% from", high="to", format=".1%"),
    ]
    share = number("share", "Share of runs", axis=PERCENT)
    bar = layer({"type": "bar"}, x=share, **place, color=_series(names), tooltip=tip)
    interval = layer({"type": "rule", "strokeWidth": 1.5}, x=number("low"), x2={"field": "high"}, **place)
    about = "Share of runs by outcome, with intervals; the table below has all numbers"
    return chart({"step": 15}, [bar, interval], list(_ended(results)), about)


def _ended(results: Results) -> Iterator[Spec]:
    for series, result in results.items():
        for code, found in result.summary.outcomes().items():
            shown = {"share": found.share, "low": found.low, "high": found.high}
            yield {"series": series, "outcome": CODE_TITLES[code], **shown}


# How the talks went


def fan(results: Results) -> Spec:
    """The gap between positions by round held: median and middle half of the runs that held the round."""
    x = number("round", "Number of the round held", axis={"tickMinStep": 1})
    colour = _series(list(results))
    low = number("low", "Gap (whole scale: 1)")
    band = layer({"type": "area", "opacity": 0.25}, x=x, y=low, y2={"field": "high"}, color=colour)
    line = layer({"type": "line", "point": True, "strokeWidth": 2}, x=x, y=number("median"), color=colour)
    return chart(
        240, [band, line], list(_gaps(results)), "Median gap between positions by round, with the middle half of runs"
    )


def _gaps(results: Results) -> Iterator[Spec]:
    """The first round, and every other that enough runs held for quartiles to mean something."""
    for series, result in results.items():
        found, least = result.summary.fan(), max(result.n / 100, 20)
        for k, held in enumerate(found.rounds):
            if found.runs[k] >= least or k == 0:
                low, middle, high = found.quantiles[[1, 2, 3], k].tolist()
                yield {"series": series, "round": int(held), "low": low, "median": middle, "high": high}


def days(results: Results, basket: str) -> Spec:
    """Share of all runs in which a basket was first agreed on by a day."""
    names = list(results)
    line = layer(
        {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        x=number("day", "Days since the start"),
        y=number("share", "Agreed by then", axis=PERCENT),
        color=_series(names),
        strokeDash={"field": "series", "title": None, "scale": {"domain": names}},
    )
    about = "Share of runs in which it was first agreed on by a day"
    return chart(200, [line], list(_agreed(results, basket)), about)


def _agreed(results: Results, basket: str) -> Iterator[Spec]:
    """A step a day; a result that does not have the basket stays at none."""
    for series, result in results.items():
        yield {"series": series, "day": 0, "share": 0.0}
        if basket in result.summary.baskets:
            for day, count in zip(*result.summary.agreed_by(basket), strict=True):
                yield {"series": series, "day": int(day) + 1, "share": float(count) / result.n}


# What stood in the way

# Vega-Lite has no hatching; reasons that share a colour in print are told apart by shade here: the deadlock is a paler
# sky, the amended a deeper purple. The grey is deeper than in print, where green and purple come near it for some eyes.
# A test holds every two of them apart, also for readers who do not see red or green.
SHADES = {reason: look[0] for reason, look in LOOKS.items()} | {
    "sequencing deadlock": "#B8E1FF",
    "amended": "#6E2C4F",
    "never convened": "#6C6C6C",
}


def blocking(results: Results, titles: dict[str, str]) -> Spec:
    """What was settled and what stood in the way, basket by basket, one bar for each result."""
    rows = list(_reasons(results, titles))
    used = [reason for reason in LOOKS if reason in {row["reason"] for row in rows}]
    first = next(iter(results.values())).summary.baskets
    places = [_place(titles.get(basket, basket), results, series) for basket in first for series in results]
    whole = {"domain": [0, 1], "clamp": True}  # rounding may bring a sum just above 1
    bar = layer(
        {"type": "bar", "stroke": "white"},
        x=number("share", "Share of runs", axis=PERCENT, scale=whole),
        y=name("place", sort=places, axis=WRAPPED),
        color=told_apart("reason", used, [SHADES[reason] for reason in used]),
        order={"field": "order"},
        tooltip=[*tips(place="of"), *tips("reason"), *tips("share", format=".1%")],
    )
    # Two columns of the legend are cut off where the column of the page is narrow.
    step = max(22, LINE * lines(places) + 2)
    return chart({"step": step}, [bar], rows, "What was settled, and what stood in the way", legend=1)


def _reasons(results: Results, titles: dict[str, str]) -> Iterator[Spec]:
    rank = {reason: k for k, reason in enumerate(LOOKS)}
    for series, result in results.items():
        for basket in result.summary.baskets:
            place = _place(titles.get(basket, basket), results, series)
            for reason, found in {"settled": result.summary.settled(basket), **result.summary.blocked(basket)}.items():
                yield {"place": place, "reason": reason, "share": found.share, "order": rank[reason]}


def _place(title: str, results: Results, series: str) -> str:
    """The label of a bar; what tells it from its neighbour is not broken."""
    of = f"· {_SHORT.get(series, series)}".replace(" ", "\N{NO-BREAK SPACE}")
    return wrapped(title if len(results) == 1 else f"{title} {of}")


# Sweeps

_FEW, _LANES = 10, 24
"""Levels of a factor that have a place each, and points beside each other in such a place; more are put on a scale."""


def by_factor(rows: list[dict[str, Any]], factor: str, measure: str, other: str = "") -> Spec:
    """A measure at every point of a sweep against one factor, with intervals.

    Points that differ on other factors only stand beside each other, the first of those, `other`, told by colour.
    """
    place = _places(rows, factor, other)
    tip = [*tips("point"), *tips("mean", "low", "high", format=".3f")]
    title = wrapped(measure).split("\n")
    interval = layer({"type": "rule"}, y={**number("low"), "title": title}, y2={"field": "high"}, **place)
    dot = {"type": "point", "filled": True, "size": 60, **({} if "color" in place else {"color": BLUE})}
    mean = layer(dot, y={**number("mean"), "title": title}, tooltip=tip, **place)
    return chart(380 if "color" in place else 300, [interval, mean], rows, f"{measure} by {factor}, with 95% intervals")


def _places(rows: list[dict[str, Any]], factor: str, other: str) -> Spec:
    levels = list(dict.fromkeys(row["factor"] for row in rows))
    lanes = list(dict.fromkeys(row["rest"] for row in rows))
    numeric = all(isinstance(level, int | float) for level in levels)
    if numeric and (len(levels) > _FEW or len(lanes) > _LANES):
        return {"x": number("factor", factor)}
    axis = {"labelAngle": 0 if numeric else -30, "labelLimit": 140}
    place: Spec = {"x": {**name("factor", sort=sorted(levels) if numeric else levels, axis=axis), "title": factor}}
    if len(lanes) == 1:
        return place
    place["xOffset"] = {"field": "rest", "sort": lanes}
    colours, looks = list(dict.fromkeys(row["other"] for row in rows)), [look[0] for look in LINES]
    if len(colours) <= len(looks):
        place["color"] = {"type": "nominal", **told_apart("other", colours, looks), "title": other}
    return place
