"""What a run comes to in words and rows: a verdict, shares of the distance closed, terms. Nothing is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.tables.quantities import format_interval, format_percent
from sim.tables.titles import LATENT_OFFERS

if TYPE_CHECKING:
    from sim.core.units import NativeUnit
    from sim.figures.scales import Scale
    from sim.tables.quantities import Spread
    from sim.tables.summary import Summary

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Headings of columns, and the rows under them."""


def choose_days(summary: Summary) -> list[int | None]:
    """Choose the days to print: 30 and 90 where they are measured, else the first and the last; then the end."""
    usual: list[int] = [30, 90]
    days = [day for day in usual if day in summary.days] or sorted({*summary.days[:1], *summary.days[-1:]})
    longest = summary.mean("days")
    return [*(day for day in days if not day > longest), None]


def list_closed(summary: Summary, titles: Mapping[str, str]) -> Rows:
    """List the mean share of the distance of day 0 that is closed by a day, of everything and by basket.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    titles : mapping of str to str
        Titles of the baskets by name.

    Returns
    -------
    columns : tuple of str
        Headings; each day has its mean and the 95% interval.
    rows : list of tuple of str
        Everything, everything by offers they would make that day, then every basket; none without measures.
    """
    days = choose_days(summary)
    heads = [f"Day {day}" if day else "At the end" for day in days]
    columns = ("Settled together", *(text for head in heads for text in (head, "95% interval")))
    if not summary.closed().runs:
        return columns, []
    latent = [summary.closed("", day, latent=True) for day in days]
    rows = [("everything", *_format_spreads([summary.closed("", day) for day in days]))]
    rows.append((f"everything, {LATENT_OFFERS}", *_format_spreads(latent)))
    for basket in summary.baskets:
        rows.append((titles[basket], *_format_spreads([summary.closed(basket, day) for day in days])))
    return columns, rows


def _format_spreads(spreads: list[Spread]) -> list[str]:
    """Format means and their intervals in percent."""
    return [text for s in spreads for text in (format_mean(s.mean), format_interval(s))]


def format_mean(mean: float) -> str:
    """Format a mean share in percent; it may be negative, and is a dash where it is missing."""
    return "–" if math.isnan(mean) else f"{mean:.1%}"


def list_terms(summary: Summary, scales: Mapping[str, Scale]) -> Rows:
    """List the terms that stand at the end, for issues agreed on in some run.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    scales : mapping of str to Scale
        Scales of the issues by name.

    Returns
    -------
    columns : tuple of str
        Headings.
    rows : list of tuple of str
        Issue, label nearest to the median, share of runs, median, and the middle 80% of these runs; where an issue has
        a unit, the last two in it too.
    """
    columns: tuple[str, ...] = ("Issue", "Nearest label to the median", "Agreed", "Median", "10–90%")
    units = {name: scale.unit for name, scale in scales.items() if scale.unit}
    columns += ("In the issue's unit",) if units else ()
    rows: list[tuple[str, ...]] = []
    for name in summary.issues:
        terms, scale = summary.terms(name), scales.get(name)
        if terms.runs:
            q = terms.quantiles
            texts = (scale.title, scale.nearest(q[0.5])) if scale else (name, "–")
            numbers = (f"{q[0.5]:.2f}", f"{q[0.1]:.2f}–{q[0.9]:.2f}")
            rows.append((*texts, format_percent(terms.runs / summary.n, terms.runs), *numbers))
            if units:
                unit = units.get(name)
                rows[-1] += (_format_amounts(unit, q[0.1], q[0.5], q[0.9]) if unit else "",)
    return columns, rows


def _format_amounts(unit: NativeUnit, low: float, median: float, high: float) -> str:
    """Format a median and the range around it in the unit of an issue, the smaller amount of the range first."""
    ends = sorted((low, high), key=unit.convert)
    return f"{unit.format_amount(median)} ({'–'.join(unit.format_amount(place, name=False) for place in ends)})"


def caption_terms(summary: Summary) -> str:
    """Return the title of a table of terms; it counts the issues that are left out."""
    rest = sum(not summary.terms(issue).runs for issue in summary.issues)
    return "Terms agreed, on the scale of each issue" + (f"; no run ends with terms on {rest} others" if rest else "")


def describe_verdict(summary: Summary, titles: Mapping[str, str]) -> str:
    """Describe what an ensemble comes to in a few sentences.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    titles : mapping of str to str
        Titles of the baskets by name.
    """
    shares = summary.outcome_shares()
    code, most = max(shares.items(), key=lambda item: item[1].runs)
    interval = f"95% interval {most.low:.1%} to {most.high:.1%}"
    text = f"Of {summary.n:,} runs {format_percent(most.share, most.runs)} end with this outcome: "
    text += f"{summary.outcomes[code]} ({interval}). "
    closed = summary.closed()
    if closed.runs:
        text += f"On average {format_mean(closed.mean)} of the distance between the first demands is closed at the end "
        text += f"({format_interval(closed)}); in the median run: {format_mean(closed.quantiles[0.5])}. "
    settled = {basket: summary.settled_share(basket) for basket in summary.baskets}
    best, least = (choose(settled, key=lambda basket: settled[basket].runs) for choose in (max, min))
    text += f"Settled most often: {titles[best]} ({format_percent(settled[best].share, settled[best].runs)})"
    if best == least:
        return text + "."
    text += f"; least often: {titles[least]} ({format_percent(settled[least].share, settled[least].runs)})"
    reasons = summary.reason_shares(least)
    if reasons:
        reason, share = next(iter(reasons.items()))
        text += f", blocked in most runs by: {reason} ({format_percent(share.share, share.runs)})"
    return text + "."
