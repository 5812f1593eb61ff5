"""Charts of ensembles as Vega-Lite specifications.

One chart shows several results side by side, each a series in a colour of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.app.explore import Result
from sim.app.vega import (
    LINE,
    PERCENT,
    WRAPPED,
    Spec,
    count_lines,
    encode_name,
    encode_number,
    encode_series,
    list_tooltips,
    make_chart,
    make_layer,
    wrap_label,
)
from sim.figures.style import BLUE, GREY, LINE_STYLES, REASON_STYLES, VERMILION
from sim.scenario.ladder import join_titles

BASE, CHANGED = "scenario as it is", "with your changes"
_SHORT = {BASE: "as it is", CHANGED: "changed"}
_COLOURS = (GREY, BLUE, VERMILION, LINE_STYLES[2][0])
"""Grey for the scenario as it is, blue for the changed one, then the others."""

Results = dict[str, Result]
"""Results by the name of their series."""


def _encode_results(names: Sequence[str]) -> Spec:
    """Encode the colour of each result."""
    return {"type": "nominal", **encode_series("series", names, _COLOURS)}


# How the talks ended


def plot_outcomes(results: Results) -> Spec:
    """Plot the share of runs by outcome of each result, with 95% intervals."""
    names = list(results)
    titles = join_titles(result.summary.outcomes for result in results.values())
    place = {
        "y": encode_name("outcome", sort=list(reversed(titles.values()))),
        "yOffset": {"field": "series", "sort": names},
    }
    tip = [
        *list_tooltips(series="of"),
        *list_tooltips("outcome"),
        *list_tooltips("share", format=".1%"),
        *list_tooltips(low="95% from", high="to", format=".1%"),
    ]
    share = encode_number("share", "Share of runs", axis=PERCENT, scale={"domain": [0, 1]})
    bar = make_layer({"type": "bar"}, x=share, **place, color=_encode_results(names), tooltip=tip)
    interval = make_layer({"type": "rule", "strokeWidth": 1.5}, x=encode_number("low"), x2={"field": "high"}, **place)
    about = "Share of runs by outcome, with intervals; the table below has all numbers"
    return make_chart({"step": 15}, [bar, interval], list(_outcome_rows(results)), about)


def _outcome_rows(results: Results) -> Iterator[Spec]:
    """Share and interval of every outcome of every result."""
    for series, result in results.items():
        for code, share in result.summary.outcome_shares().items():
            numbers = {"share": share.share, "low": share.low, "high": share.high}
            yield {"series": series, "outcome": result.summary.outcomes[code], **numbers}


# How the talks went


def plot_gap(results: Results) -> Spec:
    """Plot the gap between positions by round: median and middle half of the runs that held the round."""
    x = encode_number("round", "Number of the round held", axis={"tickMinStep": 1})
    colour = _encode_results(list(results))
    low = encode_number("low", "Gap (whole scale: 1)")
    band = make_layer({"type": "area", "opacity": 0.25}, x=x, y=low, y2={"field": "high"}, color=colour)
    line = make_layer({"type": "line", "point": True, "strokeWidth": 2}, x=x, y=encode_number("median"), color=colour)
    return make_chart(
        240,
        [band, line],
        list(_gap_rows(results)),
        "Median gap between positions by round, with the middle half of runs",
    )


def _gap_rows(results: Results) -> Iterator[Spec]:
    """Quartiles of the first round, and of every other that enough runs held."""
    for series, result in results.items():
        fan, least = result.summary.gap_quantiles(), max(result.n / 100, 20)
        for k, held in enumerate(fan.rounds):
            if fan.runs[k] >= least or k == 0:
                low, middle, high = fan.quantiles[[1, 2, 3], k].tolist()
                yield {"series": series, "round": int(held), "low": low, "median": middle, "high": high}


def plot_days(results: Results, basket: str) -> Spec:
    """Plot the share of all runs in which a basket was first agreed on by a day."""
    names = list(results)
    line = make_layer(
        {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        x=encode_number("day", "Days since the start"),
        y=encode_number("share", "Agreed by then", axis=PERCENT, scale={"domain": [0, 1]}),
        color=_encode_results(names),
        strokeDash={"field": "series", "title": None, "scale": {"domain": names}},
    )
    about = "Share of runs in which it was first agreed on by a day"
    return make_chart(200, [line], list(_agreement_rows(results, basket)), about)


def _agreement_rows(results: Results, basket: str) -> Iterator[Spec]:
    """Share by day; a result without the basket stays at 0."""
    for series, result in results.items():
        yield {"series": series, "day": 0, "share": 0.0}
        if basket in result.summary.baskets:
            for day, count in zip(*result.summary.agreement_curve(basket), strict=True):
                yield {"series": series, "day": int(day) + 1, "share": float(count) / result.n}


# What stood in the way

# Vega-Lite has no hatching, so reasons that share a colour in print have different shades here. The grey is darker
# than in print, where readers who do not see red or green may take green and purple for it. A test checks that such
# readers, too, can distinguish any two shades.
SHADES = {reason: look[0] for reason, look in REASON_STYLES.items()} | {
    "sequencing deadlock": "#B8E1FF",
    "amended": "#6E2C4F",
    "never convened": "#6C6C6C",
}


def plot_blocking(results: Results, titles: dict[str, str]) -> Spec:
    """Plot what was settled and what stood in the way in each basket, one bar a result."""
    rows = list(_reason_rows(results, titles))
    used = [reason for reason in REASON_STYLES if reason in {row["reason"] for row in rows}]
    first = next(iter(results.values())).summary.baskets
    places = [_label_bar(titles.get(basket, basket), results, series) for basket in first for series in results]
    whole = {"domain": [0, 1], "clamp": True}  # rounding may bring a sum just above 1
    bar = make_layer(
        {"type": "bar", "stroke": "#4D4D4D", "strokeWidth": 1},  # pale shades stand out by their edge
        x=encode_number("share", "Share of runs", axis=PERCENT, scale=whole),
        y=encode_name("place", sort=places, axis=WRAPPED),
        color=encode_series("reason", used, [SHADES[reason] for reason in used]),
        order={"field": "order"},
        tooltip=[*list_tooltips(place="of"), *list_tooltips("reason"), *list_tooltips("share", format=".1%")],
    )
    # Two columns of the legend are cut off where the column of the page is narrow.
    step = max(22, LINE * count_lines(places) + 2)
    return make_chart({"step": step}, [bar], rows, "What was settled, and what stood in the way", legend=1)


def _reason_rows(results: Results, titles: dict[str, str]) -> Iterator[Spec]:
    """Share of every reason, settled among them, in every bar."""
    rank = {reason: k for k, reason in enumerate(REASON_STYLES)}
    for series, result in results.items():
        for basket in result.summary.baskets:
            place = _label_bar(titles.get(basket, basket), results, series)
            for reason, share in {
                "settled": result.summary.settled_share(basket),
                **result.summary.reason_shares(basket),
            }.items():
                yield {"place": place, "reason": reason, "share": share.share, "order": rank[reason]}


def _label_bar(title: str, results: Results, series: str) -> str:
    """Label a bar; the words that distinguish it from its neighbour stay on one line."""
    of = f"· {_SHORT.get(series, series)}".replace(" ", "\N{NO-BREAK SPACE}")
    return wrap_label(title if len(results) == 1 else f"{title} {of}")

