"""A NegMAS negotiator at the table: a party class that lets one bargain for a party, on the Mesa engine.

    import negmas
    from sim.interop.negmas_party import NegmasParty

    class Mine(NegmasParty):
        negotiators = {"northbank": negmas.BoulwareTBNegotiator}

    sim.run_ensemble("river-border", n=10, party_class=Mine)

The negotiator sees a basket as a discrete domain, its own utility function on it with the floor as reserved value, and
what is offered to it, rounded to the nearest listed points. Whether a party comes to the table, what it trusts, how it
hardens, and what it must have at the least stay the party's own: its floor and its red lines are checked before the
negotiator's answer counts. Needs the extra `negmas`.

NegMAS draws from the global generators of `random` and NumPy. While a negotiator decides, these stand where its own
stream of the run left them; afterwards they are as they were. So one seed gives one table, in any order of runs, any
worker and any process. A negotiator that draws from elsewhere (a generator of its own without a seed, the operating
system) is not covered: its tables differ under one seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.agents.party import Party
from sim.core.draws import threefry2x64
from sim.core.extras import describe_missing
from sim.core.jit import EPS
from sim.core.layout import Floats, W
from sim.interop.discrete import CROSSED
from sim.rules.value import crosses_red_line, value

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel
    from sim.agents.protocols import Basket, Talks

MakeNegotiator = Callable[[], Any]
"""Makes a fresh NegMAS SAO negotiator; a negotiator's class is one."""


def import_negmas() -> Any:
    """Import the module `negmas`. Raises ParleyError where it is not installed."""
    try:
        import negmas as module
    except ImportError:
        raise describe_missing("negmas", "tactics and exchange with NegMAS need it") from None
    return module


_BEYOND = 2**62
"""Step of the `accept` stream at which a negotiator's generators start; no planned step is as late."""


class Generators:
    """The generators of `random` and NumPy as one negotiator sees them, started at an address of the run."""

    def __init__(self, model: Talks, party: int, basket: int, seat: int):
        key = model.streams.accept[party, basket]
        words = threefry2x64(key, np.uint64(model.fate), np.uint64(_BEYOND), np.uint64(seat))
        self._python: Any = random.Random(int(words[0])).getstate()
        self._numpy: Any = np.random.RandomState(int(words[1]) % 2**32).get_state()

    @contextmanager
    def install(self) -> Iterator[None]:
        """Put the negotiator's generators in place of the global ones, for as long as it decides."""
        outside = random.getstate(), np.random.get_state()
        random.setstate(self._python)
        np.random.set_state(self._numpy)
        try:
            yield
        finally:
            self._python, self._numpy = random.getstate(), np.random.get_state()
            random.setstate(outside[0])
            np.random.set_state(outside[1])


class Seat:
    """A negotiator's place in the talks on one basket: `points` are the listed points of each issue."""

    def __init__(
        self, make: MakeNegotiator, party: Party, basket: Basket, points: list[Floats], steps: int, chance: Generators
    ):
        self.points, self.steps, self.rounds, self.turn, self.chance = points, steps, -1, 0, chance
        # Numbers, not texts: a set of texts has another order in every process.
        self.labels = [[float(f"{x:.12g}") for x in at] for at in points]
        with chance.install():
            self._join(make, party, basket)

    def _join(self, make: MakeNegotiator, party: Party, basket: Basket) -> None:
        """Make the negotiator and a mechanism around it that hands over its preferences."""
        module, steps = import_negmas(), self.steps
        names = party.model.names.issues[basket.slice]
        issues = [module.outcomes.CategoricalIssue(v, n) for v, n in zip(self.labels, names, strict=True)]
        space = module.make_os(issues)
        mechanism = module.sao.SAOMechanism(outcome_space=space, n_steps=steps)
        self.negotiator = make()
        mechanism.add(self.negotiator, ufun=self._build_ufun(module, space, party, basket))
        others = [other for other in basket.members if other is not party]
        for other in others:
            mechanism.add(module.sao.RandomNegotiator(name=other.name), ufun=None)
        self.size, self.state_class = len(basket.members), module.sao.SAOState
        ids = [negotiator.id for negotiator in mechanism.negotiators[1:]]
        self.ids = dict(zip([other.index for other in others], ids, strict=True))
        self.yes = module.ResponseType.ACCEPT_OFFER
        self.mechanism = mechanism
        # What a mechanism calls first: it hands over the preferences, then tells that talks start.
        self.negotiator._on_negotiation_start(self.make_state(0))

    def _build_ufun(self, module: Any, space: Any, party: Party, basket: Basket) -> Any:
        salience = party.salience[basket.slice]
        shares = salience / salience.sum() if salience.sum() > 0.0 else np.full(basket.size, 1.0 / basket.size)
        tables = []
        for k, at in enumerate(self.points):
            d, r, red = party.demand[basket.lo + k], party.reservation[basket.lo + k], party.red[basket.lo + k]
            worth = [value(float(x), d, r) for x in at]
            crossed = CROSSED / max(float(shares[k]), 1e-3)
            worth = [crossed if red and v < -EPS else v for v in worth]
            tables.append(module.preferences.TableFun(dict(zip(self.labels[k], worth, strict=True))))
        floor = min(party.floor[basket.index], 1.0)
        return module.LinearAdditiveUtilityFunction(
            tables, weights=shares.tolist(), outcome_space=space, reserved_value=floor, name=party.name
        )

    def make_state(self, step: int, offer: tuple[float, ...] | None = None, by: int | None = None) -> Any:
        """Make the state of a step for the negotiator: NegMAS's clock, (step + 1)/(steps + 1)."""
        time = min((step + 1) / (self.steps + 1), 1.0)
        return self.state_class(
            running=True,
            started=True,
            step=step,
            relative_time=time,
            n_negotiators=self.size,
            current_offer=offer,
            current_proposer=self.ids.get(-1 if by is None else by),
        )

    def find_nearest(self, package: Floats) -> tuple[float, ...]:
        """Find the listed outcome nearest to a package (n,) on every issue."""
        pairs = zip(self.points, self.labels, package, strict=True)
        return tuple(labels[int(np.argmin(np.abs(at - x)))] for at, labels, x in pairs)

    def propose(self, step: int) -> Floats | None:
        """Return the package that the negotiator offers; None if it has nothing to offer."""
        with self.chance.install():
            outcome = self.negotiator.propose(self.make_state(step))
        outcome = getattr(outcome, "outcome", outcome)
        if outcome is None:
            return None
        points = zip(self.points, self.labels, outcome, strict=True)
        return np.array([at[labels.index(label)] for at, labels, label in points])

    def accepts(self, step: int, package: Floats, by: int) -> bool:
        """The negotiator's answer to a package offered by a party's index."""
        state = self.make_state(step, self.find_nearest(package), by)
        source = state.current_proposer
        with self.chance.install():
            self.negotiator.on_partner_proposal(state, source, state.current_offer)
            answer = self.negotiator.respond(state, source)
        return bool(getattr(answer, "response", answer) == self.yes)


class NegmasParty(Party):
    """A party whose offers and answers come from a NegMAS negotiator if `negotiators` names it."""

    negotiators: ClassVar[Mapping[str, MakeNegotiator]] = {}
    points: ClassVar[Mapping[str, Sequence[float]]] = {}
    """Points of an issue that the negotiator may name; an even grid of `levels` where nothing is given."""
    levels: ClassVar[int] = 11
    steps: ClassVar[int | None] = None
    """NegMAS steps that the negotiator reckons with; else those that fit into the party's deadline."""

    def __init__(self, model: NegotiationModel, name: str, index: int):
        super().__init__(model, name, index)
        self._seats: dict[int, Seat] = {}
        self._times: dict[int, int] = {}  # how often a negotiator sat down on a basket
        self._requested = False

    def prepare(self, basket: Basket) -> None:
        """As any party; the negotiator sits down the first time."""
        super().prepare(basket)
        if self.name in self.negotiators and self.floor[basket.index] <= 1.0 + EPS:
            seat = self._seats.get(basket.index)
            if seat is None:
                seat = self._seats[basket.index] = self._sit_down(basket)
            seat.rounds += 1

    def _sit_down(self, basket: Basket) -> Seat:
        grid = np.linspace(0.0, 1.0, self.levels)
        names = self.model.names.issues[basket.slice]
        points = [np.asarray(self.points.get(name, grid), dtype=np.float64) for name in names]
        steps = self.steps
        if steps is None:
            rounds = self.deadline / self.model.world[W.CALENDAR_GAP_SCALE]
            steps = max(1, math.ceil(rounds * self.model.structure.exchanges / len(basket.members)))
        times = self._times[basket.index] = self._times.get(basket.index, 0) + 1
        chance = Generators(self.model, self.index, basket.index, times)
        return Seat(self.negotiators[self.name], self, basket, points, steps, chance)

    def restart(self) -> None:
        """Return from abeyance as any party; the negotiator starts anew too."""
        super().restart()
        self._seats.clear()

    def _count_steps(self, seat: Seat, answering: bool) -> int:
        """NegMAS counts a step when everybody had a turn; whoever answers first in a turn is in the next one."""
        turns = seat.rounds * self.model.structure.exchanges + seat.turn + int(answering)
        return turns // seat.size

    def level_at(self, basket: Basket, turn: int) -> float:
        """As any party; remembers the turn, for which an offer is asked next."""
        self._note_turn(basket, turn, True)
        return super().level_at(basket, turn)

    def next_utility(self, basket: Basket, turn: int) -> float:
        """As any party; remembers the turn, in which an answer is asked next."""
        threshold = super().next_utility(basket, turn)
        self._note_turn(basket, turn, False)
        return threshold

    def _note_turn(self, basket: Basket, turn: int, requested: bool) -> None:
        """Remember the turn of an exchange on a basket, and whether an offer is asked next."""
        self._requested = requested
        if basket.index in self._seats:
            self._seats[basket.index].turn = turn

    def make_offer(self, basket: Basket, level: float) -> Floats:
        """The negotiator's offer; the last one stands when the round is over or it has none."""
        seat = self._seats.get(basket.index)
        if seat is None:
            return super().make_offer(basket, level)
        requested, self._requested = self._requested, False
        package = seat.propose(self._count_steps(seat, False)) if requested else None
        if package is not None:
            self.offer[basket.slice] = package
        return self.offer[basket.slice]

    def accept(self, basket: Basket, package: Floats, threshold: float, u: Callable[[], float]) -> bool:
        """The negotiator's answer, once no red line is crossed and the floor is reached."""
        seat = self._seats.get(basket.index)
        if seat is None:
            return super().accept(basket, package, threshold, u)
        s = basket.slice
        if crosses_red_line(package, self.demand[s], self.reservation[s], self.red[s]):
            return False
        whole = self.offer.copy()
        whole[s] = package
        if self.utility_of(basket, whole) < self.floor[basket.index] - EPS:
            return False
        return seat.accepts(self._count_steps(seat, True), package, self._find_proposer(basket))

    def _find_proposer(self, basket: Basket) -> int:
        members = basket.members
        return members[(self.model.held + self._seats[basket.index].turn) % len(members)].index
