"""The fields of a run's memory: the scenario's numbers first, then its structure, its keys, and the run's state."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints

import numpy as np

from sim.core.columns import RUN
from sim.core.declarations import LETTERS
from sim.core.fields import BLOCKS, RUN_COLUMNS
from sim.core.layout import Streams, Structure
from sim.rules import hawkes
from sim.rules.hawkes import MAX_EVENTS
from sim.scenario.resolve import shapes
from sim.solvers import multi_party, two_party

if TYPE_CHECKING:
    from sim.scenario.resolve import Problem


class _Scalar(NamedTuple):
    DAY: int
    BALANCE: int
    DRIFT: int
    INFORMATION: int
    PROGRESS: int
    TALK_TIME: int
    ABEYANCE_DAYS: int
    GAP: int
    LEVERAGE: int
    FACILITATION: int
    PUBLICITY: int
    GUARANTEE: int
    MET_SHARE: int
    MET: int
    EXPECTED: int
    DEAL: int
    WILL: int
    SEVERITY: int
    GAP_WHOLE: int
    GAP_START: int
    CLOSED: int
    LATENT_CLOSED: int
    TEXTS_DAY: int
    PROCEDURAL_DAY: int


class _Count(NamedTuple):
    HELD: int
    POSTPONED: int
    STREAK: int
    ABEYANCE: int
    LEVEL: int
    VENUE: int
    TEXTS_EVER: int
    PROCEDURAL_EVER: int
    INCIDENT_COUNT: int
    INCIDENTS_SINCE: int
    REFUSALS: int
    AMENDMENTS: int
    COLLAPSES: int
    COLLAPSED_MASK: int
    SETTLED_MASK: int
    AMENDED_MASK: int
    TEXTS: int
    PAPERS: int
    PEAK: int
    OVERFLOW: int
    ROWS: int
    BREAKOFFS: int
    BREAKS_OFF: int
    MEASURED: int
    CHANGED: int  # 1 where offers or settlements have changed since gaps were measured


class _Party(NamedTuple):
    PAIN: int
    COST: int
    HARDENING: int
    BLAME: int
    READINESS: int
    CONCESSION: int
    CONCESSION_BEFORE: int
    RECEIVED: int
    OWN_VALUE: int
    OFFERED_VALUE: int
    FLOOR_VALUE: int
    WEIGHT: int
    MEET: int
    MEAN_COST: int
    ENTRY_TIME: int


class _PartyBasket(NamedTuple):
    ASPIRATION: int
    LAST: int
    FLOOR: int
    CAP_MEAN: int
    PRECEDENT_FLOOR: int


class _Basket(NamedTuple):
    SETTLED_DAY: int
    FIRST_DAY: int
    LEVERAGE_AT: int
    BALANCE_AT: int
    SINCE: int
    GAP: int
    GAP_START: int
    CLOSED: int
    SURPLUS: int
    NEAR: int
    IN_PRINCIPLE: int
    PROPOSER: int


S = _Scalar(*range(len(_Scalar._fields)))
N = _Count(*range(len(_Count._fields)))
P = _Party(*range(len(_Party._fields)))
PB = _PartyBasket(*range(len(_PartyBasket._fields)))
B = _Basket(*range(len(_Basket._fields)))


def _state_columns(places: Any) -> tuple[tuple[int, int], ...]:
    """Columns of a run that show a state as it stands: the place of the column, and of the state among `places`."""
    columns = [column for column in RUN_COLUMNS if column.state.upper() in places._fields]
    return tuple((getattr(RUN, column.place), getattr(places, column.state.upper())) for column in columns)


COUNT_COLUMNS, SCALAR_COLUMNS = _state_columns(N), _state_columns(S)
"""Columns of a run that show a count, or a scalar, of the state."""


_PLAIN = [name for name, hint in get_type_hints(Structure).items() if hint is int]
Sizes: Any = namedtuple("Sizes", _PLAIN)  # type: ignore[misc]
"""Single integers of a scenario: its counts and switches, as `Structure` declares them."""

PLAIN: tuple[str, ...] = Sizes._fields


class Field(NamedTuple):
    """A field: its name, kind (`f` floats, `i` integers, `u` keys), axes, shape and what fills it.

    An axis is a number where its length is fixed, the name of one of `Sizes` where that is its length, and None where
    each scenario has its own. What is fixed, compiled code knows; what is a size, it loads once for all fields.
    `inside` gives where in the field `theta` a block of it begins.
    """

    name: str
    kind: str
    axes: tuple[int | str | None, ...]
    shape: Callable[[Problem], tuple[int, ...]]
    values: Callable[[Problem], Any]
    inside: Callable[[Problem], int] | None = None


def _nothing(problem: Problem) -> None:
    return None


_LETTERS: dict[str, str | None] = {**LETTERS, ".": None, "S": None}


def _axes(letters: str) -> tuple[str | None, ...]:
    return tuple(_LETTERS[letter] for letter in letters)


_KINDS = {np.float64: "f", np.int64: "i", np.uint64: "u"}


def _annotated(of: str, record: Any, prefix: str = "") -> tuple[Field, ...]:
    """A field for every array of a record of a problem, with kind and axes as its annotation says."""
    fields = []
    for name, hint in get_type_hints(record, include_extras=True).items():
        if name not in PLAIN:
            array, (letters,) = hint.__origin__, hint.__metadata__
            kind = _KINDS[_scalar_type(array)]
            value = partial(_value, of, name)
            fields.append(Field(prefix + name, kind, _axes(letters), partial(_shape, of, name), value))
    return tuple(fields)


def _scalar_type(array: Any) -> Any:
    """The type of an array's numbers, from `NDArray[...]`, which NumPy 2.5 made an alias of its own."""
    first, *rest = get_args(array)
    return get_args(rest[0])[0] if rest else first


def _value(of: str, name: str, problem: Problem) -> Any:
    return getattr(getattr(problem, of), name)


def _shape(of: str, name: str, problem: Problem) -> tuple[int, ...]:
    shape: tuple[int, ...] = _value(of, name, problem).shape
    return shape


def _state(name: str, kind: str, dims: str, fixed: int = 0) -> Field:
    """A field of the state: `fixed` entries on its first axis, if any, then one axis a letter."""

    def shape(problem: Problem) -> tuple[int, ...]:
        sizes = tuple(getattr(problem.structure, str(_LETTERS[letter])) for letter in dims)
        return (fixed, *sizes) if fixed else sizes

    return Field(name, kind, ((fixed,) if fixed else ()) + _axes(dims), shape, _nothing)


def _work(name: str, kind: str, axes: int, shape: Callable[[int, int, int], tuple[int, ...]]) -> Field:
    def sized(problem: Problem) -> tuple[int, ...]:
        x = problem.structure
        return shape(x.parties, x.issues, x.incidents)

    return Field(name, kind, (None,) * axes, sized, _nothing)


def _record(prefix: str, build: Callable[[int, int, int], Any]) -> list[Field]:
    """A field for every array of a rule's scratch, sized by parties, issues and types of incident."""

    def shape(name: str, parties: int, issues: int, kinds: int) -> tuple[int, ...]:
        shape: tuple[int, ...] = getattr(build(parties, issues, kinds), name).shape
        return shape

    return [
        _work(f"{prefix}_{name}", array.dtype.kind, array.ndim, partial(shape, name))
        for name, array in build(2, 1, 1)._asdict().items()
    ]


def _block(number: int) -> Field:
    """A block of the scenario's numbers, a view of part of the field `theta`."""

    def shape(problem: Problem) -> tuple[int, ...]:
        return shapes(problem.names)[number][1]

    def begins(problem: Problem) -> int:
        return sum(math.prod(before) for _, before in shapes(problem.names)[:number])

    block = BLOCKS[number]
    return Field(f"th_{block.name}", "f", (len(block.paths), *_axes(block.dims)), shape, _nothing, begins)


THETA = (
    Field("theta", "f", (None,), lambda problem: (len(problem.paths),), _nothing),
    *(_block(number) for number in range(len(BLOCKS))),
)

_STRUCTURE = _annotated("structure", Structure)
_STREAMS = _annotated("streams", Streams, "key_")

STATE = (
    Field("drawn", "f", (None,), lambda problem: (len(problem.paths),), _nothing),  # a uniform for each range
    _state("scalar", "f", "", len(S)),
    _state("count", "i", "", len(N)),
    _state("party", "f", "P", len(P)),
    _state("entered", "i", "P"),  # 1 where the party takes part by now
    _state("seated", "i", "P"),  # 1 where it must come to a round by now
    _state("member", "i", "PB"),  # 1 where it has a stake in the basket and takes part by now
    _state("coalition", "i", "PB"),  # 1 where texts and measures look for its consent
    _state("consents", "i", "PB"),  # 1 where it consents to the package of the round
    _state("signatory", "i", "PB"),  # 1 where it signed the settlement that stands, or stood last
    _state("trust", "f", "PP"),  # row trusts column
    _state("gains", "f", "PP"),  # what row received from column in this round, in its own utility
    _state("last_worth", "f", "PPB"),  # row's utility of column's last offer; NaN before the first
    _state("party_basket", "f", "PB", len(PB)),
    _state("derived_point", "f", "PI"),  # reservation points before the balance moved them
    _state("reservation", "f", "PI"),
    _state("offers", "f", "PI"),  # latest offers
    _state("priority", "f", "PI"),
    _state("cap", "f", "PI"),
    _state("estimates", "f", "PI"),
    _state("red_share", "f", "PB"),  # share of salience on red lines
    _state("announces", "i", "PB"),  # 1 where the party has announced anything in public on the basket
    _state("basket", "f", "B", len(B)),
    _state("settled", "i", "B"),  # 1 where a settlement stands
    _state("open", "i", "B"),  # 1 where the basket is to be settled (again)
    _state("status", "i", "B"),  # on the agenda of the last round held, or why not
    _state("agreed", "i", "B"),  # 1 where all agreed in this round
    _state("fallen", "i", "B"),
    _state("package", "f", "I"),
    _state("standing", "f", "I"),  # the package of a settlement that stands
    _state("text", "f", "I"),  # a package on the table
    _state("own_share", "f", "PI"),  # shares of salience within each basket
    _state("others_share", "f", "PI"),  # the others' mean shares
    _state("nearest", "f", "PI"),  # distance to the nearest demand of another on the way of conceding
    _state("salience_total", "f", "PB"),
    _state("believed", "f", "I"),
    _state("conceded", "f", "I"),
    _state("present", "i", "M"),
    _state("lever", "i", "K"),
    _state("mandated_level", "i", "PB"),
    _state("mandate_bars", "i", "PB"),
    _state("discussed", "i", "B"),  # 1 where a barred basket is discussed in this round
    _state("latent", "i", "B"),  # 1 where a text fell and latent offers count until the next exchange
    _state("precedent_point", "f", "I"),  # the latest settlement that counts as a precedent; NaN without
    _state("first_terms", "f", "I"),
    _state("belief_mean", "f", "PPI"),  # row's belief about column's reservation values
    _state("belief_precision", "f", "PPI"),
    _state("offers_now", "f", "PI"),  # offers that count now, where they are not the latest
    _state("priority_now", "f", "I"),
    _state("cap_now", "f", "I"),
    _state("mean_rate", "f", "T"),
    _state("rate_work", "f", "T", 2),
    _state("closed_by_day", "f", "D"),
    _state("latent_by_day", "f", "D"),
    _state("closed_by_basket", "f", "BD"),  # by day of measurement
    _state("due", "f", "O"),
    _state("share", "f", "O"),
    _state("pending", "i", "O"),  # 0 not owed, 1 owed, 2 fell due
    _state("least", "f", "V"),  # by venue the least acceptability to a party with a seat
    _state("base_rate", "f", "T"),
    _state("surged_rate", "f", "T"),
    _state("floor", "f", "P"),
    _state("weight", "f", "P"),
    _state("members", "i", "P"),
    _state("edges", "i", "BB"),
    _state("bundle", "i", "B"),  # baskets concluded together
    _state("reached", "i", "B"),
    *_record("now", lambda p, i, t: hawkes.create_event_list(MAX_EVENTS)),  # incidents of this gap
    *_record("later", lambda p, i, t: hawkes.create_event_list(MAX_EVENTS)),  # set off and still to come
    *_record("lanes", lambda p, i, t: hawkes.create_window_lanes(t)),
    _work("frontier_work", "f", 2, lambda p, i, t: (two_party.WORK_ROWS, i)),
    _work("frontier_order", "i", 1, lambda p, i, t: (i,)),
    *_record("coalition", lambda p, i, t: multi_party.coalition_work(p, i)),
)

FIELDS = (*THETA, *_STRUCTURE, *_STREAMS, *STATE)
FIRST_OF_STATE = len(FIELDS) - len(STATE)
