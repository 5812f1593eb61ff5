"""Charts of ensembles: several results side by side, with one legend for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from sim.app.explore import Result
from sim.app.theme import (
    COLOURS,
    FILLED,
    INK,
    LINE,
    PERCENT,
    QUIET,
    WRAPPED,
    Plot,
    count_lines,
    list_colours,
    style_chart,
    wrap_label,
)
from sim.figures.style import REASON_STYLES
from sim.scenario.ladder import join_titles

BASE, CHANGED = "scenario as it is", "with your changes"
_SHORT = {BASE: "as it is", CHANGED: "changed"}
_COLOURS = {BASE: QUIET, CHANGED: COLOURS[0]}

# Vega-Lite has no hatching, so reasons that share a colour in print have different shades here. The grey is darker
# than in print, where readers who do not see red or green may take green and purple for it. A test checks that such
# readers, too, can distinguish any two shades. Pale shades have an outline.
SHADES = {reason: look[0] for reason, look in REASON_STYLES.items()} | {
    "sequencing deadlock": "#B8E1FF",
    "amended": "#6E2C4F",
    "never convened": "#6C6C6C",
}

_LEAST_LABEL = 0.07
"""A part of a bar below this share is too narrow for its number."""
_WHOLE = alt.Scale(domain=[0, 1], clamp=True)


def plot_outcomes(results: Mapping[str, Result]) -> Plot:
    """Plot the share of runs by outcome of every result, with 95% intervals, from the lowest outcome up."""
    titles = join_titles(result.summary.outcomes for result in results.values())
    rows: list[dict[str, Any]] = []
    for name, result in results.items():
        for code, share in result.summary.outcome_shares().items():
            numbers = {"share": share.share, "low": share.low, "high": share.high}
            rows.append({"of": name, "outcome": wrap_label(result.summary.outcomes[code]), **numbers})
    outcomes = [wrap_label(title) for title in reversed(titles.values())]
    names = list(results)
    colours = [_COLOURS.get(name, own) for name, own in zip(names, list_colours(len(names)), strict=True)]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("outcome:N", title=None, sort=outcomes, axis=alt.Axis(**WRAPPED)),
        yOffset=alt.YOffset("of:N", sort=names),
    )
    colour = alt.Color("of:N", title=None, scale=alt.Scale(domain=names, range=colours))
    x = alt.X("share:Q", title="Share of runs", scale=_WHOLE, axis=alt.Axis(**PERCENT))
    tip = ["of:N", "outcome:N", *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("share", "low", "high"))]
    layers = [
        base.mark_bar().encode(x=x, color=colour, tooltip=tip),
        base.mark_rule(strokeWidth=1.5, color=INK).encode(x=alt.X("low:Q", title="Share of runs"), x2="high:Q"),
    ]
    height = max(14 * len(names), LINE * count_lines(outcomes)) * len(outcomes) + 12 * len(outcomes) + 80
    return style_chart(alt.layer(*layers), height, "Share of runs by outcome; the table below has all numbers", 4)


def plot_blocking(results: Mapping[str, Result]) -> Plot:
    """Plot what was settled and what stood in the way in every basket, a bar for each result that has it."""
    rows, places = list[dict[str, Any]](), list[str]()
    for title, members in _group_baskets(results).items():
        for name, basket in members.items():
            summary = results[name].summary
            place = _label_bar(title, results, name)
            places.append(place)
            shares = {"settled": summary.settled_share(basket), **summary.reason_shares(basket)}
            rows += _stack(place, {reason: share.share for reason, share in shares.items()})
    used = [reason for reason in REASON_STYLES if any(row["reason"] == reason for row in rows)]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("place:N", title=None, sort=places, axis=alt.Axis(**WRAPPED))
    )
    scale = alt.Scale(domain=used, range=[SHADES[reason] for reason in used])
    x = alt.X("from:Q", title="Share of runs", scale=_WHOLE, axis=alt.Axis(**PERCENT))
    symbols = alt.Legend(symbolStrokeColor=QUIET, symbolStrokeWidth=1)
    tip = ["place:N", "reason:N", alt.Tooltip("share:Q", format=".1%")]
    layers = [
        base.mark_bar(stroke=INK, strokeWidth=0.6)
        .encode(x=x, x2="to:Q", color=alt.Color("reason:N", title=None, scale=scale, legend=symbols), tooltip=tip)
        .properties(name=f"{FILLED} parts"),
        base.transform_filter(f"datum.share >= {_LEAST_LABEL}")
        .mark_text(fontSize=11)
        .encode(
            x=alt.X("middle:Q", title="Share of runs"),
            text=alt.Text("share:Q", format=".0%"),
            color=alt.condition(_test_dark(used), alt.value("white"), alt.value(INK)),
        )
        .properties(name=f"{FILLED} numbers"),
    ]
    height = max(24, LINE * count_lines(places) + 4) * len(places) + 70 + 20 * len(used)
    return style_chart(alt.layer(*layers), height, "What was settled, and what stood in the way", 1)


def _group_baskets(results: Mapping[str, Result]) -> dict[str, dict[str, str]]:
    """Group baskets by title: under each, the name of the basket in every result that has one of this title."""
    groups: dict[str, dict[str, str]] = {}
    for series, result in results.items():
        for name, basket in result.loaded.scenario.baskets.items():
            title = basket.title if series not in groups.get(basket.title, {}) else f"{basket.title} ({name})"
            groups.setdefault(title, {})[series] = name
    return groups


def _label_bar(title: str, results: Mapping[str, Result], series: str) -> str:
    """Label a bar; the words that distinguish it from its neighbour stay on one line."""
    of = f"· {_SHORT.get(series, series)}".replace(" ", "\N{NO-BREAK SPACE}")
    return wrap_label(title if len(results) == 1 else f"{title} {of}")


def _stack(place: str, shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Stack shares to the parts of a bar, in the one order of reasons."""
    rows, start = list[dict[str, Any]](), 0.0
    for reason in REASON_STYLES:
        share = shares.get(reason, 0.0)
        if share > 0:
            ends = {"from": start, "to": min(start + share, 1.0), "middle": start + share / 2}
            rows.append({"place": place, "reason": reason, "share": share, **ends})
            start += share
    return rows


def _test_dark(used: Sequence[str]) -> str:
    """Write the test for the parts that are so dark that white print is easier to read on them."""
    dark = [reason for reason in used if compute_luminance(SHADES[reason]) < 0.18]
    return " || ".join(f"datum.reason == '{reason}'" for reason in dark) or "false"


def compute_luminance(colour: str) -> float:
    """Compute the relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
