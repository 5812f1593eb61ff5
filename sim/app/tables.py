"""HTML tables of the page: readable by screen readers, and scrolling on their own on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

STYLE = """<style>
.parley{overflow-x:auto}
.parley table{border-collapse:collapse;font-size:0.9rem;width:100%;font-variant-numeric:tabular-nums}
.parley th,.parley td{padding:0.25rem 0.6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
.parley th:first-child,.parley td:first-child,.parley .text td,.parley .text th{text-align:left}
.parley a{color:var(--accent)}
.parley tr.strong td{font-weight:600}
.parley caption{text-align:left;font-weight:600;padding:0.3rem 0}
</style>"""


def format_table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], strong: Iterable[int] = (), text: bool = False
) -> str:
    """Format an HTML table. Rows whose number is in `strong` are bold; `text` aligns every column to the left."""
    marked = set(strong)
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(_format_row(row, k in marked) for k, row in enumerate(rows))
    kind = ' class="text"' if text else ""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    # A table that scrolls on its own must be reached by keyboard.
    name = escape(caption or next(iter(filter(None, columns)), "Table"), quote=True)
    region = f'<div class="parley" tabindex="0" role="group" aria-label="{name}">'
    return f'{region}<table{kind}>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _format_row(row: Sequence[str], strong: bool) -> str:
    """Format one row, its cells escaped."""
    cells = "".join(f"<td>{_format_cell(cell)}</td>" for cell in row)
    return f'<tr class="strong">{cells}</tr>' if strong else f"<tr>{cells}</tr>"


class Address(str):
    """A cell that is the address of a document."""


def _format_cell(cell: str) -> str:
    """Format a cell as text; an address of the web as a link, which is asked for only when somebody follows it."""
    text = escape(cell)
    if isinstance(cell, Address) and urlsplit(cell).scheme in ("http", "https"):
        return f'<a href="{text}" rel="noreferrer" target="_blank">{escape(urlsplit(cell).netloc)}</a>'
    return text
