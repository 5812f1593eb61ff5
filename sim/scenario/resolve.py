"""From a resolved scenario to the arrays of a run: numbers and ranges, links between entities, keys of the streams."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.core.choices import check_dispatchers
from sim.core.declarations import Block
from sim.core.fields import BLOCKS
from sim.core.layout import Floats, Ints, Priors, Streams, Structure, Theta
from sim.rules.agenda import Bars, Condition
from sim.rules.choices import MODEL
from sim.rules.concession import ConcessionRule
from sim.rules.decision import DecisionRule
from sim.rules.levers import LeverKind, LeverTrigger
from sim.rules.mediation import TextRule
from sim.rules.spoilers import SurgeMode
from sim.rules.venue import VenueRule
from sim.scenario.ladder import Ladder
from sim.scenario.names import Names
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.pool import build_pool
from sim.scenario.schema import Predicate, Scenario
from sim.scenario.settlement import Basket, Decision
from sim.scenario.streams import prior_key, streams


@dataclass(frozen=True)
class Problem:
    """Everything an engine needs to run a scenario: no names inside the arrays, all names in `names`."""

    names: Names
    structure: Structure
    priors: Priors
    streams: Streams
    paths: tuple[str, ...]  # the scenario path of every number of theta, in order
    experts: tuple[str, ...] = ()  # who was asked for numbers, in the order of their indices

    def with_offers(self) -> Problem:
        """The same problem with the offers of all parties in every row of a planned round; draws stay as they are."""
        x = self.structure
        return replace(self, structure=x._replace(offer_issues=x.issues, offer_stakes=x.issues * x.parties))

    def with_days(self, days: Sequence[int]) -> Problem:
        """The same problem with other days of measurement, ascending; draws stay as they are."""
        texts = tuple(map(str, days))
        both = tuple(f"{basket}_d{day}" for basket in self.names.baskets for day in texts)
        names = replace(self.names, measure_days=texts, basket_days=both)
        at = np.array(days, dtype=np.float64)
        structure = self.structure._replace(measure_day=at, measure_days=len(texts), basket_days=len(both))
        return replace(self, names=names, structure=structure)


def resolve(scenario: Scenario, seed: int) -> Problem:
    """The arrays of a scenario under a seed."""
    check_dispatchers()
    names = Names.of(scenario)
    known = {flat(path): number for path, number in iterate_numbers(scenario)}
    if not scenario.model.urgency:
        known = {path: number for path, number in known.items() if ".urgency." not in path}
    paths = tuple(_theta_paths(names))
    used = {path: known[path] for path in paths if path in known and known[path].experts}
    experts = tuple(dict.fromkeys(judgement.expert for number in used.values() for judgement in number.experts))
    priors = _priors(paths, known, seed)
    if experts:
        priors = priors._replace(pool=build_pool(paths, used, experts, seed))
    return Problem(names, _structure(scenario, names), priors, streams(names, seed), paths, experts)


_CONTAINERS = {("sponsors", "levers"), ("baskets", "obligations"), ("parties", "ratifiers")}


def flat(path: Sequence[str]) -> str:
    """A scenario path as the layout writes it: without the container of a lever, an obligation or a ratifier.

    An entity may be called like a container, which is known by its place.
    """
    shortened = [*path[:2], *path[3:]] if len(path) > 3 and (path[0], path[2]) in _CONTAINERS else path
    return ".".join(shortened)


def shapes(names: Names) -> list[tuple[Block, tuple[int, ...]]]:
    """Every block of theta with its shape, the field axis first."""
    return [(block, (len(block.paths), *(len(names.by_letter(d)) for d in block.dims))) for block in BLOCKS]


def _theta_paths(names: Names) -> Iterator[str]:
    for block in BLOCKS:
        for path in block.paths:
            for combination in itertools.product(*(names.by_letter(d) for d in block.dims)):
                yield path.format(*combination)


_KINDS = {"uniform": 1, "triangular": 2}


def _priors(paths: tuple[str, ...], known: dict[str, Number], seed: int) -> Priors:
    """Base vector and the table of ranges. An absent number is 0; an absent `announced` or precedent is NaN."""
    base = np.zeros(len(paths))
    ranged: list[tuple[int, Number]] = []
    for n, path in enumerate(paths):
        number = known.get(path)
        if number is None:
            base[n] = np.nan if path.endswith(".announced") or path.startswith("precedents.") else 0.0
        else:
            base[n] = number.mode
            if number.shape in _KINDS:
                ranged.append((n, number))
    return Priors(
        base=base,
        place=np.array([n for n, _ in ranged], dtype=np.int64),
        kind=np.array([_KINDS[number.shape] for _, number in ranged], dtype=np.int64),
        low=np.array([number.low for _, number in ranged]),
        mode=np.array([number.mode for _, number in ranged]),
        high=np.array([number.high for _, number in ranged]),
        key=np.array([prior_key(seed, paths[n]) for n, _ in ranged], dtype=np.uint64),
    )


def theta_views(flat: Floats, names: Names) -> Theta:
    """The flat vector cut into blocks (views, no copies)."""
    views, at = [], 0
    for _, shape in shapes(names):
        size = int(np.prod(shape))
        views.append(flat[at : at + size].reshape(shape if len(shape) > 1 else (size,)))
        at += size
    return Theta(*views)


def _ints(rows: list[list[int]] | list[int], width: int | None = None) -> Ints:
    array = np.array(rows, dtype=np.int64)
    return array.reshape(-1, width) if width else array.reshape(-1)


def _structure(s: Scenario, n: Names) -> Structure:
    def day(date: datetime.date | None, absent: float) -> float:
        return absent if date is None else float((date - s.start).days)

    level = {name: k for k, name in enumerate(s.levels)}
    party = {name: k for k, name in enumerate(n.parties)}
    basket = {name: k for k, name in enumerate(n.baskets)}
    issue = {name: k for k, name in enumerate(n.issues)}

    def bars(own: str | None) -> int:
        return Bars.of(own or s.model.bars)

    incidents = list(s.incidents.values())
    mandates = sorted(
        (day(m.since, -np.inf), party[p], basket[b], level[m.level], bars(m.bars))
        for p, x in s.parties.items()
        for m in x.mandate or []
        for b in m.baskets
    )
    scripted = sorted((day(date, 0.0), k) for k, x in enumerate(incidents) for date in x.scripted)
    levers = [s.sponsors[k.split(".")[0]].levers[k.split(".")[1]] for k in n.levers]
    obligations = [s.baskets[k.split(".")[0]].obligations[k.split(".")[1]] for k in n.obligations]
    ratifiers = [s.parties[k.split(".")[0]].ratifiers[k.split(".")[1]] for k in n.ratifiers]
    stake = np.zeros((len(party), len(basket)), dtype=np.int64)
    red, derived = np.zeros((2, len(party), len(issue)), dtype=np.int64)
    for p, x in s.parties.items():
        for i, held in x.issues.items():
            stake[party[p], basket[s.issues[i].basket]] = 1
            red[party[p], issue[i]] = held.red_line
            derived[party[p], issue[i]] = held.conceded is not None
    obligated = stake.T.copy()
    for b, entry in enumerate(s.baskets.values()):
        doers = [party[o.doer] for o in entry.obligations.values()]
        if doers:
            obligated[b] = 0
            obligated[b, doers] = 1
    first = [sum(s.issues[i].basket in n.baskets[:b] for i in n.issues) for b in range(len(basket) + 1)]
    order = s.venue_choice.order or list(n.venues)
    decisions = [basket.decision or s.decision or _UNANIMITY for basket in s.baskets.values()]
    veto, side, weight = _list_votes(decisions, n)
    return Structure(
        parties=len(party),
        issues=len(issue),
        baskets=len(basket),
        mediators=len(n.mediators),
        venues=len(n.venues),
        levers=len(levers),
        incidents=len(incidents),
        obligations=len(obligations),
        ratifiers=len(ratifiers),
        levels=len(level),
        start_level=level[s.start_level],
        postponement_limit=int(s.calendar.postponement_limit.mode),
        exchanges=int(s.calendar.exchanges_per_round.mode),
        max_steps=int(s.calendar.max_steps.mode),
        measure_days=len(s.calendar.measure_days),
        basket_days=len(n.basket_days),
        detail=len(n.detail),
        detail_baskets=len(n.detail_baskets),
        offer_issues=0,
        offer_stakes=0,
        venue_rule=VenueRule.of(s.venue_choice.rule),
        **{name: choice.of(getattr(s.model, name)) for name, choice in MODEL.items()},
        venue_order=_ints([n.venues.index(v) for v in order]),
        venue_host=_ints([n.mediators.index(v.host) if v.host else -1 for v in s.venues.values()]),
        first_issue=_ints(first),
        stake=stake,
        seat=_ints([int(not x.observer) for x in s.parties.values()]),
        enters=np.array([day(x.enters.date, 0.0) if x.enters else -np.inf for x in s.parties.values()]),
        red=red,
        derived=derived,
        basket_code=_ints([n.ladder.codes.index(b.code) for b in s.baskets.values()]),
        decision=_ints([DecisionRule.of(own.rule) for own in decisions]),
        decision_share=np.array([own.share or 0.0 for own in decisions]),
        veto=veto,
        vote_side=side,
        vote_weight=weight,
        basket_level=_ints([level[b.level] for b in s.baskets.values()]),
        basket_bars=_ints([bars(b.bars) for b in s.baskets.values()]),
        spoils=_ints([int(_spoils(b, n.ladder)) for b in s.baskets.values()]),
        urgent_since=np.array([day(b.urgency.since, 0.0) if b.urgency else 0.0 for b in s.baskets.values()]),
        war_days=np.array([-day(s.war.since, 0.0) if s.war and s.model.war else 0.0]),
        measure_day=np.array(sorted(s.calendar.measure_days), dtype=np.float64),
        ratified=_ints([int(b.ratified) for b in s.baskets.values()]),
        renewable=_ints([int(b.renewable) for b in s.baskets.values()]),
        obligated=obligated,
        obligation_basket=_ints([basket[k.split(".")[0]] for k in n.obligations]),
        obligation_doer=_ints([party[o.doer] for o in obligations]),
        concession_rule=_ints([ConcessionRule.of(x.concession.rule) for x in s.parties.values()]),
        mandate=_ints([[p, b, at, what] for _, p, b, at, what in mandates], 4),
        mandate_day=np.array([since for since, *_ in mandates], dtype=np.float64),
        precondition=_ints(
            [
                [
                    party[p],
                    basket[c.basket],
                    *_predicate(c.requires, n),
                    issue[c.sequencing] if c.sequencing else -1,
                    bars(c.bars),
                ]
                for p, x in s.parties.items()
                for c in x.preconditions
            ],
            6,
        ),
        condition=_ints([[party[p], *_predicate(c, n)] for p, x in s.parties.items() for c in x.meets_only_if], 3),
        document_day=np.array([day(d.handed, np.inf) for d in s.documents.values()], dtype=np.float64),
        document_round=_ints([d.round or 0 for d in s.documents.values()]),
        attends=_ints([int(m.attends == "always") for m in s.mediators.values()]),
        leaves=np.array([day(m.leaves, np.inf) for m in s.mediators.values()], dtype=np.float64),
        text_rule=_ints([TextRule.of(m.text) for m in s.mediators.values()]),
        lever_kind=_ints([LeverKind.of(k.kind) for k in levers]),
        lever_when=_ints([LeverTrigger.of(k.when or "moving") for k in levers]),
        lever_on=np.array([day(k.on, np.inf) for k in levers], dtype=np.float64),
        lever_off=np.array([day(k.off, np.inf) for k in levers], dtype=np.float64),
        offended=_ints([[int(p in x.offended) for p in n.parties] for x in incidents], len(party)),
        surge_mode=_ints([SurgeMode.of(x.surge_mode) for x in incidents]),
        scripted_type=_ints([k for _, k in scripted]),
        scripted_day=np.array([at for at, _ in scripted], dtype=np.float64),
        ratifier_party=_ints([party[k.split(".")[0]] for k in n.ratifiers]),
        ratifier_basket=_ints(
            [[int(r.baskets is None or b in r.baskets) for b in n.baskets] for r in ratifiers], len(basket)
        ),
    )


_UNANIMITY = Decision(rule=DecisionRule.UNANIMITY.label)


def _list_votes(decisions: list[Decision], n: Names) -> tuple[Ints, Ints, Floats]:
    """Veto, side and weight of every party on every basket, by the decision rule of the basket."""
    size = (len(n.parties), len(n.baskets))
    veto, side, weight = np.zeros(size, dtype=np.int64), np.full(size, -1, dtype=np.int64), np.ones(size)
    for b, own in enumerate(decisions):
        for p, name in enumerate(n.parties):
            veto[p, b] = name in own.vetoes
            sides = [k for k, side in enumerate(own.sides.values()) if name in side]
            side[p, b] = next(iter(sides), 0 if not own.sides and name not in own.vetoes else -1)
            weight[p, b] = own.weights.get(name, 1.0)
    return veto, side, weight


def _spoils(basket: Basket, ladder: Ladder) -> bool:
    """Whether spoilers answer a deal in sight on a basket: by default from the rung on that the ladder marks."""
    return ladder.codes.index(basket.code) >= ladder.spoilers if basket.spoils is None else basket.spoils


def _predicate(p: Predicate, n: Names) -> tuple[int, int]:
    """Kind and target of a condition, as the layout numbers them."""
    if p.settled is not None:
        return Condition.SETTLED, n.baskets.index(p.settled)
    if p.delivered is not None:
        return Condition.DELIVERED, n.baskets.index(p.delivered)
    if p.document is not None:
        return Condition.DOCUMENT, n.documents.index(p.document)
    if p.lever_on is not None:
        return Condition.LEVER_ON, n.levers.index(p.lever_on)
    return Condition.LEVER_OFF, n.levers.index(str(p.lever_off))
