"""The results of an ensemble as tables on the screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from sim.figures.style import CODE_TITLES, format_percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.results.plan import Plan
    from sim.tables.summary import Share, Summary


def print_summary(screen: Console, summary: Summary, job: Plan) -> None:
    """Outcomes, settlements, what blocked, and what the numbers may be read as."""
    s = job.loaded.scenario
    titles = {name: basket.title for name, basket in s.baskets.items()}
    changed = " (changed)" if job.loaded.changes else ""
    title = f"{s.title}{changed}: {summary.n:,} runs, seed {job.seed}"
    screen.print(title, style="bold", highlight=False, markup=False)
    screen.print()
    for shown in (_outcomes(summary), _settlements(summary, titles), _days(summary, titles), _blocked(summary, titles)):
        screen.print(laid_out(shown, screen.width))
    screen.print(_means(summary), highlight=False, markup=False)
    screen.print(_note(job), highlight=False, markup=False)


def _note(job: Plan) -> str:
    """What the numbers rest on. Under a posterior that is not what `parley show` lists alone."""
    ground = "the assumptions listed by `parley show`"
    if job.posterior is not None:
        from calibration.posterior import describe_posterior

        ground = f"{describe_posterior(job.posterior.note)} (--posterior) and, for all others, on {ground}"
    note = f"Conditional on {ground}; not a forecast. The 95% intervals say how far "
    return note + "another seed would move a share, not how far other assumptions would."


_NAMES = 20
"""Least width of the first column where there is room."""


class Shown(NamedTuple):
    """A table before it is laid out; the first `texts` columns are words, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    texts: int = 1


def laid_out(shown: Shown, width: int) -> Table:
    """The table as wide as the screen lets it be: nothing is cut, and names keep the room for their longest word.

    Where lines are too long headings wrap; then columns move together; then cells of numbers wrap too.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    kept, tight = _widths(shown, width)
    table = Table(title=Text(shown.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.pad_edge, table.padding = False, (0, 0, 0, 0) if tight else (0, 1, 0, 1)
    for k, (column, least) in enumerate(zip(shown.columns, kept, strict=True)):
        words = k < shown.texts
        table.add_column(
            Text(column),
            justify="left" if words else "right",
            overflow="fold",
            width=least or None,
            min_width=_NAMES if k == 0 and not any(kept) else None,
        )
    for row in shown.rows:
        table.add_row(*map(Text, row))
    return table


def _widths(shown: Shown, width: int) -> tuple[list[int], bool]:
    """Widths of the columns, 0 where rich may decide, and whether they stand close together."""
    columns = [list(column) for column in zip(*shown.rows, strict=True)] or [[] for _ in shown.columns]
    cells = [max(map(cell_len, column), default=0) for column in columns]
    words = [_word([head, *column]) for head, column in zip(shown.columns, columns, strict=True)]
    heads = [_word([head]) for head in shown.columns]
    loose, close, names = 3 * len(cells) - 1, len(cells) + 1, sum(words[: shown.texts])
    full = [max(pair) for pair in zip(cells, map(cell_len, shown.columns), strict=True)]
    if sum(full) + max(0, _NAMES - full[0]) + loose <= width:
        return [0] * len(cells), False
    halves = [max(pair) for pair in zip(cells, map(_half, shown.columns), strict=True)]
    whole = [max(pair) for pair in zip(cells, heads, strict=True)]
    for kept, gaps in ((halves, loose), (whole, loose), (halves, close), (whole, close), (words, close)):
        if sum(kept[shown.texts :]) + gaps + names <= width:
            break
    return [0] * shown.texts + kept[shown.texts :], gaps == close


def _word(texts: list[str]) -> int:
    """The longest word of some texts."""
    return max((cell_len(word) for text in texts for word in text.split()), default=0)


def _half(heading: str) -> int:
    """The least width at which a heading takes two lines."""
    words = heading.split()
    cuts = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(len(words))]
    return min((max(map(cell_len, cut)) for cut in cuts), default=0)


def _shown(found: Share) -> str:
    return format_percent(found.share, found.runs)


def _interval(found: Share) -> str:
    decimals = 1 if found.of < 5000 else 2
    return f"{found.low:.{decimals}%} to {found.high:.{decimals}%}"


def _outcomes(summary: Summary) -> Shown:
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    peaks = summary.outcomes("peak_outcome")
    rows = [
        (CODE_TITLES[code], f"{found.runs:,}", _shown(found), _interval(found), _shown(peaks[code]))
        for code, found in reversed(summary.outcomes().items())
    ]
    return Shown("How the talks ended", columns, rows)


def _settlements(summary: Summary, titles: dict[str, str]) -> Shown:
    columns = ("Settled together", "At the end", "95% interval", "Zone of agreement", "95% interval")
    rows = []
    for basket in summary.baskets:
        settled, zone = summary.settled(basket), summary.zone(basket)
        rows.append((titles[basket], _shown(settled), _interval(settled), _shown(zone), _interval(zone)))
    return Shown("What was settled, and whether some package gave every party its floor", columns, rows)


def _days(summary: Summary, titles: dict[str, str]) -> Shown:
    """Days to each settlement: to the first agreement on it, and to the settlement that stands at the end."""
    columns = ("Settled together", "Ever agreed on", "First: 10%", "Median day", "90%", "Standing since")
    rows = []
    for basket in summary.baskets:
        agreed, first = summary.agreed(basket), summary.days(basket, "first_settled")
        days = [_day(first[q]) for q in (0.1, 0.5, 0.9)]
        rows.append((titles[basket], _shown(agreed), *days, _day(summary.days(basket)[0.5])))
    return Shown("Days to each settlement", columns, rows)


def _day(day: float) -> str:
    return "–" if math.isnan(day) else f"{day:.0f}"


def _blocked(summary: Summary, titles: dict[str, str]) -> Shown:
    columns = ("Settled together", "Reason", "Share of all runs", "95% interval")
    rows = [
        (titles[basket] if k == 0 else "", reason, _shown(found), _interval(found))
        for basket in summary.baskets
        for k, (reason, found) in enumerate(summary.blocked(basket).items())
    ]
    return Shown("What blocked the unsettled", columns, rows, texts=2)


def _means(summary: Summary) -> str:
    held, postponed = summary.mean("rounds_held"), summary.mean("rounds_postponed")
    text = f"A run holds {held:.1f} rounds on average and postpones {postponed:.1f}; "
    text += f"{summary.mean('incidents'):.1f} incidents; {summary.mean('days_in_abeyance'):.0f} of "
    text += f"{summary.mean('days'):.0f} days in abeyance; gap on open issues at the end "
    text += f"{summary.mean('gap_open'):.2f}."
    return text + "\n"
