"""Kinds of declarations that the registry (`sim.core.fields`) is made of: coefficients, blocks of numbers, columns."""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

ANY, SIGNED, UNIT, NON_NEGATIVE, POSITIVE = "any", "signed", "unit", "non-negative", "positive"
"""Bounds of a number: any; -1 to 1; 0 to 1; 0 or more; more than 0."""

LETTERS = {
    "P": "parties",
    "I": "issues",
    "B": "baskets",
    "M": "mediators",
    "V": "venues",
    "K": "levers",
    "T": "incidents",
    "S": "scripted",
    "O": "obligations",
    "R": "ratifiers",
    "D": "measure_days",
}
"""Kinds of entities that axes of arrays run over, by the letter that declarations write."""


class Coefficient(NamedTuple):
    """A number of the calendar or of behaviour that holds for the whole scenario: one place in `theta.world`."""

    path: str
    bounds: str
    unit: str
    meaning: str
    source: str = ""

    @property
    def name(self) -> str:
        """The name of its place in `W`: the path without `behaviour`, in capitals."""
        return self.path.removeprefix("behaviour.").replace(".", "_").upper()


class Block(NamedTuple):
    """Numbers of one kind of entity, or of pairs: axes by letter, then a row a field: path, bounds, unit, meaning.

    In a path `{0}` is the name along the first axis, `{1}` along the second.
    """

    name: str
    dims: str
    fields: tuple[tuple[str, str, str, str], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Scenario paths of the fields, in order."""
        return tuple(path for path, *_ in self.fields)

    @property
    def places(self) -> Any:
        """Named places of the fields: the last piece of each path in capitals, as integers."""
        names = [_last_name(path) for path in self.paths]
        return namedtuple(self.name, names)(*range(len(names)))


def _last_name(path: str) -> str:
    """The last piece of a path that is not a placeholder, in capitals."""
    return next(piece for piece in reversed(path.split(".")) if not piece.startswith("{")).upper()


class Column(NamedTuple):
    """A column of a table of results.

    `axis` names the entities it is repeated for, whose names replace `{}`; `kind` says what may be measured: count,
    share, day, distance, utility, code, reason or label. Where `state` names a state of the run that both engines hold
    under that name, the column shows it as it stands at the end, and neither engine's report needs a line for it.
    """

    name: str
    kind: str
    type: str
    unit: str
    meaning: str
    axis: str = ""
    state: str = ""

    @property
    def place(self) -> str:
        """Its name among the places of its family: without the part of the entity, in capitals."""
        return self.name.replace("_d{}", "").replace("_{}", "").upper()
