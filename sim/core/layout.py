"""Where each number of a scenario lies in the arrays that both engines read.

All numbers of one run are one flat vector `theta`, cut into *blocks*: `theta.party[PARTY.DEADLINE, p]`. A block names
its dimensions by letters (`sim.core.declarations.LETTERS`) and, for every field, the scenario path the number comes
from. Nothing else in the project knows positions in `theta`; issues are ordered basket by basket, so a basket's issues
are one contiguous slice.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.choices import Choice
from sim.core.fields import BLOCKS as BLOCKS
from sim.core.fields import W as W

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys64 = npt.NDArray[np.uint64]


PARTY, PI, DYAD, MEDIATOR, VENUE, LEVER, LEVER_PARTY, INCIDENT, RATIFIER = (
    next(block for block in BLOCKS if block.name == name).places
    for name in (
        *("party", "party_issue", "dyad", "mediator", "venue"),
        *("lever", "lever_party", "incident", "ratifier"),
    )
)
"""Places of fields in blocks of several fields, by name."""


class Theta(NamedTuple):
    """One run's numbers: views into the flat vector, first axis the field, then the entities."""

    world: Floats
    party: Floats
    party_issue: Floats
    dyad: Floats
    exposure: Floats
    urgency: Floats
    precedent: Floats
    mediator: Floats
    leaning: Floats
    venue: Floats
    acceptability: Floats
    lever: Floats
    lever_party: Floats
    incident: Floats
    branching: Floats
    attribution: Floats
    due: Floats
    blame: Floats
    ratifier: Floats


class Structure(NamedTuple):
    """What is not a ranged number: counts, links between entities, switches, dates as days from the start.

    Counts are single integers; tables hold one row an entry. `-1` means none, `inf` a day that never comes. Each array
    is annotated with its axes, a letter an axis (`sim.core.declarations.LETTERS`). A dot is an axis of the array's own
    length, in streams one key without entity.
    """

    parties: int
    issues: int
    baskets: int
    mediators: int
    venues: int
    levers: int
    incidents: int
    obligations: int
    ratifiers: int
    levels: int
    start_level: int
    postponement_limit: int
    exchanges: int
    max_steps: int
    measure_days: int
    basket_days: int
    detail: int  # 1 where rows of rounds hold all measures
    detail_baskets: int  # as many as baskets there, else 0
    offer_issues: int  # as many as issues where rows of rounds hold offers, else 0
    offer_stakes: int  # as many as pairs of a party and an issue there, else 0
    venue_rule: int
    deadlock: int
    pace: int
    resumption: int
    combine: int
    leverage: int
    surge_reads: int
    precedent: int
    proposal: int
    ripeness: int
    relief: int
    certain_loss: int
    risk_limit: int
    venue_order: Annotated[Ints, "."]  # venues that may be used, in order
    venue_host: Annotated[Ints, "V"]  # mediator or -1
    first_issue: Annotated[Ints, "."]  # basket b holds issues first_issue[b]:first_issue[b + 1]
    stake: Annotated[Ints, "PB"]  # 1 where the party has a say in the basket
    seat: Annotated[Ints, "P"]  # 1 where the party must come to a round
    enters: Annotated[Floats, "P"]  # day from which on the party takes part; -inf: from the start
    red: Annotated[Ints, "PI"]  # red lines
    derived: Annotated[Ints, "PI"]  # 1 where the reservation point follows from a documented concession
    basket_code: Annotated[Ints, "B"]  # outcome code
    basket_level: Annotated[Ints, "B"]
    decision: Annotated[Ints, "B"]  # whose consent settles it
    decision_share: Annotated[Floats, "B"]  # share of each side that has to consent
    veto: Annotated[Ints, "PB"]  # 1 where the party holds a veto
    vote_side: Annotated[Ints, "PB"]  # the side it votes on; -1: none
    vote_weight: Annotated[Floats, "PB"]
    ratified: Annotated[Ints, "B"]
    renewable: Annotated[Ints, "B"]
    obligated: Annotated[Ints, "BP"]  # whose compliance the others depend on
    obligation_basket: Annotated[Ints, "O"]
    obligation_doer: Annotated[Ints, "O"]
    concession_rule: Annotated[Ints, "P"]
    basket_bars: Annotated[Ints, "B"]  # what too low a level bars
    spoils: Annotated[Ints, "B"]  # 1 where spoilers answer a deal in sight
    urgent_since: Annotated[Floats, "B"]  # day since which a basket has been open
    war_days: Annotated[Floats, "."]  # (1,) days of war before the start; 0: unknown
    measure_day: Annotated[Floats, "."]  # days on which convergence is measured
    mandate: Annotated[Ints, ".."]  # party, basket, level, bars
    mandate_day: Annotated[Floats, "."]  # from which day on
    precondition: Annotated[Ints, ".."]  # party, basket, kind, target, sequencing issue, bars
    condition: Annotated[Ints, ".."]  # party, kind, target: what must hold before a party meets
    document_day: Annotated[Floats, "."]
    document_round: Annotated[Ints, "."]  # 0: none
    attends: Annotated[Ints, "M"]  # 1 always, 0 where it hosts
    leaves: Annotated[Floats, "M"]  # day
    text_rule: Annotated[Ints, "M"]
    lever_kind: Annotated[Ints, "K"]
    lever_when: Annotated[Ints, "K"]
    lever_on: Annotated[Floats, "K"]  # day
    lever_off: Annotated[Floats, "K"]  # day
    offended: Annotated[Ints, "TP"]
    surge_mode: Annotated[Ints, "T"]
    scripted_type: Annotated[Ints, "."]  # in order of day
    scripted_day: Annotated[Floats, "."]
    ratifier_party: Annotated[Ints, "R"]
    ratifier_basket: Annotated[Ints, "RB"]  # 1 where it must approve


class Streams(NamedTuple):
    """Keys of every stream of draws, addressed by the names of the entities that its axes run over."""

    gap: Annotated[Keys64, "."]
    resume: Annotated[Keys64, "."]
    balance: Annotated[Keys64, "."]
    level: Annotated[Keys64, "."]
    breakoff: Annotated[Keys64, "."]
    procedural: Annotated[Keys64, "."]
    convene: Annotated[Keys64, "P"]
    rise: Annotated[Keys64, "P"]
    incident: Annotated[Keys64, "T"]
    offspring: Annotated[Keys64, "T"]
    scripted: Annotated[Keys64, "S"]
    delivery: Annotated[Keys64, "O"]
    accept: Annotated[Keys64, "PB"]
    formulate: Annotated[Keys64, "MB"]
    estimate: Annotated[Keys64, "MPI"]
    text: Annotated[Keys64, "MPB"]
    bridge: Annotated[Keys64, "PB"]
    ratify: Annotated[Keys64, "RB"]
    amend: Annotated[Keys64, "B"]
    collapse: Annotated[Keys64, "B"]
    departure: Annotated[Keys64, "M"]
    lever: Annotated[Keys64, "K"]


class PriorKind(Choice):
    """Shape of the range that a number of a scenario is drawn from."""

    FIXED = 0
    UNIFORM = 1
    TRIANGULAR = 2


class Pool(NamedTuple):
    """Numbers that experts were asked for: a row a piece of one expert's distribution of one number.

    A run takes all these numbers from one expert. A row counts where that expert is the one of the row, and the uniform
    of the number lies from `start` to below `stop`.
    """

    size: Ints  # (1,) how many experts there are
    chooser: Keys64  # (1,) key of the choice of the expert
    place: Ints  # (m,) where in theta the number lies
    expert: Ints  # (m,)
    start: Floats  # (m,)
    stop: Floats  # (m,)
    kind: Ints  # (m,) `PriorKind` of the piece
    low: Floats  # (m,)
    mode: Floats  # (m,)
    high: Floats  # (m,)
    key: Keys64  # (m,) key of the number

    def without(self, places: Ints) -> Pool:
        """The rows of all numbers but those at some places of theta."""
        rest = ~np.isin(self.place, places)
        return self._replace(**{name: getattr(self, name)[rest] for name in self._fields[2:]})


NO_POOL = Pool(
    size=np.zeros(1, dtype=np.int64),
    chooser=np.zeros(1, dtype=np.uint64),
    place=np.zeros(0, dtype=np.int64),
    expert=np.zeros(0, dtype=np.int64),
    start=np.zeros(0),
    stop=np.zeros(0),
    kind=np.zeros(0, dtype=np.int64),
    low=np.zeros(0),
    mode=np.zeros(0),
    high=np.zeros(0),
    key=np.zeros(0, dtype=np.uint64),
)
"""No number that experts were asked for."""


class Priors(NamedTuple):
    """Every number of `theta` with its range: `kind` is a `PriorKind`."""

    base: Floats  # (N,) theta with ranges at their mode
    place: Ints  # (n,) where in theta a ranged number lies
    kind: Ints  # (n,)
    low: Floats  # (n,)
    mode: Floats  # (n,)
    high: Floats  # (n,)
    key: Keys64  # (n,)
    pool: Pool = NO_POOL
