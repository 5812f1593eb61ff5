"""Fearon's bargaining range and his offer under private costs; two random reservation points; Chatterjee-Samuelson."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.model import NegotiationModel, play
from sim.agents.party import Party
from sim.analysis.game import at, games
from sim.analysis.linear import Programme
from sim.core.columns import run_columns
from sim.core.layout import PI
from sim.results.plan import chunks, plan
from sim.scenario.resolve import resolve

FEARON = "Fearon 1995"
CHATTERJEE = "Chatterjee & Samuelson 1983"


def ends(game) -> tuple[float, float]:
    """Least and greatest point that both would rather have than none; NaN where there is none."""
    found = []
    for sign in (-1.0, 1.0):
        programme = Programme(game)
        goal = np.zeros(programme.utility.shape[1])
        goal[0] = sign
        best = programme.maximise(goal)
        found.append(float("nan") if best is None else sign * best[0])
    return found[0], found[1]


def test_bargaining_range(claim, shipped_case):
    """p .6, costs .1 and .15: the floors are .5 for A and .25 for B."""
    case = shipped_case("crisis").with_changes({"baskets.good.exposure.b": 0.25})
    low, high = ends(games(at(resolve(case.scenario, 0), 0))[0])
    costless = case.with_changes({"baskets.good.exposure.a": 0.6, "baskets.good.exposure.b": 0.4})
    none = ends(games(at(resolve(costless.scenario, 0), 0))[0])
    for name, expected, got, control in (("lower", 0.5, low, none[0]), ("upper", 0.75, high, none[1])):
        claim(
            "Crisis bargaining", f"{name} end of the bargaining range, p .6, costs .1 and .15", FEARON,
            expected, got, 1e-9, through="sim.analysis", control="war without cost", control_got=control,
        )  # fmt: skip


class Gambler(Party):
    """A offers what gives it most on average, knowing the range of what war is worth to B, not its value."""

    def make_offer(self, basket, level):
        if self.index != 0:
            return super().make_offer(basket, level)
        low, high = self.model.belief
        grid = np.linspace(0.0, 1.0, 20001)
        # B takes an offer x of the good to A if 1 - x is worth at least war to it.
        taken = np.clip((1.0 - grid - low) / (high - low), 0.0, 1.0)
        gain = taken * grid + (1.0 - taken) * self.floor[basket.index]
        self.offer[basket.slice] = grid[int(np.argmax(gain))]
        return self.offer[basket.slice]


class Costless(Gambler):
    """Wrong: A forgets what war is worth to it, and reckons with nothing."""

    def make_offer(self, basket, level):
        kept = self.floor[basket.index]
        self.floor[basket.index] = 0.0
        offered = super().make_offer(basket, level)
        self.floor[basket.index] = kept
        return offered


def wars(loaded, mind: type[Party], runs: int) -> tuple[float, float]:
    """A's offer, and the share of runs in which it is refused."""
    assumed = loaded.scenario.baskets["good"].exposure["b"]
    problem = resolve(loaded.scenario, 17)
    refused, offer = 0, float("nan")
    for k in range(runs):
        model = started(problem, k, mind, (assumed.low, assumed.high))
        refused += not model.baskets[0].settled
        offer = float(model.parties[0].offer[0]) if not model.baskets[0].settled else float(model.package[0])
    return offer, refused / runs


def started(problem, k: int, mind: type[Party], known: tuple[float, float]) -> NegotiationModel:
    """One run in which A knows the range of what war is worth to B, as the scenario assumes it."""
    model = NegotiationModel(problem, k, k, mind)
    model.belief = known
    while model.running:
        model.step()
    return model


RUNS = 6000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("p", "cost", "most", "offer", "war"), [(0.6, 0.1, 0.4, 0.75, 0.375), (0.5, 0.05, 0.15, 0.55, 1.0 / 3.0)]
)
def test_offer_under_private_costs(claim, shipped_case, share_within, p, cost, most, offer, war):
    low, high = 1.0 - p - most, 1.0 - p
    case = shipped_case("crisis").with_changes(
        {"baskets.good.exposure.a": p - cost, "baskets.good.exposure.b": {"assumed": [max(low, 0.0), high], "why": "x"}}
    )
    got, share = wars(case, Gambler, RUNS)
    control, control_share = wars(case, Costless, RUNS)
    where = f"p {p:g}, own cost {cost:g}, the other's cost to {most:g}"
    claim(
        "Crisis bargaining", f"offer, {where}", FEARON, offer, got, 1e-4,
        through="talks", control="A forgets what war is worth to it", control_got=control,
    )  # fmt: skip
    claim(
        "Crisis bargaining", f"chance of war, {where}", FEARON, war, share, share_within(war, RUNS),
        through=f"talks, {RUNS} runs", control="A forgets what war is worth to it", control_got=control_share,
    )  # fmt: skip


@pytest.mark.slow
def test_no_war_where_the_other_s_doubt_is_small(claim, shipped_case):
    """C ≤ own cost: A offers p, which the other always takes."""
    case = shipped_case("crisis").with_changes(
        {"baskets.good.exposure.a": 0.4, "baskets.good.exposure.b": {"assumed": [0.3, 0.5], "why": "x"}}
    )
    offer, share = wars(case, Gambler, 1000)
    # own cost .1, the other's to .2: C > cA would give a chance of .25
    risky = case.with_changes({"baskets.good.exposure.a": 0.2})
    safe_offer, safe = wars(risky, Gambler, 1000)
    claim(
        "Crisis bargaining", "chance of war, own cost .3, the other's to .2", FEARON, 0.0, safe, 0.0,
        through="talks, 1000 runs", control="own cost .1", control_got=share,
    )  # fmt: skip
    claim(
        "Crisis bargaining", "offer, p .5, own cost .3, the other's to .2", FEARON, 0.5, safe_offer, 1e-4,
        through="talks", control="own cost .1", control_got=offer,
    )  # fmt: skip


def test_commitment_makes_peace_impossible(claim, shipped_case):
    """Who expects the other not to comply can accept nothing: F = (1 - π)/π · L > 1 although all gain by peace."""
    case = shipped_case("crisis").with_changes({"baskets.good.exposure.b": 0.25})
    for trust, expected in ((0.5, 1.0), (0.3, 0.0)):
        shares = [zone(case.with_changes({"parties.*.trust.*": value, "baskets.good.exposure.a": 0.5}), 50)
                  for value in (trust, 0.8 - trust)]  # fmt: skip
        claim(
            "Crisis bargaining", f"room for a settlement with a chance of {trust:g} that the other complies", FEARON,
            expected, shares[0], 0.0, through="compiled", control=f"a chance of {0.8 - trust:g}", control_got=shares[1],
        )  # fmt: skip


def raw(loaded, n: int, seed: int = 5) -> dict[str, np.ndarray]:
    """Columns of an ensemble of the compiled engine."""
    job = plan(loaded, n, seed)
    rows = np.concatenate([chunk.runs.copy() for chunk in chunks(job)])
    return {name: rows[:, k] for k, (name, _) in enumerate(run_columns(job.problem.names))}


def zone(loaded, n: int) -> float:
    """Share of runs in which there was room for a settlement."""
    columns = raw(loaded, n)
    return float(next(value for name, value in columns.items() if name.startswith("zone_")).mean())


def test_two_random_reservation_points(claim, shipped_case, share_within):
    case, n = shipped_case("two-reservations"), 40000
    skewed = case.with_changes({"parties.buyer.issues.price.reservation": {"assumed": [0.05, 0.65], "why": "x"}})
    claim(
        "Two reservation points", "chance of a zone of agreement, both uniform", "elementary", 0.5, zone(case, n),
        share_within(0.5, n), through=f"compiled, {n} runs", control="buyer's from a shorter stretch",
        control_got=zone(skewed, n),
    )  # fmt: skip


def widths(loaded, n: int) -> np.ndarray:
    """Width of the zone as a share of the stretch, in those of n draws that have one."""
    found = []
    problem = resolve(loaded.scenario, 9)
    for k in range(n):
        model = at(problem, k)
        buyer, seller = (party.reservation[0] for party in model.parties)
        if buyer > seller:
            low, high = ends(games(model)[0])
            found.append((high - low) / 0.9)
    return np.array(found)


@pytest.mark.slow
def test_mean_width_of_the_zone(claim, shipped_case):
    case, n = shipped_case("two-reservations"), 2000
    sample = widths(case, n)
    pointed = {"assumed": [0.05, 0.5, 0.95], "why": "x"}
    wrong = widths(case.with_changes({"parties.*.issues.price.reservation": pointed}), n)
    allowed = 4.4172 * float(sample.std(ddof=1)) / np.sqrt(sample.size)
    claim(
        "Two reservation points", "mean width of a zone, given one", "elementary", 1.0 / 3.0, float(sample.mean()),
        allowed, through=f"sim.analysis, {n} draws", control="triangular for uniform", control_got=float(wrong.mean()),
    )  # fmt: skip


class Bidder(Party):
    """Sealed bids in the linear equilibrium: 2/3 v + 1/12 and 2/3 c + 1/4, on the stretch .05 to .95 of the scale."""

    slope, up, down = 2.0 / 3.0, 1.0 / 12.0, 1.0 / 4.0

    def bid(self) -> float:
        own = (self.model.theta.party_issue[PI.RESERVATION, self.index, 0] - 0.05) / 0.9
        return self.slope * own + (self.up if self.index == 0 else self.down)

    def make_offer(self, basket, level):
        other = self.model.parties[1 - self.index]
        self.offer[basket.slice] = 0.05 + 0.9 * 0.5 * (self.bid() + other.bid())
        return self.offer[basket.slice]

    def accept(self, basket, package, threshold, u):
        buyer, seller = self.model.parties
        return buyer.bid() >= seller.bid()


class Truthful(Bidder):
    """Wrong: bids what the good is worth."""

    slope, up, down = 1.0, 0.0, 0.0


def traded(loaded, mind: type[Party], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether there was trade, and the gain from it, in each of n runs."""
    problem = resolve(loaded.scenario, 23)
    trade, gain = np.zeros(n), np.zeros(n)
    for k in range(n):
        model = play(problem, k, k, mind)
        if model.baskets[0].settled:
            buyer, seller = (party.reservation[0] for party in model.parties)
            trade[k], gain[k] = 1.0, (buyer - seller) / 0.9
    return trade, gain


@pytest.mark.slow
def test_sealed_bids(claim, shipped_case, share_within):
    case, n = shipped_case("two-reservations"), 8000
    (trade, gain), (honest, honest_gain) = traded(case, Bidder, n), traded(case, Truthful, n)
    claim(
        "Two reservation points", "sealed bids, linear equilibrium: chance of trade", CHATTERJEE, 9.0 / 32.0,
        float(trade.mean()), share_within(9.0 / 32.0, n), through=f"talks, {n} runs", control="truthful bids",
        control_got=float(honest.mean()),
    )  # fmt: skip
    claim(
        "Two reservation points", "sealed bids, linear equilibrium: mean gain from trade", CHATTERJEE, 9.0 / 64.0,
        float(gain.mean()), 4.4172 * float(gain.std(ddof=1)) / np.sqrt(n), through=f"talks, {n} runs",
        control="truthful bids", control_got=float(honest_gain.mean()),
    )  # fmt: skip
    claim(
        "Two reservation points", "truthful bids: mean gain from trade", "elementary", 1.0 / 6.0,
        float(honest_gain.mean()), 4.4172 * float(honest_gain.std(ddof=1)) / np.sqrt(n), through=f"talks, {n} runs",
        control="linear equilibrium", control_got=float(gain.mean()),
    )  # fmt: skip
