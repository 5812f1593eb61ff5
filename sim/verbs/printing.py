"""The results of an ensemble as tables on the screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.look import CODE_TITLES, percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.ensemble import Plan
    from sim.summary import Share, Summary


def print_summary(screen: Console, summary: Summary, job: Plan) -> None:
    """Outcomes, settlements, what blocked, and what the numbers may be read as."""
    s = job.loaded.scenario
    titles = {name: basket.title for name, basket in s.baskets.items()}
    changed = " (changed)" if job.loaded.changes else ""
    title = f"{s.title}{changed}: {summary.n:,} runs, seed {job.seed}"
    screen.print(title, style="bold", highlight=False, markup=False)
    screen.print()
    screen.print(_outcomes(summary))
    screen.print(_settlements(summary, titles))
    screen.print(_days(summary, titles))
    screen.print(_blocked(summary, titles))
    screen.print(_means(summary), highlight=False, markup=False)
    note = "Conditional on the assumptions listed by `parley show`; not a forecast. The 95% intervals say how far "
    note += "another seed would move a share, not how far other assumptions would."
    screen.print(note, highlight=False, markup=False)


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for k, column in enumerate(columns):
        left = k == 0
        table.add_column(column, justify="left" if left else "right", no_wrap=not left, min_width=20 if left else None)
    return table


def _shown(found: Share) -> str:
    return percent(found.share, found.runs)


def _interval(found: Share) -> str:
    decimals = 1 if found.of < 5000 else 2
    return f"{found.low:.{decimals}%} to {found.high:.{decimals}%}"


def _outcomes(summary: Summary) -> Table:
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    table = _table("How the talks ended", *columns)
    peaks = summary.outcomes("peak_outcome")
    for code, found in reversed(summary.outcomes().items()):
        table.add_row(CODE_TITLES[code], f"{found.runs:,}", _shown(found), _interval(found), _shown(peaks[code]))
    return table


def _settlements(summary: Summary, titles: dict[str, str]) -> Table:
    columns = ("Settled together", "At the end", "95% interval", "Zone of agreement", "95% interval")
    table = _table("What was settled, and whether some package gave every party its floor", *columns)
    for basket in summary.baskets:
        settled, zone = summary.settled(basket), summary.zone(basket)
        table.add_row(titles[basket], _shown(settled), _interval(settled), _shown(zone), _interval(zone))
    return table


def _days(summary: Summary, titles: dict[str, str]) -> Table:
    """Days to each settlement: to the first agreement on it, and to the settlement that stands at the end."""
    columns = ("Settled together", "Ever agreed on", "First: 10%", "Median day", "90%", "Standing since")
    table = _table("Days to each settlement", *columns)
    for basket in summary.baskets:
        agreed, first = summary.agreed(basket), summary.days(basket, "first_settled")
        days = [_day(first[q]) for q in (0.1, 0.5, 0.9)]
        table.add_row(titles[basket], _shown(agreed), *days, _day(summary.days(basket)[0.5]))
    return table


def _day(day: float) -> str:
    return "–" if math.isnan(day) else f"{day:.0f}"


def _blocked(summary: Summary, titles: dict[str, str]) -> Table:
    table = _table("What blocked the unsettled", "Settled together", "Reason", "Share of all runs", "95% interval")
    table.columns[1].justify = "left"
    for basket in summary.baskets:
        for k, (reason, found) in enumerate(summary.blocked(basket).items()):
            table.add_row(titles[basket] if k == 0 else "", reason, _shown(found), _interval(found))
    return table


def _means(summary: Summary) -> str:
    held, postponed = summary.mean("rounds_held"), summary.mean("rounds_postponed")
    text = f"A run holds {held:.1f} rounds on average and postpones {postponed:.1f}; "
    text += f"{summary.mean('incidents'):.1f} incidents; {summary.mean('days_in_abeyance'):.0f} of "
    text += f"{summary.mean('days'):.0f} days in abeyance; gap between positions at the end {summary.mean('gap'):.2f}."
    return text + "\n"
