"""Tables of text that fit the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.table import Table

_NAMES = 20
"""Smallest width of the first column, if the screen is wide enough."""


class TextTable(NamedTuple):
    """A table before its layout; the first `texts` columns hold words, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    texts: int = 1


def build_table(source: TextTable, width: int) -> Table:
    """Build a table that fits the screen: nothing is cut, and columns of words are as wide as their longest word.

    Where lines are too long, headings wrap first, then columns move together, then cells of numbers wrap too.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    widths, tight = _fit_widths(source, width)
    table = Table(title=Text(source.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.pad_edge, table.padding = False, (0, 0, 0, 0) if tight else (0, 1, 0, 1)
    for k, (column, least) in enumerate(zip(source.columns, widths, strict=True)):
        words = k < source.texts
        table.add_column(
            Text(column),
            justify="left" if words else "right",
            overflow="fold",
            width=least or None,
            min_width=_NAMES if k == 0 and not any(widths) else None,
        )
    for row in source.rows:
        table.add_row(*map(Text, row))
    return table


def _fit_widths(source: TextTable, width: int) -> tuple[list[int], bool]:
    """Fit the widths of the columns (0 where rich decides) and tell whether they must stand close together."""
    columns = [list(column) for column in zip(*source.rows, strict=True)] or [[] for _ in source.columns]
    cells = [max(map(cell_len, column), default=0) for column in columns]
    words = [_measure_word([head, *column]) for head, column in zip(source.columns, columns, strict=True)]
    heads = [_measure_word([head]) for head in source.columns]
    loose, close, names = 3 * len(cells) - 1, len(cells) + 1, sum(words[: source.texts])
    full = [max(pair) for pair in zip(cells, map(cell_len, source.columns), strict=True)]
    if sum(full) + max(0, _NAMES - full[0]) + loose <= width:
        return [0] * len(cells), False
    halves = [max(pair) for pair in zip(cells, map(_measure_half, source.columns), strict=True)]
    whole = [max(pair) for pair in zip(cells, heads, strict=True)]
    for widths, gaps in ((halves, loose), (whole, loose), (halves, close), (whole, close), (words, close)):
        if sum(widths[source.texts :]) + gaps + names <= width:
            break
    return [0] * source.texts + widths[source.texts :], gaps == close


def _measure_word(texts: list[str]) -> int:
    """Measure the longest word of some texts."""
    return max((cell_len(word) for text in texts for word in text.split()), default=0)


def _measure_half(heading: str) -> int:
    """Measure the smallest width at which a heading takes two lines."""
    words = heading.split()
    cuts = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(len(words))]
    return min((max(map(cell_len, cut)) for cut in cuts), default=0)
