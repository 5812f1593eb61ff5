"""Numbers that experts stated, from a CSV file to a scenario; and the template of such a file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from sim.core.errors import ParleyError, ScenarioError, nearest
from sim.interop.files import clip_text, make_name, read_text, write_scenario
from sim.scenario.experts import MOST_EXPERTS, Judgement, make_judgement
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import iterate_numbers
from sim.scenario.schema import Scenario
from sim.yamlio.validation import find_annotation

QUANTILES, TRIANGLE = ("5%", "50%", "95%"), ("low", "mode", "high")
HEAD = ("scenario", "expert", "path", "question", "now", *QUANTILES)
"""Columns of the template; `scenario`, `question` and `now` may be absent from a file that is imported."""
MOST_ROWS = 20_000


class Answer(NamedTuple):
    """A row of the file: its line, the path of the number, and the judgement."""

    line: int
    path: str
    judgement: Judgement


def convert(file: Path, out: Path, scenario: str | None = None) -> dict[str, list[Judgement]]:
    """Write a scenario whose numbers are those of another one, except where experts stated them.

    Parameters
    ----------
    file : Path
        CSV with the columns `expert`, `path` and `5%`, `50%`, `95%` or `low`, `mode`, `high`; a row without values is
        a question that was not answered.
    out : Path
        Scenario file to write; it must not exist.
    scenario : str, optional
        Scenario that is extended; by default that of the column `scenario`.

    Returns
    -------
    dict of str to list of Judgement
        Judgements by path.

    Raises
    ------
    ParleyError
        The file, a row or the scenario cannot be used; nothing is written.
    """
    name, answers = read_answers(file)
    base = scenario or name
    if base is None:
        raise ScenarioError("no column `scenario` says what is extended; name it by --scenario", file=file.name)
    loaded = load(base)
    _check_answers(file.name, answers, loaded)
    judgements: dict[str, list[Judgement]] = {}
    for answer in answers:
        judgements.setdefault(answer.path, []).append(answer.judgement)
    data: dict[str, Any] = {
        "extends": base,
        "id": make_name(out.stem).replace("_", "-"),
        "title": f"{loaded.scenario.title}, with elicited numbers",
    }
    for path, own in judgements.items():
        *holders, last = path.split(".")
        node = data
        for step in holders:
            node = node.setdefault(step, {})
        why = f"stated by {len(own)} expert{'s' if len(own) > 1 else ''}, in {clip_text(file.name)}"
        node[last] = {"elicited": {j.expert: j.plain() for j in own}, "why": why}
    write_scenario(data, out, f"Numbers that experts stated, from {clip_text(file.name)}; all others as in {base}.")
    return judgements


def read_answers(file: Path) -> tuple[str | None, list[Answer]]:
    """Read the scenario that a file names, and its answers. Raises ScenarioError."""
    rows = _read_rows(file)
    if not rows:
        raise ScenarioError("is empty; it needs a line of headings", file=file.name)
    head = [cell.strip().lower() for _, row in rows[:1] for cell in row]
    values = next((names for names in (QUANTILES, TRIANGLE) if set(names) <= set(head)), None)
    missing = [name for name in ("expert", "path") if name not in head]
    if missing or values is None or len(set(head)) < len(head):
        raise ScenarioError(
            f"the columns are {', '.join(head)[:200]}; needed once each: expert, path and {', '.join(QUANTILES)} "
            f"or {', '.join(TRIANGLE)}",
            file=file.name,
            line=1,
        )
    answers, names = [], set[str]()
    for line, row in rows[1:]:
        if len(row) != len(head):
            raise ScenarioError(f"{len(row)} cells under {len(head)} headings", file=file.name, line=line)
        cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
        names |= {cells["scenario"]} - {""} if "scenario" in cells else set()
        if any(cells[value] for value in values):
            answers.append(_read_answer(file.name, line, cells, values))
    if len(names) > 1:
        raise ScenarioError(f"names several scenarios: {', '.join(sorted(names))[:200]}", file=file.name)
    if not answers:
        raise ScenarioError("holds no answer: no row has values", file=file.name)
    return next(iter(names), None), answers


def _read_rows(file: Path) -> list[tuple[int, list[str]]]:
    """Rows that are not blank, with their lines; separated by commas, or by semicolons where the first line says so."""
    text = read_text(file)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ScenarioError(f"is not CSV: {error}", file=file.name, line=reader.line_num) from None
    if len(rows) > MOST_ROWS:
        raise ScenarioError(f"has {len(rows):,} rows; at most {MOST_ROWS:,} are read", file=file.name)
    return rows


def _read_answer(file: str, line: int, cells: dict[str, str], values: Sequence[str]) -> Answer:
    """Read one row. Raises ScenarioError."""
    expert, path = clip_text(cells["expert"])[:60], cells["path"]
    if not expert:
        raise ScenarioError("the expert has no name or number", file=file, line=line)
    numbers = []
    for name in values:
        try:
            number = float(cells[name])
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            hint = "; write decimals with a point" if "," in cells[name] else ""
            raise ScenarioError(
                f"`{name}` is `{clip_text(cells[name])[:40]}`; expected a number{hint}", file=file, line=line
            )
        numbers.append(number)
    try:
        judgement = make_judgement(expert, "quantiles" if values is QUANTILES else "triangle", numbers)
    except ValueError as error:
        raise ScenarioError(str(error), file=file, line=line) from None
    return Answer(line, path, judgement)


def _check_answers(file: str, answers: Sequence[Answer], loaded: Loaded) -> None:
    """Refuse unknown paths, values out of bounds, two answers of one expert to a question. Raises ScenarioError."""
    known = {".".join(path): path for path, _ in iterate_numbers(loaded.scenario)}
    lines: dict[tuple[str, str], int] = {}
    experts = {answer.judgement.expert for answer in answers}
    if len(experts) > MOST_EXPERTS:
        raise ScenarioError(f"names {len(experts)} experts; at most {MOST_EXPERTS} are read", file=file)
    for line, path, judgement in answers:
        if path not in known:
            text = f"the scenario has no number at `{clip_text(path)[:120]}`{nearest(path, list(known))}"
            raise ScenarioError(text, file=file, line=line)
        before = lines.setdefault((path, judgement.expert), line)
        if before != line:
            raise ScenarioError(f"expert `{judgement.expert}` answered this in line {before} too", file=file, line=line)
        adapter = TypeAdapter(find_annotation(Scenario, known[path]))
        try:
            adapter.validate_python({"elicited": {judgement.expert: judgement.plain()}})
        except ValidationError as error:
            problem = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ScenarioError(f"`{path}`: {problem}", file=file, line=line) from None


def write_template(loaded: Loaded, scenario: str, paths: Sequence[str], out: Path) -> None:
    """Write the file to send to experts: a row a number, the most important first, with empty cells for answers.

    Parameters
    ----------
    loaded : Loaded
        The scenario.
    scenario : str
        Its name or path, as `load` takes it.
    paths : sequence of str
        Numbers to ask for, in this order.
    out : Path
        CSV file to write; it must not exist.

    Raises
    ------
    ParleyError
        The file exists or cannot be written.
    """
    from sim.core.atomic import write_file
    from sim.scenario.ledger import build_ledger, format_value

    if out.exists():
        raise ParleyError(f"{out} exists; give a new name")
    questions = {e.path: f"{group.title}: {e.name}" for group in build_ledger(loaded) for e in group.entries}
    numbers = {".".join(path): number for path, number in iterate_numbers(loaded.scenario)}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEAD)
    for path in paths:
        writer.writerow((scenario, "", path, questions[path], format_value(numbers[path]), "", "", ""))
    write_file(out, buffer.getvalue())
