"""A scenario at a later date: the file that moves its `as_of`, with all that changes written out."""

from __future__ import annotations

import datetime
from pathlib import Path

from sim.core.atomic import write_file
from sim.core.errors import ParleyError
from sim.scenario.contradictions import list_contradictions
from sim.scenario.ledger import format_value
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.support import list_support
from sim.scenario.template import find_base
from sim.yamlio.writer import format_yaml


def write_redated(scenario: str, date: datetime.date, output: Path) -> Path:
    """Write the scenario that a user gets by moving a scenario's `as_of` to a later date.

    Parameters
    ----------
    scenario : str
        A shipped id, or the path of a file in the folder of `output`.
    date : date
        The new `as_of`; the first planned round lies a day later at least.
    output : Path
        The new file.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ParleyError
        The date lies before the scenario's own, the file exists or has no name of a scenario, or the new file could not
        extend the scenario.
    """
    base = find_base(output.stem, scenario, output.parent)
    before = load(base)
    if before.scenario.evidence is None:
        raise ParleyError(f"`{scenario}` rests on no documents; another date changes nothing in it")
    if date <= before.scenario.as_of:
        problem = f"{date} is not after {before.scenario.as_of}, the `as_of` of `{scenario}`"
        raise ParleyError(f"{problem}: its lines were written with what was known by then")
    start = max(before.scenario.start, date + datetime.timedelta(days=1))
    after = load(base, {"as_of": date.isoformat(), "start": start.isoformat()})
    if output.exists():
        raise ParleyError(f"{output.name} exists already and is left as it is; choose another name")
    write_file(output, format_redated(output.stem, base.stem, before, after))
    return output


def format_redated(name: str, base: str, before: Loaded, after: Loaded) -> str:
    """Return the text of the file.

    Parameters
    ----------
    name, base : str
        The ids of the new scenario and of the one it extends.
    before, after : Loaded
        The scenario at its own date and at the new one.
    """
    s = after.scenario
    title = f"{s.title}, as of {s.as_of.isoformat()}"
    data = {"extends": base, "id": name, "title": title, "as_of": s.as_of, "start": s.start}
    contradictions = [str(contradiction) for contradiction in list_contradictions(after)]
    advice = "They still hold here; change them, or delete one with `null` to leave it to the documents"
    parts = [
        f"# {base} as of {s.as_of.isoformat()} instead of {before.scenario.as_of.isoformat()}.{_describe_end(after)}\n",
        format_yaml(data),
        _format_list(f"Lines of the base that newer documents contradict or outdate. {advice}", contradictions),
        _format_list("Numbers that change with the date", _list_changes(before, after)),
        _format_list("Entries disclosed since on which no number rests", _list_idle(before, after)),
    ]
    return "\n".join(parts)


def _describe_end(loaded: Loaded) -> str:
    """Describe where the documents end, if they end before the date."""
    record, day = loaded.load_record(), loaded.scenario.as_of
    if record is None:
        return ""
    days = [*(x.disclosed for x in record.positions), *(x.disclosed for x in record.acts)]
    newest = max((known for known in days if known <= day), default=None)
    if newest is None or newest == day:
        return ""
    return f" The newest document that counts is of {newest.isoformat()}: of later days nothing is known here."


def _format_list(title: str, lines: list[str]) -> str:
    return "\n".join([f"# {title}:", *(f"#   - {line}" for line in lines or ["none"]), ""])


def _list_changes(before: Loaded, after: Loaded) -> list[str]:
    """List the numbers that differ, with old and new value and the source of the new one; ages in one line."""
    old, lines, ages = dict(iterate_numbers(before.scenario)), [], 0
    new = dict(iterate_numbers(after.scenario))
    for path in [*new, *(path for path in old if path not in new)]:
        ages += path[-1] == "age" and path in old and path in new
        if path[-1] != "age" and _describe(old.get(path)) != _describe(new.get(path)):
            lines.append(f"{'.'.join(path)}: {_describe(old.get(path))} → {_describe(new.get(path))}")
    days = (after.scenario.start - before.scenario.start).days
    return [*lines, f"parties.*.issues.*.age: {ages} concessions are older by {days} days or newly dated"]


def _describe(number: Number | None) -> str:
    if number is None:
        return "none"
    where = f" [{number.source}, {number.locator}]" if number.source else ""
    return f"{format_value(number)}{where}"


def _list_idle(before: Loaded, after: Loaded) -> list[str]:
    """List the entries disclosed between both dates that are not used, with the reason."""
    known = {support.id for support in list_support(before)}
    later = (support for support in list_support(after) if support.id not in known and support.status != "used")
    return [f"{support.id}: {support.status} ({support.reason})" for support in later]
