"""Where each number of a scenario lies in the arrays that both engines read.

All numbers of one run are one flat vector `theta`, cut into *blocks*: `theta.party[PARTY.DEADLINE, p]`. A block names
its dimensions by letters (P parties, I issues, B baskets, M mediators, V venues, K levers, T incident types,
O obligations, R ratifiers) and, for every field, the scenario path the number comes from. Nothing else in the project
knows positions in `theta`; issues are ordered basket by basket, so a basket's issues are one contiguous slice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.fields import WORLD_PATHS, paths
from sim.core.fields import W as W

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys64 = npt.NDArray[np.uint64]


class _Party(NamedTuple):
    SIDE: int
    DEADLINE: int
    COMPLIANCE: int
    K0: int
    BETA: int
    SHARE: int
    WEIGHT: int
    RATE: int
    STEP: int


class _PartyIssue(NamedTuple):
    DEMAND: int
    RESERVATION: int
    SALIENCE: int
    ANNOUNCED: int
    CONCEDED: int
    AGE: int
    WITHDRAWN: int
    QUANTILE: int


class _Dyad(NamedTuple):
    TRUST: int
    BASELINE: int
    AUTHORITY: int


class _Mediator(NamedTuple):
    FACILITATION: int
    FORMULATION: int
    MANIPULATION: int
    INSIGHT: int
    LEVERAGE: int
    GUARANTEE: int
    DEPARTURE: int


class _Venue(NamedTuple):
    INSULATION: int
    PUBLICITY: int


class _Lever(NamedTuple):
    THRESHOLD: int
    RATE_ON: int
    RATE_OFF: int
    BALANCE: int


class _LeverParty(NamedTuple):
    RELIEF: int
    PRESSURE: int


class _Incident(NamedTuple):
    RATE: int
    DECAY: int
    SURGE: int
    SEVERITY: int
    COST: int
    HARDENING: int


class _Ratifier(NamedTuple):
    REACH: int
    STATUS_QUO: int


PARTY = _Party(*range(len(_Party._fields)))
PI = _PartyIssue(*range(len(_PartyIssue._fields)))
DYAD = _Dyad(*range(len(_Dyad._fields)))
MEDIATOR = _Mediator(*range(len(_Mediator._fields)))
VENUE = _Venue(*range(len(_Venue._fields)))
LEVER = _Lever(*range(len(_Lever._fields)))
LEVER_PARTY = _LeverParty(*range(len(_LeverParty._fields)))
INCIDENT = _Incident(*range(len(_Incident._fields)))
RATIFIER = _Ratifier(*range(len(_Ratifier._fields)))


class Theta(NamedTuple):
    """One run's numbers: views into the flat vector, first axis the field, then the entities."""

    world: Floats
    party: Floats
    party_issue: Floats
    dyad: Floats
    exposure: Floats
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


class Block(NamedTuple):
    """A block of `theta`: its dimensions beside the field axis, and one scenario path per field.

    In a path `{0}` is the name along the first dimension, `{1}` along the second: `branching[i, j]` (type i set off by
    one of type j) is written down with j.
    """

    name: str
    dims: str
    paths: tuple[str, ...]


BLOCKS = (
    Block("world", "", WORLD_PATHS),
    Block(
        "party",
        "P",
        paths("parties.{0}", "side deadline compliance")
        + paths("parties.{0}.concession", "k0 beta share weight rate step"),
    ),
    Block(
        "party_issue",
        "PI",
        paths("parties.{0}.issues.{1}", "demand reservation salience announced conceded age withdrawn quantile"),
    ),
    Block("dyad", "PP", ("parties.{0}.trust.{1}", "parties.{0}.trust_baseline.{1}", "parties.{0}.authority.{1}")),
    Block("exposure", "PB", ("baskets.{1}.exposure.{0}",)),
    Block(
        "mediator",
        "M",
        paths("mediators.{0}.styles", "facilitation formulation manipulation")
        + paths("mediators.{0}", "insight leverage guarantee departure"),
    ),
    Block("leaning", "MP", ("mediators.{0}.leaning.{1}",)),
    Block("venue", "V", paths("venues.{0}", "insulation publicity")),
    Block("acceptability", "VP", ("venues.{0}.acceptability.{1}",)),
    Block("lever", "K", paths("sponsors.{0}", "threshold rate_on rate_off balance")),
    Block("lever_party", "KP", ("sponsors.{0}.relief.{1}", "sponsors.{0}.pressure.{1}")),
    Block("incident", "T", paths("incidents.{0}", "rate decay surge severity cost hardening")),
    Block("branching", "TT", ("incidents.{1}.excites.{0}",)),
    Block("attribution", "TPP", ("incidents.{0}.attribution.{1}.{2}",)),
    Block("due", "O", ("baskets.{0}.due",)),
    Block("blame", "OP", ("baskets.{0}.blame.{1}",)),
    Block("ratifier", "R", paths("parties.{0}", "reach status_quo")),
)


class Structure(NamedTuple):
    """What is not a ranged number: counts, links between entities, switches, dates as days from the start.

    Counts are single integers; tables hold one row an entry. `-1` means none, `inf` a day that never comes.
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
    venue_rule: int
    venue_order: Ints  # (n,) venues that may be used, in order
    venue_host: Ints  # (V,) mediator or -1
    first_issue: Ints  # (B + 1,) basket b holds issues first_issue[b]:first_issue[b + 1]
    stake: Ints  # (P, B) 1 where the party has a say in the basket
    seat: Ints  # (P,) 1 where the party must come to a round
    red: Ints  # (P, I) red lines
    derived: Ints  # (P, I) 1 where the reservation point follows from a documented concession
    basket_code: Ints  # (B,) outcome code
    basket_level: Ints  # (B,)
    ratified: Ints  # (B,)
    renewable: Ints  # (B,)
    obligated: Ints  # (B, P) whose compliance the others depend on
    obligation_basket: Ints  # (O,)
    obligation_doer: Ints  # (O,)
    concession_rule: Ints  # (P,)
    mandate: Ints  # (n, 3) party, basket, level
    mandate_day: Floats  # (n,) from which day on
    precondition: Ints  # (n, 5) party, basket, kind, target, sequencing issue
    condition: Ints  # (n, 3) party, kind, target: what must hold before a party meets
    document_day: Floats  # (D,)
    document_round: Ints  # (D,) 0: none
    attends: Ints  # (M,) 1 always, 0 where it hosts
    leaves: Floats  # (M,) day
    text_rule: Ints  # (M,)
    lever_kind: Ints  # (K,)
    lever_when: Ints  # (K,)
    lever_on: Floats  # (K,) day
    lever_off: Floats  # (K,) day
    offended: Ints  # (T, P)
    surge_mode: Ints  # (T,)
    scripted_type: Ints  # (n,) in order of day
    scripted_day: Floats  # (n,)
    ratifier_party: Ints  # (R,)
    ratifier_basket: Ints  # (R, B) 1 where it must approve


class Streams(NamedTuple):
    """Keys of every stream of draws, addressed by the names of the entities that make them."""

    gap: Keys64  # (1,)
    resume: Keys64  # (1,)
    balance: Keys64  # (1,)
    level: Keys64  # (1,)
    procedural: Keys64  # (1,)
    convene: Keys64  # (P,)
    rise: Keys64  # (P,)
    incident: Keys64  # (T,)
    offspring: Keys64  # (T,)
    scripted: Keys64  # (n,) as `scripted_day`
    delivery: Keys64  # (O,)
    accept: Keys64  # (P, B)
    formulate: Keys64  # (M, B)
    estimate: Keys64  # (M, P, I)
    text: Keys64  # (M, P, B)
    ratify: Keys64  # (R, B)
    amend: Keys64  # (B,)
    collapse: Keys64  # (B,)
    departure: Keys64  # (M,)
    lever: Keys64  # (K,)


class Priors(NamedTuple):
    """Every number of `theta` with its range: `kind` 0 fixed, 1 uniform, 2 triangular."""

    base: Floats  # (N,) theta with ranges at their mode
    place: Ints  # (n,) where in theta a ranged number lies
    kind: Ints  # (n,)
    low: Floats  # (n,)
    mode: Floats  # (n,)
    high: Floats  # (n,)
    key: Keys64  # (n,)
