"""KTAB's spatial model of politics: its files of actors with power, position and salience on each dimension.

The layouts are those of `examples/smp` (KAPSARC Toolkit for Behavioral Analysis). CSV, separated by commas or
semicolons: a line `name, description, actors, dimensions`, a heading, then a line an actor: `name, description, power,
position 1, salience 1, …`, with or without a final comma. XML: a `Scenario` with `Dimensions` and `Actors`. Positions
and saliences go from 0 to 100. The XML's model parameters and ideal adjustments are noted and not used.
"""

from __future__ import annotations

import csv
import io
import math
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.actors import Actors, create_actors, weighted_mean, weighted_median
from sim.core.errors import ScenarioError
from sim.interop.files import clip_text, make_name, read_text, write_scenario
from sim.interop.xmltree import find_line, parse
from sim.scenario.check import MOST

MAX_ACTORS, MAX_DIMENSIONS = MOST["parties"], 40
_ROOM = 0.05


@dataclass(frozen=True)
class Table:
    """A KTAB scenario: `groups` holds the actors on each dimension, positions and saliences in [0, 1].

    `notes`: what the file holds and this project does not use.
    """

    title: str
    description: str
    dimensions: tuple[str, ...]
    descriptions: tuple[str, ...]
    groups: tuple[Actors, ...]
    notes: tuple[str, ...] = ()


def read(path: Path) -> Table:
    """Read a KTAB file, CSV or XML by what it holds. Raises ScenarioError with file, and line of a CSV."""
    return _read_xml(path) if read_text(path).lstrip().startswith("<") else _read_csv(path)


def _read_csv(path: Path) -> Table:
    file, text = path.name, read_text(path)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    mark = ";" if first_line.count(";") > first_line.count(",") else ","
    try:
        lines = csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True)
        rows = [(n, [cell.strip() for cell in row]) for n, row in enumerate(lines, 1)]
    except csv.Error as error:
        raise ScenarioError(f"is not CSV: {error}", file=file) from None
    rows = [(n, row) for n, row in rows if any(row)]
    if len(rows) < 4:
        raise ScenarioError("a KTAB file has a line of counts, a heading and at least two actors", file=file)
    (first, head), (_, heading), body = rows[0], rows[1], rows[2:]
    if len(head) < 4:
        raise ScenarioError("the first line is `name, description, actors, dimensions`", file=file, line=first)
    count, size = (_read_whole(file, first, head[k], what) for k, what in ((2, "actors"), (3, "dimensions")))
    if not 2 <= count <= MAX_ACTORS or not 1 <= size <= MAX_DIMENSIONS:
        limits = f"2 to {MAX_ACTORS} actors and 1 to {MAX_DIMENSIONS} dimensions are read"
        raise ScenarioError(f"{count} actors on {size} dimensions; {limits}", file=file, line=first)
    if len(body) != count:
        raise ScenarioError(f"{count} actors are announced and {len(body)} listed", file=file, line=first)
    width = 3 + 2 * size
    numbers = np.array([_read_numbers(file, n, row, width) for n, row in body])
    names = [clip_text(row[0]) for _, row in body]
    dimensions = tuple(_name_dimension(heading, k) for k in range(size))
    groups = _build_groups(names, numbers)
    return Table(
        clip_text(head[0]), clip_text(head[1]), dimensions, tuple(clip_text(row[1]) for _, row in body), groups
    )


def _build_groups(names: list[str], numbers: NDArray[np.float64]) -> tuple[Actors, ...]:
    """Build the actors on each dimension from rows of power, then position and salience on each, on KTAB's scale."""
    power, shares = numbers[:, 0].tolist(), numbers[:, 1:] / 100
    size = shares.shape[1] // 2
    return tuple(
        create_actors(names, power, shares[:, 2 * k].tolist(), shares[:, 2 * k + 1].tolist()) for k in range(size)
    )


def _read_xml(path: Path) -> Table:
    file, root = path.name, parse(path)
    if root.tag != "Scenario" or root.find("Actors") is None:
        problem = f"is XML with root `{clip_text(root.tag)[:40]}`; KTAB's has `Scenario` with `Dimensions` and `Actors`"
        raise ScenarioError(problem, file=file)
    dimensions = tuple(clip_text(e.text or "") or f"Dimension {k}" for k, e in enumerate(root.iter("dName"), 1))
    people = root.findall("Actors/Actor")
    if not 2 <= len(people) <= MAX_ACTORS or not 1 <= len(dimensions) <= MAX_DIMENSIONS:
        limits = f"2 to {MAX_ACTORS} actors and 1 to {MAX_DIMENSIONS} dimensions are read"
        raise ScenarioError(f"{len(people)} actors on {len(dimensions)} dimensions; {limits}", file=file)
    numbers = np.array([_read_xml_numbers(file, person, len(dimensions)) for person in people])
    names = [clip_text(person.findtext("name") or "") or f"Actor {k}" for k, person in enumerate(people, 1)]
    about = tuple(clip_text(person.findtext("description") or "") for person in people)
    groups = _build_groups(names, numbers)
    title, text = (clip_text(root.findtext(tag) or "") for tag in ("name", "desc"))
    return Table(title, text, dimensions, about, groups, tuple(_list_xml_notes(file, root)))


def _read_xml_numbers(file: str, person: ET.Element, size: int) -> list[float]:
    """Read power, then position and salience on each dimension, of an `Actor`."""
    name = clip_text(person.findtext("name") or "an actor")
    positions, saliences = person.findall("Position/dCoord"), person.findall("Salience/dSal")
    if len(positions) != size or len(saliences) != size:
        problem = f"actor `{name}` has {len(positions)} positions and {len(saliences)} saliences on {size} dimensions"
        raise ScenarioError(problem, file=file, line=find_line(person))
    cells: list[tuple[str, ET.Element | None, float]] = [("capability", person.find("capability"), math.inf)]
    for k, (position, salience) in enumerate(zip(positions, saliences, strict=True), 1):
        cells += [(f"position {k}", position, 100.0), (f"salience {k}", salience, 100.0)]
    rows = []
    for what, element, most in cells:
        text = "" if element is None else element.text or ""
        number = _parse_number(text)
        if not 0.0 <= number <= most or math.isinf(number):
            limit = "0 or more" if most == math.inf else "0 to 100"
            problem = f"actor `{name}`: {what} is `{clip_text(text)[:40]}`; allowed: {limit}"
            line = find_line(person if element is None else element)
            raise ScenarioError(problem, file=file, line=line)
        rows.append(number)
    return rows


def _list_xml_notes(file: str, root: ET.Element) -> list[str]:
    """List what the file holds and this project does not use."""
    notes = []
    parameters = [f"{e.tag} {clip_text(e.text or '')}" for e in root.iterfind("ModelParameters/*")]
    if parameters:
        notes.append(f"{file}: model parameters are not used: {', '.join(parameters)}")
    if root.find("IdealAdjustment/iaPair") is not None:
        notes.append(f"{file}: ideal adjustments are not used: an actor's ideal is its own position")
    return notes


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _name_dimension(heading: list[str], k: int) -> str:
    label = clip_text(heading[3 + 2 * k]) if len(heading) > 3 + 2 * k else ""
    return label or f"Dimension {k + 1}"


def _read_whole(file: str, line: int, cell: str, what: str) -> int:
    if not cell.isascii() or not cell.isdigit() or len(cell) > 6:
        problem = f"the number of {what} is `{clip_text(cell)[:40]}`; a whole number is needed"
        raise ScenarioError(problem, file=file, line=line)
    return int(cell)


def _read_numbers(file: str, line: int, row: list[str], width: int) -> list[float]:
    """Read power, then position and salience on each dimension."""
    cells = row[:-1] if len(row) == width + 1 and not row[-1] else row
    if len(cells) != width:
        raise ScenarioError(f"{len(cells)} cells; {width} are needed", file=file, line=line)
    rows = []
    for k, cell in enumerate(cells[2:]):
        number = _parse_number(cell)
        most = math.inf if k == 0 else 100.0
        if not 0.0 <= number <= most or math.isinf(number):
            limit = "0 or more" if k == 0 else "0 to 100"
            limit += ", with a point for decimals" * ("," in cell)
            raise ScenarioError(f"`{clip_text(cell)[:40]}` in cell {k + 3}; allowed: {limit}", file=file, line=line)
        rows.append(number)
    return rows


def build_scenario(table: Table, file: str, name: str) -> dict[str, Any]:
    """Build a scenario from a table: one issue a dimension, one basket for all, everyone's agreement needed."""
    parties: dict[str, Any] = {}
    issues: dict[str, Any] = {}
    for title in table.dimensions:
        ends = [{"at": 0, "label": "0 on the imported scale"}, {"at": 1, "label": "100 on the imported scale"}]
        issues[make_name(title, issues, "dimension")] = {"title": title, "basket": "package", "options": ends}
    group = table.groups[0]
    for a, actor in enumerate(group.names):
        stakes = {issue: _build_stake(table.groups[k], a) for k, issue in enumerate(issues)}
        title = f"{actor}: {table.descriptions[a]} (power {group.capability[a]:g})"
        parties[make_name(actor, parties, "actor")] = {"title": title, "issues": stakes}
    return {
        "extends": "behaviour",
        "id": name,
        "title": table.title or name,
        "summary": _describe_table(table, file),
        "as_of": "2000-01-01",
        "start": "2000-01-01",
        "levels": ["delegation"],
        "start_level": "delegation",
        "issues": issues,
        "baskets": {"package": {"title": "All dimensions together", "code": "partial", "level": "delegation"}},
        "parties": parties,
        "venues": {"table": {"title": "A table", "acceptability": {"assumed": [0.5, 1.0], "why": "not in the file"}}},
    }


def _describe_table(table: Table, file: str) -> str:
    forecasts = "; ".join(
        f"{title}: mean {100 * weighted_mean(g):.2f}, median {100 * weighted_median(g):.2f}"
        for title, g in zip(table.dimensions, table.groups, strict=True)
    )
    about = table.description if table.description.endswith((".", "!", "?")) else f"{table.description}."
    return (
        f"Imported from {clip_text(file)}. {about} Power has no place at a table where all must agree; it "
        f"enters the static forecasts, weighted by power times salience, on the scale of 0 to 100: {forecasts}."
    )


def _build_stake(group: Actors, a: int) -> dict[str, Any]:
    """Demand as stated; the reservation point anywhere from there to the farthest actor on the side of the others."""
    stated, others = float(group.position[a]), np.delete(group.position, a)
    weight = np.delete(group.weight, a)
    middle = float((weight * others).sum() / weight.sum()) if weight.sum() > 0.0 else float(others.mean())
    up = middle > stated if middle != stated else stated <= 0.5
    demand = min(stated, 1.0 - 2 * _ROOM) if up else max(stated, 2 * _ROOM)
    if up:
        far = max(float(others.max()), demand + 2 * _ROOM)
        limits = [demand + _ROOM, min(far, 1.0)]
    else:
        far = min(float(others.min()), demand - 2 * _ROOM)
        limits = [max(far, 0.0), demand - _ROOM]
    why = "not in the file: anywhere from next to its own position to the farthest actor on the side of the others"
    reservation = {"assumed": [round(end, 9) for end in limits], "why": why}
    return {"demand": demand, "reservation": reservation, "salience": float(group.salience[a])}


def convert(path: Path, out: Path) -> Table:
    """Read a KTAB file and write it as a scenario file. Raises ParleyError; nothing is left behind then."""
    table = read(path)
    name = make_name(out.stem, fallback="ktab").replace("_", "-")
    head = (
        f"Imported from KTAB: {clip_text(path.name)}.\nDemands and saliences are the file's, which names no source for "
        "them; a demand at an end of the scale that leaves\nno room to concede is moved in by at most .1. "
        "The rest is assumed."
    )
    write_scenario(build_scenario(table, path.name, name), out, head)
    return table
