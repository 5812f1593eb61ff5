"""What closes the zone of agreement of a basket that a run leaves open: interests apart, or floors above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.analysis.game import Game, normalise
from sim.analysis.zone import compute_max_min_gain
from sim.core.columns import OFFER, Chunk, run_columns
from sim.core.jit import EPS
from sim.core.layout import PI
from sim.results.plan import Plan, simulate_chunks
from sim.results.trajectory import count_measured
from sim.rules.assumption import draw_theta
from sim.rules.decision import DecisionRule
from sim.rules.outcome import BlockingReason
from sim.scenario.resolve import Problem, theta_views
from sim.tables.offers import split_offers


class Split(NamedTuple):
    """Runs in which a basket stays open for want of a zone of agreement, by what closes the zone.

    Attributes
    ----------
    separate : int
        No package suits all parties at their reservation values.
    raised : int
        Some package does, but leaves a party below its floor.
    """

    separate: int = 0
    raised: int = 0


class ZoneCounter:
    """Counter of what closes the zones of agreement that runs leave open, chunk by chunk.

    Interests are judged at the reservation values of the last planned round, which the balance of forces has moved by
    then.

    Parameters
    ----------
    job : Plan
        The ensemble.
    """

    def __init__(self, job: Plan):
        self._job = job
        self._chunks: list[tuple[Plan, Chunk]] = []

    def add(self, sample: Plan, chunk: Chunk) -> None:
        """Take the runs of a chunk of a plan, which holds all offers; only last rounds and reasons are kept."""
        met = chunk.rows > 0
        last = np.cumsum(chunk.rows)[met] - 1
        names = sample.problem.names
        places = {name: k for k, (name, _) in enumerate(run_columns(names))}
        blocked = chunk.runs[:, [places[f"blocked_{basket}"] for basket in names.baskets]]
        self._chunks.append((sample, Chunk(chunk.start, blocked, chunk.rounds[last], met.astype(np.int64))))

    def splits(self) -> tuple[int, dict[str, Split]]:
        """Count; as `split_zones`."""
        problem = self._job.problem
        rules = zip(problem.names.baskets, problem.structure.decision.tolist(), strict=True)
        unanimous = {name for name, rule in rules if rule == DecisionRule.UNANIMITY}
        games = {game.name: game for game in _list_games(problem) if game.name in unanimous}
        counts = Counter[tuple[str, bool]]()
        for sample, chunk in self._chunks:
            counts.update(_judge_chunk(sample, chunk, games))
        runs = sum(chunk.rows.size for _, chunk in self._chunks)
        return runs, {name: Split(counts[name, False], counts[name, True]) for name in games}


def split_zones(job: Plan, runs: int | None = None) -> tuple[int, dict[str, Split]]:
    """Split the runs without a zone of agreement by what closes it.

    The first runs are simulated again with all offers. Interests are judged at the reservation values of the last
    planned round, which the balance of forces has moved by then.

    Parameters
    ----------
    job : Plan
        The ensemble.
    runs : int, optional
        Runs to look at, at most; by default as many as a trajectory measures.

    Returns
    -------
    runs : int
        Number of runs that were looked at; 0 where the scenario is too large to hold their offers, or a
        posterior replaces ranges.
    splits : dict of str to Split
        Counts by basket, for those that unanimity settles: elsewhere the zone is that of a coalition.
    """
    n = 0 if job.posterior is not None else min(job.n, count_measured(job) if runs is None else runs)
    counter = ZoneCounter(job)
    sample = replace(job, assumptions=job.assumptions[:n], fates=job.fates[:n], keep_rounds=True)
    for chunk in simulate_chunks(sample.with_offers()) if n else ():
        counter.add(sample, chunk)
    return counter.splits()


def _list_games(problem: Problem) -> Iterator[Game]:
    """Yield the game of every basket in which at least two parties have a say from the start, its numbers unset.

    `sim.analysis.game.build_games` would load Mesa, which takes longer than everything else here.
    """
    links, names = problem.structure, problem.names
    for b, name in enumerate(names.baskets):
        issues = slice(links.first_issue[b], links.first_issue[b + 1])
        rows = np.flatnonzero((links.stake[:, b] != 0) & (links.enters <= 0.0))
        if rows.size > 1:
            parties, unset = tuple(names.parties[p] for p in rows), np.zeros((rows.size, issues.stop - issues.start))
            red = links.red[rows, issues]
            yield Game(name, parties, names.issues[issues], unset, unset, unset, red, np.zeros(rows.size))


def _judge_chunk(job: Plan, chunk: Chunk, games: dict[str, Game]) -> Iterator[tuple[str, bool]]:
    """Yield every basket that a run leaves open for want of a zone, and whether its interests alone leave one.

    The runs of the chunk are the reasons that block each basket.
    """
    names = job.problem.names
    _, stakes = split_offers(chunk.rounds, names)
    last = np.cumsum(chunk.rows) - 1
    priors = job.problem.priors
    theta, draws = np.empty(priors.base.size), np.empty(priors.place.size)
    own = theta_views(theta, names).party_issue  # shows each assumption that is drawn into `theta`
    for name, game in games.items():
        blocked = chunk.runs[:, names.baskets.index(name)] == BlockingReason.NO_ZONE_OF_AGREEMENT
        rows, columns = [names.parties.index(p) for p in game.parties], [names.issues.index(i) for i in game.issues]
        at = np.ix_(rows, columns)
        for run in np.flatnonzero(blocked & (chunk.rows > 0)).tolist():
            draw_theta(priors, int(job.assumptions[chunk.start + run]), draws, theta)
            demand, reservation = (stakes[last[run]][at][..., k] for k in (OFFER.DEMAND, OFFER.RESERVATION))
            ended = replace(game, demand=demand, reservation=reservation, salience=normalise(own[PI.SALIENCE][at]))
            yield name, compute_max_min_gain(ended, np.zeros(len(rows))) >= -EPS
