"""The sections of a fit: its checks, parameters, predictions of the record and rival theories, from `report.md`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError
from sim.report.sections import Section, Table
from sim.results.reader import read_text

MOST_TEXT = 4 * 2**20
"""Bytes of the largest report of a fit that is read."""


def describe_calibration(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """Read the sections of a fit from its `report.md`.

    That file holds headings, paragraphs and tables of plain text; no other Markdown is read.

    Raises
    ------
    ParleyError
        If the file cannot be read.
    """
    section = Section("")
    for lines in _split_passages(read_fit_report(folder)[1:]):
        if lines[0].startswith("## "):
            yield section
            section = Section(lines[0][3:])
        else:
            section.blocks.append(_read_table(lines) if lines[0].startswith("|") else " ".join(lines))
    yield section


def read_fit_report(folder: Path) -> list[str]:
    """Read the lines of a fit's `report.md`; the first is its title. Raises ParleyError."""
    lines = read_text(folder / "report.md", MOST_TEXT).splitlines()
    if not lines:
        raise ParleyError(f"{folder / 'report.md'} is empty")
    return lines


def _split_passages(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines between blank ones."""
    passage: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            passage.append(line)
        elif passage:
            yield passage
            passage = []


def _read_table(lines: list[str]) -> Table:
    """A Markdown table; its second line is the rule under the headings."""
    columns, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
    return Table("", columns, rows[1:])
